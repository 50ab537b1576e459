"""Where rows are frozen into a job, and where a job is started: at once, or when a second person approved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, StringConstraints
from starlette.datastructures import State
from starlette.requests import Request

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.auth.caller import Caller
from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.held import Held
from chassis.bulk import jobs
from chassis.bulk.action import BulkAction
from chassis.bulk.errors import (
    BulkJobDiffers,
    BulkJobEnded,
    BulkJobStarted,
    BulkJobUnknown,
    BulkSeveralCasinos,
    BulkTooManyJobs,
    BulkTooManyRows,
)
from chassis.bulk.items import BulkJobItem
from chassis.bulk.running import RUN, Running, record
from chassis.db.states import BulkState
from chassis.http.listing.cost import advised
from chassis.http.listing.served import Served, Where, again
from chassis.http.listing.tree import from_json
from chassis.http.listing.whole import Whole, whole
from chassis.http.models import StrictModel
from chassis.store import Application, Context, Row, UnitOfWork
from chassis.tasks import Handler, Task

EXPIRE: Final = "bulk_expire"
LIFETIME: Final = timedelta(hours=1)
"""What is not started within so long a time is not started any more."""

MOST_JOBS: Final = 100
"""What one person freezes within an hour: jobs that nobody starts are kept as well."""

_UNIT: Final = "rows"
TO_START: Final = (BulkState.FROZEN, BulkState.PROPOSED)
"""The states of a job that may be started."""


class BulkPayload(StrictModel):
    """What a second person approves: these rows, and no others."""

    job_id: UUID
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    rows: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """The rows that a caller saw at one moment.

    Attributes:
        told: the filter as a tree, without what it asks of personal data, and the saved view it was asked by.
    """

    rows: Sequence[dict[str, Any]]
    told: dict[str, Any]
    not_allowed: int


class Bulk:
    """The bulk jobs of one service.

    Args:
        lists: the service's, by which rows are found.
        permissions: the service's.

    Raises:
        ValueError: one person could do by many rows what takes two for one.
    """

    def __init__(
        self,
        application: Application,
        actions: Sequence[BulkAction],
        lists: Sequence[Served],
        permissions: Sequence[PermissionSpec] = (),
    ) -> None:
        guarded = {one.id for one in permissions if one.four_eyes}
        if wrong := [one.key for one in actions if one.permission in guarded]:
            raise ValueError(f"these take a second person for each row: {', '.join(wrong)}")
        self.app = application
        self.actions: Mapping[str, BulkAction] = {one.key: one for one in actions}
        self.may_run, self.may_approve = (f"{application.source}.bulk.{what}" for what in ("run", "approve"))
        known = {one.path: one for one in lists}
        self.lists: Mapping[str, Served] = {one.key: known[one.list] for one in actions}
        self._running = Running(application, self.actions, self.may_run)
        self._state: State | None = None

    def attach(self, state: State, held: Held | None) -> None:
        """Learn what the service's lists find at their application, and the policy it decides by."""
        self._state, self._running.held = state, held

    @property
    def tasks(self) -> dict[str, Handler]:
        """What runs in the background."""
        return {RUN: self._running.run, EXPIRE: self.expire} if self.actions else {}

    @property
    def guarded(self) -> list[GuardedCommand[Any]]:
        """The start of a job of each action, which takes a second person above its size."""
        return [self._guarded(action) for action in self.actions.values()]

    # -- freezing ----------------------------------------------------------------------------------------------------

    async def look(self, action: BulkAction, caller: Caller, query: str, tree: Any) -> Frozen:
        """The rows the filter leaves of what the caller sees, and how many of them are not theirs to act on.

        Raises:
            RequestProblem, DomainError: as the list itself would refuse it; BulkTooManyRows.
        """
        served = self.lists[action.key]
        for permission in (served.permission, self.may_run):
            caller.must(permission)
        viewer = caller.let_in_by(served.permission)
        assert self._state is not None
        asked = await again(
            served, self._state, f"{served.path}?{query}", viewer, partial(self._whole, served, viewer, tree)
        )
        async with self.app.db.read_lists() as connection, advised():
            rows = await asked.picked(connection, action.most + 1, _columns(served, action))
        if len(rows) > action.most:
            raise BulkTooManyRows(f"One job has at most {action.most} rows. Narrow the filter.", field="filter")
        names = [name for name in _columns(served, action) if name != "by_itself"]
        kept = [{"casino_id": None, **{name: one[name] for name in names}} for one in rows]
        view = {} if asked.saved is None else {"view": {"id": str(asked.saved.id), "version": asked.saved.version}}
        told = {"tree": asked.told, **view}
        return Frozen(kept, told, sum(self._not_theirs(action, caller, dict(one)) for one in rows))

    async def _whole(self, served: Served, viewer: Caller, tree: Any, request: Request, where: Where) -> Whole:
        node = None if tree is None else from_json(tree)
        return await whole(served.spec, request, viewer, self.app.db, where=where, tree=node)

    def _not_theirs(self, action: BulkAction, caller: Caller, row: Mapping[str, Any]) -> bool:
        return bool(row.get("by_itself")) or self._running.refusal(caller, action, row) is not None

    async def freeze(
        self, uow: UnitOfWork, job_id: UUID, action: BulkAction, caller: Caller, frozen: Frozen, parameters: Any
    ) -> Any:
        """Keep the rows as a new job, to be started within the hour. BulkTooManyJobs: this person froze too many."""
        await jobs.one_at_a_time(uow.connection, caller.id, "freeze")
        if await jobs.frozen_lately(uow.connection, caller.id, uow.ctx.occurred_at) >= MOST_JOBS:
            raise BulkTooManyJobs(f"More than {MOST_JOBS} jobs within an hour.")
        ids = [one["row_id"] for one in frozen.rows]
        expires_at = uow.ctx.occurred_at + LIFETIME
        await jobs.add(
            uow.connection,
            frozen.rows,
            id=job_id,
            action=action.key,
            parameters=parameters,
            asked=frozen.told,
            casinos=sorted({one["casino_id"] for one in frozen.rows} - {None}),
            sha256=jobs.fingerprint(action.key, parameters, ids),
            totals=_totals(frozen.rows),
            not_allowed=frozen.not_allowed,
            requested_by=caller.id,
            requested_at=uow.ctx.occurred_at,
            amr=sorted(caller.amr),
            expires_at=expires_at,
        )
        job = await jobs.find(uow.connection, job_id)
        await record(uow, "bulk.frozen", job, action, caller, **frozen.told)
        await uow.schedule(EXPIRE, job_id, {}, run_at=expires_at)
        return job

    # -- starting ----------------------------------------------------------------------------------------------------

    async def size(self, uow: UnitOfWork, job: Any) -> Size:
        """How much it would be, with what its requester did alone within the last hour."""
        before = await jobs.done_alone(uow.connection, job.requested_by, job.action, uow.ctx.occurred_at)
        return Size(_UNIT, job.rows + before)

    async def takes_two(self, uow: UnitOfWork, job: Any) -> bool:
        """Whether it would take a second person now."""
        return rule_of(self.app.source, self.actions[job.action]).takes_two(await self.size(uow, job))

    async def require_one_casino(self, uow: UnitOfWork, job: Any, caller: Caller) -> None:
        """BulkSeveralCasinos when a second person is needed and nobody could be one for all of its rows."""
        within_one = len(job.casinos) == 1 or caller.reach(self.may_run).unlimited
        if not within_one and job.state in TO_START and await self.takes_two(uow, job):
            raise BulkSeveralCasinos

    def command(self, action: str) -> str:
        """The name under which a job of this action is proposed."""
        return command_of(self.app.source, self.actions[action])

    def _guarded(self, action: BulkAction) -> GuardedCommand[Any]:
        return GuardedCommand(
            name=command_of(self.app.source, action),
            rule=rule_of(self.app.source, action),
            payload=BulkPayload,
            describe=partial(self._describe, action),
            execute=partial(self._start, action),
            risk="high",
            reason_permission=action.reason_permission,
            proposed=self._proposed,
        )

    async def _describe(self, action: BulkAction, uow: UnitOfWork, payload: BulkPayload) -> Subject:
        unlocked = await jobs.find(uow.connection, payload.job_id)
        if unlocked is None or unlocked.action != action.key:
            raise BulkJobUnknown
        await jobs.one_at_a_time(uow.connection, unlocked.requested_by, action.key)
        job = await jobs.lock(uow.connection, payload.job_id)
        if job.state == BulkState.RUNNING:
            raise BulkJobStarted
        if job.state not in TO_START or job.expires_at <= uow.ctx.occurred_at:
            raise BulkJobEnded
        ids = await jobs.frozen_ids(uow.connection, job.id)
        now = jobs.fingerprint(job.action, job.parameters, ids)
        if (payload.sha256, payload.rows) != (job.sha256, job.rows) or now != job.sha256:
            raise BulkJobDiffers
        return Subject(
            casino_id=job.casinos[0] if len(job.casinos) == 1 else None,
            kind="bulk_job",
            id=str(job.id),
            summary=f"{action.title}: {job.rows} of the list",
            after=_shown(job, action),
            version=job.sha256,
            size=await self.size(uow, job),
        )

    async def _proposed(self, uow: UnitOfWork, payload: BulkPayload, row: Row) -> None:
        """It waits for a second person for as long as its proposal does."""
        values = {"state": BulkState.PROPOSED, "approval_id": row["id"], "expires_at": row["expires_at"]}
        await jobs.change(uow.connection, payload.job_id, reason=row["reason"], **values)
        await uow.schedule(EXPIRE, payload.job_id, {}, run_at=row["expires_at"])

    async def _start(self, action: BulkAction, uow: UnitOfWork, payload: BulkPayload) -> BaseModel:
        ctx = uow.ctx
        values = {"reason": ctx.reason, "authorised_by": ctx.authorised_by}
        started = await jobs.change(
            uow.connection, payload.job_id, state=BulkState.RUNNING, started_at=ctx.occurred_at, **values
        )
        somewhere = not started.casinos or any(map(ctx.scope.allows, started.casinos))
        if ctx.actor.id != str(started.requested_by) or not somewhere:
            raise BulkJobUnknown
        await record(uow, "bulk.started", started, action, self._running.requester(started))
        await uow.schedule(RUN, payload.job_id, {})
        # Whoever approved it may not be who sees amounts; the reason is the requester's own.
        return BulkJobItem.of(started, amounts=False, words=True)

    # -- ending ------------------------------------------------------------------------------------------------------

    async def cancel(self, uow: UnitOfWork, job_id: UUID, caller: Caller) -> Any:
        """End it: what is done stays done, the row at hand is finished, the rest is left alone.

        Raises:
            BulkJobEnded: there is nothing left to be cancelled.
        """
        job = await jobs.lock(uow.connection, job_id)
        if job.state == BulkState.CANCELLED:
            return job
        if job.state in (BulkState.FINISHED, BulkState.EXPIRED):
            raise BulkJobEnded
        return await self._end(uow, job, BulkState.CANCELLED, caller)

    async def expire(self, task: Task) -> None:
        """End one that nobody started in time."""

        async def work(uow: UnitOfWork) -> None:
            job = await jobs.lock(uow.connection, task.id)
            if job is not None and job.state in TO_START and job.expires_at <= uow.ctx.occurred_at:
                await self._end(uow, job, BulkState.EXPIRED, None)

        await self.app.transact(work, Context.system("bulk", self.app.clock))

    async def _end(self, uow: UnitOfWork, job: Any, state: BulkState, caller: Caller | None) -> Any:
        now = uow.ctx.occurred_at
        skipped = await jobs.skip_rest(uow.connection, job.id, state, now)
        ended = await jobs.change(uow.connection, job.id, state=state, finished_at=now, skipped=job.skipped + skipped)
        await record(uow, f"bulk.{state}", ended, self.actions.get(job.action), caller)
        return ended


