"""A service hears of which keys something was parked, replayed or given up, in the transaction in which it is true."""

from collections.abc import Collection

import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.messaging import (
    Consumer,
    MemoryBus,
    discard_parked,
    list_parked,
    parked_keys,
    replay_parked,
)
from chassis.messaging.parked import Key
from chassis.messaging.processing import Processor
from chassis.store import UnitOfWork
from contracts.envelope import Envelope
from contracts.platform.events import SettingChanged

from .example import TOPIC, application, envelope, message


class Watcher:
    """Remembers what of the keys it heard of still waits, as seen from inside the transaction."""

    def __init__(self) -> None:
        self.seen: list[tuple[set[str], set[str]]] = []
        self.broken = True
        self.consumer = Consumer(
            "watcher", handlers={SettingChanged: self.handle}, parked_changed=self.changed, attempts=1
        )

    async def changed(self, uow: UnitOfWork, keys: Collection[Key]) -> None:
        waiting = await parked_keys(await driver(uow.connection), "watcher", keys)
        self.seen.append(({key for _, key in keys}, {key for _, key in waiting}))

    async def handle(self, _: UnitOfWork, __: Envelope, event: SettingChanged) -> None:
        if self.broken and event.element_id == "bad":
            raise ValueError("it does not fit")


@pytest.fixture
async def watcher(db: Database) -> Watcher:
    watcher, bus = Watcher(), MemoryBus()
    await bus.publish(
        [
            message(envelope("a", "bad")),
            message(envelope("a", "behind")),
            message(envelope("b", "of a newer build", version=99)),
            message(envelope("c", "fine")),
        ]
    )
    await Processor(watcher.consumer, application(db))(bus.published(TOPIC))
    return watcher


async def test_whatever_is_parked_is_told_with_its_key(watcher: Watcher) -> None:
    assert all(keys == waiting for keys, waiting in watcher.seen)
    assert set().union(*(keys for keys, _ in watcher.seen)) == {"a", "b"}


async def test_after_each_replayed_event_it_is_told_what_still_waits(db: Database, watcher: Watcher) -> None:
    watcher.seen.clear()
    watcher.broken = False
    await replay_parked(application(db), watcher.consumer)
    assert watcher.seen == [({"a"}, {"a"}), ({"a"}, set())]


async def test_a_key_whose_events_were_given_up_is_told_to_be_free(db: Database, watcher: Watcher) -> None:
    watcher.seen.clear()
    ids = [one.id for one in await list_parked(db, "watcher")]
    assert await discard_parked(application(db), watcher.consumer, ids) == len(ids)
    assert watcher.seen == [({"a", "b"}, set())]
    assert await discard_parked(application(db), watcher.consumer, ids) == 0
    assert len(watcher.seen) == 1
