"""Breakers: a row each, decided from the attempts that are kept, under the lock of that row.

Those of payouts are apart: a provider that takes no orders to pay may take deposits all the same.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.routing.tables import payout_breaker, provider_breaker
from payments.application.routing.ports import Place, Segment
from payments.application.stores import Operation
from payments.domain.routing.breaker import COUNTED_MOST, PROBE_PATIENCE, Breaker, after
from payments.domain.routing.strategy import Direction

_OF_SEGMENT: Final = """
    SELECT provider, opened, open_until, probe_until, since FROM {breaker}
    WHERE casino_id = $1 AND method = $2 AND currency = $3"""
_OF_CASINO: Final = """
    SELECT method, currency, provider, opened, open_until, probe_until, since FROM {breaker} WHERE casino_id = $1"""
_CLAIM: Final = """
    UPDATE {breaker} SET probe_until = $6
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4
    AND open_until <= $5 AND (probe_until IS NULL OR probe_until <= $5) RETURNING 1"""
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_ONE: Final = """
    SELECT opened, open_until, probe_until, since FROM {breaker}
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4"""
_RECENT: Final = """
    SELECT provider_failed FROM provider_attempt
    WHERE casino_id = $1 AND provider = $2 AND method = $3 AND currency = $4
    AND attempted_at > $5 AND provider_failed IS NOT NULL AND operation = ANY($7::text[])
    ORDER BY attempted_at DESC LIMIT $6"""
_KEEP: Final = """
    INSERT INTO {breaker} (casino_id, provider, method, currency, opened, open_until, probe_until, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (casino_id, provider, method, currency) DO UPDATE SET
    opened = $5, open_until = $6, probe_until = $7, since = $8"""

_TABLE: Final = {Direction.DEPOSIT: provider_breaker.name, Direction.WITHDRAWAL: payout_breaker.name}
_COUNTED: Final[Mapping[Direction, tuple[Operation, ...]]] = {
    Direction.DEPOSIT: ("deposit.create", "deposit.ask"),
    Direction.WITHDRAWAL: ("payout.order",),
}


class SqlBreakers:
    """The breakers of `Routing`."""

    async def breakers(self, connection: AsyncConnection, casino_id: UUID, segment: Segment) -> Mapping[str, Breaker]:
        """See Routing."""
        raw = await driver(connection)
        rows = await raw.fetch(_of(segment, _OF_SEGMENT), casino_id, segment.method, segment.currency)
        return {row["provider"]: _breaker(row) for row in rows}

    async def breakers_of(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction
    ) -> Mapping[Place, Breaker]:
        """See Routing."""
        raw = await driver(connection)
        rows = await raw.fetch(_OF_CASINO.replace("{breaker}", _TABLE[direction]), casino_id)
        return {Place(row["method"], row["currency"], row["provider"]): _breaker(row) for row in rows}

    async def claim_probe(
        self, connection: AsyncConnection, casino_id: UUID, provider: str, segment: Segment, now: datetime
    ) -> bool:
        """See Routing."""
        raw = await driver(connection)
        where = (casino_id, provider, segment.method, segment.currency)
        return await raw.fetchval(_of(segment, _CLAIM), *where, now, now + PROBE_PATIENCE) is not None

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
        row = await raw.fetchrow(_of(segment, _ONE), *where)
        if not failed and (row is None or row["open_until"] is None):
            return
        await raw.execute(_LOCK, "/".join((_TABLE[segment.direction], str(casino_id), *where[1:])))
        row = await raw.fetchrow(_of(segment, _ONE), *where)
        before = None if row is None else _breaker(row)
        since = now - within if before is None else max(now - within, before.since)
        counted = _COUNTED[segment.direction]
        recent = [one["provider_failed"] for one in await raw.fetch(_RECENT, *where, since, COUNTED_MOST, counted)]
        then = after(before, recent, failed=failed, now=now)
        if then is not None and then != before:
            await raw.execute(_of(segment, _KEEP), *where, then.opened, then.open_until, then.probe_until, then.since)


def _of(segment: Segment, statement: str) -> str:
    return statement.replace("{breaker}", _TABLE[segment.direction])


def _breaker(row: Any) -> Breaker:
    return Breaker(
        opened=row["opened"], open_until=row["open_until"], probe_until=row["probe_until"], since=row["since"]
    )
