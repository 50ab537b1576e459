"""Sessions and their refresh tokens: each token is used once, and using it again ends the session.

A refresh token that turns up twice was copied by somebody. Nobody can tell who of the two is the owner, so neither
goes on (RFC 9700 section 4.14.2).
"""

import hashlib
import secrets
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.domain import uuid7
from chassis.store import UnitOfWork
from contracts.security.events import LoggedIn, SessionEnded
from security.adapters.tables import refresh_token, session
from security.application.policies import DoorPolicy

Cause = Literal["logged_out", "disabled", "password_changed", "refresh_reused", "blocked"]


async def open_session(
    uow: UnitOfWork, kind: Literal["staff", "player"], subject_id: UUID, casino_id: UUID | None, policy: DoorPolicy
) -> tuple[UUID, str]:
    """Begin a session; returns its id and the first refresh token."""
    session_id, now = uuid7(), uow.ctx.occurred_at
    await uow.connection.execute(
        insert(session).values(
            id=session_id,
            subject_kind=kind,
            subject_id=subject_id,
            casino_id=casino_id,
            ip=uow.ctx.actor.ip,
            started_at=now,
            ends_at=now + policy.absolute,
        )
    )
    await uow.publish(
        LoggedIn(subject_kind=kind, subject_id=subject_id, session_id=session_id, casino_id=casino_id),
        stream_id=f"session-{session_id}",
    )
    return session_id, await _issue(uow, session_id)


async def use_refresh_token(uow: UnitOfWork, token: str, policy: DoorPolicy) -> tuple[Any, str] | None:
    """The session and its next refresh token; None when the token opens nothing (any more)."""
    statement = (
        select(session, refresh_token.c.issued_at, refresh_token.c.used_at)
        .join(refresh_token, refresh_token.c.session_id == session.c.id)
        .where(refresh_token.c.digest == _digest(token))
        .with_for_update()
    )
    row = (await uow.connection.execute(statement)).one_or_none()
    now = uow.ctx.occurred_at
    if row is None or row.ended_at is not None:
        return None
    if row.used_at is not None:
        if row.casino_id is not None:
            uow.ctx = uow.ctx.for_casino(row.casino_id)
        await end_sessions(uow, row.subject_id, "refresh_reused", only=row.id)
        return None
    if row.ends_at <= now or row.issued_at + policy.idle <= now:
        return None
    await uow.connection.execute(
        update(refresh_token).where(refresh_token.c.digest == _digest(token)).values(used_at=now)
    )
    return row, await _issue(uow, row.id)


async def end_sessions(
    uow: UnitOfWork, subject_id: UUID, cause: Cause, *, only: UUID | None = None, but: UUID | None = None
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


async def _issue(uow: UnitOfWork, session_id: UUID) -> str:
    token = secrets.token_urlsafe(32)
    await uow.connection.execute(
        insert(refresh_token).values(digest=_digest(token), session_id=session_id, issued_at=uow.ctx.occurred_at)
    )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
