"""An empty database for the PostgreSQL log, and one with the chassis' tables for relay and consumer."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from chassis.testing.postgres import Server


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
