"""A listener on Kafka: a consumer without a group, its place in memory."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.messaging.bus import Handler, Record

log = structlog.get_logger(__name__)

_POLL_MS = 500
_FETCH_WAIT_MS = 50
_PAUSE_S = 0.2
_STOP_S = 10.0


class Brokers(Protocol):
    """What a listener needs of the bus it belongs to."""

    bootstrap: str

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; it is made when it is missing."""
        ...


class KafkaFollowing:
    """Keeps its place, with a new consumer whenever one has failed for good."""

    def __init__(self, bus: Brokers, topics: Sequence[str], handler: Handler) -> None:
        self._bus = bus
        self._topics = tuple(topics)
        self._handler = handler
        self._next: dict[TopicPartition, int] = {}
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a place at the end."""
        places = [TopicPartition(topic, n) for topic in self._topics for n in range(await self._bus.partitions(topic))]
        consumer = self._consumer()
        await consumer.start()
        try:
            self._next = dict(await consumer.end_offsets(places))
        except BaseException:
            await consumer.stop()
            raise
        self._task = asyncio.create_task(self._run(consumer), name="bus following")

    async def stop(self) -> None:
        """Let the batch at work finish and stop listening."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bus.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )

    async def _run(self, consumer: AIOKafkaConsumer) -> None:
        started = True
        while not self._stopping.is_set():
            try:
                if not started:
                    await consumer.start()
                await self._read(consumer)
            except Exception as error:
                log.warning("bus_following_failed", topics=self._topics, again_in_s=_PAUSE_S, error=repr(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _PAUSE_S)
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), _STOP_S)
            if not self._stopping.is_set():
                consumer, started = self._consumer(), False

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        """Hand out records until told to stop. A batch whose handler fails is read again."""
        consumer.assign(list(self._next))
        for place, offset in self._next.items():
            consumer.seek(place, offset)
        while not self._stopping.is_set():
            fetched = await consumer.getmany(timeout_ms=_POLL_MS)
            for place, found in fetched.items():
                try:
                    await self._handler([_record(one) for one in found])
                except Exception:
                    log.warning("bus_following_handler_failed", topic=place.topic, exc_info=True)
                    consumer.seek(place, found[0].offset)
                    await asyncio.sleep(_PAUSE_S)
                else:
                    self._next[place] = found[-1].offset + 1


def _record(one: Any) -> Record:
    headers = {name: value.decode() for name, value in one.headers}
    return Record(one.topic, one.partition, one.offset, (one.key or b"").decode(), one.value or b"", headers)
