"""The servers that a test run shares."""

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
