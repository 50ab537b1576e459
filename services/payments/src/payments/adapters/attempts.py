"""What was asked of providers, call by call."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Kept
from payments.adapters.tables import provider_attempt
from payments.application.outcomes import AttemptOutcome
from payments.application.stores import Attempt, Operation

_SWEEP = """
    DELETE FROM provider_attempt WHERE id IN (
        SELECT id FROM provider_attempt WHERE attempted_at < $1 ORDER BY attempted_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""


def kept_attempts(days: int) -> Kept:
    """How long calls to providers are kept."""
    return Kept("provider_attempt", timedelta(days=days), _SWEEP)


class SqlAttempts:
    """Implements `Attempts`."""

    async def note(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """See Attempts."""
        kept = asdict(attempt)
        kept |= {"idempotency_key": kept.pop("key"), "attempted_at": kept.pop("at")}
        went = {name: kept[name] for name in ("outcome", "http_status", "code", "duration_ms", "provider_failed")}
        statement = insert(provider_attempt).values(**kept)
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=went))

    async def last(self, connection: AsyncConnection, payment_id: UUID, operation: Operation) -> datetime | None:
        """See Attempts."""
        return await _latest(connection, _asked(payment_id, operation))

    async def left(self, connection: AsyncConnection, payment_id: UUID, operation: Operation) -> datetime | None:
        """See Attempts."""
        may_have_left = provider_attempt.c.outcome != AttemptOutcome.NOT_SENT
        return await _latest(connection, _asked(payment_id, operation) & may_have_left)


def _asked(payment_id: UUID, operation: Operation) -> ColumnElement[bool]:
    return (provider_attempt.c.payment_id == payment_id) & (provider_attempt.c.operation == operation)


async def _latest(connection: AsyncConnection, which: ColumnElement[bool]) -> datetime | None:
    found: datetime | None = (
        await connection.execute(select(func.max(provider_attempt.c.attempted_at)).where(which))
    ).scalar_one()
    return found
