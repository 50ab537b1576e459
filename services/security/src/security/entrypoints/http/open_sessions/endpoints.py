"""Open sessions: seen and ended, one's own by everybody, those of colleagues by whoever may."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth import AnyPerson, Caller, Requires
from chassis.domain import NotFound
from chassis.http import App, Once
from chassis.http.listing import serve_list
from chassis.store import UnitOfWork
from contracts.security.permissions import SecurityPermission as P
from security.adapters import sessions
from security.adapters.tables import session
from security.entrypoints.http.open_sessions.listing import OWN_SESSIONS, SESSIONS
from security.entrypoints.http.open_sessions.schemas import ColleagueSession, EndSessions, OwnSession, SessionsEnded
from security.entrypoints.http.reach import assignments_within, require_colleague
from security.entrypoints.http.sessions.endpoints import Door
from security.entrypoints.http.sessions.schemas import Done
from security.read_models.assignment_list import assignment_list

router = APIRouter(prefix="/api/security/v1", tags=["sessions"])

Person = Annotated[Caller, AnyPerson()]


_OWN = AnyPerson()
_COLLEAGUES = Requires(P.SESSION_LIST)


async def own(caller: Annotated[Caller, _OWN], door: Door) -> list[ColumnElement[bool]]:
    """The caller's own open sessions."""
    return [*_open_at(door), session.c.subject_id == caller.id]


async def of_colleagues(caller: Annotated[Caller, _COLLEAGUES], door: Door) -> list[ColumnElement[bool]]:
    """Those of the staff; a manager of some casinos sees those of colleagues who hold a role there."""
    within, table = assignments_within(caller), assignment_list.table
    colleagues = [session.c.subject_id.in_(select(table.c.staff_id).where(*within))] if within else []
    return [*_open_at(door), session.c.subject_kind == "staff", *colleagues]


def _marked(_request: Request, caller: Caller) -> Any:
    hidden = {} if caller.acting_for is None else {"ip": None, "user_agent": None}

    async def finish(_: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, **hidden, "current": row["session_id"] == caller.session_id} for row in rows]

    return finish


serve_list(
    router,
    "/own-sessions",
    OWN_SESSIONS,
    _OWN,
    item=OwnSession,
    narrow=own,
    finish=_marked,
    summary="The caller's own open sessions, the one last used first. Where a player was is not for staff who look as "
    "he does.",
)
serve_list(
    router,
    "/sessions",
    SESSIONS,
    _COLLEAGUES,
    item=ColleagueSession,
    export=P.SESSION_EXPORT,
    narrow=of_colleagues,
    summary="Open sessions of the staff; a manager of some casinos sees those of colleagues who hold a role there.",
)


@router.delete("/own-sessions/{session_id}")
async def end_own_session(caller: Person, session_id: UUID, request: Request, app: App) -> Done:
    """End one of the caller's own sessions."""

    async def work(uow: UnitOfWork) -> int:
        return await sessions.end_sessions(uow, caller.id, "ended_by_owner", only=session_id)

    if not await app.transact(work, caller.context(request)):
        raise NotFound
    return Done()


@router.delete("/own-sessions")
async def end_other_sessions(caller: Person, request: Request, app: App) -> SessionsEnded:
    """End every session of the caller's but the one that asks."""

    async def work(uow: UnitOfWork) -> int:
        return await sessions.end_sessions(uow, caller.id, "ended_by_owner", but=caller.session_id)

    return SessionsEnded(ended=await app.transact(work, caller.context(request)))


@router.post("/staff/{staff_id}/sessions/end", response_model=SessionsEnded)
async def end_sessions_of(
    caller: Annotated[Caller, Requires(P.SESSION_END)], staff_id: UUID, body: EndSessions, once: Once
) -> Response:
    """End a colleague's sessions, or one of them; its tokens are worth nothing within seconds. A manager of some
    casinos does it for those who work at these alone.
    """

    async def work(uow: UnitOfWork) -> SessionsEnded:
        await require_colleague(uow.connection, caller, staff_id)
        ended = await sessions.end_sessions(uow, staff_id, "ended_by_colleague", only=body.session_id)
        if body.session_id is not None and not ended:
            raise NotFound
        return SessionsEnded(ended=ended)

    return await once(caller, work, status=200, reason=body.reason)


def _open_at(door: Door) -> list[ColumnElement[bool]]:
    return [session.c.ended_at.is_(None), session.c.ends_at > door.clock.now()]
