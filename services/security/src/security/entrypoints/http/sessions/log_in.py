"""Log-in and refresh for staff and players: the same steps, the same silence about what was wrong."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from starlette.requests import Request

from chassis.domain import DomainError
from chassis.store import Actor, Application, Context, UnitOfWork
from security.adapters import credentials, factors, sessions, tickets
from security.adapters.sessions import Client
from security.application.door import DoorKeeper
from security.application.factors import amr_of
from security.entrypoints.http.sessions.issuing import Entered
from security.entrypoints.http.sessions.schemas import FactorWanted


class LogInRefused(DomainError):
    """Wrong name, wrong password, locked, disabled: whoever asks is not told which (GLI-19 2.5.3)."""

    code = "log_in_refused"
    status = 401

    @classmethod
    def default_detail(cls) -> str:
        return "Name or password is wrong, or the account is not open."


class SessionOver(DomainError):
    """The refresh token opens nothing any more."""

    code = "session_over"
    status = 401


def client_of(request: Request, *, browser: bool = False) -> Client:
    """What the session is opened for."""
    return Client(browser=browser, user_agent=request.headers.get("user-agent"))


def nobody_yet(request: Request, door: DoorKeeper, kind: Literal["staff", "player"]) -> Context:
    """Whoever knocks, before it is known who it is."""
    ip = request.client.host if request.client else None
    return Context(actor=Actor(kind, "unknown", ip), occurred_at=door.clock.now())


TRIES = 2
"""How often a password is matched in one log-in: once more when the credential changed while the hash was computed."""

_LOOK_AGAIN_S = 0.05


async def log_in(
    app: Application,
    door: DoorKeeper,
    ctx: Context,
    *,
    realm: str,
    handle: str,
    password: str,
    casino_id: UUID | None,
    client: Client,
) -> Entered | FactorWanted:
    """A session for the right password, or a ticket for the second step; LogInRefused for everything else.

    The hash is computed between two transactions: it takes long, and no connection waits for it. A credential that
    appeared or changed meanwhile was not what the password was held against, so it is matched once more. One that
    changes even then is refused, and no failure is counted: nobody knows whether the password was wrong.
    """
    kept = await _look(app, realm, handle)

    async def finish(uow: UnitOfWork) -> Entered | FactorWanted | Changed | None:
        now = await credentials.find(uow, realm, handle)
        if now is None or not credentials.usable(now, ctx.occurred_at):
            return None
        if kept is None or now.password_hash != kept.password_hash:
            return Changed(now)
        if not right:
            await credentials.failed(uow, now, door.policy, casino_id)
            return None
        if now.subject_kind == "player" and not await credentials.player_may_come_in(uow, now.subject_id, lock=True):
            return None
        wanted = await _ticket(uow, door, now, casino_id, client)
        return wanted or await open_for(uow, door, now, casino_id, ["pwd"], client)

    for _ in range(TRIES):
        right = await door.passwords.matches(password, kept.password_hash if kept else None)
        if right and kept is not None and not kept.confirmed:
            await _registration(app, door, realm, handle)
        outcome = await app.transact(finish, as_owner(ctx, kept))
        if isinstance(outcome, (Entered, FactorWanted)):
            return outcome
        if outcome is None:
            break
        kept = outcome.now
    raise LogInRefused


@dataclass(frozen=True, slots=True)
class Changed:
    """What came instead: another credential than the one that the password was matched with."""

    now: Any


async def _look(app: Application, realm: str, handle: str) -> Any | None:
    async with app.db.read() as connection:
        return await credentials.look(connection, realm, handle)


async def _registration(app: Application, door: DoorKeeper, realm: str, handle: str) -> None:
    """Wait until the news of a registration is here, but not for ever.

    Only whoever knows the password of the registration waits: a wrong one is answered as fast as an unknown e-mail.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + door.policy.registration.total_seconds()
    while clock() < deadline:
        kept = await _look(app, realm, handle)
        if kept is None or kept.confirmed:
            return
        await asyncio.sleep(_LOOK_AGAIN_S)


async def go_on(app: Application, door: DoorKeeper, ctx: Context, token: str, kind: str) -> Entered:
    """The session behind a refresh token, with the next one.

    Raises:
        SessionOver: the session ended or lay idle, the token was used before, or its owner may not come in any more.
    """

    async def work(uow: UnitOfWork) -> Entered | None:
        session = await sessions.use_refresh_token(uow, token, door.policy)
        return None if session is None or session.subject_kind != kind else await still_welcome(uow, session)

    entered = await app.transact(work, ctx)
    if entered is None:
        raise SessionOver
    return entered


async def still_welcome(uow: UnitOfWork, session: sessions.Opened) -> Entered | None:
    """The session with its owner's credential; None when its owner may not come in any more."""
    if session.subject_kind == "player" and not await credentials.player_may_come_in(uow, session.subject_id):
        return None
    kept = await credentials.is_live(uow, session.subject_id)
    return None if kept is None else Entered(kept, session)


async def _ticket(
    uow: UnitOfWork, door: DoorKeeper, kept: Any, casino_id: UUID | None, client: Client
) -> FactorWanted | None:
    """A ticket for the second step; None when there is no factor. Earlier failures are forgotten after it, not before:
    else whoever knows the password could guess codes for ever.
    """
    found = await factors.of(uow.connection, kept.subject_id)
    if not found:
        return None
    left = await factors.recovery_codes_left(uow.connection, kept.subject_id)
    token = await tickets.issue(
        uow,
        "browser_log_in" if client.browser else "log_in",
        kept.subject_id,
        door.policy.ticket,
        casino_id=casino_id,
    )
    kinds = sorted({one.kind for one in found}) + (["recovery_code"] if left else [])
    return FactorWanted(ticket=token, kinds=kinds, expires_in_s=int(door.policy.ticket.total_seconds()))


async def open_for(
    uow: UnitOfWork, door: DoorKeeper, kept: Any, casino_id: UUID | None, methods: list[str], client: Client
) -> Entered:
    """A session for whoever proved himself by these methods; earlier failures are forgotten."""
    await credentials.succeeded(uow, kept)
    session = await sessions.open_session(
        uow, kept.subject_kind, kept.subject_id, casino_id, door.policy, amr=amr_of(methods), client=client
    )
    return Entered(kept, session)


def as_owner(ctx: Context, kept: Any | None) -> Context:
    """The same knock, now with the name behind the log-in that was tried."""
    if kept is None:
        return ctx
    actor = Actor(kept.subject_kind, str(kept.subject_id), ctx.actor.ip)
    return replace(ctx, actor=actor)
