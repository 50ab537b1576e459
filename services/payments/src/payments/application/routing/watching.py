"""How a casino's providers do now: their breakers, and how often what was routed to them succeeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from payments.application.desk import Desk
from payments.application.routing.ports import Place
from payments.application.routing.publishing import ways
from payments.domain.routing.breaker import BreakerState, state_of
from payments.domain.routing.strategy import Direction, unwritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A provider by one method, currency and way.

    Attributes:
        enabled: the account is on.
        state: of the breaker; `open_until`: from then on one payment may try it; `opened`: how often in a row.
        counted: the latest payments, settled or declined, that a success rate is made of; at most as many as the
            casino's strategy looks back.
        settled: those of them that were paid.
        last_ended_at: when the newest of them ended.
    """

    provider: str
    method: str
    currency: str
    direction: Direction
    enabled: bool
    state: BreakerState
    open_until: datetime | None
    opened: int
    counted: int
    settled: int
    last_ended_at: datetime | None


async def watch_providers(desk: Desk, connection: AsyncConnection, casino_id: UUID) -> Sequence[Watched]:
    """By direction, method, currency and provider; whatever the casino's accounts offer, those that are off as well."""
    accounts = await desk.accounts.of_casino(connection, casino_id)
    found: list[Watched] = []
    for direction in Direction:
        moved = ways(desk, direction)
        places = {
            Place(method, currency, one.provider): one.enabled
            for one in accounts
            if one.provider in moved
            for method in one.methods
            for currency in one.currencies
        }
        published = await desk.routing.strategy(connection, casino_id, direction)
        by = (unwritten(direction) if published is None else published.strategy).otherwise
        most = by.bucket_size * by.buckets_max
        counts = await desk.routing.counts(connection, casino_id, direction, sorted(places), most)
        breakers = await desk.routing.breakers_of(connection, casino_id, direction)
        now = desk.now()
        for place in sorted(places):
            breaker, count = breakers.get(place), counts.get(place)
            found.append(
                Watched(
                    provider=place.provider,
                    method=place.method,
                    currency=place.currency,
                    direction=direction,
                    enabled=places[place],
                    state=state_of(breaker, now),
                    open_until=None if breaker is None else breaker.open_until,
                    opened=0 if breaker is None else breaker.opened,
                    counted=0 if count is None else count.tried,
                    settled=0 if count is None else count.settled,
                    last_ended_at=None if count is None else count.last_ended_at,
                )
            )
    return found
