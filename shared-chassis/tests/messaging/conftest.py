"""An empty database for the PostgreSQL log, and one with the chassis' tables for relay and consumer."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest
import structlog

from chassis.db import Database
from chassis.testing.postgres import CHASSIS, Databases, Server, opened

from . import example


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """These tests make things fail on purpose; drawing every traceback would take most of their time.

    A member that fails by a mistake of ours recovers like one that lost its connection: the log alone tells of it.
    """
    with structlog.testing.capture_logs() as entries:
        yield
    assert [entry for entry in entries if entry["event"] == "bus_member_failed"] == []


async def administer(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(server.superuser_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def log_url(postgres_server: Server) -> AsyncIterator[str]:
    """A database without any tables: the bus makes them."""
    name = f"bus_{uuid4().hex[:12]}"
    await administer(postgres_server, f'CREATE DATABASE "{name}"')
    yield postgres_server.url_for(name)
    await administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    """A service's database with the example's read model."""
    async with opened(await databases.create(CHASSIS), pool_size=10) as db:
        async with db.write() as connection:
            await connection.run_sync(example.metadata.create_all)
        yield db
