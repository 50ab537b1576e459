"""Keeps a read model up to date behind the writers' backs: the same fold, from a checkpoint, in a loop of its own.

For models that are too heavy for a request's transaction. The checkpoint is in the transaction that folds, so a crash
repeats nothing and skips nothing. Of several processes one projects; the others wait for its turn to end.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database, tables
from chassis.db.engine import driver
from chassis.pausing import pause
from chassis.store.logs import Log, Place
from chassis.store.read_models import ReadModel, apply

CHUNK = 1_000
_LOOK_EVERY_S = 0.1
_QUIET_TRANSACTIONS = 10_000
"""Writing down that nothing happened is itself a transaction; it is done once in so many."""


async def keep_up(catch_up: Callable[[], Awaitable[int]], stop: asyncio.Event, *, look_every_s: float) -> None:
    """Catch up again and again until told to stop, with a pause whenever there was nothing to do."""
    while not stop.is_set():
        if not await catch_up():
            await pause(stop, look_every_s)


class Projector:
    """Folds a log into a model's live table, chunk by chunk.

    `run` is a background loop for `Service.background`; `catch_up` folds what there is now and returns.
    """

    def __init__(self, db: Database, model: ReadModel, log: Log) -> None:
        self._db = db
        self._model = model
        self._log = log

    async def run(self, stop: asyncio.Event) -> None:
        """Fold whatever comes until told to stop."""
        await keep_up(self.catch_up, stop, look_every_s=_LOOK_EVERY_S)

    async def catch_up(self) -> int:
        """Fold everything that is finished by now; returns how many events were the model's business."""
        total = 0
        while True:
            async with self._db.write() as connection:
                raw = await driver(connection)
                if not await raw.fetchval(
                    "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 4))", self._model.name
                ):
                    return total
                # Before the place is read: a rebuild that ends meanwhile moves it, and the events would count twice.
                await raw.execute(
                    "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", f"rm:{self._model.name}"
                )
                place = await read_place(connection, self._model.name)
                events, after = await self._log.page(connection, place, CHUNK)
                between = place.window_from == place.window_to
                quiet = between and not events and after.window_to - place.window_to < _QUIET_TRANSACTIONS
                if after == place or quiet:
                    return total
                total += await apply(connection, self._model, events)
                await write_place(connection, self._model.name, after)


async def read_place(connection: AsyncConnection, name: str) -> Place:
    """How far the model has come; the beginning when it never began."""
    state = tables.projection_state.c
    row = (
        await connection.execute(select(state.window_from, state.window_to, state.position).where(state.name == name))
    ).one_or_none()
    return Place() if row is None else Place(row.window_from, row.window_to, row.position)


async def write_place(connection: AsyncConnection, name: str, place: Place) -> None:
    """Remember how far the model has come, in the transaction that folded."""
    values = {"window_from": place.window_from, "window_to": place.window_to, "position": place.position}
    statement = insert(tables.projection_state).values(name=name, **values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
