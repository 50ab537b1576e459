"""Carries committed events from the outbox to the bus. Nothing else publishes.

Rows are marked when the bus has them, not passed by a cursor, so the row of a slow writer that becomes visible late is
found like any other. A process that dies between publishing and marking publishes the batch again: consumers know
what they had.

A row holds an envelope, or names what its messages follow from: then a renderer makes them when they are published.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

import asyncpg
import structlog

from chassis.db import Database
from chassis.db.engine import driver, plain_url
from chassis.messaging.bus import EventBus, Message, Undeliverable
from chassis.messaging.metrics import OUTBOX_AGE, OUTBOX_FAILURES, OUTBOX_PARKED, OUTBOX_PUBLISHED, OUTBOX_WAITING
from chassis.messaging.parked import count_parked
from chassis.pausing import pause

log = structlog.get_logger(__name__)

BATCH = 500
POLL_S = 0.1
"""How late an event may be noticed that was written by another process, or by SQL."""

KEEP = timedelta(days=3)
"""How long published rows stay, for whoever wants to look."""

OUTBOX = "outbox"
"""The name under which rows are parked that no bus would take."""

NOWHERE = -1
"""The partition of a row that only names what its messages follow from. No topic has it: a relay that cannot render the
row, of the release before, parks it instead of publishing it, and `replay-dlq` puts it back."""

_LOCK = 7_301_884_216
_STANDBY_S = 1.0
_LOOK_S = 1.0
_MEASURE_S = 5.0
_PURGE_S = 60.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_COMMAND_TIMEOUT_S = 30.0


class Renderer(Protocol):
    """Makes the messages of rows that only name what they follow from."""

    def count(self, envelope: str) -> int:
        """How many messages a row stands for, about."""
        ...

    async def render(self, connection: Any, envelopes: Sequence[str]) -> list[list[Message]]:
        """The messages of each row, in order, the same however often it is asked; `connection` is asyncpg's.

        Raises:
            Undeliverable: what a row names is not there, or one of its messages is too large.
        """
        ...


Renderers = Mapping[str, Renderer]
"""By the topic of the rows they are for, which is none of the bus."""


class OutboxRelay:
    """Publishes one service's outbox, in the order of its ids; of several processes one is active at a time.

    The active one holds a lock that belongs to its connection, so the next takes over as soon as PostgreSQL notices
    the connection's end. Should two be active for a moment, batches are published twice, each in order.

    Args:
        db: the service's database.
        bus: where events go.
        renderers: of rows that only name what their messages follow from.
        batch: messages published at once, about.
        poll_s: seconds between looks at the outbox when nobody calls `wake`.
        keep: how long published rows stay.
    """

    def __init__(
        self,
        db: Database,
        bus: EventBus,
        *,
        renderers: Renderers | None = None,
        batch: int = BATCH,
        poll_s: float = POLL_S,
        keep: timedelta = KEEP,
    ) -> None:
        self._db = db
        self._bus = bus
        self._renderers = renderers or {}
        self._batch = batch
        self._poll_s = poll_s
        self._keep = keep
        self._due = asyncio.Event()
        self._pause_s = _FIRST_PAUSE_S
        self._measured_at = self._purged_at = float("-inf")

    def wake(self) -> None:
        """Look at the outbox now instead of at the next poll. Called after a commit that queued something."""
        self._due.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop`; the batch at hand is finished. Waits for a database or a bus that is down."""
        waker = asyncio.create_task(self._wake_when(stop))
        pause_s = _FIRST_PAUSE_S
        try:
            while not stop.is_set():
                try:
                    await self._connected(stop)
                    pause_s = _FIRST_PAUSE_S
                except Exception as error:
                    # A connection that dies in the middle of a word raises whatever asyncpg was thinking of just then.
                    log.warning("relay_connection_lost", again_in_s=pause_s, error=repr(error))
                    await pause(stop, pause_s)
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        finally:
            waker.cancel()

    async def _wake_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._due.set()

    async def _connected(self, stop: asyncio.Event) -> None:
        """One connection's life: stand by until the lock is ours, then publish."""
        connection = await asyncpg.connect(
            plain_url(self._db.url),
            timeout=_COMMAND_TIMEOUT_S,
            command_timeout=_COMMAND_TIMEOUT_S,
            server_settings={"application_name": f"{self._db.application_name} relay"[:63], "jit": "off"},
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                if await pause(stop, _STANDBY_S):
                    return
            log.info("relay_active")
            while not stop.is_set():
                await self._round(connection, stop)
        finally:
            try:
                await connection.close(timeout=2)
            except Exception as error:
                log.debug("relay_left_without_goodbye", error=repr(error))
            if not connection.is_closed():
                connection.terminate()

    async def _round(self, connection: Any, stop: asyncio.Event) -> None:
        """Publish what waits, as much as is looked at once, or wait for it."""
        self._due.clear()
        rows = await connection.fetch(_WAITING, self._batch)
        await self._measure(connection)
        if rows:
            for batch in self._batches(rows):
                if stop.is_set() or not await self._publish(connection, batch, stop):
                    return
        else:
            await self._purge(connection)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self._poll_s)

    def _batches(self, rows: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows, in order, by as many as stand for a batch of messages; at least one."""
        batch: list[Any] = []
        size = 0
        for row in rows:
            renderer = self._renderers.get(row["topic"])
            count = 1 if renderer is None else renderer.count(row["envelope"])
            if batch and size + count > self._batch:
                yield batch
                batch, size = [], 0
            batch.append(row)
            size += count
        if batch:
            yield batch

    async def _publish(self, connection: Any, rows: list[Any], stop: asyncio.Event) -> bool:
        """Publish these rows; whether all of them are done with."""
        ids = [row["id"] for row in rows]
        try:
            messages = await messages_of(connection, rows, self._renderers)
            if not await self._delivered(connection, messages, stop):
                return False
        except Undeliverable as error:
            return await self._part(connection, rows, error, stop)
        except Exception as error:
            OUTBOX_FAILURES.inc()
            log.warning(
                "publish_failed", first_id=ids[0], rows=len(ids), again_in_s=self._pause_s, error=repr(error)[:500]
            )
            await connection.execute(_FAILED, ids)
            await pause(stop, self._pause_s)
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
            return False
        await connection.execute(_PUBLISHED, ids)
        OUTBOX_PUBLISHED.inc(len(messages))
        self._pause_s = _FIRST_PAUSE_S
        return True

    async def _delivered(self, connection: Any, messages: list[Message], stop: asyncio.Event) -> bool:
        """Publish, however long the bus takes for it; False when it is time to stop before that.

        A bus may hold on to a batch until its broker is back, which is what keeps the order. Meanwhile what waits is
        measured, so that somebody hears of it.
        """
        publishing = asyncio.create_task(self._bus.publish(messages))
        try:
            while not publishing.done():
                await asyncio.wait({publishing}, timeout=_LOOK_S)
                await self._measure(connection)
                if stop.is_set() and not publishing.done():
                    return False
            publishing.result()
            return True
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)

    async def _part(self, connection: Any, rows: list[Any], error: Undeliverable, stop: asyncio.Event) -> bool:
        """Publish the rows of a batch one by one; park the one that no bus would ever take, so that others get by.

        A row that fails for a passing reason ends it: none behind it may be earlier than it.
        """
        if len(rows) > 1:
            for row in rows:
                if not await self._publish(connection, [row], stop):
                    return False
            return True
        log.error("outbox_row_parked", id=rows[0]["id"], topic=rows[0]["topic"], reason=str(error))
        await connection.execute(_PARKED, OUTBOX, rows[0]["id"], str(error))
        return True

    async def _measure(self, connection: Any) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured_at >= _MEASURE_S:
            self._measured_at = now
            row = await connection.fetchrow(_MEASURE)
            OUTBOX_WAITING.set(row["waiting"])
            OUTBOX_AGE.set(row["age"])
            OUTBOX_PARKED.set(await count_parked(self._db, OUTBOX))

    async def _purge(self, connection: Any) -> None:
        """Delete a piece of what was published long ago; while there is more, the next idle round goes on."""
        now = asyncio.get_running_loop().time()
        if now - self._purged_at >= _PURGE_S:
            status = await connection.execute(_PURGE, self._keep)
            if status == "DELETE 0":
                self._purged_at = now


async def queue_parked(db: Database, only: int | None = None) -> int:
    """Put the rows that no bus would take back into the outbox, for a bus that takes them now; returns how many."""
    async with db.write() as connection:
        raw = await driver(connection)
        return int(await raw.fetchval(_QUEUED_AGAIN, OUTBOX, only))


async def messages_of(connection: Any, rows: Sequence[Any], renderers: Renderers) -> list[Message]:
    """The messages that rows of the outbox stand for, in order.

    Raises:
        Undeliverable: no bus would take one of them, or it cannot be made.
    """
    made: dict[int, list[Message]] = {}
    for topic, renderer in renderers.items():
        named = [row for row in rows if row["topic"] == topic]
        if named:
            rendered = await renderer.render(connection, [row["envelope"] for row in named])
            made.update({row["id"]: messages for row, messages in zip(named, rendered, strict=True)})
    return [message for row in rows for message in (made[row["id"]] if row["id"] in made else _message(row))]


def _message(row: Any) -> list[Message]:
    return [Message(row["topic"], row["key"], row["envelope"].encode(), row["partition"])]


_WAITING = """
    SELECT id, topic, key, partition, envelope FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1"""
_PUBLISHED = "UPDATE outbox SET published_at = clock_timestamp() WHERE id = ANY($1::bigint[])"
_FAILED = "UPDATE outbox SET attempts = attempts + 1 WHERE id = ANY($1::bigint[])"
_PARKED = """
    WITH done AS (UPDATE outbox SET published_at = clock_timestamp() WHERE id = $2 RETURNING topic, key, envelope)
    INSERT INTO parked_message (consumer, topic, key, envelope, reason, attempts, code, type, casino_id)
    SELECT $1, topic, key, convert_to(envelope, 'UTF8'), $3, 1, 'undeliverable', envelope::json ->> 'type',
           (envelope::json ->> 'casinoid')::uuid FROM done"""
_QUEUED_AGAIN = """
    WITH parked AS (UPDATE parked_message SET resolved_at = clock_timestamp()
                    WHERE consumer = $1 AND resolved_at IS NULL AND coalesce(id = $2::bigint, true)
                    RETURNING id, topic, key, envelope),
         queued AS (INSERT INTO outbox (topic, key, envelope)
                    SELECT topic, key, convert_from(envelope, 'UTF8') FROM parked ORDER BY id RETURNING id)
    SELECT count(*) FROM queued"""
_MEASURE = """
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age
    FROM (SELECT created_at FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT 100000) AS oldest"""
_PURGE = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE published_at < clock_timestamp() - $1::interval ORDER BY published_at LIMIT 2000)"""
