"""More access for some hours: asked for, answered by a second person, ended early by either."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.approvals import Proposing
from chassis.auth import AnyStaff, Caller, Requires
from chassis.domain import uuid7
from chassis.http import Db, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import catalogue
from security.domain.elevation import commands
from security.domain.elevation.aggregate import Absent, elevation
from security.domain.elevation.errors import ElevationUnknown
from security.domain.elevation.events import ElevationEnded
from security.domain.second import require_second
from security.entrypoints.access import gains, role_to_give
from security.entrypoints.http.assignments.giving import casinos_named, take_back
from security.entrypoints.http.elevations.guarded import GRANT_ELEVATION, GrantElevation, describe, require_grantable
from security.entrypoints.http.elevations.listing import ELEVATIONS, elevations_within
from security.entrypoints.http.elevations.schemas import (
    AnswerElevation,
    ApproveElevation,
    AskForElevation,
    ElevationItem,
)
from security.entrypoints.http.reach import casinos_of, require_one_place, require_own_casinos
from security.entrypoints.second_person import ALSO_PROPOSED, size
from security.read_models.elevation_list import table

router = APIRouter(prefix="/api/security/v1", tags=["elevations"])

_LISTED = Requires(P.ELEVATION_LIST)
Assigner = Annotated[Caller, Requires(P.ROLE_ASSIGN)]


async def within(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees those for them alone."""
    return elevations_within(caller)


serve_list(
    router,
    "/elevations",
    ELEVATIONS,
    _LISTED,
    item=ElevationItem,
    export=P.ELEVATION_EXPORT,
    narrow=within,
    summary="Who asked for more access, and what became of it; a manager of some casinos sees those for them alone.",
)


@router.get("/elevations/{elevation_id}")
async def show_elevation(caller: Annotated[Caller, _LISTED], elevation_id: UUID, db: Db) -> ElevationItem:
    """One wish for more access."""
    async with db.read() as connection:
        return await _item(connection, elevation_id, elevations_within(caller))


@router.post("/elevations", status_code=201, response_model=ElevationItem)
async def ask_for_elevation(
    caller: Annotated[Caller, Requires(P.ELEVATION_REQUEST)], body: AskForElevation, once: Once
) -> Response:
    """Ask for a role for some hours, at casinos one works for. A colleague answers within a day, or it lapses."""
    casinos = casinos_named(body.casinos)
    require_own_casinos(caller, casinos)
    elevation_id = uuid7()

    async def work(uow: UnitOfWork) -> ElevationItem:
        found = await role_to_give(uow, body.role_id)
        command = commands.RequestElevation(
            staff_id=caller.id,
            role_id=body.role_id,
            role_name=found.name,
            casinos=casinos,
            minutes=body.minutes,
            ticket=body.ticket,
            now=uow.ctx.occurred_at,
        )
        await uow.decide(elevation, elevation_id, command)
        return await _item(uow.connection, elevation_id)

    return await once(caller, work, reason=body.reason)


@router.post("/elevations/{elevation_id}/approve", response_model=ElevationItem, responses=ALSO_PROPOSED)
async def approve_elevation(
    caller: Annotated[Caller, Requires(P.ROLE_ASSIGN, proposes=True)],
    elevation_id: UUID,
    body: ApproveElevation,
    once: Once,
    proposing: Proposing,
) -> Response:
    """Give somebody the role asked for, until its time is over. The rules are those of giving a role: nobody answers
    his own wish or gives more than he holds, what is kept with two people meets in one only for a reason, and what is
    critical is given when a second person has approved it, too (202).
    """
    payload = GrantElevation(elevation_id=elevation_id, conflict_override=body.conflict_override)

    async def check(uow: UnitOfWork) -> None:
        casinos = await require_grantable(uow, caller.id, payload, casinos_of(caller))
        if (await describe(uow, payload)).size != size(()):
            require_one_place(caller, casinos)

    return await proposing(caller, GRANT_ELEVATION, payload, reason=body.reason, once=once, check=check)


@router.post("/elevations/{elevation_id}/refuse", response_model=ElevationItem)
async def refuse_elevation(caller: Assigner, elevation_id: UUID, body: AnswerElevation, once: Once) -> Response:
    """Say no."""

    async def work(uow: UnitOfWork) -> ElevationItem:
        command = commands.RefuseElevation(by=caller.id, within=casinos_of(caller))
        await uow.decide(elevation, elevation_id, command)
        return await _item(uow.connection, elevation_id)

    return await once(caller, work, status=200, reason=body.reason)


@router.post("/elevations/{elevation_id}/end", response_model=ElevationItem)
async def end_elevation(caller: Assigner, elevation_id: UUID, body: AnswerElevation, once: Once) -> Response:
    """End what a colleague was given before its time, or take his wish away. A role that denies something critical ends
    at its time, or is taken away by two people, where roles are taken away.
    """

    async def work(uow: UnitOfWork) -> ElevationItem:
        return await _end(uow, caller, elevation_id, casinos_of(caller))

    return await once(caller, work, status=200, reason=body.reason)


@router.post("/me/elevations/{elevation_id}/end", response_model=ElevationItem)
async def end_own_elevation(
    caller: Annotated[Caller, AnyStaff()], elevation_id: UUID, body: AnswerElevation, once: Once
) -> Response:
    """Give back what is no longer needed, or take one's wish back."""

    async def work(uow: UnitOfWork) -> ElevationItem:
        return await _end(uow, caller, elevation_id, frozenset())

    return await once(caller, work, status=200, reason=body.reason)


async def _end(uow: UnitOfWork, caller: Caller, elevation_id: UUID, within: frozenset[str] | None) -> ElevationItem:
    command = commands.EndElevation(by=caller.id, now=uow.ctx.occurred_at, within=within)
    ended = await uow.decide(elevation, elevation_id, command)
    if any(isinstance(one, ElevationEnded) for one in ended.events) and not isinstance(ended.state, Absent):
        staff_id = ended.state.wish.staff_id
        critical = await gains(uow, await catalogue.load(uow.connection), [staff_id], without=elevation_id)
        require_second(critical, caller.id, None)
        await take_back(uow, staff_id, elevation_id)
    return await _item(uow.connection, elevation_id)


async def _item(
    connection: AsyncConnection, elevation_id: UUID, narrow: list[ColumnElement[bool]] | None = None
) -> ElevationItem:
    statement = select(table).where(table.c.elevation_id == elevation_id, *(narrow or ()))
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise ElevationUnknown
    return ElevationItem.model_validate(dict(row))
