"""Deletes what the store keeps only for a while, so that a service's database does not grow for ever.

What goes when it is old is said as data (`Kept`): what every service has here, what one service has of its own beside
its table. `docs/retention.md` lists all of it. Audit entries and events are none of it.

`inbox` is looked at in another way. It remembers which events a consumer has had. Its rows without an envelope only
recognise an event that comes twice, which no bus brings back after weeks. Its rows with an envelope are the log that
read models of other services' events are rebuilt from; they stay for ever, like the service's own events.

A batch is a short transaction, so nobody waits for its locks, and only one process sweeps at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from chassis.db import Database
from chassis.db.engine import driver
from chassis.pausing import pause

log = structlog.get_logger(__name__)

BATCH = 1_000
"""Rows looked at or deleted in one transaction."""

EVERY_S = 3600.0
FIRST_AFTER_S = 60.0
"""A process that starts has better things to do than to sweep."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of a table that are kept for a while.

    Attributes:
        table: whose they are.
        bound: how long each is kept; or how many there may be, where that is what counts.
        sweep: a statement that deletes some of those beyond the bound, found by an index, and answers a row for each.
            $1 is the moment before which they are old, or the number; $2 how many go at once.
    """

    table: str
    bound: timedelta | int
    sweep: str

    def limit(self, now: datetime) -> datetime | int:
        """What the statement compares with."""
        return self.bound if isinstance(self.bound, int) else now - self.bound


def kept_by_all(
    *, idempotency: timedelta, parked: timedelta, bulk: timedelta, exports: timedelta, view_versions: int
) -> list[Kept]:
    """What every service keeps for a while.

    Args:
        idempotency: how long the answer to a request's key is remembered: a caller repeats it within days, not months.
        parked: how long a message that was set aside is shown after it was handled or given up. One that waits stays.
        bulk: how long a bulk job is shown after it ended, with its rows. One that waits or runs stays.
        exports: how long an export is shown after it was asked for. Its file went long before.
        view_versions: of a saved view, how many versions there are; the last is the one that holds.
    """
    return [
        Kept("idempotency", idempotency, _SWEEP_IDEMPOTENCY),
        Kept("parked_message", parked, _SWEEP_PARKED),
        Kept("bulk_job", bulk, _SWEEP_BULK),
        Kept("list_export", exports, _SWEEP_EXPORTS),
        Kept("list_view_version", view_versions, _SWEEP_VERSIONS),
    ]


class Housekeeping:
    """Sweeps one service's database; `run` is a background loop.

    Args:
        db: the service's database.
        kept: what goes, and when.
        inbox: how long an event that no read model is made from is remembered. Longer than the bus keeps records.
        batch: rows per transaction.
    """

    def __init__(self, db: Database, kept: Sequence[Kept], *, inbox: timedelta, batch: int = BATCH) -> None:
        self._db = db
        self._kept = kept
        self._inbox = inbox
        self._batch = batch
        # Rows come in the order of their positions. What was passed stays for good: it is not looked at every hour.
        self._passed = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep once an hour until told to stop; the batch at hand is finished."""
        pause_s = FIRST_AFTER_S
        while not stop.is_set():
            if await pause(stop, pause_s):
                return
            swept = await self.sweep(stop)
            if swept:
                log.info("swept", **swept)
            pause_s = EVERY_S

    async def sweep(self, stop: asyncio.Event | None = None) -> Mapping[str, int]:
        """Delete all that is old by now, unless another process does so or `stop` is set; how many rows by table."""
        async with self._db.read() as connection:
            raw = await driver(connection)
            now: datetime = await raw.fetchval("SELECT clock_timestamp()")
        stop = stop or asyncio.Event()
        swept = {kept.table: await self._sweep(kept, now, stop) for kept in self._kept}
        swept["inbox"] = await self._sweep_inbox(now - self._inbox, stop)
        return {table: gone for table, gone in swept.items() if gone}

    async def _sweep(self, kept: Kept, now: datetime, stop: asyncio.Event) -> int:
        # What gets old meanwhile waits for the next sweep, or this one might never end.
        limit, swept, more = kept.limit(now), 0, True
        while more and not stop.is_set():
            async with self._turn() as raw:
                gone = 0 if raw is None else len(await raw.fetch(kept.sweep, limit, self._batch))
            swept += gone
            more = gone > 0
        return swept

    async def _sweep_inbox(self, before: datetime, stop: asyncio.Event) -> int:
        swept, more = 0, True
        while more and not stop.is_set():
            async with self._turn() as raw:
                if raw is None:
                    break
                page = await raw.fetchrow(_SWEEP_INBOX, before, self._batch, self._passed)
            swept += page["gone"]
            self._passed = page["passed"] or self._passed
            more = page["seen"] == self._batch
        return swept

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Any]:
        """A transaction that deletes; None while another process is at it."""
        async with self._db.write() as connection:
            raw = await driver(connection)
            yield raw if await raw.fetchval(_MY_TURN) else None


_MY_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('housekeeping', 5))"
_SWEEP_IDEMPOTENCY = """
    DELETE FROM idempotency WHERE key IN (
        SELECT key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""
_SWEEP_EXPORTS = """
    DELETE FROM list_export WHERE id IN (
        SELECT id FROM list_export WHERE requested_at < $1 AND state IN ('failed', 'expired')
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""  # Ids are in the order of time: those that go come first.
_SWEEP_PARKED = """
    DELETE FROM parked_message WHERE id IN (
        SELECT id FROM parked_message WHERE resolved_at < $1 ORDER BY resolved_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING 1"""
# A job goes with all of its rows: as many jobs as have a batch of rows together, and the one that makes it full.
_SWEEP_BULK = """
    WITH old AS MATERIALIZED (
        SELECT id, rows, finished_at FROM bulk_job WHERE finished_at < $1 ORDER BY finished_at LIMIT $2
        FOR UPDATE SKIP LOCKED),
    counted AS (SELECT id, sum(rows) OVER (ORDER BY finished_at, id) - rows AS before FROM old),
    gone AS (DELETE FROM bulk_job WHERE id IN (SELECT id FROM counted WHERE before < $2) RETURNING id),
    gone_rows AS (DELETE FROM bulk_row WHERE job_id IN (SELECT id FROM gone))
    SELECT 1 FROM gone"""
_SWEEP_VERSIONS = """
    DELETE FROM list_view_version WHERE id IN (
        SELECT earlier.id FROM list_view JOIN list_view_version earlier
        ON earlier.view_id = list_view.id AND earlier.version <= list_view.version - $1
        WHERE list_view.version > $1 LIMIT $2)
    RETURNING 1"""
# `seen` counts old rows alone: a page that reaches younger ones is the last, and the next sweep begins before those.
_SWEEP_INBOX = """
    WITH page AS MATERIALIZED (
        SELECT position, envelope IS NULL AS bare, received_at < $1 AS old
        FROM inbox WHERE position > $3 ORDER BY position LIMIT $2),
    gone AS (
        DELETE FROM inbox WHERE position IN (SELECT position FROM page WHERE bare AND old) AND envelope IS NULL
        RETURNING 1)
    SELECT (SELECT count(*) FROM page WHERE old) AS seen, (SELECT count(*) FROM gone) AS gone,
           coalesce((SELECT min(position) - 1 FROM page WHERE NOT old), (SELECT max(position) FROM page)) AS passed"""
