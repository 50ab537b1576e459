"""Sessions of staff and players, and the password change."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from chassis.auth import AnyStaff, Caller, Internal, Player, Public
from chassis.domain import DomainError
from chassis.http import App
from chassis.privacy import BlindIndex
from chassis.store import Application, UnitOfWork
from security.adapters import credentials, sessions
from security.application.door import DoorKeeper
from security.application.passwords import require_strong
from security.entrypoints.http.sessions.log_in import go_on, log_in, nobody_yet
from security.entrypoints.http.sessions.own_password import change_own_password
from security.entrypoints.http.sessions.schemas import (
    ChangePassword,
    Done,
    PlayerCredential,
    PlayerLogIn,
    Refresh,
    StaffLogIn,
    Tokens,
)

router = APIRouter(tags=["sessions"])

_V1 = "/api/security/v1"


def _door(request: Request) -> DoorKeeper:
    keeper: DoorKeeper = request.app.state.door_keeper
    return keeper


def _index(request: Request) -> BlindIndex:
    index: BlindIndex = request.app.state.blind_index
    return index


Door = Annotated[DoorKeeper, Depends(_door)]
Index = Annotated[BlindIndex, Depends(_index)]


class EmailTaken(DomainError):
    """A registered player of this casino has this e-mail."""

    code = "email_taken"


@router.post(f"{_V1}/staff-sessions", dependencies=[Public("nobody has a token before logging in")])
async def staff_log_in(body: StaffLogIn, request: Request, app: App, door: Door) -> Tokens:
    """Log in as a member of staff."""
    return await log_in(
        app,
        door,
        nobody_yet(request, door, "staff"),
        realm=credentials.STAFF,
        handle=body.login.strip().lower(),
        password=body.password,
        casino_id=None,
    )


@router.post(f"{_V1}/staff-sessions/refresh", dependencies=[Public("the refresh token is the proof")])
async def staff_refresh(body: Refresh, request: Request, app: App, door: Door) -> Tokens:
    """Go on with a session: a new access token, and the next refresh token."""
    return await go_on(app, door, nobody_yet(request, door, "staff"), body.refresh_token, "staff")


@router.delete(f"{_V1}/staff-sessions/current")
async def staff_log_out(
    caller: Annotated[Caller, AnyStaff(allow_password_change=True)], request: Request, app: App
) -> Done:
    """Log out."""
    return await _log_out(caller, app, request)


@router.post(f"{_V1}/staff/me/password")
async def change_password(
    caller: Annotated[Caller, AnyStaff(allow_password_change=True)],
    body: ChangePassword,
    request: Request,
    app: App,
    door: Door,
) -> Done:
    """Choose a new password; every other session ends."""
    await change_own_password(app, door, caller, caller.context(request), body)
    return Done()


@router.post(f"{_V1}/player-sessions", dependencies=[Public("nobody has a token before logging in")])
async def player_log_in(body: PlayerLogIn, request: Request, app: App, door: Door, index: Index) -> Tokens:
    """Log in as a player of a casino."""
    return await log_in(
        app,
        door,
        nobody_yet(request, door, "player").for_casino(body.casino_id),
        realm=str(body.casino_id),
        handle=index.of(body.email),
        password=body.password,
        casino_id=body.casino_id,
    )


@router.post(f"{_V1}/player-sessions/refresh", dependencies=[Public("the refresh token is the proof")])
async def player_refresh(body: Refresh, request: Request, app: App, door: Door) -> Tokens:
    """Go on with a player's session."""
    return await go_on(app, door, nobody_yet(request, door, "player"), body.refresh_token, "player")


@router.delete(f"{_V1}/player-sessions/current")
async def player_log_out(caller: Annotated[Caller, Player()], request: Request, app: App) -> Done:
    """Log out."""
    return await _log_out(caller, app, request)


@router.post(f"{_V1}/player-sessions/password")
async def change_player_password(
    caller: Annotated[Caller, Player()], body: ChangePassword, request: Request, app: App, door: Door
) -> Done:
    """Choose a new password; every other session of the player ends. A wrong current one counts as a failed log-in."""
    await change_own_password(app, door, caller, caller.context(request), body)
    return Done()


@router.put("/internal/v1/player-credentials/{player_id}")
async def put_player_credential(
    caller: Annotated[Caller, Internal("backoffice")],
    player_id: UUID,
    body: PlayerCredential,
    request: Request,
    app: App,
    door: Door,
) -> Done:
    """Keep the password of a player who is about to be registered."""
    require_strong("player", body.password, "")
    hashed = await door.passwords.hash(body.password)

    async def work(uow: UnitOfWork) -> bool:
        return await credentials.put_player(uow, player_id, body.casino_id, body.email_index, hashed)

    if not await app.transact(work, caller.context(request, casino_id=body.casino_id)):
        raise EmailTaken
    return Done()


async def _log_out(caller: Caller, app: Application, request: Request) -> Done:
    async def work(uow: UnitOfWork) -> int:
        return await sessions.end_sessions(uow, caller.id, "logged_out", only=caller.session_id)

    await app.transact(work, caller.context(request))
    return Done()
