"""Launching games, and who launched what."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.auth import Caller, Player, PlayerOr
from chassis.auth.errors import Forbidden
from chassis.http import Once
from chassis.http.listing import serve_list
from chassis.http.once import made_anew
from chassis.store import UnitOfWork
from contracts.games.permissions import GamesPermission as P
from games.application.launching import Wish
from games.entrypoints.http.parts import Games
from games.entrypoints.http.sessions.listing import SESSIONS
from games.entrypoints.http.sessions.schemas import SessionItem, SessionLaunch, SessionRef, SessionWish

router = APIRouter(prefix="/api/games/v1/sessions", tags=["sessions"])


@router.post("", status_code=201)
async def open_session(
    body: SessionWish,
    request: Request,
    response: Response,
    caller: Annotated[Caller, Player("a game is launched by the one who plays")],
    once: Once,
    games: Games,
) -> SessionLaunch:
    """Launch a game. A repeat with the same key asks the supplier again for the same session's address."""
    ctx = caller.context(request)
    wish = _wish(body, caller.id, caller.casino_id, ctx.actor.ip)

    async def work(uow: UnitOfWork) -> SessionRef:
        return SessionRef(session_id=await games.launcher.open(uow, wish))

    recorded = await once(caller, work)
    session = SessionRef.model_validate_json(bytes(recorded.body))
    url = await games.launcher.launch(session.session_id, wish, ctx)
    made_anew(response, recorded)
    return SessionLaunch(session_id=session.session_id, url=url)


serve_list(
    router,
    "",
    SESSIONS,
    PlayerOr(P.SESSION_LIST),
    item=SessionItem,
    export=P.SESSION_EXPORT,
    name="sessions",
    summary="Game sessions; a player sees their own.",
)


def _wish(body: SessionWish, player_id: UUID, casino_id: UUID | None, ip: str | None) -> Wish:
    if casino_id is None:
        raise Forbidden
    return Wish(
        player_id=player_id,
        casino_id=casino_id,
        game_code=body.game_code,
        supplier=body.supplier,
        platform=body.platform,
        language=body.lang,
        lobby_url=body.lobby_url,
        ip=ip or "",
    )
