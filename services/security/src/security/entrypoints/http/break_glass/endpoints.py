"""Emergency access: opened by whoever needs it, ended early by him or a colleague, reviewed by somebody else."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import AnyStaff, Caller, Requires
from chassis.domain import uuid7
from chassis.http import App, Db, Once
from chassis.http.listing import serve_list
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.security.events import SessionCause
from contracts.security.permissions import SecurityPermission as P
from security.adapters import sessions, ties
from security.domain.break_glass import commands
from security.domain.break_glass.aggregate import Absent, break_glass
from security.domain.break_glass.errors import BreakGlassUnknown
from security.entrypoints.http.assignments.giving import take_back
from security.entrypoints.http.break_glass.listing import EMERGENCIES, emergencies_within
from security.entrypoints.http.break_glass.opening import (
    OpensOrRepeats,
    open_break_glass,
    require_strongest_proof,
    session_of,
)
from security.entrypoints.http.break_glass.schemas import (
    BreakGlassItem,
    BreakGlassStarted,
    EndBreakGlass,
    OpenBreakGlass,
    ReviewBreakGlass,
)
from security.entrypoints.http.reach import casinos_of
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.sessions.issuing import Entered, issue
from security.read_models.break_glass_list import table

router = APIRouter(prefix="/api/security/v1", tags=["break-glass"])

_LISTED = Requires(P.BREAK_GLASS_LIST)


async def within(caller: Annotated[Caller, _LISTED]) -> list[ColumnElement[bool]]:
    """A manager of some casinos sees those at them alone."""
    return emergencies_within(caller)


serve_list(
    router,
    "/break-glass",
    EMERGENCIES,
    _LISTED,
    item=BreakGlassItem,
    export=P.BREAK_GLASS_EXPORT,
    narrow=within,
    summary="Who opened emergency access, until when, and what the review found (`reviewed_at=is.null`: none yet).",
)


@router.get("/break-glass/{break_glass_id}")
async def show_break_glass(caller: Annotated[Caller, _LISTED], break_glass_id: UUID, db: Db) -> BreakGlassItem:
    """One emergency and its review."""
    async with db.read() as connection:
        return await _item(connection, break_glass_id, emergencies_within(caller))


@router.post("/break-glass", status_code=201, response_model=BreakGlassStarted)
async def start_break_glass(
    caller: Annotated[Caller, OpensOrRepeats(P.BREAK_GLASS_OPEN)],
    body: OpenBreakGlass,
    request: Request,
    app: App,
    door: Door,
    once: Once,
) -> Response:
    """Open emergency access for an hour at most, at the casinos one works for, right after proving with a security key
    who one is. It reaches neither security nor audit.
    Security is woken up, everything done meanwhile is marked, and somebody else must review it within three days.
    """
    break_glass_id = uuid7()

    async def work(uow: UnitOfWork) -> BreakGlassStarted:
        await require_strongest_proof(uow, door, caller)
        await open_break_glass(uow, caller, break_glass_id, body)
        return BreakGlassStarted(**(await _item(uow.connection, break_glass_id)).model_dump())

    async def here(uow: UnitOfWork) -> Entered:
        return await session_of(uow, caller)

    remembered = await once(caller, work, reason=body.reason)
    issued = await issue(app, door, await app.transact(here, caller.context(request)), door.policy.access_token)
    shown = {"access_token": issued.access_token, "expires_in_s": issued.expires_in_s}
    made = BreakGlassStarted.model_validate_json(bytes(remembered.body)).model_copy(update=shown)
    return made_anew(Response(made.model_dump_json(), media_type="application/json"), remembered)


@router.post("/break-glass/{break_glass_id}/end", response_model=BreakGlassItem)
async def end_break_glass(
    caller: Annotated[Caller, Requires(P.BREAK_GLASS_END)], break_glass_id: UUID, body: EndBreakGlass, once: Once
) -> Response:
    """End a colleague's emergency access before its time; his sessions end with it."""

    async def work(uow: UnitOfWork) -> BreakGlassItem:
        return await _end(uow, caller, break_glass_id, casinos_of(caller))

    return await once(caller, work, status=200, reason=body.reason)


@router.post("/me/break-glass/{break_glass_id}/end", response_model=BreakGlassItem)
async def end_own_break_glass(
    caller: Annotated[Caller, AnyStaff()], break_glass_id: UUID, body: EndBreakGlass, once: Once
) -> Response:
    """Give emergency access back once it is no longer needed; every session ends with it."""

    async def work(uow: UnitOfWork) -> BreakGlassItem:
        return await _end(uow, caller, break_glass_id, frozenset())

    return await once(caller, work, status=200, reason=body.reason)


@router.post("/break-glass/{break_glass_id}/review", response_model=BreakGlassItem)
async def review_break_glass(
    caller: Annotated[Caller, Requires(P.BREAK_GLASS_REVIEW)], break_glass_id: UUID, body: ReviewBreakGlass, once: Once
) -> Response:
    """Close the review of what a colleague did in an emergency. Nobody reviews his own, nor that of whom he gave a new
    password lately.
    """

    async def work(uow: UnitOfWork) -> BreakGlassItem:
        command = commands.ReviewBreakGlass(
            by=caller.id, findings=body.findings, now=uow.ctx.occurred_at, within=casinos_of(caller)
        )
        state = (await uow.decide(break_glass, break_glass_id, command)).state
        assert not isinstance(state, Absent), "what is reviewed was there"
        await ties.require_apart(uow, caller.id, state.staff_id)
        return await _item(uow.connection, break_glass_id)

    return await once(caller, work, status=200)


async def _end(uow: UnitOfWork, caller: Caller, break_glass_id: UUID, within: frozenset[str] | None) -> BreakGlassItem:
    command = commands.EndBreakGlass(by=caller.id, now=uow.ctx.occurred_at, within=within)
    state = (await uow.decide(break_glass, break_glass_id, command)).state
    assert not isinstance(state, Absent), "what ended was there"
    await take_back(uow, state.staff_id, break_glass_id)
    cause: SessionCause = "ended_by_owner" if state.staff_id == caller.id else "ended_by_colleague"
    await sessions.end_sessions(uow, state.staff_id, cause)
    return await _item(uow.connection, break_glass_id)


async def _item(
    connection: AsyncConnection, break_glass_id: UUID, narrow: list[ColumnElement[bool]] | None = None
) -> BreakGlassItem:
    statement = select(table).where(table.c.break_glass_id == break_glass_id, *(narrow or ()))
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise BreakGlassUnknown
    return BreakGlassItem.model_validate(dict(row))
