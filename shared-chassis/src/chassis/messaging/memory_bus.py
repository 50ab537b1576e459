"""The bus in memory, for tests of services. The contract suite of the real ones keeps it from lying."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from chassis.messaging.bus import BATCH_SIZE, DEFAULT_PARTITIONS, Handler, Message, Reach, Reached, Record, lag_of
from chassis.messaging.delivery import Dispatcher, Partition
from chassis.messaging.partitioner import destination

DRAIN_S = 10.0

_followings = count()


@dataclass
class MemoryLog:
    """What a broker would hold. Give the same one to several buses to play several processes."""

    topics: dict[str, list[list[Record]]] = field(default_factory=dict)
    offsets: dict[tuple[str, Partition], int] = field(default_factory=dict)
    owners: dict[tuple[str, Partition], "MemorySubscription"] = field(default_factory=dict)
    members: dict[str, list["MemorySubscription"]] = field(default_factory=dict)

    def wake(self) -> None:
        """Something changed: everybody looks."""
        for members in self.members.values():
            for member in members:
                member.wake.set()


class MemoryBus:
    """A bus that forgets everything with its process.

    >>> async def one_message() -> list[bytes]:
    ...     bus, seen = MemoryBus(), asyncio.Queue[bytes]()
    ...     async def handler(records: Sequence[Record]) -> None:
    ...         for record in records:
    ...             seen.put_nowait(record.value)
    ...     subscription = bus.subscribe("readers", ["news"], handler)
    ...     await subscription.start()
    ...     await bus.publish([Message("news", "a key", b"hello")])
    ...     first = await seen.get()
    ...     await subscription.stop()
    ...     return [first]
    >>> asyncio.run(one_message())
    [b'hello']
    """

    def __init__(self, log: MemoryLog | None = None, *, partitions: int = DEFAULT_PARTITIONS) -> None:
        self.log = log if log is not None else MemoryLog()
        self._partitions = partitions

    async def start(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to close."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append to the log and wake the readers."""
        placed = [(message, destination(message, await self.partitions(message.topic))) for message in messages]
        for message, number in placed:
            partition = self.log.topics[message.topic][number]
            partition.append(
                Record(message.topic, number, len(partition), message.key, message.value, dict(message.headers))
            )
        self.log.wake()

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int = BATCH_SIZE
    ) -> "MemorySubscription":
        """A member of a group in this process."""
        return MemorySubscription(self, group, topics, handler, batch_size=batch_size)

    def follow(self, topics: Sequence[str], handler: Handler) -> "MemoryFollowing":
        """A listener of its own in this process."""
        return MemoryFollowing(self, topics, handler)

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""
        if topic not in self.log.topics:
            self.log.topics[topic] = [[] for _ in range(self._partitions)]
        return len(self.log.topics[topic])

    def published(self, topic: str) -> list[Record]:
        """Everything a topic holds, by partition and offset; for assertions."""
        return [record for partition in self.log.topics.get(topic, []) for record in partition]


class MemoryFollowing:
    """The only member of a group nobody else knows, which begins at the end."""

    def __init__(self, bus: MemoryBus, topics: Sequence[str], handler: Handler) -> None:
        self._bus = bus
        self._topics = tuple(topics)
        self._group = f"following-{next(_followings)}"
        self._member = MemorySubscription(bus, self._group, topics, handler, batch_size=BATCH_SIZE)

    async def start(self) -> None:
        """Take a place at the end."""
        for topic in self._topics:
            for number in range(await self._bus.partitions(topic)):
                end = len(self._bus.log.topics[topic][number])
                self._bus.log.offsets[self._group, (topic, number)] = end
        await self._member.start()

    async def stop(self) -> None:
        """Let the batch at work finish and stop listening."""
        await self._member.stop()


class MemorySubscription:
    """One member of a group."""

    def __init__(self, bus: MemoryBus, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int) -> None:
        self.topics = tuple(topics)
        self.wake = asyncio.Event()
        self._bus = bus
        self._log = bus.log
        self._group = group
        self._batch_size = batch_size
        self._next: dict[Partition, int] = {}
        self._surrendered: set[Partition] = set()
        self._dispatcher = Dispatcher(group, handler, self._commit, progress=self.wake.set, batch_size=batch_size)
        self._loop: asyncio.Task[None] | None = None

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions this member holds at the moment."""
        return frozenset(self._next)

    async def start(self) -> None:
        """Join the group."""
        for topic in self.topics:
            await self._bus.partitions(topic)
        self._log.members.setdefault(self._group, []).append(self)
        self._loop = asyncio.create_task(self._run(), name=f"memory group {self._group}")
        self._log.wake()

    async def stop(self) -> None:
        """Let the batches at work finish and leave."""
        await self._leave(drain_s=DRAIN_S)

    async def kill(self) -> None:
        """End as a process does that is killed: nothing more is handled, nothing is committed."""
        await self._leave(drain_s=0)

    async def reached(self) -> Reached:
        """How far the group has come."""
        return {
            (topic, number): Reach(self._log.offsets.get((self._group, (topic, number)), 0), len(records))
            for topic in self.topics
            for number, records in enumerate(self._log.topics.get(topic, []))
        }

    async def lag(self) -> dict[str, int]:
        """Messages by topic that the group has before it."""
        return lag_of(self.topics, await self.reached())

    async def _leave(self, *, drain_s: float) -> None:
        if self._loop is None:
            return
        self._loop.cancel()
        await asyncio.gather(self._loop, return_exceptions=True)
        await self._dispatcher.drain(timeout_s=drain_s)
        self._log.members[self._group].remove(self)
        for partition in list(self._next):
            self._release(partition)
        self._loop = None
        self._log.wake()

    async def _run(self) -> None:
        while True:
            self.wake.clear()
            self._balance()
            for partition in self.owned - self._surrendered:
                topic, number = partition
                found = self._log.topics[topic][number][self._next[partition] :][: self._batch_size]
                if found and self._dispatcher.backlog(partition) < self._batch_size:
                    self._next[partition] = found[-1].offset + 1
                    self._dispatcher.hand_out(partition, found)
            await self.wake.wait()

    def _balance(self) -> None:
        """Deal the partitions out by turns; take what is mine and free, give up what is not mine."""
        for topic in self.topics:
            readers = [member for member in self._log.members[self._group] if topic in member.topics]
            for number in range(len(self._log.topics[topic])):
                partition = (topic, number)
                if readers[number % len(readers)] is not self:
                    if partition in self._next:
                        self._surrendered.add(partition)
                elif (self._group, partition) not in self._log.owners:
                    self._log.owners[self._group, partition] = self
                    self._next[partition] = self._log.offsets.get((self._group, partition), 0)
        self._dispatcher.retire(self._surrendered)
        for partition in [one for one in self._surrendered if self._dispatcher.idle(one)]:
            self._release(partition)
            self._log.wake()

    def _release(self, partition: Partition) -> None:
        del self._next[partition]
        self._surrendered.discard(partition)
        del self._log.owners[self._group, partition]

    async def _commit(self, offsets: Mapping[Partition, int]) -> None:
        self._log.offsets |= {(self._group, partition): offset for partition, offset in offsets.items()}
