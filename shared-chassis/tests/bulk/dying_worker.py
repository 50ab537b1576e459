"""A worker that is killed by SIGKILL within or just after the n-th row it does: `N WHEN SUBJECT DATABASE`.

`WHEN` is `within` (the row's transaction is open) or `after` (it stands).
"""

import asyncio
import os
import signal
import sys
from uuid import UUID

from bulk.example import EVERYTHING, A, service_on
from chassis.bulk import Turn
from chassis.db import Database
from chassis.domain import SystemClock
from chassis.runtime import http_application
from chassis.store import UnitOfWork
from chassis.tasks import TaskRunner
from chassis.testing.tokens import make_token


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(number: str, when: str, subject: str, url: str) -> None:
    left = int(number)

    async def deadly(uow: UnitOfWork, _turn: Turn) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if when == "within":
                die()
            uow.after_commit(die)

    make_token(subject=UUID(subject), permissions=EVERYTHING, casinos=[A])
    service = service_on(Database(url, application_name="dying"), SystemClock(), deadly)
    http_application(service)
    await TaskRunner(service.db, service.tasks).run_due()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
