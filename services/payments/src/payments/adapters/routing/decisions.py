"""The log of decisions, and what it says of how often providers succeed."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.store import Kept
from payments.adapters.routing.tables import routing_decision
from payments.application.routing.ports import Count, LoggedDecision, Place, RoutingOutcome, Segment
from payments.domain.routing.choice import Bucket, Candidate, Decision
from payments.domain.routing.strategy import Direction, Ranking, Way

_LATEST: Final = """
    SELECT named.provider, latest.succeeded
    FROM unnest($4::text[]) AS named (provider), LATERAL (
        SELECT outcome = 'settled' AS succeeded, ended_at FROM routing_decision
        WHERE casino_id = $1 AND method = $2 AND currency = $3 AND provider = named.provider
        AND direction = $6 AND ended_at IS NOT NULL AND outcome IN ('settled', 'declined')
        ORDER BY ended_at DESC LIMIT $5
    ) AS latest
    ORDER BY named.provider, latest.ended_at DESC"""
_COUNTS: Final = """
    SELECT named.provider, named.method, named.currency, count(*) AS tried,
    count(*) FILTER (WHERE latest.outcome = 'settled') AS settled, max(latest.ended_at) AS last_ended_at
    FROM unnest($2::text[], $3::text[], $4::text[]) AS named (provider, method, currency), LATERAL (
        SELECT outcome, ended_at FROM routing_decision
        WHERE casino_id = $1 AND method = named.method AND currency = named.currency AND provider = named.provider
        AND direction = $5 AND ended_at IS NOT NULL AND outcome IN ('settled', 'declined')
        ORDER BY ended_at DESC LIMIT $6
    ) AS latest
    GROUP BY named.provider, named.method, named.currency"""
_ENDED: Final = """
    UPDATE routing_decision SET outcome = $3, code = $4, ended_at = $5
    WHERE (deposit_id = $1 OR withdrawal_id = $1) AND provider = $2 AND outcome <> 'settled'
    AND (outcome = 'pending' OR $3 <> 'expired')"""
_REPLAY: Final = """
    SELECT * FROM routing_decision
    WHERE casino_id = $1 AND direction = $2 AND decided_at >= $3 AND decided_at < $4
        AND (attempt = 1 OR attempt IS NULL)
    ORDER BY decided_at, id LIMIT $5"""
_UNROUTED: Final = """
    SELECT count(*) FROM (
        SELECT FROM routing_decision WHERE player_id = $1 AND decided_at >= $2 AND outcome = 'none' LIMIT $3
    ) AS one"""
_SWEEP: Final = """
    DELETE FROM routing_decision WHERE id IN (
        SELECT id FROM routing_decision WHERE decided_at < $1 ORDER BY decided_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""
_AT_ONCE: Final = 500
_ID_OF: Final = {Direction.DEPOSIT: "deposit_id", Direction.WITHDRAWAL: "withdrawal_id"}


def kept_decisions(days: int) -> Kept:
    """How long decisions are kept: as long as the calls they led to."""
    return Kept("routing_decision", timedelta(days=days), _SWEEP)


class SqlDecisions:
    """The decisions of `Routing`."""

    async def windows(
        self, connection: AsyncConnection, casino_id: UUID, segment: Segment, providers: Collection[str], by: Ranking
    ) -> Mapping[str, tuple[Bucket, ...]]:
        """See Routing. At most bucket_size x buckets_max rows of an index are read for each provider."""
        raw = await driver(connection)
        most = by.bucket_size * by.buckets_max
        where = (casino_id, segment.method, segment.currency)
        rows = await raw.fetch(_LATEST, *where, sorted(providers), most, segment.direction.value)
        heard: dict[str, list[bool]] = {}
        for row in rows:
            heard.setdefault(row["provider"], []).append(row["succeeded"])
        return {provider: _buckets(outcomes, by.bucket_size) for provider, outcomes in heard.items()}

    async def counts(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction, places: Collection[Place], most: int
    ) -> Mapping[Place, Count]:
        """See Routing."""
        raw = await driver(connection)
        named = ([one.provider for one in places], [one.method for one in places], [one.currency for one in places])
        rows = await raw.fetch(_COUNTS, casino_id, *named, direction.value, most)
        return {
            Place(row["method"], row["currency"], row["provider"]): Count(
                row["tried"], row["settled"], row["last_ended_at"]
            )
            for row in rows
        }

    async def note(self, connection: AsyncConnection, logged: LoggedDecision) -> None:
        """See Routing."""
        kept: dict[str, Any] = asdict(logged)
        decision = kept.pop("decision")
        kept |= {name: decision[name] for name in ("way", "rule", "explored", "attempts_max")}
        kept[_ID_OF[logged.direction]] = kept.pop("payment_id")
        kept |= {"candidates": list(decision["candidates"]), "tags": sorted(logged.tags)}
        await connection.execute(insert(routing_decision).values(**kept))

    async def unrouted_since(self, connection: AsyncConnection, player_id: UUID, since: datetime, most: int) -> int:
        """See Routing."""
        return int(await (await driver(connection)).fetchval(_UNROUTED, player_id, since, most))

    async def ended(
        self,
        connection: AsyncConnection,
        payment_id: UUID,
        provider: str,
        outcome: RoutingOutcome,
        code: str | None,
        now: datetime,
    ) -> None:
        """See Routing."""
        raw = await driver(connection)
        await raw.execute(_ENDED, payment_id, provider, outcome.value, code, now)

    async def replay(
        self,
        connection: AsyncConnection,
        casino_id: UUID,
        direction: Direction,
        since: datetime,
        until: datetime,
        limit: int,
    ) -> AsyncIterator[LoggedDecision]:
        """See Routing."""
        raw = await driver(connection)
        async for row in raw.cursor(_REPLAY, casino_id, direction.value, since, until, limit, prefetch=_AT_ONCE):
            yield _logged(row)


def _buckets(outcomes: list[bool], size: int) -> tuple[Bucket, ...]:
    lots = [outcomes[begin : begin + size] for begin in range(0, len(outcomes), size)]
    return tuple(Bucket(len(lot), sum(lot)) for lot in lots)


def _logged(row: Any) -> LoggedDecision:
    direction = Direction(row["direction"])
    decision = Decision(
        way=Way(row["way"]),
        rule=row["rule"],
        explored=row["explored"],
        candidates=msgspec.convert(row["candidates"], tuple[Candidate, ...]),
        attempts_max=row["attempts_max"],
    )
    return LoggedDecision(
        id=row["id"],
        casino_id=row["casino_id"],
        player_id=row["player_id"],
        direction=direction,
        payment_id=row[_ID_OF[direction]],
        attempt=row["attempt"],
        method=row["method"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        country=row["country"],
        tags=msgspec.convert(row["tags"], list[str]),
        new_player=row["new_player"],
        strategy_version=row["strategy_version"],
        provider=row["provider"],
        decision=decision,
        decided_at=row["decided_at"],
        outcome=RoutingOutcome(row["outcome"]),
        code=row["code"],
    )
