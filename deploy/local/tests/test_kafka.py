"""The broker: it keeps what it acknowledged, and its jars are the pinned ones."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pitlocal import kafka, kafka_jars
from pitlocal.kafka import Broker
from pitlocal.processes import free_port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """One whose cluster has the most awkward of all ids: it is written with a dash in front."""
    broker = kafka.start(tmp_path, cluster=UUID(int=0xFB << 120 | 1))
    yield broker
    broker.stop()


@pytest.mark.kafka
async def test_what_was_acknowledged_is_there_after_a_kill_at_the_same_address(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait("kept", b"42")
    await producer.stop()
    broker.kill()
    assert broker.pid is None
    broker.restart()
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    consumer.assign([TopicPartition("kept", 0)])
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    assert record.value == b"42"


def test_a_jar_with_other_bytes_is_noticed(tmp_path: Path) -> None:
    name = next(iter(kafka_jars.pinned()))
    (tmp_path / name).write_bytes(b"not a jar")
    assert sorted(kafka_jars.missing(tmp_path)) == sorted(kafka_jars.pinned())


def test_nobody_answers_on_a_free_port() -> None:
    assert not kafka.answers(free_port())
