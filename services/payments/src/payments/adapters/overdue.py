"""Counts the withdrawals that are late, for an alert before players ask."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.domain import Clock
from chassis.telemetry.metrics import REGISTRY

OVERDUE = Gauge(
    "withdrawals_overdue", "Withdrawals that are due and neither paid nor ended", ["casino"], registry=REGISTRY
)

EVERY_S = 60.0

CountLate = Callable[[AsyncConnection, datetime], Awaitable[dict[UUID, int]]]


class OverdueWatch:
    """The background loop. Every process of the service may run it: each shows what it counted."""

    __name__ = "overdue-withdrawals"

    def __init__(self, db: Database, clock: Clock, count: CountLate) -> None:
        self._db, self._clock, self._count = db, clock, count
        self._shown: set[UUID] = set()

    async def look(self) -> dict[UUID, int]:
        """Count once; a casino where nothing is late any more goes back to 0."""
        async with self._db.read() as connection:
            late = await self._count(connection, self._clock.now())
        self._shown |= late.keys()
        for casino_id in self._shown:
            OVERDUE.labels(str(casino_id)).set(late.get(casino_id, 0))
        return late

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)
