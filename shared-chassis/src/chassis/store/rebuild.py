"""Rebuild a read model beside the live one while the service goes on serving, then switch.

Most of the history is read while writers go on. Only for what is left do they wait, for the time of one short
transaction: it holds the lock that every inline fold shares, folds the rest, and gives the new table the old name.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.db.engine import driver
from chassis.db.names import quoted
from chassis.store.logs import Log, Place
from chassis.store.projector import write_place
from chassis.store.read_models import Folding, ReadModel, keyed
from chassis.store.types import Recorded

CHUNK = 2_000
"""Events read at once: few enough to stay in the processor's cache until they are folded, which counts."""

HELD = 50_000
"""Rows held in memory, so that a row is written once for many of its events; some 2 kB each."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: events folded in all, and those folded while writers waited."""

    events: int
    behind_lock: int


async def rebuild(db: Database, model: ReadModel, log: Log, *, progress: Progress | None = None) -> Rebuilt:
    """Make the model's table anew from `log` and switch it in. One rebuild of a model at a time."""
    fresh = f"{model.table.name}_rebuild"
    async with db.write() as guard:
        raw = await driver(guard)
        if not await raw.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 2))", model.name):
            raise RuntimeError(f"{model.name} is being rebuilt by another process")
        await raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        async with db.write() as connection:
            await _start(connection, model.table.name, fresh)
        place, folded, folding = Place(), 0, Folding(model, fresh)
        async for events, after in _pages(guard, log):
            place = after
            async with db.write() as connection:
                folded += await _fold(connection, model, folding, events)
                if len(folding) >= HELD or not events:
                    await folding.write(connection)
            if progress:
                progress(folded)
        async with db.write() as connection:
            return await _finish(connection, model, log, place=place, fresh=fresh, folded=folded)


async def _pages(connection: AsyncConnection, log: Log) -> AsyncIterator[tuple[list[Recorded[Any]], Place]]:
    """Read until nothing comes; PostgreSQL looks for the next page while the last one is folded."""
    events, place = await log.page(connection, Place(), CHUNK)
    while events:
        following = asyncio.create_task(log.page(connection, place, CHUNK))
        try:
            yield events, place
            events, place = await following
        finally:
            following.cancel()
    yield events, place


async def _fold(connection: AsyncConnection, model: ReadModel, folding: Folding, events: list[Recorded[Any]]) -> int:
    chunk = keyed(model, events)
    await folding.add(connection, chunk)
    return len(chunk)


async def _start(connection: AsyncConnection, live: str, fresh: str) -> None:
    raw = await driver(connection)
    await raw.execute("SET LOCAL lock_timeout = '10s'")
    await raw.execute(f"DROP TABLE IF EXISTS {quoted(fresh)}")
    await raw.execute(f"CREATE TABLE {quoted(fresh)} (LIKE {quoted(live)} INCLUDING ALL)")


async def _finish(
    connection: AsyncConnection, model: ReadModel, log: Log, *, place: Place, fresh: str, folded: int
) -> Rebuilt:
    raw = await driver(connection)
    live = model.table.name
    await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"rm:{model.name}")
    late = await _late(connection, model, log, place, fresh)
    names = await raw.fetch(_INDEXES, live)
    fresh_names = {row["definition"]: row["name"] for row in await raw.fetch(_INDEXES, fresh)}
    await raw.execute(f"DROP TABLE {quoted(live)}")
    await raw.execute(f"ALTER TABLE {quoted(fresh)} RENAME TO {quoted(live)}")
    for row in names:
        fresh_name = fresh_names[row["definition"]]
        await raw.execute(f"ALTER INDEX {quoted(fresh_name)} RENAME TO {quoted(row['name'])}")
    return Rebuilt(folded + late, late)


async def _late(connection: AsyncConnection, model: ReadModel, log: Log, place: Place, fresh: str) -> int:
    """Fold what came since. Of an inline model that is everything committed; whoever is not done yet folds it himself.

    A model with a checkpoint takes finished windows only, and its checkpoint goes where the new table is.
    """
    folding = Folding(model, fresh)
    if model.inline:
        late = await _fold(connection, model, folding, await log.rest(connection, place))
    else:
        late, more = 0, True
        while more:
            events, place = await log.page(connection, place, CHUNK)
            late += await _fold(connection, model, folding, events)
            more = bool(events)
        await write_place(connection, model.name, place)
    await folding.write(connection)
    return late


async def index_definitions(connection: AsyncConnection, table: str) -> dict[str, str]:
    """Index definitions of a table by name, without table and index names in them; for comparing two tables."""
    raw = await driver(connection)
    return {row["name"]: row["definition"] for row in await raw.fetch(_INDEXES, table)}


_INDEXES = """
    SELECT i.relname AS name, regexp_replace(pg_get_indexdef(x.indexrelid), ' INDEX .* USING ', ' INDEX USING ')
           AS definition
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.relname = $1 AND t.relnamespace = current_schema()::regnamespace ORDER BY i.relname"""


async def rows_of(connection: AsyncConnection, table: str) -> list[dict[str, Any]]:
    """Every row of a table in a stable order; for comparing a rebuilt table with the live one."""
    raw = await driver(connection)
    rows = [dict(row) for row in await raw.fetch(f"SELECT * FROM {quoted(table)}")]  # noqa: S608 - a name of ours
    return sorted(rows, key=repr)
