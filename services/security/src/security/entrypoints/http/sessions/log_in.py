"""Log-in and refresh for staff and players: the same steps, the same silence about what was wrong."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from starlette.requests import Request

from chassis.domain import DomainError
from chassis.store import Actor, Application, Context, UnitOfWork
from security.adapters import credentials, sessions
from security.application.door import DoorKeeper
from security.application.tokens import access_token
from security.entrypoints.http.sessions.grants import grants_of
from security.entrypoints.http.sessions.schemas import Tokens


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


def nobody_yet(request: Request, door: DoorKeeper, kind: Literal["staff", "player"]) -> Context:
    """Whoever knocks, before it is known who it is."""
    ip = request.client.host if request.client else None
    return Context(actor=Actor(kind, "unknown", ip), occurred_at=door.clock.now())


TRIES = 2
"""How often a password is matched in one log-in: once more when the credential changed while the hash was computed."""

_LOOK_AGAIN_S = 0.05


async def log_in(
    app: Application, door: DoorKeeper, ctx: Context, *, realm: str, handle: str, password: str, casino_id: UUID | None
) -> Tokens:
    """A session for the right password; LogInRefused for everything else.

    The hash is computed between two transactions: it takes long, and no connection waits for it. A credential that
    appeared or changed meanwhile was not what the password was held against, so it is matched once more. One that
    changes even then is refused, and no failure is counted: nobody knows whether the password was wrong.
    """
    kept = await _look(app, realm, handle)

    async def finish(uow: UnitOfWork) -> _Opened | Changed | None:
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
        await credentials.succeeded(uow, now)
        session_id, refresh = await sessions.open_session(uow, now.subject_kind, now.subject_id, casino_id, door.policy)
        return _Opened(now, session_id, refresh)

    for _ in range(TRIES):
        right = await door.passwords.matches(password, kept.password_hash if kept else None)
        if right and kept is not None and not kept.confirmed:
            await _registration(app, door, realm, handle)
        outcome = await app.transact(finish, _as(ctx, kept))
        if isinstance(outcome, _Opened):
            return await _tokens(app, door, outcome.kept, outcome.session_id, outcome.refresh, casino_id)
        if outcome is None:
            break
        kept = outcome.now
    raise LogInRefused


@dataclass(frozen=True, slots=True)
class _Opened:
    kept: Any
    session_id: UUID
    refresh: str


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


async def go_on(app: Application, door: DoorKeeper, ctx: Context, token: str, kind: str) -> Tokens:
    """New tokens for a refresh token.

    Raises:
        SessionOver: the session ended or lay idle, the token was used before, or its owner may not come in any more.
    """

    async def work(uow: UnitOfWork) -> tuple[Any, Any, str] | None:
        used = await sessions.use_refresh_token(uow, token, door.policy)
        if used is None or used[0].subject_kind != kind:
            return None
        if kind == "player" and not await credentials.player_may_come_in(uow, used[0].subject_id):
            return None
        kept = await credentials.is_live(uow, used[0].subject_id)
        return None if kept is None else (used[0], kept, used[1])

    result = await app.transact(work, ctx)
    if result is None:
        raise SessionOver
    session, kept, refresh = result
    return await _tokens(app, door, kept, session.id, refresh, session.casino_id)


async def _tokens(
    app: Application, door: DoorKeeper, kept: Any, session_id: UUID, refresh: str, casino_id: UUID | None
) -> Tokens:
    grants: list[dict[str, Any]] = []
    if kept.subject_kind == "staff" and not kept.must_change:
        async with app.db.read() as connection:
            grants = await grants_of(connection, kept.subject_id)
    token = access_token(
        await door.keys.current(),
        kind=kept.subject_kind,
        subject_id=kept.subject_id,
        session_id=session_id,
        now=door.clock.now(),
        lifetime=door.policy.access_token,
        casino_id=casino_id,
        grants=grants,
        must_change_password=kept.must_change,
    )
    return Tokens(
        access_token=token,
        refresh_token=refresh,
        expires_in_s=int(door.policy.access_token.total_seconds()),
        must_change_password=kept.must_change,
        subject_id=kept.subject_id,
    )


def _as(ctx: Context, kept: Any | None) -> Context:
    """The same knock, now with the name behind the log-in that was tried."""
    if kept is None:
        return ctx
    actor = Actor(kept.subject_kind, str(kept.subject_id), ctx.actor.ip)
    return replace(ctx, actor=actor)
