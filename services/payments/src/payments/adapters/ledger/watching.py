"""How far behind the ledger's own work is: operators are woken by it, for what fails each time only fills a log."""

import asyncio
from datetime import datetime, timedelta

from prometheus_client import Gauge

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock
from payments.adapters.ledger.chain import SETTLES_AFTER, oldest_unsealed
from payments.adapters.ledger.days import beginning, unsummed
from payments.adapters.ledger.metrics import UNCLOSED, UNSEALED, UNSUMMED
from payments.adapters.ledger.months import month_of, unclosed
from payments.adapters.ledger.rounds import rounds

EVERY_S = 60.0


class LedgerWatch:
    """The background loop. Every process of the service may run it: each shows what it found."""

    __name__ = "ledger-watch"

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def __call__(self, stop: asyncio.Event) -> None:
        await rounds(self.look, stop, EVERY_S, later="ledger_watch_later")

    async def look(self) -> None:
        """Look once at months, days and seals."""
        now = self._clock.now()
        async with self._db.read() as connection:
            raw = await driver(connection)
            month = await unclosed(raw, now)
            day = await unsummed(raw, now - SETTLES_AFTER)
            entry = await oldest_unsealed(raw, now)
        _show(UNCLOSED, now, None if month is None else month_of(month, 2))
        _show(UNSUMMED, now, None if day is None else beginning(day + timedelta(days=1)))
        _show(UNSEALED, now, entry)


def _show(gauge: Gauge, now: datetime, since: datetime | None) -> None:
    gauge.set(0 if since is None else (now - since).total_seconds())
