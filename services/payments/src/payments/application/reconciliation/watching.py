"""What is due and was not told of is found, measured, and laid before people."""

import asyncio
from typing import Final

from prometheus_client import Gauge

from chassis.pausing import pause
from chassis.store import Context, UnitOfWork
from chassis.telemetry.metrics import REGISTRY
from contracts.payments.errors import SetAside
from payments.application.desk import Desk, set_aside_once
from payments.application.reconciliation.ports import Overdue

EVERY_S: Final = 60.0
AT_ONCE: Final = 5_000
_DAY_S: Final = 86_400
OLDEST: Final = Gauge(
    "clearing_oldest_open_seconds",
    "Age of the oldest movement, batch or line that keeps a provider's clearing account from zero",
    ["provider"],
    registry=REGISTRY,
)


class Watch:
    """A loop of the worker; several may run, and find each thing once."""

    __name__ = "reconciliation_watch"

    def __init__(self, desk: Desk, *, every_s: float = EVERY_S) -> None:
        self._desk, self._every_s = desk, every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            await pause(stop, self._every_s)

    async def look(self) -> None:
        """Once: what is due is missing from now on, and what has waited too long is an alarm: one for each account,
        and one more whenever it has waited as long again, whatever became of those before.
        """
        store, now = self._desk.reconciling.store, self._desk.now()
        ctx = Context.system("reconciliation", self._desk.app.clock)
        while await self._desk.app.transact(lambda uow: store.find_overdue(uow.connection, now, AT_ONCE), ctx):
            pass
        async with self._desk.app.db.read() as connection:
            waiting = await store.oldest(connection)
        ages: dict[str, float] = {}
        for one in waiting:
            age = (now - one.booked_at).total_seconds()
            ages[one.provider] = max(age, ages.get(one.provider, 0.0))
            if age > one.alarm_days * _DAY_S:
                await self._alarm(one, times=int(age // (max(one.alarm_days, 1) * _DAY_S)))
        OLDEST.clear()
        for provider, age in ages.items():
            OLDEST.labels(provider).set(age)

    async def _alarm(self, one: Overdue, times: int) -> None:
        async def work(uow: UnitOfWork) -> None:
            await set_aside_once(
                self._desk,
                uow,
                casino_id=one.casino_id,
                provider=one.provider,
                about=one.about,
                code=SetAside.CLEARING_OVERDUE,
                facts={"currency": one.currency, "since": one.booked_at.isoformat(), "times": times},
                each=True,
            )

        await self._desk.app.transact(work, self._desk.ours("reconciliation", one.casino_id))
