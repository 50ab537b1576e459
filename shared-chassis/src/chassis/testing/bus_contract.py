"""What every EventBus must do. A test class per implementation inherits it, so that none of them can promise less.

class TestPostgresBus(BusContract):
    @pytest.fixture
    def connect(self, log_url): return lambda: PostgresBus(log_url)
    @pytest.fixture
    def doomed(self, log_url): return ProcessMembers("postgres", log_url)
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import uuid4

import pytest

from chassis.messaging.bus import DEFAULT_PARTITIONS, MAX_VALUE_BYTES, EventBus, Message, Record, Undeliverable
from chassis.messaging.partitioner import partition_of
from chassis.testing.bus_following import Connect, FollowingContract
from chassis.testing.bus_reader import PATIENCE_S, Reader, eventually, in_order, numbered


class Doomed(Protocol):
    """Members of a group that die in the middle of a batch, as a process does on SIGKILL."""

    async def take(self, group: str, topic: str) -> None:
        """Join the group and return as soon as a batch is in the member's handler, which never ends."""
        ...

    async def kill(self) -> None:
        """End the member without a word."""
        ...


class BusContract(FollowingContract):
    """The tests. `connect` makes a bus as another process would; `doomed` makes members that get killed."""

    @pytest.fixture
    @abstractmethod
    def connect(self) -> Connect:
        """A function that gives a new bus to the same log."""

    @pytest.fixture
    @abstractmethod
    def doomed(self) -> Doomed:
        """Members to be killed."""

    @pytest.fixture
    async def bus(self, connect: Connect) -> AsyncIterator[EventBus]:
        bus = connect()
        yield bus
        await bus.close()

    @pytest.fixture
    def topic(self) -> str:
        return f"contract.topic-{uuid4().hex[:12]}"

    @pytest.fixture
    def group(self) -> str:
        return f"contract-group-{uuid4().hex[:12]}"

    async def test_a_message_arrives_as_it_was_sent(self, bus: EventBus, topic: str, group: str) -> None:
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader)
        await subscription.start()
        await bus.publish([Message(topic, "a key", b"\x00 a value \xff", headers={"h": "é"})])
        await reader.until(1)
        await subscription.stop()
        (record,) = reader.records
        assert (record.topic, record.key, record.value) == (topic, "a key", b"\x00 a value \xff")
        assert dict(record.headers) == {"h": "é"}
        assert record.partition == partition_of("a key", DEFAULT_PARTITIONS)

    async def test_messages_of_a_key_arrive_in_order(self, bus: EventBus, topic: str, group: str) -> None:
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader, batch_size=7)
        await subscription.start()
        for start in range(0, 600, 60):
            await bus.publish(numbered(topic, 60, start=start))
        await reader.until(600)
        await subscription.stop()
        assert all(in_order([record.value for record in batch]) for batch in reader.batches)
        assert all(in_order(values) for values in reader.by_key().values())
        assert len(reader.values) == 600

    async def test_a_batch_is_of_one_partition_and_no_larger_than_asked(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        await bus.publish(numbered(topic, 300))
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader, batch_size=10)
        await subscription.start()
        await reader.until(300)
        await subscription.stop()
        assert {len({record.partition for record in batch}) for batch in reader.batches} == {1}
        assert max(len(batch) for batch in reader.batches) == 10

    async def test_every_group_gets_everything(self, bus: EventBus, topic: str, group: str) -> None:
        readers = [Reader(), Reader()]
        members = [bus.subscribe(f"{group}-{n}", [topic], reader) for n, reader in enumerate(readers)]
        await bus.publish(numbered(topic, 50))
        for member in members:
            await member.start()
        for reader in readers:
            await reader.until(50)
        for member in members:
            await member.stop()
        assert [sorted(reader.values, key=int) for reader in readers] == [[b"%d" % n for n in range(50)]] * 2

    async def test_a_batch_whose_handler_fails_comes_again_before_any_later_one(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        reader, failures = Reader(), iter([True, False, True])

        async def handler(records: Sequence[Record]) -> None:
            await reader(records)
            if next(failures, False):
                raise RuntimeError("the handler crashes")

        await bus.publish(numbered(topic, 20, keys=1))
        subscription = bus.subscribe(group, [topic], handler, batch_size=5)
        await subscription.start()
        await reader.until(20)
        await subscription.stop()
        first, second = reader.batches[:2]
        assert first == second
        assert in_order(reader.by_key()["key-0"])
        assert len(reader.values) == 30

    async def test_a_partition_that_fails_does_not_hold_up_the_others(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        reader = Reader()

        async def handler(records: Sequence[Record]) -> None:
            if records[0].partition == 0:
                raise RuntimeError("this one always fails")
            await reader(records)

        await bus.publish([Message(topic, "k", b"%d" % n, partition=n % 3) for n in range(60)])
        subscription = bus.subscribe(group, [topic], handler, batch_size=4)
        await subscription.start()
        await reader.until(40)
        await bus.publish([Message(topic, "k", b"%d" % n, partition=1) for n in range(60, 70)])
        await reader.until(50)
        await asyncio.wait_for(subscription.stop(), PATIENCE_S)
        assert (await subscription.lag())[topic] == 20

    async def test_no_message_is_skipped_while_many_write_at_once(
        self, bus: EventBus, connect: Connect, topic: str, group: str
    ) -> None:
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader)
        await subscription.start()
        writers = [connect() for _ in range(8)]

        async def write(number: int, writer: EventBus) -> None:
            for n in range(30):
                value = number * 1000 + n * 10
                await writer.publish([Message(topic, f"writer-{number}", b"%d" % (value + i), i % 3) for i in range(9)])

        await asyncio.gather(*(write(n, writer) for n, writer in enumerate(writers)))
        await reader.until(8 * 30 * 9)
        await subscription.stop()
        for writer in writers:
            await writer.close()
        assert len(reader.values) == 8 * 30 * 9
        for partition in range(3):
            for number in range(8):
                seen = [r.value for r in reader.records if r.partition == partition and r.key == f"writer-{number}"]
                assert in_order(seen)
        for partition in range(3):
            offsets = [r.offset for r in reader.records if r.partition == partition]
            assert offsets == sorted(set(offsets))

    async def test_members_of_a_group_share_the_partitions(
        self, bus: EventBus, connect: Connect, topic: str, group: str
    ) -> None:
        other = connect()
        readers = [Reader(), Reader()]
        members = [bus.subscribe(group, [topic], readers[0]), other.subscribe(group, [topic], readers[1])]
        for member in members:
            await member.start()
        published = 0

        async def both_had_some() -> bool:
            nonlocal published
            await bus.publish([Message(topic, "k", b"%d" % (published + n), n) for n in range(DEFAULT_PARTITIONS)])
            published += DEFAULT_PARTITIONS
            await eventually(lambda: len(set(readers[0].values) | set(readers[1].values)) == published)
            last = [{r.partition for r in reader.records if int(r.value) >= published - 12} for reader in readers]
            return sorted(map(len, last)) == [6, 6]

        await eventually(both_had_some)
        for member in members:
            await member.stop()
        await other.close()

    async def test_members_come_and_go_while_messages_flow(
        self, bus: EventBus, connect: Connect, topic: str, group: str
    ) -> None:
        reader, stop, published = Reader(), asyncio.Event(), 0

        async def publish() -> None:
            nonlocal published
            while not stop.is_set():
                await bus.publish(numbered(topic, 30, keys=30, start=published))
                published += 30
                await asyncio.sleep(0.005)

        publishing = asyncio.create_task(publish())
        staying = bus.subscribe(group, [topic], reader, batch_size=5)
        await staying.start()

        async def flowed() -> None:
            goal = len(reader.batches) + 20
            await eventually(lambda: len(reader.batches) >= goal)

        for _ in range(3):
            others = [connect(), connect()]
            guests = [other.subscribe(group, [topic], reader, batch_size=5) for other in others]
            for guest in guests:
                await guest.start()
                await flowed()
            for guest, other in zip(guests, others, strict=True):
                await guest.stop()
                await other.close()
        stop.set()
        await publishing
        await reader.until(published)
        await staying.stop()
        assert all(in_order(values) for values in reader.by_key().values())
        assert (await staying.lag())[topic] == 0

    async def test_the_work_of_a_killed_member_is_taken_over(
        self, bus: EventBus, doomed: Doomed, topic: str, group: str
    ) -> None:
        await bus.publish(numbered(topic, 40, keys=4))
        await doomed.take(group, topic)
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader)
        await subscription.start()
        await doomed.kill()
        await reader.until(40)
        await bus.publish(numbered(topic, 10, keys=4, start=40))
        await reader.until(50)
        await subscription.stop()
        assert all(in_order(values) for values in reader.by_key().values())

    async def test_who_stops_hands_over_without_repeats(
        self, bus: EventBus, connect: Connect, topic: str, group: str
    ) -> None:
        first, second, other = Reader(), Reader(), connect()
        leaving = bus.subscribe(group, [topic], first)
        await leaving.start()
        await bus.publish(numbered(topic, 30))
        await first.until(30)
        staying = other.subscribe(group, [topic], second)
        await staying.start()
        await leaving.stop()
        await bus.publish(numbered(topic, 30, start=30))
        await second.until(30)
        await staying.stop()
        await other.close()
        assert sorted(second.values, key=int) == [b"%d" % n for n in range(30, 60)]

    async def test_a_stop_lets_the_batch_in_hand_finish_and_commits_it(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Sequence[Record]) -> None:
            entered.set()
            await go_on.wait()

        await bus.publish(numbered(topic, 10, keys=1))
        subscription = bus.subscribe(group, [topic], slow, batch_size=4)
        await subscription.start()
        await asyncio.wait_for(entered.wait(), PATIENCE_S)
        stopping = asyncio.create_task(subscription.stop())
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(stopping), 0.1)
        assert not stopping.done()
        go_on.set()
        await asyncio.wait_for(stopping, PATIENCE_S)

        reader = Reader()
        later = bus.subscribe(group, [topic], reader)
        await later.start()
        await reader.until(6)
        await later.stop()
        assert reader.values == [b"%d" % n for n in range(4, 10)]

    async def test_a_group_goes_on_where_it_stopped(self, bus: EventBus, topic: str, group: str) -> None:
        await bus.publish(numbered(topic, 20))
        first = Reader()
        subscription = bus.subscribe(group, [topic], first)
        await subscription.start()
        await first.until(20)
        await subscription.stop()
        await bus.publish(numbered(topic, 5, start=20))
        second = Reader()
        again = bus.subscribe(group, [topic], second)
        await again.start()
        await second.until(5)
        await again.stop()
        assert sorted(second.values, key=int) == [b"%d" % n for n in range(20, 25)]

    async def test_a_handler_that_keeps_failing_does_not_hold_up_a_stop(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        failing = asyncio.Event()

        async def handler(_: Sequence[Record]) -> None:
            failing.set()
            raise RuntimeError("always")

        await bus.publish(numbered(topic, 3))
        subscription = bus.subscribe(group, [topic], handler)
        await subscription.start()
        await asyncio.wait_for(failing.wait(), PATIENCE_S)
        await asyncio.wait_for(subscription.stop(), PATIENCE_S)
        assert (await subscription.lag())[topic] == 3

    async def test_the_lag_says_what_a_group_has_before_it(self, bus: EventBus, topic: str, group: str) -> None:
        reader, other = Reader(), f"{topic}-silent"
        subscription = bus.subscribe(group, [topic, other], reader)
        await bus.publish(numbered(topic, 25))
        assert await subscription.lag() == {topic: 25, other: 0}
        await subscription.start()

        async def caught_up() -> bool:
            return await subscription.lag() == {topic: 0, other: 0}

        await eventually(caught_up)
        await subscription.stop()
        await bus.publish(numbered(topic, 3, start=25))
        assert await subscription.lag() == {topic: 3, other: 0}

    async def test_a_message_can_name_its_partition(self, bus: EventBus, topic: str, group: str) -> None:
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader)
        await subscription.start()
        count = await bus.partitions(topic)
        await bus.publish([Message(topic, "one key", b"%d" % n, partition=n) for n in range(count)])
        await reader.until(count)
        await subscription.stop()
        assert {(r.partition, r.value) for r in reader.records} == {(n, b"%d" % n) for n in range(count)}

    async def test_what_cannot_be_delivered_is_refused_with_its_whole_batch(
        self, bus: EventBus, topic: str, group: str
    ) -> None:
        with pytest.raises(Undeliverable):
            await bus.publish([*numbered(topic, 3), Message(topic, "k", b"", partition=DEFAULT_PARTITIONS)])
        with pytest.raises(Undeliverable):
            Message(topic, "k", bytes(MAX_VALUE_BYTES + 1))
        assert (await bus.subscribe(group, [topic], Reader()).lag())[topic] == 0

    async def test_the_largest_message_gets_through(self, bus: EventBus, topic: str, group: str) -> None:
        reader = Reader()
        subscription = bus.subscribe(group, [topic], reader)
        await subscription.start()
        value = uuid4().bytes * (MAX_VALUE_BYTES // 16)
        await bus.publish([Message(topic, "k", value)])
        await reader.until(1)
        await subscription.stop()
        assert reader.values == [value]

    async def test_publishing_nothing_is_nothing(self, bus: EventBus) -> None:
        await bus.publish([])

    async def test_a_topic_is_made_with_its_first_use_by_many_at_once(self, connect: Connect, topic: str) -> None:
        buses = [connect() for _ in range(5)]
        assert await asyncio.gather(*(bus.partitions(topic) for bus in buses)) == [DEFAULT_PARTITIONS] * 5
        for bus in buses:
            await bus.close()
