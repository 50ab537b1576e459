"""The bus on Apache Kafka, through aiokafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    TopicAlreadyExistsError,
    for_code,
)

from chassis.messaging.bus import BATCH_SIZE, DEFAULT_PARTITIONS, SHORT_LIVED, Handler, Message, Reach, Reached
from chassis.messaging.kafka_following import KafkaFollowing
from chassis.messaging.kafka_group import KafkaSubscription
from chassis.messaging.partitioner import destination

log = structlog.get_logger(__name__)

_REQUEST_TIMEOUT_MS = 15_000
_CLOSE_S = 5.0
_KEEP_MS = 30 * 24 * 60 * 60 * 1000
"""How long a topic made here keeps its messages: the time in which a service that is down can still catch up."""

_KEEP_SHORT_MS = 10 * 60 * 1000


class KafkaBus:
    """Publishes to and reads from the brokers at `bootstrap`.

    The producer is idempotent and waits for all replicas. It never gives a message up by itself, so what it was given
    first is stored first, even over a broker's restart.

    Args:
        bootstrap: `host:port[,host:port]`.
        partitions: of topics made by this bus.
        replication: copies of topics made by this bus, as far as there are brokers.
    """

    def __init__(self, bootstrap: str, *, partitions: int = DEFAULT_PARTITIONS, replication: int = 3) -> None:
        self.bootstrap = bootstrap
        self._partitions = partitions
        self._replication = replication
        self._opening = asyncio.Lock()
        self._producer: AIOKafkaProducer | None = None
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None
        self._topics: dict[str, int] = {}

    async def start(self) -> None:
        """Connect."""
        await self._open_producer()

    async def close(self) -> None:
        """Send what is on its way, for some seconds at most, and close the connections."""
        async with self._opening:
            producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)
        await self._forget_admin()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send all messages and wait until every one is stored on all replicas in sync."""
        if not messages:
            return
        topics = {topic: await self.partitions(topic) for topic in {message.topic for message in messages}}
        placed = [(message, destination(message, topics[message.topic])) for message in messages]
        producer = await self._open_producer()
        try:
            futures = [
                await producer.send(
                    message.topic,
                    value=message.value,
                    key=message.key.encode(),
                    partition=partition,
                    headers=[(name, value.encode()) for name, value in message.headers.items()],
                )
                for message, partition in placed
            ]
            await asyncio.gather(*futures)
        except KafkaError:
            await self._discard(producer)
            raise

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int = BATCH_SIZE
    ) -> KafkaSubscription:
        """A member of a consumer group."""
        return KafkaSubscription(self, group, topics, handler, batch_size=batch_size)

    def follow(self, topics: Sequence[str], handler: Handler) -> KafkaFollowing:
        """A listener of its own, a consumer without a group."""
        return KafkaFollowing(self, topics, handler)

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""
        if topic not in self._topics:
            async with self._asking() as (admin, _):
                if topic not in await admin.list_topics():
                    await self._create(admin, topic)
                self._topics[topic] = await _count(admin, topic)
        return self._topics[topic]

    async def reached(self, group: str, topics: Sequence[str]) -> Reached:
        """How far a group has come; what was deleted before it is behind it."""
        places = await self._places(topics)
        async with self._asking() as (admin, reader):
            committed = await _committed(admin, group)
            first = await reader.beginning_offsets(places)
            end = await reader.end_offsets(places)
        read = {place: committed[place].offset if place in committed else 0 for place in places}
        return {(one.topic, one.partition): Reach(max(read[one], first[one]), end[one]) for one in places}

    async def missed(self, group: str, topics: Sequence[str]) -> dict[str, int]:
        """Messages by topic that were deleted before the group had read them; empty when there are none."""
        places = await self._places(topics)
        async with self._asking() as (admin, reader):
            committed = await _committed(admin, group)
            first = await reader.beginning_offsets(places)
        missed: dict[str, int] = {}
        for place in places:
            if place in committed and (gone := first[place] - committed[place].offset) > 0:
                missed[place.topic] = missed.get(place.topic, 0) + gone
        return missed

    async def _places(self, topics: Sequence[str]) -> list[TopicPartition]:
        return [TopicPartition(topic, n) for topic in topics for n in range(await self.partitions(topic))]

    async def _create(self, admin: AIOKafkaAdminClient, topic: str) -> None:
        brokers = len((await admin.describe_cluster())["brokers"])
        copies = min(self._replication, brokers)
        keep_ms = _KEEP_SHORT_MS if topic.endswith(SHORT_LIVED) else _KEEP_MS
        settings = {"retention.ms": str(keep_ms), "min.insync.replicas": str(max(copies - 1, 1))}
        new = NewTopic(topic, self._partitions, copies, topic_configs=settings)
        made = await admin.create_topics([new])
        for name, code, *_ in made.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"{name} could not be made")

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
        """The connections for questions about topics and groups; made anew after they failed."""
        async with self._opening:
            try:
                if self._admin is None:
                    self._admin = AIOKafkaAdminClient(
                        bootstrap_servers=self.bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS
                    )
                    await self._admin.start()
                if self._reader is None:
                    self._reader = AIOKafkaConsumer(
                        bootstrap_servers=self.bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS
                    )
                    await self._reader.start()
                yield self._admin, self._reader
            except BaseException:
                await self._forget_admin()
                raise

    async def _forget_admin(self) -> None:
        admin, self._admin = self._admin, None
        reader, self._reader = self._reader, None
        if admin is not None:
            await admin.close()
        if reader is not None:
            await reader.stop()

    async def _open_producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self.bootstrap,
                    acks="all",
                    enable_idempotence=True,
                    request_timeout_ms=_REQUEST_TIMEOUT_MS,
                )
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _discard(self, producer: AIOKafkaProducer) -> None:
        """A producer that failed may never work again; the next publish makes a new one."""
        async with self._opening:
            if self._producer is producer:
                self._producer = None
        await _stop(producer)


async def _committed(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, Any]:
    """The group's offsets. A cluster that has never had a group makes its memory for groups when it is first asked."""
    for attempt in range(1, 20):
        try:
            found: dict[TopicPartition, Any] = await admin.list_consumer_group_offsets(group)
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError):
            await asyncio.sleep(0.05 * attempt)
        else:
            return found
    raise KafkaError(f"nobody can say how far {group} has come")


async def _count(admin: AIOKafkaAdminClient, topic: str) -> int:
    """Partitions of a topic. One that was just made becomes known to all brokers within moments."""
    for attempt in range(1, 20):
        described: list[dict[str, Any]] = await admin.describe_topics([topic])
        if described and described[0]["error_code"] == 0 and described[0]["partitions"]:
            return len(described[0]["partitions"])
        await asyncio.sleep(0.05 * attempt)
    raise KafkaError(f"{topic} was made but does not appear")


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop a producer. One that cannot reach its broker would wait for ever to send what it has."""
    with suppress(KafkaError, TimeoutError, OSError):
        await asyncio.wait_for(producer.stop(), _CLOSE_S)
        return
    await producer.client.close()
