"""How far behind the ledger's own work is: operators are woken by it, for what fails each time only fills a log."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock
from payments.adapters.ledger.chain import SETTLES_AFTER, oldest_unsealed
from payments.adapters.ledger.days import beginning, unsummed
from payments.adapters.ledger.metrics import UNCLOSED, UNSEALED, UNSUMMED
from payments.adapters.ledger.months import month_of, unclosed

log = structlog.get_logger(__name__)

EVERY_S = 60.0


class LedgerWatch:
    """The background loop. Every process of the service may run it: each shows what it found."""

    __name__ = "ledger-watch"

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("ledger_watch_later", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def look(self) -> None:
        """Look once at months, days and seals."""
        now = self._clock.now()
        async with self._db.read() as connection:
            raw = await driver(connection)
            month = await unclosed(raw, now)
            day = await unsummed(raw, now - SETTLES_AFTER)
            entry = await oldest_unsealed(raw, now)
        since = (month and month_of(month, 2), day and beginning(day + timedelta(days=1)), entry)
        for gauge, moment in zip((UNCLOSED, UNSUMMED, UNSEALED), since, strict=True):
            gauge.set((now - moment).total_seconds() if moment else 0)
