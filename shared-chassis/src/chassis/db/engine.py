"""One service, one database: how connections are made and how transactions begin and end.

A transaction is the block of `write()`; nothing else commits. A reader cannot write, PostgreSQL sees to it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_LIST_CONNECTIONS = 4

OPENING = "SELECT 1"
"""What opens a transaction in which nothing was said yet."""


class Database:
    """The pool of one service's connections.

    Args:
        url: `postgresql://user:password@host:port/name`; the asyncpg driver is filled in.
        application_name: shown in pg_stat_activity, so that an operator knows whose query is slow.
        pool_size: half of the connections that are opened as they are needed, and kept: one that is opened for a
            single request pays for its prepared statements, types and plans, which cost more than the request.
        statement_timeout_ms: no statement of a request may run longer.
    """

    def __init__(
        self, url: str, *, application_name: str, pool_size: int = 10, statement_timeout_ms: int = 30_000
    ) -> None:
        self.url = url
        self.application_name = application_name
        self._statement_timeout_ms = statement_timeout_ms
        self._engine = self._pool(application_name, pool_size)
        self._lists = self._pool(f"{application_name} lists", _LIST_CONNECTIONS)
        self._reading = self._engine.execution_options(postgresql_readonly=True)
        self._reading_lists = self._lists.execution_options(postgresql_readonly=True)

    def _pool(self, application_name: str, size: int) -> AsyncEngine:
        engine = create_async_engine(
            async_url(self.url),
            pool_size=2 * size,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,  # The text of an error goes into logs, and what was written may be personal data.
            connect_args={
                "command_timeout": self._statement_timeout_ms / 1000 + 5,
                "server_settings": {
                    "application_name": application_name,
                    "statement_timeout": str(self._statement_timeout_ms),
                    "lock_timeout": "10s",
                    "idle_in_transaction_session_timeout": "60s",
                    "timezone": "UTC",
                    "jit": "off",
                },
            },
        )
        event.listen(engine.sync_engine, "checkout", _leave_the_dead)
        return engine

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which nothing can be written."""
        async with _rolled_back(self._reading) as connection:
            yield connection

    @asynccontextmanager
    async def read_lists(self) -> AsyncIterator[AsyncConnection]:
        """The same on connections of their own: whoever leafs through lists takes none from those who act."""
        async with _rolled_back(self._reading_lists) as connection:
            yield connection

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        async with self._engine.connect() as connection:
            await connection.execute(text(OPENING))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._lists.dispose()


@asynccontextmanager
async def _rolled_back(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        try:
            yield connection
        finally:
            await connection.rollback()


def _leave_the_dead(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection whose socket was closed while nobody used it.

    The pool's own check asks the server in a transaction of its own: three round trips before every real one.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError("closed while it was idle")


def async_url(url: str) -> str:
    """The URL with the asyncpg driver named.

    >>> async_url("postgresql://u:p@h:1/d")
    'postgresql+asyncpg://u:p@h:1/d'
    """
    return url.replace("postgresql://", "postgresql+asyncpg://", 1).replace("postgres://", "postgresql+asyncpg://", 1)


def plain_url(url: str) -> str:
    """The URL as asyncpg and psql take it, without a driver.

    >>> plain_url("postgresql+asyncpg://u:p@h:1/d")
    'postgresql://u:p@h:1/d'
    """
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


async def driver(connection: AsyncConnection) -> Any:
    """The asyncpg connection beneath, in the same transaction, for set-based work.

    SQLAlchemy opens a transaction with its own first statement; without one, asyncpg would commit by itself.
    """
    raw: Any = (await connection.get_raw_connection()).driver_connection
    if not raw.is_in_transaction():
        await connection.execute(text(OPENING))
    return raw
