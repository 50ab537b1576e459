"""A relay that is killed by SIGKILL after it published its n-th batch and before it can mark it: `N DATABASE LOG`."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from chassis.db import Database
from chassis.messaging import Message, OutboxRelay
from chassis.messaging.postgres_bus import PostgresBus


class DyingBus(PostgresBus):
    batches = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        await super().publish(messages)
        self.batches -= 1
        if self.batches == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(batches: str, database_url: str, log_url: str) -> None:
    bus = DyingBus(log_url)
    bus.batches = int(batches)
    db = Database(database_url, application_name="dying")
    await OutboxRelay(db, bus, batch=20).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
