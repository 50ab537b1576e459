"""Alembic for every service in the same way: its env.py calls `run_environment`, its first revision `create_chassis`.

Migrations are run by `python -m <service> migrate` before a rollout, never when a service starts. They must work while
the code now deployed goes on: expand, migrate, contract over two releases.
"""

import asyncio
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from alembic import command, context, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.db import tables
from chassis.db.engine import async_url
from chassis.db.grants import give, give_ahead
from chassis.db.names import quoted
from chassis.db.revisions import r0001, r0002, r0003, r0004, r0005, r0006, r0007, r0008, r0009, r0010

ischema_names["xid8"] = tables.Xid8

_ONE_AT_A_TIME = 0x70697462
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "15min"
_BROKEN = """
    SELECT class.relname FROM pg_index JOIN pg_class AS class ON class.oid = indexrelid
    WHERE NOT indisvalid AND class.relkind = 'i' AND class.relnamespace = current_schema()::regnamespace"""
"""Indexes that somebody began to build beside others' work, and did not end."""


def create_chassis() -> None:
    """The chassis' tables, in a service's first revision."""
    for statement in r0001.STATEMENTS:
        op.execute(statement)


def add_approvals() -> None:
    """The chassis' tables for what waits for a second person."""
    for statement in r0002.STATEMENTS:
        op.execute(statement)


def add_lists() -> None:
    """The chassis' tables for exports of lists."""
    for statement in r0003.STATEMENTS:
        op.execute(statement)


def describe_parked() -> None:
    """What a list tells of messages that were set aside."""
    for statement in r0006.STATEMENTS:
        op.execute(statement)


def add_views() -> None:
    """The chassis' tables for saved views of lists."""
    for statement in r0004.STATEMENTS:
        op.execute(statement)


def add_bulk() -> None:
    """The chassis' tables for actions on many rows at once."""
    for statement in r0005.STATEMENTS:
        op.execute(statement)


def add_casino_zones() -> None:
    """The chassis' table for where casinos keep their time."""
    for statement in r0007.STATEMENTS:
        op.execute(statement)


def index_old_rows() -> None:
    """By which old rows of the chassis' tables are found that go."""
    for statement in r0008.STATEMENTS:
        op.execute(statement)


def keep_events() -> None:
    """Events stay as they were written."""
    for statement in r0009.STATEMENTS:
        op.execute(statement)


def add_lanes() -> None:
    """What tasks wait for, by which they are claimed."""
    for statement in r0010.STATEMENTS:
        op.execute(statement)


def change_indexes(*, build: Sequence[str] = (), drop: Sequence[str] = ()) -> None:
    """Build and drop indexes of tables that are in use while whoever writes there goes on.

    Call it alone in a revision, or beside what may be done twice: each step is committed by itself, and a revision that
    was stopped half way begins again. What is dropped goes last, so that no look-up is without an index meanwhile.

    Args:
        build: statements `CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON ...`.
        drop: names.
    """
    with op.get_context().autocommit_block():
        # It waits for every transaction that is open; nobody waits for it.
        op.execute("SET lock_timeout = 0")
        for broken in op.get_bind().execute(text(_BROKEN)).scalars().all():
            op.execute(f"DROP INDEX CONCURRENTLY {quoted(broken)}")
        for statement in build:
            op.execute(statement)
        for name in drop:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}")
        op.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")


def run_environment(service_metadata: MetaData) -> None:
    """What a service's migrations/env.py does. The URL comes from the caller or from DATABASE_URL."""
    # allow settings-read-the-environment: `alembic revision` runs without a service's settings
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("DATABASE_URL is not set: it names the database to migrate")
    asyncio.run(_migrate(async_url(url), [tables.metadata, service_metadata]))


async def _migrate(url: str, metadata: Sequence[MetaData]) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})"))
            await connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            await connection.execute(text(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}'"))
            await connection.commit()
            await connection.run_sync(_run, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, metadata: Sequence[MetaData]) -> None:
    context.configure(
        connection=connection,
        target_metadata=list(metadata),
        compare_type=True,
        include_name=_is_ours,
        transaction_per_migration=True,  # What one revision locks is free before the next begins.
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """A table that is being rebuilt is nobody's schema."""
    return not (kind == "table" and name is not None and name.endswith("_rebuild"))


def migrations_of(service: str) -> Path:
    """The folder of a service's migrations, beside its sources."""
    spec = find_spec(service)
    if spec is None or spec.origin is None:
        raise LookupError(f"package {service} is not installed")
    return Path(spec.origin).resolve().parents[2] / "migrations"


async def upgrade(service: str, url: str, *, serving: str | None = None, revision: str = "head") -> None:
    """Bring a service's database to the newest revision, as the role in `url`, for that of `serving` to use."""
    role, owner = (unquote(urlsplit(one).username or "") for one in (serving or url, url))
    if role != owner:
        await give_ahead(url, role)
    config = Config()
    config.set_main_option("script_location", str(migrations_of(service)).replace("%", "%%"))
    config.attributes["url"] = url
    await asyncio.to_thread(command.upgrade, config, revision)
    if role != owner:
        await give(url, role)


async def drift(url: str, service_metadata: MetaData) -> list[str]:
    """What the tables in code have and the migrated database has not, or the other way round; empty when they agree."""
    engine = create_async_engine(async_url(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, [tables.metadata, service_metadata])
    finally:
        await engine.dispose()


def _differences(connection: Connection, metadata: Sequence[MetaData]) -> list[str]:
    options = {"compare_type": True, "include_name": _is_ours, "target_metadata": list(metadata)}
    migration = MigrationContext.configure(connection, opts=options)
    return [repr(difference) for difference in compare_metadata(migration, list(metadata))]  # type: ignore[arg-type]
