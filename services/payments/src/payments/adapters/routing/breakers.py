"""Breakers: a row each, decided from the attempts that are kept, under the lock of that row."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.application.routing.ports import Segment
from payments.domain.routing.breaker import COUNTED_MOST, PROBE_PATIENCE, Breaker, after

_OF_SEGMENT: Final = """
    SELECT provider, opened, open_until, probe_until, since FROM provider_breaker
    WHERE casino_id = $1 AND method = $2 AND currency = $3"""
_CLAIM: Final = """
    UPDATE provider_breaker SET probe_until = $6
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4
    AND open_until <= $5 AND (probe_until IS NULL OR probe_until <= $5) RETURNING 1"""
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_ONE: Final = """
    SELECT opened, open_until, probe_until, since FROM provider_breaker
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4"""
_RECENT: Final = """
    SELECT provider_failed FROM provider_attempt
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4
    AND attempted_at > $5 AND provider_failed IS NOT NULL
    ORDER BY attempted_at DESC LIMIT $6"""
_KEEP: Final = """
    INSERT INTO provider_breaker (casino_id, provider, method, currency, opened, open_until, probe_until, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (casino_id, provider, method, currency) DO UPDATE SET
    opened = $5, open_until = $6, probe_until = $7, since = $8"""


class SqlBreakers:
    """The breakers of `Routing`."""

    async def breakers(self, connection: AsyncConnection, casino_id: UUID, segment: Segment) -> Mapping[str, Breaker]:
        """See Routing."""
        raw = await driver(connection)
        rows = await raw.fetch(_OF_SEGMENT, casino_id, segment.method, segment.currency)
        return {row["provider"]: _breaker(row) for row in rows}

    async def claim_probe(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, segment: Segment, now: datetime
    ) -> bool:
        """See Routing."""
        raw = await driver(connection)
        where = (casino_id, provider, segment.method, segment.currency)
        return await raw.fetchval(_CLAIM, *where, now, now + PROBE_PATIENCE) is not None

    async def count(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        provider: str,
        segment: Segment,
        *,
        failed: bool,
        now: datetime,
        within: timedelta,
    ) -> None:
        """See Routing. Where nothing failed and nothing is open there is nothing to count."""
        raw = await driver(connection)
        where = (casino_id, provider, segment.method, segment.currency)
        row = await raw.fetchrow(_ONE, *where)
        if not failed and (row is None or row["open_until"] is None):
            return
        await raw.execute(_LOCK, f"breaker/{casino_id}/{provider}/{segment.method}/{segment.currency}")
        row = await raw.fetchrow(_ONE, *where)
        before = None if row is None else _breaker(row)
        since = now - within if before is None else max(now - within, before.since)
        recent = [one["provider_failed"] for one in await raw.fetch(_RECENT, *where, since, COUNTED_MOST)]
        then = after(before, recent, failed=failed, now=now)
        if then is not None and then != before:
            await raw.execute(_KEEP, *where, then.opened, then.open_until, then.probe_until, then.since)


def _breaker(row: Any) -> Breaker:
    return Breaker(
        opened=row["opened"], open_until=row["open_until"], probe_until=row["probe_until"], since=row["since"]
    )
