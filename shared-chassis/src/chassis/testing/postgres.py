"""A fresh database per test, cloned in a moment from a template that the real migrations made once per worker.

The fixture `postgres_server` (a running server with `superuser_url` and `url_for`) comes from the root conftest.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event

from chassis.db import Database, migrations
from chassis.db.engine import OPENING
from chassis.db.revisions import r0001, r0002, r0003, r0004, r0005, r0006, r0007, r0008, r0009, r0010
from chassis.http.listing import cost

CHASSIS = "chassis"
"""The name under which the chassis' own tests get a database with the chassis' tables alone."""


Fill = Callable[[str], Awaitable[None]]
"""Puts into the database of this URL what many tests begin with, and leaves no connection open."""


class Server(Protocol):
    """What is asked of a running PostgreSQL."""

    superuser_url: str

    def url_for(self, database: str) -> str:
        """URL of one of its databases."""
        ...


class Databases:
    """Makes databases of a service, each a clone of its migrated template, and drops them again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tag = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{uuid4().hex[:6]}"
        self._templates: dict[Hashable, asyncio.Task[str]] = {}
        self._made: list[str] = []

    async def create(self, service: str, fill: Fill | None = None) -> str:
        """URL of a new database with the newest schema of `service` and nothing in it, or what `fill` puts there. That
        is put into a template once, so it is the same in every database.
        """
        made = self._template(service) if fill is None else self._filled(service, fill)
        template = await self._once((service, fill), made)
        return self._server.url_for(await self._clone(service, template))

    async def drop_all(self) -> None:
        """Drop everything that was made."""
        templates = [await task for task in self._templates.values()]
        for name in [*self._made, *templates]:
            await self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _once(self, what: Hashable, made: Coroutine[Any, Any, str]) -> str:
        if what in self._templates:
            made.close()
        else:
            self._templates[what] = asyncio.create_task(made)
        return await self._templates[what]

    async def _clone(self, service: str, template: str) -> str:
        name = f"t_{service}_{uuid4().hex[:12]}"
        await self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        self._made.append(name)
        return name

    async def _filled(self, service: str, fill: Fill) -> str:
        name = await self._clone(service, await self._once((service, None), self._template(service)))
        await fill(self._server.url_for(name))
        return name

    async def _template(self, service: str) -> str:
        name = f"template_{service}_{self._tag}"
        await self._admin(f'CREATE DATABASE "{name}"')
        url = self._server.url_for(name)
        if service == CHASSIS:
            connection = await asyncpg.connect(url)
            for revision in (r0001, r0002, r0003, r0004, r0005, r0006, r0007, r0008, r0009, r0010):
                for statement in revision.STATEMENTS:
                    await connection.execute(statement)
            await connection.close()
        else:
            await migrations.upgrade(service, url)
        return name

    async def _admin(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.superuser_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
async def databases(postgres_server: Server) -> AsyncIterator[Databases]:
    """Makes databases. They end with the run's own server; on a server that was handed in, they are dropped."""
    made = Databases(postgres_server)
    yield made
    if os.environ.get("DATABASE_URL"):
        await made.drop_all()


@pytest.fixture(scope="session", autouse=True)
def patient_lists() -> Iterator[None]:
    """Lists take what time they need: how long that is says how busy the machine is, and nothing about the code."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cost, "COUNT_MS", 60_000)
        patched.setattr(cost, "STATEMENT_MS", 60_000)
        yield


@asynccontextmanager
async def opened(url: str, *, pool_size: int = 5) -> AsyncIterator[Database]:
    """A Database on `url`, closed at the end of the block."""
    db = Database(url, application_name="tests", pool_size=pool_size)
    try:
        yield db
    finally:
        await db.close()


class Statements:
    """The SQL statements that were sent, in order; savepoints and transaction control are not counted."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def count(self) -> int:
        """How many."""
        return len(self.sent)

    def note(self, query: Any) -> None:
        """Called by asyncpg for each statement that is sent through it directly."""
        self.add(str(query.query))

    def add(self, statement: str) -> None:
        """One more."""
        text = " ".join(statement.split())
        if (
            text
            and text != OPENING
            and not text.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "SET ", "SHOW ", ";"))
        ):
            self.sent.append(text)


@contextmanager
def count_statements(db: Database) -> Iterator[Statements]:
    """Count what a block sends to the database, so that a test can say how many statements a request may cost.

    SQLAlchemy prepares its statements, which asyncpg's own log does not show: both are listened to.
    """
    statements = Statements()
    engines = [one.sync_engine for one in (db._engine, db._lists)]  # noqa: SLF001 - a test looks under the bonnet
    watched: list[Any] = []

    def watch(dbapi_connection: Any, *_: Any) -> None:
        raw = dbapi_connection.driver_connection
        raw.add_query_logger(statements.note)
        watched.append(raw)

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.add(statement)

    for engine in engines:
        event.listen(engine.pool, "checkout", watch)
        event.listen(engine, "before_cursor_execute", executed)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine.pool, "checkout", watch)
            event.remove(engine, "before_cursor_execute", executed)
        for raw in watched:
            raw.remove_query_logger(statements.note)
