"""A job at work: one row after the other, each in a transaction of its own that holds what was done and its result.

Whoever dies between two rows has finished the first and not begun the second, so the task goes on with the second.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from chassis.auth.acts import act
from chassis.auth.caller import Caller
from chassis.auth.errors import PolicyStale
from chassis.auth.policy.held import Held
from chassis.bulk import jobs
from chassis.bulk.action import BulkAction, Turn
from chassis.db.states import BulkResult, BulkState
from chassis.domain import DomainError
from chassis.exports.sight import absent
from chassis.http.problems import RequestProblem
from chassis.store import Application, ConcurrentChange, Context, UnitOfWork, VersionConflict
from chassis.tasks import Retry, Task

log = structlog.get_logger(__name__)

RUN: Final = "bulk_run"
SLICE: Final = 100
"""Rows that are done before other tasks get their turn."""

TRIES: Final = 3
"""How often a row may end in a fault of ours before it is given up."""

_ASK_AGAIN: Final = timedelta(seconds=2)


class _RowNotDone(Exception):
    """What keeps a row from being done, on its way out of the transaction that is undone with it."""

    def __init__(self, position: int, action: BulkAction, cause: Exception) -> None:
        super().__init__(position)
        self.position, self.action, self.cause = position, action, cause


class Running:
    """Does what jobs say.

    Attributes:
        held: the policy that says what requesters may do while they are not there.
    """

    def __init__(self, application: Application, actions: Mapping[str, BulkAction], may_run: str) -> None:
        self.app = application
        self.held: Held | None = None
        self._actions = actions
        self._may_run = may_run

    async def run(self, task: Task) -> None:
        """The handler of the task: some rows, and again soon if there are more."""
        if self.held is not None:
            await self.held.look()
        for _ in range(SLICE):
            try:
                more = await self._next(task.id)
            except PolicyStale as error:
                raise Retry(_ASK_AGAIN) from error
            if not more:
                return
        raise Retry(timedelta(0))

    def refusal(self, caller: Caller, action: BulkAction, row: Mapping[str, Any]) -> str | None:
        """Why this row is not the caller's to act on, by the policy's codes; None when it is."""
        casino_id = row.get("casino_id")
        run = caller.decide(self._may_run, casino_id)
        if not run.allowed:
            return run.code
        decision = caller.decide(action.permission, casino_id, row.get("amount_minor"), row.get("currency"))
        return None if decision.allowed else decision.code

    def requester(self, job: Any) -> Caller:
        """Whoever asked for a job, with what they hold now."""
        return absent(job.requested_by, job.amr, self.held)

    async def _next(self, job_id: UUID) -> bool:
        """One row; whether there may be more."""

        async def work(uow: UnitOfWork) -> bool:
            job = await jobs.lock(uow.connection, job_id)
            if job is None or job.state != BulkState.RUNNING:
                return False
            row = await jobs.next_waiting(uow.connection, job_id)
            if row is None:
                await self._finish(uow, job)
                return False
            try:
                result, code = await self._turn(uow, job, row)
            except (PolicyStale, VersionConflict, ConcurrentChange, Retry):  # Nothing is known about the row.
                raise
            except Exception as cause:
                raise _RowNotDone(row.position, self._actions[job.action], cause) from cause
            await jobs.settle(uow.connection, job_id, row.position, result, code, uow.ctx.occurred_at)
            return True

        try:
            return await self.app.transact(work, self._system())
        except _RowNotDone as stopped:
            undone = stopped
        await self._note(job_id, undone)  # Not within the handler: what is raised again must not come of itself.
        return True

    async def _note(self, job_id: UUID, undone: "_RowNotDone") -> None:
        """Say what became of a row of which nothing was done; raise what kept it from it where it is tried again."""
        match undone.cause:
            case DomainError() | RequestProblem() as refusal:
                moot = isinstance(refusal, undone.action.moot)
                await self._settle(
                    job_id, undone.position, BulkResult.SKIPPED if moot else BulkResult.REFUSED, refusal.code
                )
            case fault:
                if not await self._given_up(job_id, undone.position, fault):
                    raise fault

    async def _turn(self, uow: UnitOfWork, job: Any, row: Any) -> tuple[BulkResult, str | None]:
        """What is done about a row, in the name of whoever asked for it, and what came of it."""
        action = self._actions.get(job.action)
        if action is None or self.held is None:  # A newer version of the service knows it.
            raise Retry(_ASK_AGAIN)
        caller = self.requester(job).let_in_by(action.permission)
        code = self.refusal(caller, action, row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins like this
        if code == "policy_stale" or (code is not None and self._may_not_know(uow, job)):
            raise PolicyStale
        if code is not None:
            return BulkResult.REFUSED, code
        ctx = caller.context(self.app.clock, casino_id=row.casino_id, reason=job.reason)
        uow.ctx = replace(ctx, correlation_id=job.id, authorised_by=job.authorised_by)
        turn = Turn(
            row_id=row.row_id,
            casino_id=row.casino_id,
            caller=caller,
            reason=job.reason,
            parameters=action.read(job.parameters),
        )
        done = await action.do(uow, turn)
        if isinstance(done, str):
            return BulkResult.REFUSED, done
        return (BulkResult.DONE, None) if done else (BulkResult.SKIPPED, "nothing_to_do")

    def _may_not_know(self, uow: UnitOfWork, job: Any) -> bool:
        """Whether the policy here was last confirmed before the requester was seen to hold what he needs."""
        assert self.held is not None
        return bool((uow.ctx.occurred_at - job.started_at).total_seconds() < self.held.standing().age_s)

    async def _settle(self, job_id: UUID, position: int, result: BulkResult, code: str) -> None:
        async def work(uow: UnitOfWork) -> None:
            job = await jobs.lock(uow.connection, job_id)
            if job is not None and job.state == BulkState.RUNNING:
                await jobs.settle(uow.connection, job_id, position, result, code, uow.ctx.occurred_at)

        await self.app.transact(work, self._system())

    async def _given_up(self, job_id: UUID, position: int, fault: Exception) -> bool:
        """Count a fault of ours. With the last one the row is refused, so that it does not stand before the others."""
        async with self.app.db.write() as connection:
            tries = await jobs.failed(connection, job_id, position)
        if tries < TRIES:
            return False
        log.error("bulk_row_failed", job_id=str(job_id), position=position, exc_info=fault)
        await self._settle(job_id, position, BulkResult.REFUSED, "bulk_row_failed")
        return True

    async def _finish(self, uow: UnitOfWork, job: Any) -> None:
        finished = await jobs.change(uow.connection, job.id, state=BulkState.FINISHED, finished_at=uow.ctx.occurred_at)
        await record(uow, "bulk.finished", finished, self._actions.get(job.action), None)

    def _system(self) -> Context:
        return Context.system("bulk", self.app.clock)


async def record(
    uow: UnitOfWork, what: str, job: Any, action: BulkAction | None, caller: Caller | None, **more: Any
) -> None:
    """Leave a trace of a job: counts and its hash, `more` of how it was asked for, and never a row.

    Args:
        caller: who did it; None: it came by itself.
    """
    counts = {name: getattr(job, name) for name in ("rows", "not_allowed", "done", "refused", "skipped")}
    fact = act(
        caller,
        uow.ctx,
        what,
        ("bulk_job", job.id),
        permission=None if action is None else action.permission,
        reason_permission=None if action is None else action.reason_permission,
        casino_id=job.casinos[0] if len(job.casinos) == 1 else None,
        details={"action": job.action, "sha256": job.sha256, **counts, **more},
    )
    if what == "bulk.started":  # Its requester need not be there, and `absent` does not know when he proved who he is.
        fact = fact.model_copy(update={"authenticated_at": None})
    await uow.publish(fact, stream_id=f"bulk-job-{job.id}")
