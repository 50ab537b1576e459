"""Tickets: what is carried from one step of a proof to the next. Each is used once, from where it was given."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from security.adapters.factor_tables import ticket

Purpose = Literal["log_in", "browser_log_in", "step_up", "new_key"]


async def issue(
    uow: UnitOfWork,
    purpose: Purpose,
    subject_id: UUID,
    lifetime: timedelta,
    *,
    session_id: UUID | None = None,
    casino_id: UUID | None = None,
    challenge: bytes | None = None,
) -> str:
    """A ticket; what is kept is its hash. Those of the same person that have expired go."""
    token, now = secrets.token_urlsafe(32), uow.ctx.occurred_at
    await uow.connection.execute(delete(ticket).where(ticket.c.subject_id == subject_id, ticket.c.expires_at <= now))
    await uow.connection.execute(
        insert(ticket).values(
            digest=_digest(token),
            purpose=purpose,
            subject_id=subject_id,
            session_id=session_id,
            casino_id=casino_id,
            ip=uow.ctx.actor.ip,
            challenge=challenge,
            expires_at=now + lifetime,
        )
    )
    return token


async def owner_of(connection: AsyncConnection, token: str) -> UUID | None:
    """Whose ticket it is; None when there is none such."""
    statement = select(ticket.c.subject_id).where(ticket.c.digest == _digest(token))
    owner: UUID | None = (await connection.execute(statement)).scalar_one_or_none()
    return owner


async def held(uow: UnitOfWork, token: str, purpose: Purpose) -> Any | None:
    """The ticket, locked; None unless it is good for this, now, and from here.

    Whoever asks holds the owner's credential already: all who lock both take them in this order.
    """
    statement = select(ticket).where(ticket.c.digest == _digest(token), ticket.c.purpose == purpose)
    row = (await uow.connection.execute(statement.with_for_update())).one_or_none()
    if row is None or row.expires_at <= uow.ctx.occurred_at or row.ip != uow.ctx.actor.ip:
        return None
    return row


async def ask(uow: UnitOfWork, row: Any, challenge: bytes | None) -> None:
    """Keep what a key is to sign; None once an answer came, right or wrong: each challenge has one."""
    await uow.connection.execute(update(ticket).where(ticket.c.digest == row.digest).values(challenge=challenge))


async def spend(uow: UnitOfWork, row: Any) -> None:
    """It is used."""
    await uow.connection.execute(delete(ticket).where(ticket.c.digest == row.digest))


async def drop(uow: UnitOfWork, subject_id: UUID) -> None:
    """No ticket of theirs is good for anything any more."""
    await uow.connection.execute(delete(ticket).where(ticket.c.subject_id == subject_id))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
