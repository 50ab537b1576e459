"""Who holds which role: given, taken away, listed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import ColumnElement

from chassis.approvals import Proposing
from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.entrypoints.http.assignments import taking
from security.entrypoints.http.assignments.giving import casinos_named, require_possible
from security.entrypoints.http.assignments.guarded import GIVE_ROLE, GiveRole, describe
from security.entrypoints.http.assignments.listing import ASSIGNMENTS
from security.entrypoints.http.assignments.taking import TAKE_ROLE, TakeRole
from security.entrypoints.http.reach import assignments_within, casinos_of, require_one_place, require_own_casinos
from security.entrypoints.http.sessions.schemas import Done
from security.entrypoints.http.staff.schemas import Assign, Assigned, AssignmentItem
from security.entrypoints.second_person import ALSO_PROPOSED, size

router = APIRouter(prefix="/api/security/v1", tags=["assignments"])


_LISTED = Requires(P.ASSIGNMENT_LIST)


async def within(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees those at them alone."""
    return assignments_within(caller)


serve_list(
    router,
    "/assignments",
    ASSIGNMENTS,
    _LISTED,
    item=AssignmentItem,
    export=P.ASSIGNMENT_EXPORT,
    narrow=within,
    summary="Who holds which role, where, why and until when; a manager of some casinos sees those at them alone.",
)


@router.post("/staff/{staff_id}/assignments", status_code=201, response_model=Assigned, responses=ALSO_PROPOSED)
async def assign_role(
    caller: Annotated[Caller, Requires(P.ROLE_ASSIGN, proposes=True)],
    staff_id: UUID,
    body: Assign,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Give a role for some casinos or for the whole operator. Nobody gives themselves one, or more than they hold; what
    is kept with two people meets in one only for a reason that is kept. With a critical permission in it the role is
    proposed, and given when a second person approves (202).
    """
    casinos = casinos_named(body.casinos)
    require_own_casinos(caller, casinos)
    payload = GiveRole(staff_id=staff_id, **{**body.model_dump(exclude={"reason"}), "casinos": list(casinos)})

    async def check(uow: UnitOfWork) -> None:
        await require_possible(uow, caller.id, payload.gift())
        if (await describe(uow, payload)).size != size(()):
            require_one_place(caller, casinos)

    return await proposing(caller, GIVE_ROLE, payload, reason=body.reason, once=once, check=check, done=201)


@router.delete("/staff/{staff_id}/assignments/{assignment_id}", response_model=Done, responses=ALSO_PROPOSED)
async def withdraw_role(
    caller: Annotated[Caller, Requires(P.ROLE_ASSIGN, proposes=True)],
    staff_id: UUID,
    assignment_id: UUID,
    proposing: Proposing,
) -> Response:
    """Take a role away. What it denies is denied no more, so whoever takes it away holds that himself; where that is
    critical, and nothing else keeps the colleague from it, it is proposed, and done when somebody approves it (202).
    """
    payload = TakeRole(staff_id=staff_id, assignment_id=assignment_id)

    async def check(uow: UnitOfWork) -> None:
        await taking.require_possible(uow, caller.id, payload, casinos_of(caller))
        if (await taking.describe(uow, payload)).size != size(()):
            require_one_place(caller, tuple((await taking.held(uow, payload)).casinos))

    return await proposing(caller, TAKE_ROLE, payload, check=check)
