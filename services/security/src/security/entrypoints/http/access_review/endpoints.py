"""The quarterly review of access: a report, and for each role of each person somebody's word that it is needed."""

from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from chassis.auth import Caller, Requires
from chassis.domain import uuid7
from chassis.http import Once, Reason, StrictModel
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.events import AccessReviewed
from contracts.security.permissions import SecurityPermission as P
from security.adapters import ties
from security.adapters.tables import access_review
from security.domain.staff.errors import AssignmentUnknown, OwnAccess, OwnColleague, OwnGift
from security.entrypoints.http.access_review.listing import ACCESS, completed
from security.entrypoints.http.assignments.taking import take
from security.entrypoints.http.reach import assignments_within, casinos_of
from security.read_models.assignment_list import table
from security.read_models.role_list import role_list
from security.read_models.staff_list import staff_list

router = APIRouter(prefix="/api/security/v1/access-review", tags=["access review"])

_LISTED = Requires(P.ACCESS_REVIEW_LIST)


class Function(BaseModel):
    """A permission that somebody has by a role, and the day he last used it, within ninety days."""

    permission: str
    risk: str | None
    last_used_on: date | None


class AccessItem(BaseModel):
    """A role that somebody holds, for the review."""

    assignment_id: UUID
    staff_id: UUID
    login: str
    name: str
    status: str
    contractor: bool
    last_log_in_at: datetime | None
    role_id: UUID
    role_name: str
    role_review_by: date | None
    casinos: list[str]
    assigned_at: datetime
    assigned_by: str
    approved_by: str | None
    reason: str | None
    not_before: datetime | None
    expires_at: datetime | None
    reviewed_at: datetime | None
    review_due_at: datetime
    overdue: bool
    role_overdue: bool
    functions: list[Function]
    last_used_on: date | None
    unused: list[str]


class ReviewAccess(StrictModel):
    decision: Literal["confirmed", "withdrawn"]
    reason: Reason


class Reviewed(BaseModel):
    assignment_id: UUID
    decision: Literal["confirmed", "withdrawn"]
    quarter: str


async def within(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees those at them alone."""
    return assignments_within(caller)


def _finish(request: Request, _: Caller) -> Any:
    return partial(completed, now=request.app.state.application.clock.now())


serve_list(
    router,
    "",
    ACCESS,
    _LISTED,
    item=AccessItem,
    narrow=within,
    finish=_finish,
    export=P.ACCESS_REVIEW_EXPORT,
    summary="Who may do what, by whom and why, when it was last used and reviewed, and what of it was not used.",
)


@router.post("/{assignment_id}/review", response_model=Reviewed)
async def review_access(
    caller: Annotated[Caller, Requires(P.ACCESS_REVIEW_CONDUCT)], assignment_id: UUID, body: ReviewAccess, once: Once
) -> Response:
    """Say that a role is still needed, or take it away at once. Neither who holds it reviews it, nor who made his
    account, nor who gave it, nor who approved that. One that denies something critical is taken away by two people,
    where roles are taken away.
    """

    async def work(uow: UnitOfWork) -> Reviewed:
        row = await _held(uow, caller, assignment_id)
        quarter = quarter_of(uow.ctx.occurred_at)
        if body.decision == "withdrawn":
            await take(uow, caller.id, row, casinos_of(caller))
        await uow.connection.execute(
            insert(access_review).values(
                id=uuid7(),
                assignment_id=assignment_id,
                staff_id=row.staff_id,
                role_id=row.role_id,
                quarter=quarter,
                decision=body.decision,
                reason=body.reason,
                reviewed_at=uow.ctx.occurred_at,
                reviewed_by=caller.id,
            )
        )
        fact = AccessReviewed(
            staff_id=row.staff_id,
            assignment_id=assignment_id,
            role_id=row.role_id,
            role_name=row.role_name,
            quarter=quarter,
            decision=body.decision,
        )
        await uow.publish(fact, stream_id=f"access-review-{assignment_id}")
        return Reviewed(assignment_id=assignment_id, decision=body.decision, quarter=quarter)

    return await once(caller, work, status=200, reason=body.reason)


def quarter_of(moment: datetime) -> str:
    """The quarter of a year.

    >>> from datetime import UTC
    >>> quarter_of(datetime(2026, 11, 28, tzinfo=UTC))
    '2026-Q4'
    """
    return f"{moment.year}-Q{(moment.month + 2) // 3}"


async def _held(uow: UnitOfWork, caller: Caller, assignment_id: UUID) -> Any:
    """The assignment with the role's lines, where the caller may know of it.

    Raises:
        AssignmentUnknown, OwnAccess, OwnGift, OwnColleague; AnotherPersonNeeded: one human may be behind him and its
            holder, or one who gave or approved it.
    """
    holder = staff_list.table
    shown = (
        select(table, role_list.table.c.grants, holder.c.added_by)
        .join(holder, holder.c.staff_id == table.c.staff_id)
        .join(role_list.table, role_list.table.c.role_id == table.c.role_id)
        .where(table.c.assignment_id == assignment_id, *assignments_within(caller))
    )
    row = (await uow.connection.execute(shown)).one_or_none()
    if row is None:
        raise AssignmentUnknown
    if row.staff_id == caller.id:
        raise OwnAccess
    givers = [one for said in (row.assigned_by, row.approved_by) for one in (said or "").split(",")]
    if str(caller.id) in givers:
        raise OwnGift
    if str(caller.id) == row.added_by:
        raise OwnColleague
    for one in (str(row.staff_id), *givers):
        with suppress(ValueError):  # Whoever it was that gave it, or a process.
            await ties.require_apart(uow, caller.id, UUID(one))
    return row
