"""What the applications of one test run need not work out one by one: how statements are written in SQL, and where
many live one after the other on one database, connections to it.

A service that runs has one engine for as long as it lives. Tests open hundreds, and would compile each statement for
each of them; a connection that is opened anew pays for types, plans and catalogues, on both sides.
"""

from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from chassis.db import Database

_STATEMENTS = 20_000


class Pools:
    """Makes the engines of every Database of this process."""

    def __init__(self) -> None:
        self._compiled: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
        self._first: AsyncEngine | None = None
        self._kept: dict[str, dict[Hashable, AsyncEngine]] = {}
        self._pool, self._close = Database._pool, Database.close  # noqa: SLF001 - tests look under the bonnet

    @contextmanager
    def making(self) -> Iterator[None]:
        """Have it do so in the block."""

        def pool(db: Database, application_name: str, size: int) -> AsyncEngine:
            return self._made(db, application_name, size)

        async def close(db: Database) -> None:
            await self._closed(db)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Database, "_pool", pool)
            patched.setattr(Database, "close", close)
            yield

    @asynccontextmanager
    async def kept_open(self, url: str) -> AsyncIterator[None]:
        """Keep the connections to this database for the next Database on it, until the block ends."""
        self._kept[url] = {}
        try:
            yield
        finally:
            for engine in self._kept.pop(url).values():
                await engine.dispose()

    def _made(self, db: Database, name: str, size: int) -> AsyncEngine:
        kept = self._kept.get(db.url)
        if kept is None:
            return self._sharing(self._pool(db, name, size))
        key = (name, size, db._statement_timeout_ms)  # noqa: SLF001
        if key not in kept:
            kept[key] = self._pool(db, name, size)
        return self._sharing(kept[key])

    def _sharing(self, engine: AsyncEngine) -> AsyncEngine:
        """An engine with events of its own on the same connections, which writes statements as the first did."""
        inner = engine.sync_engine
        if self._first is None:
            self._first = engine
        speaks = self._first.sync_engine.dialect
        # A dialect knows the server once it has met it.
        dialect = speaks if getattr(speaks, "server_version_info", None) is not None else inner.dialect
        made = Engine(inner.pool, dialect, inner.url, hide_parameters=True)
        made._compiled_cache = self._compiled  # noqa: SLF001
        return AsyncEngine(made)

    async def _closed(self, db: Database) -> None:
        if db.url not in self._kept:
            await self._close(db)


@pytest.fixture(scope="session", autouse=True)
def pools() -> Iterator[Pools]:
    """See Pools."""
    made = Pools()
    with made.making():
        yield made
