"""The PostgreSQL log keeps the contract of every bus, and some promises of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.messaging import Message, Record
from chassis.messaging.postgres_bus import PostgresBus
from chassis.messaging.postgres_group import plan
from chassis.testing.bus_contract import BusContract, Doomed
from chassis.testing.bus_following import Connect
from chassis.testing.bus_members import ProcessMembers
from chassis.testing.bus_reader import Reader, eventually, in_order, numbered


class TestPostgresBus(BusContract):
    @pytest.fixture
    def connect(self, log_url: str) -> Connect:
        return lambda: PostgresBus(log_url)

    @pytest.fixture
    def doomed(self, log_url: str) -> Doomed:
        return ProcessMembers("postgres", log_url)


@pytest.fixture
async def bus(log_url: str) -> AsyncIterator[PostgresBus]:
    bus = PostgresBus(log_url)
    yield bus
    await bus.close()


@pytest.fixture
async def operator(log_url: str) -> AsyncIterator[Any]:
    """Somebody with a psql prompt on the log's database."""
    connection = await asyncpg.connect(log_url)
    yield connection
    await connection.close()


async def cut_connections(operator: Any) -> int:
    """End the connections of all group members, as a failing network or an impatient operator does."""
    return int(
        await operator.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'bus g%'"
        )
    )


async def test_tables_are_made_by_many_processes_at_once(log_url: str) -> None:
    buses = [PostgresBus(log_url) for _ in range(8)]
    await asyncio.gather(*(bus.start() for bus in buses))
    for bus in buses:
        await bus.close()


async def test_a_member_whose_connection_is_cut_joins_again_and_misses_nothing(bus: PostgresBus, operator: Any) -> None:
    reader = Reader()
    subscription = bus.subscribe("group", ["news"], reader, batch_size=5)
    await subscription.start()
    for round_ in range(4):
        await bus.publish(numbered("news", 40, start=40 * round_))
        await reader.until(40 * round_ + 20)
        assert await cut_connections(operator) == 1
    await reader.until(160)
    await subscription.stop()
    assert all(in_order(values) for values in reader.by_key().values())


async def test_who_lost_its_connection_cannot_commit_for_the_new_owner(log_url: str, operator: Any) -> None:
    entered, go_on, taken_over = asyncio.Event(), asyncio.Event(), Reader()

    async def paused(_: Sequence[Record]) -> None:
        entered.set()
        await go_on.wait()

    old, new = PostgresBus(log_url), PostgresBus(log_url)
    await old.publish(numbered("news", 3, keys=1))
    stale = old.subscribe("group", ["news"], paused)
    await stale.start()
    await asyncio.wait_for(entered.wait(), 10)
    assert await cut_connections(operator) == 1
    fresh = new.subscribe("group", ["news"], taken_over)
    await fresh.start()
    await taken_over.until(3)
    await eventually(lambda: _offset(operator, 3))
    await new.publish(numbered("news", 3, keys=1, start=3))
    await taken_over.until(6)
    await eventually(lambda: _offset(operator, 6))
    go_on.set()
    await stale.stop()
    assert await _offset(operator, 6)
    await fresh.stop()
    await old.close()
    await new.close()


async def test_news_of_a_partition_that_is_being_given_up_disturbs_nobody(log_url: str) -> None:
    entered, go_on, reader = Reader(), asyncio.Event(), Reader()

    async def handler(records: Sequence[Record]) -> None:
        if records[0].value == b"slow":
            await entered(records)
            await go_on.wait()
        await reader(records)

    first, second = PostgresBus(log_url), PostgresBus(log_url)
    await first.publish([Message("news", "k", b"slow", partition=n) for n in (0, 1)])
    staying = first.subscribe("group", ["news"], handler)
    await staying.start()
    await eventually(lambda: len(entered.records) == 2)
    joining = second.subscribe("group", ["news"], handler)
    await joining.start()
    await eventually(lambda: len(joining.owned) == 5)
    await first.publish([Message("news", "k", b"%d" % n, partition=n) for n in range(12)])
    await reader.until(10)
    go_on.set()
    await reader.until(13)
    assert len(reader.records) == 14
    await joining.stop()
    await staying.stop()
    await first.close()
    await second.close()


async def _offset(operator: Any, expected: int) -> bool:
    return bool(await operator.fetchval("SELECT max(next_offset) FROM consumer_offset") == expected)


async def test_publishers_never_wait_for_each_other_in_a_circle(log_url: str, operator: Any) -> None:
    buses = [PostgresBus(log_url) for _ in range(6)]
    await buses[0].partitions("news")

    async def publish(number: int, bus: PostgresBus) -> None:
        partitions = list(range(12)) if number % 2 else list(range(11, -1, -1))
        for _ in range(25):
            await bus.publish([Message("news", "k", b"x", partition=n) for n in partitions])

    await asyncio.gather(*(publish(n, bus) for n, bus in enumerate(buses)))
    rows = await operator.fetch(
        'SELECT partition_id, array_agg("offset" ORDER BY "offset") AS o FROM log_record GROUP BY 1'
    )
    assert [row["o"] for row in rows] == [list(range(150))] * 12
    assert await operator.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
    for bus in buses:
        await bus.close()


async def test_records_are_purged_when_they_are_old_and_every_group_has_read_them(
    bus: PostgresBus, operator: Any
) -> None:
    await bus.publish(numbered("news", 20, keys=1))
    await bus.publish(numbered("unread", 20, keys=1))
    for group in ("one", "two"):
        reader = Reader()
        subscription = bus.subscribe(group, ["news"], reader)
        await subscription.start()
        await reader.until(20)
        await subscription.stop()
    assert await bus.purge(timedelta(hours=1)) == 0
    await bus.publish(numbered("news", 5, keys=1, start=20))
    assert await bus.purge(timedelta(0)) == 20
    assert await operator.fetchval("SELECT count(*) FROM log_record") == 25
    reader = Reader()
    subscription = bus.subscribe("three", ["news"], reader)
    await subscription.start()
    await reader.until(5)
    await subscription.stop()


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=15, unique=True),
    st.dictionaries(st.text(max_size=8), st.integers(1, 30), max_size=5),
    st.data(),
)
def test_every_partition_is_dealt_to_one_reader_and_hands_differ_by_one(
    pids: list[int], topics: dict[str, int], data: st.DataObject
) -> None:
    readers = {topic: sorted(data.draw(st.sets(st.sampled_from(pids), min_size=1))) for topic in topics}
    ids = {
        (topic, number): identity * 1000 + number
        for identity, (topic, count) in enumerate(topics.items())
        for number in range(count)
    }
    hands = {pid: plan(readers, pid, ids) for pid in pids}
    assert sorted(identity for hand in hands.values() for identity in hand) == sorted(ids.values())
    for topic, members in readers.items():
        sizes = [sum(partition[0] == topic for partition in hands[pid].values()) for pid in members]
        assert max(sizes) - min(sizes) <= 1
