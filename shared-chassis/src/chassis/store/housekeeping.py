"""Deletes what the store keeps only for a while, so that a service's database does not grow for ever.

Two tables are swept. `idempotency` holds the answers to requests that came with a key: a caller repeats a request
within days, not months. `inbox` remembers which events a consumer has had. Its rows without an envelope only recognise
an event that comes twice, which no bus brings back after weeks. Its rows with an envelope are the log that read models
of other services' events are rebuilt from; they stay for ever, like the service's own events.

A batch is a short transaction, so nobody waits for its locks, and only one process sweeps at a time.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chassis.db import Database
from chassis.db.engine import driver

log = structlog.get_logger(__name__)

BATCH = 1_000
"""Rows looked at or deleted in one transaction."""

EVERY_S = 3600.0
FIRST_AFTER_S = 60.0
"""A process that starts has better things to do than to sweep."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of each table a sweep deleted."""

    idempotency: int
    inbox: int


class Housekeeping:
    """Sweeps one service's database; `run` is a background loop.

    Args:
        db: the service's database.
        idempotency: how long the answer to a request's key is remembered.
        inbox: how long an event that no read model is made from is remembered. Longer than the bus keeps records.
        batch: rows per transaction.
    """

    def __init__(self, db: Database, *, idempotency: timedelta, inbox: timedelta, batch: int = BATCH) -> None:
        self._db = db
        self._idempotency = idempotency
        self._inbox = inbox
        self._batch = batch
        # Rows come in the order of their positions. What was passed stays for good: it is not looked at every hour.
        self._passed = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep once an hour until told to stop; the batch at hand is finished."""
        pause_s = FIRST_AFTER_S
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause_s)
                return
            swept = await self.sweep(stop)
            if swept.idempotency or swept.inbox:
                log.info("swept", idempotency=swept.idempotency, inbox=swept.inbox)
            pause_s = EVERY_S

    async def sweep(self, stop: asyncio.Event | None = None) -> Swept:
        """Delete all that is old by now, unless another process does so or `stop` is set; what was deleted."""
        keys = events = 0
        more_keys = more_events = True
        while (more_keys or more_events) and not (stop and stop.is_set()):
            async with self._db.write() as connection:
                raw = await driver(connection)
                if not await raw.fetchval(_MY_TURN):
                    break
                gone = len(await raw.fetch(_SWEEP_IDEMPOTENCY, self._idempotency, self._batch)) if more_keys else 0
                page = await raw.fetchrow(_SWEEP_INBOX, self._inbox, self._batch, self._passed)
            keys += gone
            events += page["gone"]
            more_keys, more_events = gone == self._batch, page["seen"] == self._batch
            self._passed = page["passed"] or self._passed
        return Swept(keys, events)


_MY_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('housekeeping', 5))"
_SWEEP_IDEMPOTENCY = """
    DELETE FROM idempotency WHERE key IN (
        SELECT key FROM idempotency WHERE created_at < clock_timestamp() - $1::interval
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""
# `seen` counts old rows alone: a page that reaches younger ones is the last, and the next sweep begins before those.
_SWEEP_INBOX = """
    WITH page AS MATERIALIZED (
        SELECT position, envelope IS NULL AS bare, received_at < clock_timestamp() - $1::interval AS old
        FROM inbox WHERE position > $3 ORDER BY position LIMIT $2),
    gone AS (
        DELETE FROM inbox WHERE position IN (SELECT position FROM page WHERE bare AND old) AND envelope IS NULL
        RETURNING 1)
    SELECT (SELECT count(*) FROM page WHERE old) AS seen, (SELECT count(*) FROM gone) AS gone,
           coalesce((SELECT min(position) - 1 FROM page WHERE NOT old), (SELECT max(position) FROM page)) AS passed"""
