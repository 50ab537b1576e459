"""What was asked of providers, call by call."""

from dataclasses import asdict

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from payments.adapters.tables import provider_attempt
from payments.application.ports import Attempt


class SqlAttempts:
    """Implements `Attempts`."""

    async def note(self, connection: AsyncConnection, attempt: Attempt) -> None:
        """See Attempts."""
        kept = asdict(attempt)
        kept |= {"idempotency_key": kept.pop("key"), "attempted_at": kept.pop("at")}
        went = {name: kept[name] for name in ("outcome", "http_status", "code", "duration_ms")}
        statement = insert(provider_attempt).values(**kept)
        await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=went))
