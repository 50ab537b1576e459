"""A member of a consumer group on Kafka.

Offsets are committed by hand after the handler returned, per partition. When the group is dealt anew, batches in their
handlers may finish and commit before the partitions go; what only waits is dropped, since its next owner reads it
again. A commit that is refused because the group moved on is normal and costs a repeated batch.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from chassis.messaging.bus import Handler, Reached, Record, lag_of
from chassis.messaging.delivery import Dispatcher, Partition

log = structlog.get_logger(__name__)

SESSION_MS = 10_000
"""A member that says nothing for so long is taken for dead."""

DRAIN_S = 10.0
"""How long a batch in its handler may take to finish when its partition is taken away or its process stops."""

_REBALANCE_MS = 30_000
_MAX_FETCH_BYTES = 8 * 1024 * 1024
# aiokafka asks a broker for a partition again only when its question about the other partitions came back, so this
# wait is also what a message can be late by.
_FETCH_WAIT_MS = 50
_POLL_MS = 500
_STOP_S = 10.0
# A handler that waits for its database must not lose its place in the group for it; a stuck one shows in the lag.
_MAX_POLL_MS = 24 * 60 * 60 * 1000
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Brokers(Protocol):
    """What a member needs of the bus it belongs to."""

    bootstrap: str

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; it is made when it is missing."""
        ...

    async def reached(self, group: str, topics: Sequence[str]) -> Reached:
        """How far a group has come."""
        ...

    async def missed(self, group: str, topics: Sequence[str]) -> dict[str, int]:
        """Messages that were deleted before the group had read them."""
        ...


class MessagesMissed(Exception):
    """Kafka deleted messages before this group had read them: it was away for longer than they are kept.

    To read on behind them would hide it. Whoever has seen to what was in them sets the group's offsets to the earliest
    there are (`kafka-consumer-groups.sh --group ... --all-topics --reset-offsets --to-earliest --execute`).
    """


class KafkaSubscription:
    """Keeps a member in its group, with a new consumer whenever one has failed for good."""

    def __init__(self, bus: Brokers, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int) -> None:
        self._bus = bus
        self._group = group
        self._topics = tuple(topics)
        self._handler = handler
        self._batch_size = batch_size
        self._stopping = asyncio.Event()
        self._member: Member | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group in the background."""
        assert self._task is None, "a subscription is started once"
        self._task = asyncio.create_task(self._run(), name=f"bus group {self._group}")

    async def stop(self) -> None:
        """Let the batches at work finish, then leave."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def reached(self) -> Reached:
        """How far the group has come."""
        return await self._bus.reached(self._group, self._topics)

    async def lag(self) -> dict[str, int]:
        """Messages by topic that the group has before it."""
        return lag_of(self._topics, await self.reached())

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions this member holds at the moment."""
        return self._member.owned if self._member is not None else frozenset()

    async def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                await self._live()
            except Exception as error:
                pause_s = _FIRST_PAUSE_S if self._member is not None else min(pause_s * 2, _LONGEST_PAUSE_S)
                if isinstance(error, MessagesMissed):
                    log.error("bus_messages_missed", group=self._group, again_in_s=pause_s, error=str(error))  # noqa: TRY400
                elif isinstance(error, (KafkaError, OSError, TimeoutError)):
                    log.warning("bus_connection_lost", group=self._group, again_in_s=pause_s, error=repr(error))
                else:
                    log.exception("bus_member_failed", group=self._group, again_in_s=pause_s)
            self._member = None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def _live(self) -> None:
        for topic in self._topics:
            await self._bus.partitions(topic)
        if missed := await self._bus.missed(self._group, self._topics):
            raise MessagesMissed(f"deleted before {self._group} had read them: {missed}")
        member = Member(self._bus.bootstrap, self._group, self._handler, batch_size=self._batch_size)
        try:
            await member.join(self._topics)
            self._member = member
            await member.run(self._stopping)
        finally:
            await member.leave()


class Member(ConsumerRebalanceListener):  # type: ignore[misc]
    """One consumer's life in the group."""

    def __init__(self, bootstrap: str, group: str, handler: Handler, *, batch_size: int) -> None:
        self._group = group
        self._batch_size = batch_size
        self._paused: set[TopicPartition] = set()
        self._between_hands = False
        self._dispatcher = Dispatcher(group, handler, self._commit, progress=self._resume, batch_size=batch_size)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=SESSION_MS // 4,
            rebalance_timeout_ms=_REBALANCE_MS,
            max_poll_interval_ms=_MAX_POLL_MS,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            fetch_max_bytes=_MAX_FETCH_BYTES,
        )

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions dealt to this member."""
        return frozenset((one.topic, one.partition) for one in self._consumer.assignment())

    async def join(self, topics: Sequence[str]) -> None:
        """Connect and ask for a share of the topics."""
        await self._consumer.start()
        self._consumer.subscribe(topics, listener=self)

    async def run(self, stopping: asyncio.Event) -> None:
        """Hand out records until told to stop; raises when the consumer cannot go on."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                fetch = asyncio.create_task(self._consumer.getmany(timeout_ms=_POLL_MS))
                await asyncio.wait({fetch, stop}, return_when=asyncio.FIRST_COMPLETED)
                if not fetch.done():
                    fetch.cancel()
                    await asyncio.gather(fetch, return_exceptions=True)
                    return
                fetched = fetch.result()
                if not self._between_hands:  # What was fetched just before comes again, here or elsewhere.
                    self._hand_out(fetched)
        finally:
            stop.cancel()

    async def leave(self) -> None:
        """Finish what is at work, commit it, leave the group so that the others need not wait for a time-out."""
        await self._dispatcher.drain(timeout_s=DRAIN_S)
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(self._consumer.stop(), _STOP_S)

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """The group is about to be dealt anew; it waits for us until this returns."""
        self._between_hands = True
        await self._dispatcher.drain([(one.topic, one.partition) for one in revoked], timeout_s=DRAIN_S)
        self._paused.clear()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Reading begins at the committed offsets by itself."""
        self._between_hands = False
        log.info("partitions_taken", group=self._group, owned=len(assigned))

    def _hand_out(self, fetched: dict[TopicPartition, list[Any]]) -> None:
        for place, found in fetched.items():
            partition = (place.topic, place.partition)
            self._dispatcher.hand_out(partition, [_record(one) for one in found])
            if self._dispatcher.backlog(partition) >= self._batch_size:
                self._consumer.pause(place)
                self._paused.add(place)

    def _resume(self) -> None:
        """Read on where there is room again."""
        for place in list(self._paused):
            if self._dispatcher.backlog((place.topic, place.partition)) < self._batch_size:
                self._paused.discard(place)
                if place in self._consumer.assignment():
                    self._consumer.resume(place)

    async def _commit(self, offsets: Mapping[Partition, int]) -> None:
        ours = self._consumer.assignment()
        places = {TopicPartition(*partition): offset for partition, offset in offsets.items()}
        if still_ours := {place: offset for place, offset in places.items() if place in ours}:
            await self._consumer.commit(still_ours)


def _record(one: Any) -> Record:
    headers = {name: value.decode() for name, value in one.headers}
    return Record(one.topic, one.partition, one.offset, (one.key or b"").decode(), one.value or b"", headers)
