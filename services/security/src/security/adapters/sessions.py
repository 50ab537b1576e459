"""Sessions: of programs, which go on by refresh tokens, and of browsers, which hold one secret in a cookie.

Each refresh token is used once, and using it again ends the session: one that turns up twice was copied by somebody.
Nobody can tell who of the two is the owner, so neither goes on (RFC 9700 section 4.14.2).
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.auth import Unauthenticated
from chassis.domain import uuid7
from chassis.store import UnitOfWork
from contracts.security.events import LoggedIn, LogInFailed, Proof, SessionCause, SessionEnded
from security.adapters.tables import refresh_token, session
from security.application.policies import DoorPolicy

SEEN_EVERY: Final = timedelta(minutes=1)
"""A session's last use is written no more often than this."""

_LONGEST_USER_AGENT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a session is opened for.

    Attributes:
        browser: it gets one secret for a cookie, no refresh tokens.
        user_agent: as it calls itself, which proves nothing.
    """

    browser: bool = False
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session as tokens are made from it. `secret` is the next refresh token, or what goes into the cookie."""

    id: UUID
    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    casino_id: UUID | None
    authenticated_at: datetime
    amr: tuple[str, ...]
    secret: str = ""


async def open_session(
    uow: UnitOfWork,
    kind: Literal["staff", "player"],
    subject_id: UUID,
    casino_id: UUID | None,
    policy: DoorPolicy,
    *,
    amr: Iterable[str],
    client: Client,
) -> Opened:
    """Begin a session."""
    session_id, now, proved = uuid7(), uow.ctx.occurred_at, tuple(amr)
    sid = secrets.token_urlsafe(32) if client.browser else None
    await uow.connection.execute(
        insert(session).values(
            id=session_id,
            subject_kind=kind,
            subject_id=subject_id,
            casino_id=casino_id,
            ip=uow.ctx.actor.ip,
            user_agent=(client.user_agent or "")[:_LONGEST_USER_AGENT] or None,
            started_at=now,
            last_seen_at=now,
            authenticated_at=now,
            amr=list(proved),
            browser=client.browser,
            sid_digest=_digest(sid) if sid else None,
            ends_at=now + policy.absolute,
        )
    )
    await uow.publish(
        LoggedIn(subject_kind=kind, subject_id=subject_id, session_id=session_id, casino_id=casino_id, amr=proved),
        stream_id=f"session-{session_id}",
    )
    return Opened(
        id=session_id,
        subject_kind=kind,
        subject_id=subject_id,
        casino_id=casino_id,
        authenticated_at=now,
        amr=proved,
        secret=sid or await _issue(uow, session_id),
    )


async def use_refresh_token(uow: UnitOfWork, token: str, policy: DoorPolicy) -> Opened | None:
    """The session with its next refresh token; None when the token opens nothing (any more)."""
    statement = (
        select(session, refresh_token.c.issued_at, refresh_token.c.used_at)
        .join(refresh_token, refresh_token.c.session_id == session.c.id)
        .where(refresh_token.c.digest == _digest(token))
        .with_for_update()
    )
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    if row.used_at is not None:
        await _end(uow, row, "refresh_reused")
        return None
    if await _is_over(uow, row, row.issued_at, policy):
        return None
    now = uow.ctx.occurred_at
    await uow.connection.execute(
        update(refresh_token).where(refresh_token.c.digest == _digest(token)).values(used_at=now)
    )
    await _see(uow, row)
    return _opened(row, await _issue(uow, row.id))


async def behind_cookie(uow: UnitOfWork, sid: str, policy: DoorPolicy, *, passive: bool = False) -> Opened | None:
    """The session of a browser; None when the secret opens nothing (any more). Its last use is kept to the minute.

    Args:
        passive: nobody did anything, so this is no use.
    """
    row = (await uow.connection.execute(select(session).where(session.c.sid_digest == _digest(sid)))).one_or_none()
    if row is None or row.ended_at is not None or await _is_over(uow, row, row.last_seen_at, policy):
        return None
    if not passive and uow.ctx.occurred_at - row.last_seen_at >= SEEN_EVERY:
        await _see(uow, row)
    return _opened(row, "")


