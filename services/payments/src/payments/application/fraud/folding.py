"""What players do is added up while they play, so that a payment waits for little of it."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from chassis.pausing import pause
from chassis.store import Context, UnitOfWork
from payments.application.desk import Desk
from payments.application.fraud.ports import Whose

EVERY_S: Final = 300.0
AT_ONCE: Final = 1_000
"""Entries: so long a player's wallet is locked."""
FIRST_BACK: Final = timedelta(days=1)
"""So far a process looks back when it begins. Whoever played before is read to the end when he pays or plays again."""
STRETCH: Final = timedelta(minutes=10)
LATE: Final = timedelta(minutes=1)
"""An entry may be seen so long after the moment it bears."""


class Folding:
    """A loop of the worker. Several may run: each entry is looked at once, under its player's lock."""

    __name__ = "fraud_folding"

    def __init__(self, desk: Desk, *, every_s: float = EVERY_S, at_once: int = AT_ONCE) -> None:
        self._desk, self._every_s, self._at_once = desk, every_s, at_once
        self._since: datetime | None = None

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look(stop)
            await pause(stop, self._every_s)

    async def look(self, stop: asyncio.Event | None = None) -> None:
        """Once: look at what was posted since the last time."""
        now = self._desk.now() + LATE
        since = self._since or now - FIRST_BACK
        while since < now and not (stop and stop.is_set()):
            until = min(since + STRETCH, now)
            async with self._desk.app.db.read() as connection:
                played = await self._desk.fraud.features.played(connection, since, until)
            for whose in played:
                while await self._step(whose) == self._at_once:
                    pass
            since = until
            self._since = until - 2 * LATE

    async def _step(self, whose: Whose) -> int:
        async def work(uow: UnitOfWork) -> int:
            await self._desk.ledger.lock_wallet(uow.connection, *whose)
            return await self._desk.fraud.features.fold(uow.connection, whose, self._at_once)

        return await self._desk.app.transact(work, Context.system("fraud", self._desk.app.clock))
