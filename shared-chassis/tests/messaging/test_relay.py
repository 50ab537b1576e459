"""Whatever was committed to the outbox reaches the bus, in order per key, through every kind of death."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.messaging import (
    NOWHERE,
    EventBus,
    MemoryBus,
    Message,
    OutboxRelay,
    Undeliverable,
    list_parked,
    queue_parked,
)
from chassis.messaging.postgres_bus import PostgresBus
from chassis.telemetry.metrics import REGISTRY
from chassis.testing.bus_reader import Reader, eventually, in_order, numbered

from .example import queue, value

WAITING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


class MoodyBus(MemoryBus):
    """A bus that can be down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.refused = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.down:
            self.refused += 1
            raise ConnectionRefusedError("the bus is down")
        await super().publish(messages)


class StumblingBus(MemoryBus):
    """A bus that loses its connection once, at the first message that comes alone and could be published."""

    def __init__(self) -> None:
        super().__init__()
        self.stumbled = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if len(messages) == 1 and messages[0].partition is None and not self.stumbled:
            self.stumbled = True
            raise ConnectionResetError("gone")
        await super().publish(messages)


@pytest.fixture
async def sql(db: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(db.url)
    yield connection
    await connection.close()


@asynccontextmanager
async def relaying(relay: OutboxRelay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def queue_and_fail(db: Database) -> None:
    async with db.write() as connection:
        await queue(await driver(connection), [Message("news", "k", b"never")])
        raise ZeroDivisionError


def all_published(db: Database) -> Any:
    async def none_waits() -> bool:
        return bool(await value(db, WAITING) == 0)

    return none_waits


def values_by_key(bus: MemoryBus, topic: str) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for record in bus.published(topic):
        found.setdefault(record.key, []).append(record.value)
    return found


async def test_committed_rows_are_published_in_order_and_marked(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    await queue(sql, numbered("news", 250))
    async with relaying(OutboxRelay(db, bus, batch=40)):
        await eventually(all_published(db))
    assert len(bus.published("news")) == 250
    assert all(in_order(values) for values in values_by_key(bus, "news").values())


async def test_a_row_can_name_its_partition(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    await queue(sql, [Message("news", "one key", b"here", partition=7)])
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    assert [record.partition for record in bus.published("news")] == [7]


GONE = "{}"


class Counting:
    """Renders a row that names a number: as many messages, each of a key of its own; none can be made of GONE."""

    def count(self, envelope: str) -> int:
        return len(envelope)

    async def render(self, connection: Any, envelopes: Sequence[str]) -> list[list[Message]]:
        if GONE in envelopes:
            raise Undeliverable("it is gone")
        return [[Message("news", f"k{n}", envelope.encode()) for n in range(int(envelope))] for envelope in envelopes]


COUNTING = {"numbers": Counting()}


@pytest.mark.parametrize("batch", [1, 2, 500])
async def test_what_a_row_names_is_published_in_its_place(db: Database, sql: Any, batch: int) -> None:
    bus = MemoryBus()
    rows = [
        ("news", "first"),
        ("numbers", "3"),
        ("news", "second"),
        ("numbers", "0"),
        ("numbers", "2"),
        ("news", "third"),
    ]
    await queue(sql, [Message(topic, "k0", value.encode()) for topic, value in rows])
    async with relaying(OutboxRelay(db, bus, renderers=COUNTING, batch=batch)):
        await eventually(all_published(db))
    values = values_by_key(bus, "news")
    assert values == {"k0": [b"first", b"3", b"second", b"2", b"third"], "k1": [b"3", b"2"], "k2": [b"3"]}
    assert bus.published("numbers") == []


async def test_a_row_that_cannot_be_rendered_is_parked_and_others_get_by(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    await queue(sql, [Message("numbers", "", value) for value in (b"1", GONE.encode(), b"2")])
    async with relaying(OutboxRelay(db, bus, renderers=COUNTING)):
        await eventually(all_published(db))
    assert values_by_key(bus, "news") == {"k0": [b"1", b"2"], "k1": [b"2"]}
    assert [(one.topic, one.reason) for one in await list_parked(db, "outbox")] == [("numbers", "it is gone")]


async def test_a_relay_that_cannot_render_parks_and_one_that_can_publishes_what_is_put_back(
    db: Database, sql: Any
) -> None:
    bus = MemoryBus()
    await queue(sql, [Message("numbers", "", b"2", partition=NOWHERE)])
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    assert bus.published("numbers") == []
    assert await queue_parked(db) == 1
    async with relaying(OutboxRelay(db, bus, renderers=COUNTING)):
        await eventually(all_published(db))
    assert values_by_key(bus, "news") == {"k0": [b"2"], "k1": [b"2"]}


async def test_a_wake_is_heard_at_once_and_a_silent_writer_is_found_by_polling(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    deaf = OutboxRelay(db, bus, poll_s=3600)
    async with relaying(deaf):
        await queue(sql, numbered("news", 1))
        deaf.wake()
        await eventually(all_published(db))
    async with relaying(OutboxRelay(db, bus, poll_s=0.05)):
        await queue(sql, numbered("news", 1))
        await eventually(all_published(db))


async def test_the_row_of_a_slow_writer_is_published_when_it_commits(db: Database, sql: Any) -> None:
    bus, slow = MemoryBus(), await asyncpg.connect(db.url)
    transaction = slow.transaction()
    await transaction.start()
    await queue(slow, [Message("news", "slow", b"1")])
    await queue(sql, [Message("news", "fast", b"2")])
    async with relaying(OutboxRelay(db, bus)):
        await eventually(lambda: [record.key for record in bus.published("news")] == ["fast"])
        await transaction.commit()
        await eventually(lambda: {record.key for record in bus.published("news")} == {"fast", "slow"})
    await slow.close()


async def test_rolled_back_rows_are_never_published(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    async with relaying(OutboxRelay(db, bus)):
        with pytest.raises(ZeroDivisionError):
            await queue_and_fail(db)
        await queue(sql, [Message("news", "k", b"after")])
        await eventually(all_published(db))
    assert [record.value for record in bus.published("news")] == [b"after"]


async def test_of_two_relays_one_is_active_and_the_other_takes_over(db: Database, sql: Any) -> None:
    first, second = MemoryBus(), MemoryBus()
    async with relaying(OutboxRelay(db, second)) as _:
        await queue(sql, numbered("news", 10))
        await eventually(all_published(db))
        async with relaying(OutboxRelay(db, first)):
            await queue(sql, numbered("news", 10))
            await eventually(all_published(db))
            assert (len(first.published("news")), len(second.published("news"))) == (0, 20)
            cut = await sql.fetchval(
                "SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                "WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid()"
            )
            assert cut == 1
            for _ in range(20):
                await queue(sql, numbered("news", 1))
            await eventually(all_published(db))
    assert len(first.published("news")) + len(second.published("news")) == 40


async def test_a_bus_that_is_down_is_waited_for(db: Database, sql: Any) -> None:
    bus = MoodyBus()
    bus.down = True
    await queue(sql, numbered("news", 30, keys=3))
    async with relaying(OutboxRelay(db, bus, batch=10)):
        await eventually(lambda: bus.refused >= 2)
        assert await value(db, WAITING) == 30
        assert await value(db, "SELECT max(attempts) FROM outbox") >= 1
        bus.down = False
        await eventually(all_published(db))
    assert all(in_order(values) for values in values_by_key(bus, "news").values())
    assert len(bus.published("news")) == 30


async def test_a_stop_does_not_wait_for_a_bus_that_is_down(db: Database, sql: Any) -> None:
    bus = MoodyBus()
    bus.down = True
    await queue(sql, numbered("news", 1))
    async with asyncio.timeout(10):
        async with relaying(OutboxRelay(db, bus)):
            await eventually(lambda: bus.refused >= 1)


class HangingBus(MemoryBus):
    """A bus that holds on to what it was given until its broker is back, as Kafka's producer does."""

    def __init__(self) -> None:
        super().__init__()
        self.back = asyncio.Event()
        self.asked = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        self.asked += 1
        await self.back.wait()
        await super().publish(messages)


async def test_while_a_bus_holds_on_to_a_batch_what_waits_is_measured_and_nothing_is_sent_twice(
    db: Database, sql: Any
) -> None:
    bus = HangingBus()
    async with relaying(OutboxRelay(db, bus)):
        await queue(sql, numbered("news", 7))
        await eventually(lambda: bus.asked == 1)
        await queue(sql, numbered("news", 70, start=7))
        await eventually(lambda: REGISTRY.get_sample_value("outbox_waiting") == 77)
        bus.back.set()
        await eventually(all_published(db))
    assert len(bus.published("news")) == 77


async def test_a_stop_does_not_wait_for_a_bus_that_holds_on_to_a_batch(db: Database, sql: Any) -> None:
    bus = HangingBus()
    await queue(sql, numbered("news", 1))
    async with asyncio.timeout(10):
        async with relaying(OutboxRelay(db, bus)):
            await eventually(lambda: bus.asked == 1)
    assert await value(db, WAITING) == 1


async def test_a_row_that_no_bus_would_take_is_parked_and_the_others_get_by(db: Database, sql: Any) -> None:
    bus = MemoryBus()
    await queue(
        sql, [*numbered("news", 5), Message("news", "lost", b"{}", partition=99), *numbered("news", 5, start=5)]
    )
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    assert len(bus.published("news")) == 10
    assert all(in_order(values) for values in values_by_key(bus, "news").values())
    (one,) = await list_parked(db, "outbox")
    assert (one.topic, one.key) == ("news", "lost")
    assert "99" in one.reason
    assert await queue_parked(db) == 1
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    assert values_by_key(bus, "news")["lost"] == [b"{}"]
    assert await list_parked(db, "outbox") == []
    assert await queue_parked(db) == 0


async def test_a_row_that_fails_for_now_is_passed_by_none_behind_it(db: Database, sql: Any) -> None:
    bus = StumblingBus()
    doomed = Message("news", "lost", b"{}", partition=99)
    await queue(sql, [doomed, Message("news", "k", b"first"), Message("news", "k", b"second")])
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    assert bus.stumbled
    assert values_by_key(bus, "news") == {"k": [b"first", b"second"]}


async def test_old_published_rows_are_deleted_and_waiting_ones_never(db: Database, sql: Any) -> None:
    bus = MoodyBus()
    await queue(sql, numbered("news", 5))
    await sql.execute("UPDATE outbox SET published_at = clock_timestamp() - interval '4 days' WHERE id <= 3")
    async with relaying(OutboxRelay(db, bus, keep=timedelta(days=3))):
        await eventually(all_published(db))

        async def two_left() -> bool:
            return bool(await value(db, "SELECT count(*) FROM outbox") == 2)

        await eventually(two_left)


async def test_what_waits_is_measured(db: Database, sql: Any) -> None:
    bus = MoodyBus()
    bus.down = True
    await queue(sql, numbered("news", 4))
    await sql.execute("UPDATE outbox SET created_at = clock_timestamp() - interval '90 seconds'")
    async with relaying(OutboxRelay(db, bus)):
        await eventually(lambda: REGISTRY.get_sample_value("outbox_waiting") == 4)
        assert (REGISTRY.get_sample_value("outbox_age_seconds") or 0) >= 90


@pytest.mark.parametrize("batch", [1, 3])
async def test_a_relay_killed_between_publishing_and_marking_loses_nothing(
    db: Database, sql: Any, log_url: str, batch: int
) -> None:
    await queue(sql, numbered("news", 100, keys=5))
    script = Path(__file__).with_name("dying_relay.py")
    dying = await asyncio.create_subprocess_exec(sys.executable, str(script), str(batch), db.url, log_url)
    assert await asyncio.wait_for(dying.wait(), 60) == -signal.SIGKILL
    assert await value(db, WAITING) == 100 - 20 * (batch - 1)

    bus: EventBus = PostgresBus(log_url)
    async with relaying(OutboxRelay(db, bus)):
        await eventually(all_published(db))
    reader = Reader()
    subscription = bus.subscribe("group", ["news"], reader)
    await subscription.start()
    await reader.until(100)
    await subscription.stop()
    await bus.close()
    assert len(reader.values) == 120
    assert all(in_order(values) for values in reader.by_key().values())