async def live(uow: UnitOfWork, session_id: UUID | None, subject_id: UUID) -> Any | None:
    """A session that goes on, locked; None when it is over or somebody else's."""
    statement = select(session).where(
        session.c.id == session_id,
        session.c.subject_id == subject_id,
        session.c.ended_at.is_(None),
        session.c.ends_at > uow.ctx.occurred_at,
    )
    return (await uow.connection.execute(statement.with_for_update())).one_or_none()


async def going_on(uow: UnitOfWork, session_id: UUID | None, subject_id: UUID) -> Opened:
    """A session as tokens are made from it; Unauthenticated when it is over."""
    row = await live(uow, session_id, subject_id)
    if row is None:
        raise Unauthenticated("The session is over.")
    return _opened(row, "")


async def authenticate(uow: UnitOfWork, row: Any, amr: Iterable[str]) -> Opened:
    """Who it is was proved anew. A browser's session gets another secret with it, and the one before opens nothing."""
    proved, sid = tuple(amr), secrets.token_urlsafe(32) if row.browser else None
    values: dict[str, Any] = {"authenticated_at": uow.ctx.occurred_at, "amr": list(proved), "failures": 0}
    if sid is not None:
        values["sid_digest"] = _digest(sid)
    changed = update(session).where(session.c.id == row.id).values(**values).returning(session)
    return _opened((await uow.connection.execute(changed)).one(), sid or "")


async def proof_failed(uow: UnitOfWork, row: Any, policy: DoorPolicy, proof: Proof) -> None:
    """Count a wrong proof within a session, which its reader holds; the one too many ends it, not the log-in."""
    failures = row.failures + 1
    await uow.connection.execute(update(session).where(session.c.id == row.id).values(failures=failures))
    await uow.publish(
        LogInFailed(
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            casino_id=row.casino_id,
            failures=failures,
            proof=proof,
        )
    )
    if failures >= policy.failures:
        await _end(uow, row, "proofs_failed")


async def end_sessions(
    uow: UnitOfWork, subject_id: UUID, cause: SessionCause, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End a subject's sessions: all, only one, or all but one. Returns how many ended."""
    statement = (
        update(session)
        .where(session.c.subject_id == subject_id, session.c.ended_at.is_(None))
        .values(ended_at=uow.ctx.occurred_at, cause=cause)
        .returning(session.c.id, session.c.subject_kind, session.c.casino_id)
    )
    if only is not None:
        statement = statement.where(session.c.id == only)
    if but is not None:
        statement = statement.where(session.c.id != but)
    ended = (await uow.connection.execute(statement)).all()
    for one in ended:
        await uow.publish(
            SessionEnded(
                subject_kind=one.subject_kind,
                subject_id=subject_id,
                session_id=one.id,
                casino_id=one.casino_id,
                cause=cause,
            ),
            stream_id=f"session-{one.id}",
        )
    return len(ended)


async def _is_over(uow: UnitOfWork, row: Any, used_at: datetime, policy: DoorPolicy) -> bool:
    """Whether its time is up, or it lay idle; if so it ends here, and everybody is told."""
    now = uow.ctx.occurred_at
    if row.ends_at <= now:
        await _end(uow, row, "expired")
    elif used_at + policy.idle <= now:
        await _end(uow, row, "idle")
    else:
        return False
    return True


async def _end(uow: UnitOfWork, row: Any, cause: SessionCause) -> None:
    if row.casino_id is not None:
        uow.ctx = uow.ctx.for_casino(row.casino_id)
    await end_sessions(uow, row.subject_id, cause, only=row.id)


async def _see(uow: UnitOfWork, row: Any) -> None:
    await uow.connection.execute(update(session).where(session.c.id == row.id).values(last_seen_at=uow.ctx.occurred_at))


def _opened(row: Any, secret: str) -> Opened:
    return Opened(
        id=row.id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        casino_id=row.casino_id,
        authenticated_at=row.authenticated_at,
        amr=tuple(row.amr),
        secret=secret,
    )


async def _issue(uow: UnitOfWork, session_id: UUID) -> str:
    token = secrets.token_urlsafe(32)
    await uow.connection.execute(
        insert(refresh_token).values(digest=_digest(token), session_id=session_id, issued_at=uow.ctx.occurred_at)
    )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
