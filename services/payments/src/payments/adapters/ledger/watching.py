"""How far behind the ledger's own work is: operators are woken by it, for what fails each time only fills a log."""

import asyncio
from datetime import datetime, timedelta

from prometheus_client import Gauge

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock
from payments.adapters.ledger.chain import SETTLES_AFTER, oldest_unsealed
from payments.adapters.ledger.days import beginning, unsummed
from payments.adapters.ledger.metrics import UNBALANCED, UNCLOSED, UNSEALED, UNSUMMED
from payments.adapters.ledger.months import month_of, unclosed
from payments.adapters.ledger.rounds import rounds
from payments.adapters.ledger.verify import CHECKS

EVERY_S = 60.0
ADDED_UP_EVERY = timedelta(hours=1)
"""It reads all accounts, so it is done more rarely than the rest."""


class LedgerWatch:
    """The background loop. Every process of the service may run it: each shows what it found."""

    __name__ = "ledger-watch"

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._added_up: datetime | None = None

    async def __call__(self, stop: asyncio.Event) -> None:
        await rounds(self.look, stop, EVERY_S, later="ledger_watch_later")

    async def look(self) -> None:
        """Look once at months, days and seals, and once an hour at what all accounts sum to."""
        now = self._clock.now()
        async with self._db.read() as connection:
            raw = await driver(connection)
            month = await unclosed(raw, now)
            day = await unsummed(raw, now - SETTLES_AFTER)
            entry = await oldest_unsealed(raw, now)
        _show(UNCLOSED, now, None if month is None else month_of(month, 2))
        _show(UNSUMMED, now, None if day is None else beginning(day + timedelta(days=1)))
        _show(UNSEALED, now, entry)
        if self._added_up is None or now - self._added_up >= ADDED_UP_EVERY:
            await self._add_up()
            self._added_up = now

    async def _add_up(self) -> None:
        async with self._db.read() as connection:
            wrong = await (await driver(connection)).fetch(CHECKS["I1 all accounts of a currency sum to zero"])
        UNBALANCED.set(len(wrong))


def _show(gauge: Gauge, now: datetime, since: datetime | None) -> None:
    gauge.set(0 if since is None else (now - since).total_seconds())
