"""From outbox to effect while servers are killed with SIGKILL and come back: nothing lost, nothing twice, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pitlocal import kafka, postgres

from chassis.db import Database
from chassis.db.revisions import r0001
from chassis.messaging import Consumer, EventBus, OutboxRelay
from chassis.messaging.kafka_bus import KafkaBus
from chassis.messaging.postgres_bus import PostgresBus
from chassis.testing.bus_reader import eventually
from chassis.testing.postgres import opened

from . import example
from .example import consuming, envelope, histories, history_of, message, value

KEYS = 5


@pytest.fixture
def server(tmp_path: Path) -> Iterator[postgres.EmbeddedServer]:
    """A PostgreSQL of this test alone, because it gets killed."""
    server = postgres.start_embedded(tmp_path / "postgres", settings={"shared_buffers": "32MB"})
    yield server
    server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[kafka.Broker]:
    """A Kafka broker of this test alone."""
    broker = kafka.start(tmp_path / "kafka")
    yield broker
    broker.stop()


@pytest.fixture
async def service(server: postgres.EmbeddedServer) -> AsyncIterator[Database]:
    connection = await asyncpg.connect(server.superuser_url)
    for name in ("service", "bus"):
        await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    connection = await asyncpg.connect(server.url_for("service"))
    for statement in r0001.STATEMENTS:
        await connection.execute(statement)
    await connection.close()
    async with opened(server.url_for("service")) as db:
        async with db.write() as tables:
            await tables.run_sync(example.metadata.create_all)
        yield db


@asynccontextmanager
async def relaying(db: Database, bus: EventBus) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(OutboxRelay(db, bus, batch=20).run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def write(db: Database, first: int, count: int) -> None:
    """Commit `count` rows per key to the outbox, each in a transaction of its own, as often as it takes."""
    for n in range(first, first + count):
        rows = [message(envelope(f"key-{key}", str(n))) for key in range(KEYS)]
        while True:
            try:
                connection = await asyncpg.connect(db.url)
                await example.queue(connection, rows)
                await connection.close()
                break
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)


def arrived(db: Database, count: int) -> Any:
    async def all_there() -> bool:
        try:
            return bool(await value(db, "SELECT count(*) FROM inbox") >= count * KEYS)
        except Exception:
            return False

    return all_there


async def assert_everything_once_and_in_order(db: Database, count: int) -> None:
    for key in range(KEYS):
        assert await history_of(db, f"key-{key}") == " ".join(str(n) for n in range(count))
    assert await value(db, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0
    assert await value(db, "SELECT count(*) FROM parked_message") == 0


async def test_killing_postgresql_under_service_and_log(service: Database, server: postgres.EmbeddedServer) -> None:
    bus = PostgresBus(server.url_for("bus"))
    async with relaying(service, bus), consuming(Consumer("reader", read_models=[histories]), service, bus):
        for round_ in range(3):
            await write(service, round_ * 20, 20)
            await eventually(arrived(service, round_ * 20 + 5))
            server.kill()
            server.restart()
        await eventually(arrived(service, 60))
        await eventually(_outbox_empty(service))
    await assert_everything_once_and_in_order(service, 60)
    await bus.close()


@pytest.mark.kafka
async def test_killing_kafka(service: Database, broker: kafka.Broker) -> None:
    bus = KafkaBus(broker.bootstrap)
    async with relaying(service, bus), consuming(Consumer("reader", read_models=[histories]), service, bus):
        await write(service, 0, 20)
        await eventually(arrived(service, 5))
        await asyncio.to_thread(broker.kill)
        await write(service, 20, 25)
        await asyncio.to_thread(broker.restart)
        await eventually(arrived(service, 45))
        await eventually(_outbox_empty(service))
    await assert_everything_once_and_in_order(service, 45)
    await asyncio.to_thread(broker.kill)
    stuck = asyncio.create_task(bus.publish([message(envelope("a", "never"))]))
    await asyncio.wait({stuck}, timeout=1)
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)
    await asyncio.wait_for(bus.close(), 20)


def _outbox_empty(db: Database) -> Any:
    async def empty() -> bool:
        return bool(await value(db, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0)

    return empty
