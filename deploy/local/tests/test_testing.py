"""What a test run has for all its tests: servers, and a garbage collector that is told what to leave alone."""

import gc

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pitlocal.postgres import Server


async def test_the_run_has_a_postgres_of_its_own(postgres_server: Server) -> None:
    connection = await asyncpg.connect(postgres_server.superuser_url)
    try:
        assert await connection.fetchval("show server_version_num") >= "180000"
    finally:
        await connection.close()


@pytest.mark.kafka
async def test_the_run_has_a_kafka_of_its_own(kafka_bootstrap: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    try:
        assert len(producer.client.cluster.brokers()) == 1
    finally:
        await producer.stop()


def test_what_the_run_loaded_is_not_looked_through_for_garbage() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 50_000
