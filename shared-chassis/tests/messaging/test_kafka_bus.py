"""Kafka keeps the contract of every bus, and never passes over what it deleted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import structlog
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from chassis.messaging.kafka_bus import KafkaBus
from chassis.testing.bus_contract import BusContract, Doomed
from chassis.testing.bus_following import Connect
from chassis.testing.bus_members import ProcessMembers
from chassis.testing.bus_reader import Reader, eventually, numbered

pytestmark = pytest.mark.kafka


class TestKafkaBus(BusContract):
    @pytest.fixture
    def connect(self, kafka_bootstrap: str) -> Connect:
        return lambda: KafkaBus(kafka_bootstrap)

    @pytest.fixture
    def doomed(self, kafka_bootstrap: str) -> Doomed:
        return ProcessMembers("kafka", kafka_bootstrap)


@asynccontextmanager
async def reading(bus: KafkaBus, group: str, topic: str) -> AsyncIterator[Reader]:
    reader = Reader()
    subscription = bus.subscribe(group, [topic], reader)
    await subscription.start()
    try:
        yield reader
    finally:
        await subscription.stop()


async def test_a_group_that_was_away_for_too_long_says_so_instead_of_reading_on(kafka_bootstrap: str) -> None:
    bus, topic, group = KafkaBus(kafka_bootstrap, partitions=1), f"missed-{uuid4().hex[:8]}", f"late-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await bus.publish(numbered(topic, 3))
        async with reading(bus, group, topic) as reader:
            await reader.until(3)
        await bus.publish(numbered(topic, 5, start=3))
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=5)})
        assert await bus.missed(group, [topic]) == {topic: 2}
        with structlog.testing.capture_logs() as entries:
            async with reading(bus, group, topic) as reader:
                await eventually(lambda: "bus_messages_missed" in {entry["event"] for entry in entries})
        assert reader.records == []
    finally:
        await admin.close()
        await bus.close()
