"""A casino changes what it asks for: every level at it is worked out again when that takes effect."""

from datetime import timedelta
from uuid import UUID

from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Retry, Task
from verification.application.ports import Caseload, Profiles
from verification.domain.case.aggregate import Opened, case
from verification.domain.case.commands import AssessLevel

REASSESS = "reassess_casino"
"""The kind of the background task that works out the levels of a casino's players again."""

PAGE = 200
_ACTOR = "verification.profiles"


class Reassessment:
    """Works levels out again."""

    def __init__(self, application: Application, profiles: Profiles, caseload: Caseload) -> None:
        self._application = application
        self._profiles = profiles
        self._caseload = caseload

    async def run(self, task: Task) -> None:
        """Task: a page of a casino's cases at a time; goes on where it stopped."""
        casino_id, after = UUID(task.payload["casino_id"]), task.payload.get("after")
        async with self._application.db.read() as connection:
            page = await self._caseload.of_casino(connection, casino_id, UUID(after) if after else None, PAGE)
        for player_id in page:
            await self._assess(casino_id, player_id)
        if len(page) == PAGE:
            raise Retry(timedelta(0), payload={**task.payload, "after": str(page[-1])})

    async def _assess(self, casino_id: UUID, player_id: UUID) -> None:
        async def work(uow: UnitOfWork) -> None:
            loaded = await uow.load(case, player_id)
            if isinstance(loaded.state, Opened):
                required = await self._profiles.required(uow.connection, casino_id, uow.ctx.occurred_at)
                await uow.decide(case, player_id, AssessLevel(required=required, now=uow.ctx.occurred_at))

        await self._application.transact(work, Context.system(_ACTOR, self._application.clock, casino_id=casino_id))