def command_of(service: str, action: BulkAction) -> str:
    """The name of the guarded command."""
    listed, _, name = action.key.partition(".")
    return f"{service}.bulk_{name}_{listed}".replace("-", "_")


def rule_of(service: str, action: BulkAction) -> FourEyes:
    """Who starts a job of this action, who approves that, and how many rows take nobody else."""
    return FourEyes(permission=f"{service}.bulk.run", threshold={_UNIT: action.alone})


def _columns(served: Served, action: BulkAction) -> dict[str, Any]:
    spec = served.spec
    found: dict[str, Any] = {"row_id": spec.id_column}
    if spec.casino_column is not None:
        found["casino_id"] = spec.casino_column
    if action.money is not None:
        found["amount_minor"], found["currency"] = action.money
    if action.by_itself is not None:
        found["by_itself"] = action.by_itself
    return found


def _totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for one in rows:
        if one.get("amount_minor") is not None:
            totals[one["currency"]] = totals.get(one["currency"], 0) + one["amount_minor"]
    return totals


def _shown(job: Any, action: BulkAction) -> dict[str, Any]:
    """What a second person is shown. The sum of the amounts is at the job, for whoever sees the money of its list."""
    return {
        "action": action.title,
        "list": action.list,
        "rows": job.rows,
        "not_allowed": job.not_allowed,
        "parameters": job.parameters,
        "filter": job.asked,
        "casinos": [str(one) for one in job.casinos],
        "job_href": f"/api/{action.list.split('/')[2]}/v1/bulk-jobs/{job.id}",
        "rows_href": f"/api/{action.list.split('/')[2]}/v1/bulk-jobs/{job.id}/rows",
    }
