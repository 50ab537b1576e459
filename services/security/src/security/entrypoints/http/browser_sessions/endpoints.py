"""Sessions of browsers: one secret in a cookie, which the gateway swaps for a short token."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from chassis.auth import AnyPerson, Caller, Internal, Public
from chassis.http import App
from chassis.store import Application, UnitOfWork
from security.adapters import credentials, sessions
from security.application.door import DoorKeeper
from security.entrypoints.http.browser_sessions.schemas import (
    BrowserLogIn,
    BrowserSession,
    CookieSecret,
    SessionToken,
)
from security.entrypoints.http.sessions.cookies import clear_cookies, csrf_token, set_cookies
from security.entrypoints.http.sessions.endpoints import Door, Index
from security.entrypoints.http.sessions.issuing import Entered, issue
from security.entrypoints.http.sessions.log_in import SessionOver, client_of, log_in, nobody_yet, still_welcome
from security.entrypoints.http.sessions.schemas import Done, FactorWanted, KeyRequest, SecondStep, TicketOnly
from security.entrypoints.http.sessions.second_step import ask_for_key, second_step

router = APIRouter(tags=["browser sessions"])

_SESSIONS = "/api/security/v1/browser-sessions"


@router.post(
    _SESSIONS,
    dependencies=[Public("nobody has a session before logging in")],
    responses={202: {"model": FactorWanted, "description": "The password was right; a second factor is asked for"}},
)
async def browser_log_in(
    body: BrowserLogIn, request: Request, response: Response, app: App, door: Door, index: Index
) -> BrowserSession | FactorWanted:
    """Log in from a browser, as staff or as a player: two cookies are set. Each log-in makes a new secret."""
    ctx = nobody_yet(request, door, "staff" if body.login is not None else "player")
    entered = await log_in(
        app,
        door,
        ctx if body.casino_id is None else ctx.for_casino(body.casino_id),
        realm=credentials.STAFF if body.casino_id is None else str(body.casino_id),
        handle=index.of(body.email) if body.email is not None else (body.login or "").strip().lower(),
        password=body.password,
        casino_id=body.casino_id,
        client=client_of(request, browser=True),
    )
    if isinstance(entered, FactorWanted):
        response.status_code = 202
        return entered
    return await _let_in(app, door, response, entered)


@router.post(f"{_SESSIONS}/factor", dependencies=[Public("the ticket and the factor are the proof")])
async def browser_factor(
    body: SecondStep, request: Request, response: Response, app: App, door: Door
) -> BrowserSession:
    """The second step: the ticket, and a code, a recovery code or the answer of a key."""
    client = client_of(request, browser=True)
    entered = await second_step(app, door, nobody_yet(request, door, "staff"), body.ticket, body, client)
    return await _let_in(app, door, response, entered)


@router.post(f"{_SESSIONS}/factor-options", dependencies=[Public("the ticket is the proof")])
async def browser_factor_options(body: TicketOnly, request: Request, app: App, door: Door) -> KeyRequest:
    """What a key is asked in the second step."""
    return await ask_for_key(app, door, nobody_yet(request, door, "staff"), body.ticket, browser=True)


@router.delete(_SESSIONS)
async def browser_log_out(
    caller: Annotated[Caller, AnyPerson()], request: Request, response: Response, app: App
) -> Done:
    """Log out: the session ends and the cookies go."""

    async def work(uow: UnitOfWork) -> int:
        return await sessions.end_sessions(uow, caller.id, "logged_out", only=caller.session_id)

    await app.transact(work, caller.context(request))
    clear_cookies(response)
    return Done()


@router.post("/internal/v1/session-tokens")
async def session_token(
    caller: Annotated[Caller, Internal("gateway")], body: CookieSecret, request: Request, app: App, door: Door
) -> SessionToken:
    """A short token for the secret of a cookie, and what the page must show with it. 401 when the session is over."""

    async def work(uow: UnitOfWork) -> Entered | None:
        session = await sessions.behind_cookie(uow, body.sid, door.policy, passive=body.passive)
        return None if session is None else await still_welcome(uow, session)

    entered = await app.transact(work, caller.context(request))
    if entered is None:
        raise SessionOver
    issued = await issue(app, door, entered, door.policy.browser_token)
    return SessionToken(
        access_token=issued.access_token,
        expires_in_s=issued.expires_in_s,
        session_id=entered.session.id,
        csrf_token=csrf_token(door, body.sid),
    )


async def _let_in(app: Application, door: DoorKeeper, response: Response, entered: Entered) -> BrowserSession:
    issued = await issue(app, door, entered, door.policy.browser_token)
    set_cookies(response, door, entered.session.secret)
    response.headers["Cache-Control"] = "no-store"
    return BrowserSession(
        session_id=entered.session.id,
        subject_id=entered.session.subject_id,
        csrf_token=csrf_token(door, entered.session.secret),
        must_change_password=issued.must_change_password,
        factor_due_at=issued.factor_due_at,
    )
