"""Up to which moment a consumer had everything: told honestly, idle and under load."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import FixedClock
from chassis.messaging import Consumer
from chassis.messaging.bus import Reach, Reached
from chassis.messaging.consumer import Observer
from chassis.store import Application, EventTypes

from .example import TOPIC, histories

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_TICK = timedelta(seconds=10)


class Way:
    """A subscription that has come as far as a test says."""

    def __init__(self) -> None:
        self.now: Reached = {}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def reached(self) -> Reached:
        return self.now

    async def lag(self) -> dict[str, int]:
        raise AssertionError("nobody asks twice")


class Watch:
    """Looks again and again, ten seconds apart, and notes what is told."""

    def __init__(self, db: Database) -> None:
        self.clock, self.way = FixedClock(NOON), Way()
        self.told: list[int] = []
        application = Application(db, EventTypes(), source="reader", publish=lambda _: (), clock=self.clock)
        self._observer = Observer(
            Consumer("reader", read_models=[histories], caught_up=self._note), application, self.way
        )

    async def _note(self, _: Application, moment: datetime) -> None:
        self.told.append((moment - NOON) // _TICK)

    async def look(self, *reached: tuple[int, int]) -> None:
        self.way.now = {(TOPIC, number): Reach(*one) for number, one in enumerate(reached)}
        await self._observer.look()
        self.clock.advance(_TICK)


@pytest.fixture
def watch(db: Database) -> Watch:
    return Watch(db)


async def test_whoever_has_everything_has_it_up_to_now(watch: Watch) -> None:
    for _ in range(3):
        await watch.look((5, 5), (0, 0))
    assert watch.told == [0, 1, 2]


async def test_under_load_it_is_the_last_look_whose_events_have_all_passed(watch: Watch) -> None:
    await watch.look((0, 10), (0, 10))
    await watch.look((10, 20), (9, 20))
    assert watch.told == [], "one partition has not come so far"
    await watch.look((19, 30), (10, 30))
    assert watch.told == [0]
    await watch.look((30, 40), (30, 40))
    assert watch.told == [0, 2]
    await watch.look((40, 40), (40, 40))
    assert watch.told == [0, 2, 4]


async def test_who_hangs_behind_tells_nothing_new(watch: Watch) -> None:
    await watch.look((10, 10), (10, 10))
    for end in (20, 30, 40):
        await watch.look((end, end), (10, 20))
    assert watch.told == [0]


async def test_nothing_is_told_while_an_event_is_parked(watch: Watch, db: Database) -> None:
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO parked_message (consumer, topic, key, envelope, reason, attempts)
               VALUES ('reader', 'events', 'k', '', 'broken', 1)"""
        )
    await watch.look((5, 5))
    async with db.write() as connection:
        await (await driver(connection)).execute("UPDATE parked_message SET resolved_at = now()")
    await watch.look((5, 5))
    assert watch.told == [1]
