"""Sessions of staff and players, and the password change."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import AnyStaff, Caller, Internal, Player, Public
from chassis.domain import DomainError
from chassis.http import App
from chassis.privacy import BlindIndex
from chassis.store import Application, UnitOfWork
from security.adapters import credentials, sessions
from security.application.door import DoorKeeper
from security.application.passwords import require_strong
from security.entrypoints.http.sessions.cookies import set_cookies
from security.entrypoints.http.sessions.issuing import Entered, issue, tokens
from security.entrypoints.http.sessions.log_in import client_of, go_on, log_in, nobody_yet
from security.entrypoints.http.sessions.own_password import change_own_password
from security.entrypoints.http.sessions.schemas import (
    ChangePassword,
    Done,
    FactorWanted,
    KeyRequest,
    PlayerCredential,
    PlayerLogIn,
    Refresh,
    SecondStep,
    StaffLogIn,
    SteppedUp,
    StepUp,
    TicketOnly,
    Tokens,
)
from security.entrypoints.http.sessions.second_step import ask_for_key, second_step
from security.entrypoints.http.sessions.step_up import ask_for_key as ask_for_step_up
from security.entrypoints.http.sessions.step_up import step_up

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


@router.post(
    f"{_V1}/staff-sessions",
    dependencies=[Public("nobody has a token before logging in")],
    responses={202: {"model": FactorWanted, "description": "The password was right; a second factor is asked for"}},
)
async def staff_log_in(
    body: StaffLogIn, request: Request, response: Response, app: App, door: Door
) -> Tokens | FactorWanted:
    """Log in as a member of staff. Whoever has a second factor gets 202 with a ticket for the second step."""
    entered = await log_in(
        app,
        door,
        nobody_yet(request, door, "staff"),
        realm=credentials.STAFF,
        handle=body.login.strip().lower(),
        password=body.password,
        casino_id=None,
        client=client_of(request),
    )
    return await _answer(app, door, response, entered)


@router.post(f"{_V1}/staff-sessions/factor", dependencies=[Public("the ticket and the factor are the proof")])
async def staff_factor(body: SecondStep, request: Request, app: App, door: Door) -> Tokens:
    """The second step: the ticket, and a code, a recovery code or the answer of a key. Each is good once."""
    ctx = nobody_yet(request, door, "staff")
    return await tokens(app, door, await second_step(app, door, ctx, body.ticket, body, client_of(request)))


@router.post(f"{_V1}/staff-sessions/factor-options", dependencies=[Public("the ticket is the proof")])
async def staff_factor_options(body: TicketOnly, request: Request, app: App, door: Door) -> KeyRequest:
    """What a key is asked in the second step."""
    return await ask_for_key(app, door, nobody_yet(request, door, "staff"), body.ticket, browser=False)


@router.post(f"{_V1}/staff-sessions/refresh", dependencies=[Public("the refresh token is the proof")])
async def staff_refresh(body: Refresh, request: Request, app: App, door: Door) -> Tokens:
    """Go on with a session: a new access token, and the next refresh token."""
    entered = await go_on(app, door, nobody_yet(request, door, "staff"), body.refresh_token, "staff")
    return await tokens(app, door, entered)


@router.delete(f"{_V1}/staff-sessions/current")
async def staff_log_out(
    caller: Annotated[Caller, AnyStaff(allow_password_change=True, allow_factor_enrolment=True)],
    request: Request,
    app: App,
) -> Done:
    """Log out."""
    return await _log_out(caller, app, request)


@router.post(f"{_V1}/step-up/options")
async def step_up_options(
    caller: Annotated[Caller, AnyStaff(allow_factor_enrolment=True)], request: Request, app: App, door: Door
) -> KeyRequest:
    """What a key is asked for stepping up."""
    return await ask_for_step_up(app, door, caller, caller.context(request))


@router.post(f"{_V1}/step-up")
async def prove_anew(
    caller: Annotated[Caller, AnyStaff(allow_factor_enrolment=True)],
    body: StepUp,
    request: Request,
    response: Response,
    app: App,
    door: Door,
) -> SteppedUp:
    """Prove again who it is (RFC 9470): the same session, an access token with a fresh `auth_time`. Whoever has a
    second factor uses that one. In a browser the cookies change with it.
    """
    entered = await step_up(app, door, caller, caller.context(request), body)
    issued = await issue(app, door, entered, door.policy.access_token)
    if entered.session.secret:
        set_cookies(response, door, entered.session.secret)
    return SteppedUp(access_token=issued.access_token, expires_in_s=issued.expires_in_s, amr=list(entered.session.amr))


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
async def player_log_in(
    body: PlayerLogIn, request: Request, response: Response, app: App, door: Door, index: Index
) -> Tokens | FactorWanted:
    """Log in as a player of a casino."""
    entered = await log_in(
        app,
        door,
        nobody_yet(request, door, "player").for_casino(body.casino_id),
        realm=str(body.casino_id),
        handle=index.of(body.email),
        password=body.password,
        casino_id=body.casino_id,
        client=client_of(request),
    )
    return await _answer(app, door, response, entered)


@router.post(f"{_V1}/player-sessions/refresh", dependencies=[Public("the refresh token is the proof")])
async def player_refresh(body: Refresh, request: Request, app: App, door: Door) -> Tokens:
    """Go on with a player's session."""
    entered = await go_on(app, door, nobody_yet(request, door, "player"), body.refresh_token, "player")
    return await tokens(app, door, entered)


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
    """Keep the password of a player who is about to be registered. One that is tried only is looked at and hashed as
    any other, and kept nowhere: a registration that comes to nothing takes as long as one that does not.
    """
    require_strong("player", body.password, "")
    hashed = await door.passwords.hash(body.password)

    async def work(uow: UnitOfWork) -> bool:
        if body.try_only:
            return True
        return await credentials.put_player(uow, player_id, body.casino_id, body.email_index, hashed)

    if not await app.transact(work, caller.context(request, casino_id=body.casino_id)):
        raise EmailTaken
    return Done()


async def _answer(
    app: Application, door: DoorKeeper, response: Response, entered: Entered | FactorWanted
) -> Tokens | FactorWanted:
    if isinstance(entered, FactorWanted):
        response.status_code = 202
        return entered
    return await tokens(app, door, entered)


async def _log_out(caller: Caller, app: Application, request: Request) -> Done:
    async def work(uow: UnitOfWork) -> int:
        return await sessions.end_sessions(uow, caller.id, "logged_out", only=caller.session_id)

    await app.transact(work, caller.context(request))
    return Done()
