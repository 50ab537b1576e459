"""Due tasks: what a transaction asked to be done later, outside of it."""

from collections.abc import Mapping
from uuid import UUID

from chassis.tasks import Handler, Task
from games.application.launching import ABANDON_LAUNCH, EXPIRE_SESSION
from games.application.supplier_accounts import SYNC_CATALOGUE
from games.application.use_cases import UseCases


def handlers(games: UseCases) -> Mapping[str, Handler]:
    """The handler of each kind of task."""

    async def sync_catalogue(task: Task) -> None:
        await games.catalogue_sync.run(UUID(task.payload["casino_id"]), task.payload["supplier"])

    async def abandon_launch(task: Task) -> None:
        await games.sessions.abandon_launch(UUID(task.payload["session_id"]))

    async def expire_session(task: Task) -> None:
        await games.sessions.expire(UUID(task.payload["session_id"]))

    return {SYNC_CATALOGUE: sync_catalogue, ABANDON_LAUNCH: abandon_launch, EXPIRE_SESSION: expire_session}
