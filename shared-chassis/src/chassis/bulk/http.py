"""The routes about bulk jobs: one beneath a list for each action, where rows are frozen, and those about the jobs."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, create_model
from sqlalchemy import ColumnElement, Text, Uuid, and_, cast, func, literal, not_, or_, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals import ApprovalRequested, Proposing
from chassis.approvals.http import holds
from chassis.auth import AnyStaff, Caller, Requires
from chassis.bulk import jobs
from chassis.bulk.action import BulkAction
from chassis.bulk.desk import TO_START, Bulk, BulkPayload
from chassis.bulk.errors import BulkJobOfAnother, BulkJobUnknown
from chassis.bulk.items import BulkActionItem, BulkJobItem, BulkJobView, BulkRowItem
from chassis.db.states import BulkResult, BulkState
from chassis.db.tables import bulk_job as table
from chassis.db.tables import bulk_row
from chassis.domain import uuid7
from chassis.http.dependencies import Db
from chassis.http.listing.asked import Row
from chassis.http.listing.events import read_by
from chassis.http.listing.fields import Field as Listed
from chassis.http.listing.mount import serve_list
from chassis.http.listing.spec import Finish, ListSpec
from chassis.http.models import StrictModel
from chassis.http.once import Once
from chassis.http.reasons import Reason
from chassis.store import CasinoScope, UnitOfWork

_SAMPLE: Final = 5
_c, _r = table.c, bulk_row.c

BULK_JOBS = ListSpec(
    "bulk jobs",
    table,
    casino_column=None,
    fields={
        "id": Listed(_c.id),
        "action": Listed(_c.action),
        "state": Listed(_c.state, values=BulkState),
        "rows": Listed(_c.rows),
        "not_allowed": Listed(_c.not_allowed),
        "done": Listed(_c.done),
        "refused": Listed(_c.refused),
        "skipped": Listed(_c.skipped),
        "totals": Listed(_c.totals, ops=()),
        "parameters": Listed(_c.parameters, ops=()),
        "casinos": Listed(cast(_c.casinos, ARRAY(Text)), kind="texts", ops=("cs", "ov")),
        "sha256": Listed(_c.sha256, ops=("eq",)),
        "reason": Listed(_c.reason, ops=()),
        "requested_by": Listed(_c.requested_by, refers="staff"),
        "approval_id": Listed(_c.approval_id),
        "authorised_by": Listed(_c.authorised_by, ops=()),
        "requested_at": Listed(_c.requested_at, sortable=True),
        "started_at": Listed(_c.started_at),
        "finished_at": Listed(_c.finished_at),
        "expires_at": Listed(_c.expires_at),
    },
    default_order="requested_at.desc",
    exportable=False,
)

BULK_ROWS = ListSpec(
    "bulk rows",
    bulk_row,
    casino_column=None,
    id_column=_r.position,
    fields={
        "position": Listed(_r.position, sortable=True),
        "row_id": Listed(_r.row_id),
        "casino_id": Listed(_r.casino_id),
        "result": Listed(_r.result, values=BulkResult),
        "code": Listed(_r.code),
        "settled_at": Listed(_r.settled_at),
    },
    default_order="position",
    exportable=False,
)


class BulkBody(StrictModel):
    filter: dict[str, Any] | None = Field(default=None, description="A filter as a tree, beside that of the address")


class RunBody(StrictModel):
    reason: Reason


async def _bulk(request: Request) -> Any:
    return request.app.state.bulk


TheBulk = Annotated[Bulk, Depends(_bulk)]


def bulk_routes(service: str, actions: Sequence[BulkAction]) -> list[APIRouter]:
    """The routes of one service that has such actions."""
    told = [(each.key, each.href, each.title, each.permission, each.parameters) for each in actions]
    return [*(_freezing(*each) for each in told), _about_jobs(service)] if actions else []


@functools.lru_cache
def _about_jobs(service: str) -> APIRouter:
    router = APIRouter(prefix=f"/api/{service}/v1", tags=["bulk"])
    _add_lists(router)
    _add_job(router)
    _add_start(router, f"{service}.bulk.run")
    return router


def visible(caller: Caller, bulk: Bulk) -> ColumnElement[bool]:
    """The caller's own jobs, and those of which all rows are of casinos where they start or approve such jobs and may
    do to one row what the job does to many: what a job is about may be more than somebody is to know of. What was put
    to a second person is seen by whoever may be one there, whatever they may do to one row.
    """
    put_to_them = and_(_c.approval_id.is_not(None), _within(caller.reach(bulk.may_approve)))
    anywhere = caller.reach(bulk.may_run) | caller.reach(bulk.may_approve)
    theirs = [
        and_(_c.action == action.key, _within(anywhere & caller.reach(action.permission)))
        for action in bulk.actions.values()
    ]
    return or_(_c.requested_by == caller.id, put_to_them, *theirs)


def _within(scope: CasinoScope) -> ColumnElement[bool]:
    if scope.unlimited:
        return true()
    some, known = func.cardinality(_c.casinos) > 0, sorted(scope.but if scope.ids is None else scope.ids)
    ids = literal(known, ARRAY(Uuid))
    return and_(some, not_(_c.casinos.overlap(ids)) if scope.ids is None else _c.casinos.contained_by(ids))


@functools.lru_cache
def _freezing(key: str, href: str, title: str, permission: str, parameters: type[StrictModel] | None) -> APIRouter:
    """The route at this address that freezes rows for the action of this key."""
    router = APIRouter(tags=["bulk"])
    name = re.sub(r"[^a-z0-9]+", "_", key)
    body_model: Any = BulkBody
    if parameters is not None:
        made = f"Bulk{name.title().replace('_', '')}Body"
        body_model = create_model(made, __base__=BulkBody, parameters=(parameters, ...))

    async def freeze(
        caller: Annotated[Caller, Requires(permission)],
        body: BulkBody,
        request: Request,
        once: Once,
        bulk: TheBulk,
    ) -> Response:
        if (answer := await once.earlier(caller)) is not None:
            return answer
        action, given = bulk.actions[key], getattr(body, "parameters", None)
        wanted = None if given is None else given.model_dump(mode="json")
        frozen = await bulk.look(action, caller, request.scope["query_string"].decode("latin-1"), body.filter)
        job_id = uuid7()

        async def work(uow: UnitOfWork) -> BulkJobView:
            job = await bulk.freeze(uow, job_id, action, caller, frozen, wanted)
            return await _view(bulk, uow, caller, job)

        return await once(caller, work)

    freeze.__annotations__["body"] = body_model
    freeze.__doc__ = (
        f"{title}: freeze the rows that the filter of the address and that of the body leave of what the caller "
        "sees, and tell how many they are. Nothing is done before the job is started."
    )
    router.post(href, name=f"bulk_{name}", status_code=201, response_model=BulkJobView)(freeze)
    return router


def _add_lists(router: APIRouter) -> None:
    staff = AnyStaff()

    async def known(caller: Annotated[Caller, staff], bulk: TheBulk) -> list[ColumnElement[bool]]:
        return [visible(caller, bulk)]

    async def of_job(
        caller: Annotated[Caller, staff], job_id: UUID, bulk: TheBulk, db: Db
    ) -> list[ColumnElement[bool]]:
        async with db.read() as connection:
            job = await _found(connection, caller, bulk, job_id)
        return [_r.job_id == job.id]

    summary = "Bulk jobs: the caller's own, and those of casinos where the caller starts or approves such jobs."
    serve_list(router, "/bulk-jobs", BULK_JOBS, staff, item=BulkJobItem, narrow=known, finish=_masked, summary=summary)
    summary = "The rows of a bulk job and what became of each: `result=eq.refused` is the report of what failed."
    serve_list(router, "/bulk-jobs/{job_id}/rows", BULK_ROWS, staff, item=BulkRowItem, narrow=of_job, summary=summary)


def _add_job(router: APIRouter) -> None:
    @router.get("/bulk-actions")
    async def list_bulk_actions(caller: Annotated[Caller, AnyStaff()], bulk: TheBulk) -> list[BulkActionItem]:
        """What the caller may do to many rows at once."""
        held = [] if caller.reach(bulk.may_run).empty else bulk.actions.values()
        return [_about(action) for action in held if not caller.reach(action.permission).empty]

    @router.get("/bulk-jobs/{job_id}")
    async def show_bulk_job(
        caller: Annotated[Caller, AnyStaff()], job_id: UUID, request: Request, bulk: TheBulk
    ) -> BulkJobView:
        """A job: how far it is, and whether starting it would take a second person."""

        async def work(uow: UnitOfWork) -> BulkJobView:
            return await _view(bulk, uow, caller, await _found(uow.connection, caller, bulk, job_id))

        return await bulk.app.transact(work, caller.context(request))

    @router.post("/bulk-jobs/{job_id}/cancel")
    async def cancel_bulk_job(
        caller: Annotated[Caller, AnyStaff()], job_id: UUID, request: Request, bulk: TheBulk
    ) -> BulkJobItem:
        """End a job: what is done stays done, the rest is left alone. Its requester may, and whoever starts or approves
        such jobs at all of its casinos."""

        async def work(uow: UnitOfWork) -> BulkJobItem:
            await _found(uow.connection, caller, bulk, job_id)
            return _item(bulk, caller, await bulk.cancel(uow, job_id, caller))

        return await bulk.app.transact(work, caller.context(request))


def _add_start(router: APIRouter, may_run: str) -> None:
    answers: dict[int | str, dict[str, Any]] = {200: {"model": BulkJobItem}, 202: {"model": ApprovalRequested}}

    @router.post("/bulk-jobs/{job_id}/run", status_code=202, responses=answers, response_class=Response)
    async def run_bulk_job(
        caller: Annotated[Caller, Requires(may_run, proposes=True)],
        job_id: UUID,
        body: RunBody,
        request: Request,
        once: Once,
        bulk: TheBulk,
        proposing: Proposing,
    ) -> Response:
        """Have exactly the frozen rows done, in the background: 200 when it started, 202 with a proposal when a second
        person must approve it first, because of the size or because money moves."""

        async def look(uow: UnitOfWork) -> Any:
            job = await _found(uow.connection, caller, bulk, job_id)
            if job.requested_by != caller.id:
                raise BulkJobOfAnother
            if job.action not in bulk.actions:
                raise BulkJobUnknown
            caller.must(bulk.actions[job.action].permission)
            await bulk.require_one_casino(uow, job, caller)
            return job

        job = await bulk.app.transact(look, caller.context(request))
        payload = BulkPayload(job_id=job.id, sha256=job.sha256, rows=job.rows)
        return await proposing(caller, bulk.command(job.action), payload, reason=body.reason, once=once)


async def _found(connection: Any, caller: Caller, bulk: Bulk, job_id: UUID) -> Any:
    """The job; BulkJobUnknown unless the caller may see it."""
    found = (await connection.execute(table.select().where(_c.id == job_id, visible(caller, bulk)))).one_or_none()
    if found is None:
        raise BulkJobUnknown
    return found


def _sees_amounts(caller: Caller, bulk: Bulk, action: str, casinos: Sequence[UUID]) -> bool:
    """Whether the caller is shown money in clear in each of the job's casinos, by the list of its rows or as a second
    person.
    """
    served = bulk.lists.get(action)
    if served is None:
        return False
    places: Sequence[UUID | None] = casinos or [None]
    by = (served.permission, bulk.may_approve)
    return all(any(caller.shown("financial", place, one) == "clear" for one in by) for place in places)


def _reads_words(caller: Caller, bulk: Bulk, job: Mapping[str, Any]) -> bool:
    """Whether the caller reads why a job was started. Who wrote it does, and who may be the second person of it."""
    if job["reason"] is None or job["requested_by"] == caller.id:
        return True
    places: Sequence[UUID | None] = job["casinos"] or [None]
    if job["approval_id"] is not None and all(holds(caller, bulk.may_approve, one) for one in places):
        return True
    action = bulk.actions.get(job["action"])
    return action is not None and read_by(caller, action.reason_permission, places)


def _masked(request: Request, caller: Caller) -> Finish:
    """Totals are of the kind of data that the summed rows have, which no permission of this list shows; reasons are for
    whoever may read them."""
    bulk: Bulk = request.app.state.bulk

    def shown(found: Row) -> Row:
        row = {**found, "casinos": [UUID(one) for one in found["casinos"]]}
        known = row if _sees_amounts(caller, bulk, row["action"], row["casinos"]) else {**row, "totals": None}
        return known if _reads_words(caller, bulk, row) else {**known, "reason": None}

    async def finish(_connection: AsyncConnection, found: list[Row]) -> list[Row]:
        return [shown(row) for row in found]

    return finish


async def _view(bulk: Bulk, uow: UnitOfWork, caller: Caller, job: Any) -> BulkJobView:
    first = await jobs.sample(uow.connection, job.id, _SAMPLE)
    waiting = job.state in TO_START and job.action in bulk.actions
    return BulkJobView(
        **_item(bulk, caller, job).model_dump(),
        second_person=waiting and await bulk.takes_two(uow, job),
        sample=[BulkRowItem(**{name: getattr(one, name) for name in BulkRowItem.model_fields}) for one in first],
    )


def _item(bulk: Bulk, caller: Caller, job: Any) -> BulkJobItem:
    """As much of it as the caller may know."""
    amounts = _sees_amounts(caller, bulk, job.action, job.casinos)
    return BulkJobItem.of(job, amounts=amounts, words=_reads_words(caller, bulk, job._mapping))  # noqa: SLF001


def _about(action: BulkAction) -> BulkActionItem:
    return BulkActionItem(
        action=action.key,
        list=action.list,
        href=action.href,
        title=action.title,
        permission=action.permission,
        moves_money=action.money is not None,
        alone=action.alone,
        most=action.most,
        parameters=None if action.parameters is None else action.parameters.model_json_schema(),
    )
