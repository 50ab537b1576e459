"""What providers hold, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.domain import uuid7
from payments.application.floats.ports import Told, Watched
from payments.application.ports import ProviderAccount
from payments.application.schema import metadata
from payments.domain.routing.float import ASK_EVERY, Float

provider_float = Table(
    "provider_float",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("balance_minor", BigInteger, comment="as it was said; NULL: nobody did"),
    Column("source", Text, comment="who said it"),
    Column("told_by", Text, comment="of staff: which"),
    Column("told_at", DateTime(timezone=True), comment="what it was chosen to pay since then is not in it"),
    Column("fresh_until", DateTime(timezone=True), comment="it binds payouts until then"),
    Column("ask_at", DateTime(timezone=True), nullable=False, comment="when the provider is asked next"),
    Column("unanswered", Integer, nullable=False, server_default="0", comment="questions in a row"),
    Column("alarm", Text, comment="what people were told; NULL: nothing, or it is over"),
    Column("alarm_since", DateTime(timezone=True)),
    UniqueConstraint("casino_id", "provider", "currency"),
    CheckConstraint("num_nonnulls(balance_minor, source, told_at, fresh_until) IN (0, 4)", name="told_whole"),
    comment="what providers that pay out hold of a casino's money, as it was told",
)

provider_float_now = Table(
    "provider_float_now",
    MetaData(),  # A view is no table: migrations make it, and nobody compares it.
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("balance_minor", BigInteger),
    Column("source", Text),
    Column("told_by", Text),
    Column("told_at", DateTime(timezone=True)),
    Column("fresh_until", DateTime(timezone=True)),
    Column("under_way_minor", BigInteger, nullable=False),
    Column("room_minor", BigInteger),
    Column("ledger_minor", BigInteger),
    Column("low_minor", BigInteger),
    Column("alarm", Text),
    Column("alarm_since", DateTime(timezone=True)),
)

_ENSURE: Final = """
    INSERT INTO provider_float (id, casino_id, provider, currency, ask_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) CROSS JOIN (VALUES ($5::timestamptz)) AS at
    ON CONFLICT (casino_id, provider, currency) DO NOTHING"""
_CLAIM: Final = """
    UPDATE provider_float
    SET unanswered = unanswered + 1, ask_at = $3::timestamptz + $4::interval * (1 << least(unanswered, 4))
    WHERE casino_id = $1 AND provider = $2 AND ask_at <= $3 AND NOT EXISTS (
        SELECT FROM payout_breaker AS breaker
        WHERE breaker.casino_id = $1 AND breaker.provider = $2 AND breaker.open_until > $3)
    RETURNING 1"""
_ANSWERED: Final = """
    UPDATE provider_float SET unanswered = 0, ask_at = $3 WHERE casino_id = $1 AND provider = $2"""
_TOLD: Final = """
    UPDATE provider_float SET balance_minor = $4, source = $5, told_by = $6, told_at = $7, fresh_until = $8
    WHERE casino_id = $1 AND provider = $2 AND currency = $3"""
_OF_CURRENCY: Final = """
    SELECT provider, room_minor, fresh_until, ledger_minor FROM provider_float_now
    WHERE casino_id = $1 AND currency = $2"""
_WATCHED: Final = """
    SELECT id, casino_id, provider, currency, low_minor, alarm, room_minor, fresh_until, ledger_minor
    FROM provider_float_now WHERE casino_id = $1 ORDER BY provider, currency"""
_ALARMED: Final = """
    UPDATE provider_float SET alarm = $2, alarm_since = CASE WHEN $2::text IS NULL THEN NULL ELSE $3::timestamptz END
    WHERE id = $1 AND alarm IS DISTINCT FROM $2 RETURNING 1"""


class SqlFloats:
    """Implements `Floats`."""

    async def ensure(self, connection: AsyncConnection, accounts: Sequence[ProviderAccount], now: datetime) -> None:
        """See Floats."""
        wanted = [(one.casino_id, one.provider, currency) for one in accounts for currency in sorted(one.currencies)]
        if wanted:
            raw = await driver(connection)
            casinos, providers, currencies = zip(*wanted, strict=True)
            await raw.execute(_ENSURE, [uuid7() for _ in wanted], casinos, providers, currencies, now)

    async def claim(self, connection: AsyncConnection, casino_id: UUID, provider: str, now: datetime) -> bool:
        """See Floats."""
        raw = await driver(connection)
        return await raw.fetchval(_CLAIM, casino_id, provider, now, ASK_EVERY) is not None

    async def answered(self, connection: AsyncConnection, casino_id: UUID, provider: str, now: datetime) -> None:
        """See Floats."""
        raw = await driver(connection)
        await raw.execute(_ANSWERED, casino_id, provider, now + ASK_EVERY)

    async def told(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, currency: str, told: Told
    ) -> None:
        """See Floats."""
        raw = await driver(connection)
        said = (told.balance_minor, told.source.value, told.told_by, told.told_at, told.fresh_until)
        await raw.execute(_TOLD, casino_id, provider, currency, *said)

    async def of_currency(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> Mapping[str, Float]:
        """See Floats."""
        raw = await driver(connection)
        return {row["provider"]: _float(row) for row in await raw.fetch(_OF_CURRENCY, casino_id, currency)}

    async def watched(self, connection: AsyncConnection, casino_id: UUID) -> Sequence[Watched]:
        """See Floats."""
        raw = await driver(connection)
        return [
            Watched(
                id=row["id"],
                casino_id=row["casino_id"],
                provider=row["provider"],
                currency=row["currency"],
                low_minor=row["low_minor"],
                alarm=row["alarm"],
                known=_float(row),
            )
            for row in await raw.fetch(_WATCHED, casino_id)
        ]

    async def alarmed(self, connection: AsyncConnection, id_: UUID, alarm: str | None, now: datetime) -> bool:
        """See Floats."""
        raw = await driver(connection)
        return await raw.fetchval(_ALARMED, id_, alarm, now) is not None


def _float(row: Any) -> Float:
    return Float(room_minor=row["room_minor"], fresh_until=row["fresh_until"], ledger_minor=row["ledger_minor"])
