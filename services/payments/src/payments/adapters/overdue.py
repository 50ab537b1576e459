"""Counts what operators are woken by: withdrawals that are late, outcomes nobody knows, providers not asked, and
how long what was set aside waits for people.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import CompoundSelect, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.domain import Clock
from chassis.pausing import pause
from chassis.telemetry.metrics import REGISTRY
from payments.adapters.routing.tables import payout_breaker, provider_breaker
from payments.adapters.tables import provider_notification
from payments.application.outcomes import NotificationOutcome
from payments.domain.routing.strategy import Direction

OVERDUE = Gauge(
    "withdrawals_overdue", "Withdrawals that are due and neither paid nor ended", ["casino"], registry=REGISTRY
)

OLDEST = Gauge(
    "provider_notifications_oldest_open_seconds",
    "Age of the oldest notification that was set aside and waits for a person",
    ["provider"],
    registry=REGISTRY,
)
UNKNOWN = Gauge("payments_unknown", "Orders of which nobody knows what became", ["kind", "provider"], registry=REGISTRY)
BREAKERS = Gauge(
    "provider_breakers_open",
    "Casinos that do not ask a provider for a while, since it did not work",
    ["provider", "method", "currency", "direction"],
    registry=REGISTRY,
)
EVERY_S = 60.0

CountLate = Callable[[AsyncConnection, datetime], Awaitable[dict[UUID, int]]]
CountUnknown = Callable[[AsyncConnection], Awaitable[dict[tuple[str, str], int]]]

_c = provider_notification.c
_WAITING = (
    select(_c.provider, func.min(_c.received_at))
    .where(_c.outcome == NotificationOutcome.SET_ASIDE, _c.closed_at.is_(None))
    .group_by(_c.provider)
)


def _shut(now: datetime) -> CompoundSelect[Any]:
    """Breakers that are open, those of payouts beside those of deposits."""
    return union_all(
        *(
            select(one.c.provider, one.c.method, one.c.currency, literal(direction.value), func.count())
            .where(one.c.open_until > now)
            .group_by(one.c.provider, one.c.method, one.c.currency)
            for one, direction in ((provider_breaker, Direction.DEPOSIT), (payout_breaker, Direction.WITHDRAWAL))
        )
    )


class OverdueWatch:
    """The background loop. Every process of the service may run it: each shows what it counted."""

    __name__ = "overdue-withdrawals"

    def __init__(self, db: Database, clock: Clock, count: CountLate, unknown: CountUnknown) -> None:
        self._db, self._clock, self._count, self._unknown = db, clock, count, unknown
        self._shown: set[UUID] = set()

    async def look(self) -> dict[UUID, int]:
        """Count once; a casino where nothing is late any more goes back to 0."""
        async with self._db.read() as connection:
            late = await self._count(connection, self._clock.now())
            waiting = (await connection.execute(_WAITING)).all()
            unknown = await self._unknown(connection)
            shut = (await connection.execute(_shut(self._clock.now()))).all()
        for gauge in (OLDEST, UNKNOWN, BREAKERS):
            gauge.clear()
        for (kind, provider), number in unknown.items():
            UNKNOWN.labels(kind, provider).set(number)
        for *segment, casinos in shut:
            BREAKERS.labels(*segment).set(casinos)
        for provider, since in waiting:
            OLDEST.labels(provider).set((self._clock.now() - since).total_seconds())
        self._shown |= late.keys()
        for casino_id in self._shown:
            OVERDUE.labels(str(casino_id)).set(late.get(casino_id, 0))
        return late

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            await pause(stop, EVERY_S)
