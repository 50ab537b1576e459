"""Runs the tasks that transactions scheduled, each at least once, with a lease that outlives no process.

A task is claimed for a short time and the claim is renewed while its handler works. When the process dies the claim
runs out and another process takes the task, so a handler must be able to run twice for the same id: it gives the
task's id (or an id kept in the payload) to whomever it calls as idempotency key.

A task that waits for something outside is in a lane named after it. Every lane has places of its own, so whatever hangs
there is waited for by the tasks of that lane alone.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock, SystemClock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(minutes=10)
POLL_S = 0.25
PLACES = 8
PLACES_OF_A_LANE = 4


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work. `attempts` counts this one; 1 is the first."""

    kind: str
    id: UUID
    payload: dict[str, Any]
    attempts: int
    lane: str = ""


class Retry(Exception):
    """Not done yet: run the task again after a while. `payload` replaces the task's, to remember how far it came."""

    def __init__(self, after: timedelta, *, payload: dict[str, Any] | None = None) -> None:
        super().__init__(f"again in {after}")
        self.after = after
        self.payload = payload


Handler = Callable[[Task], Awaitable[None]]


class TaskRunner:
    """Claims due tasks and runs their handlers, several at a time; within a lane those first that are due longest.

    Args:
        db: the service's database.
        handlers: kind -> handler. Tasks of other kinds are left for processes that know them.
        clock: what "due" means.
        places: handlers that run at the same time of tasks in no lane.
        places_of_a_lane: the same for each lane, besides.
    """

    def __init__(
        self,
        db: Database,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock | None = None,
        places: int = PLACES,
        places_of_a_lane: int = PLACES_OF_A_LANE,
    ) -> None:
        self._db = db
        self._handlers = dict(handlers)
        self._clock: Clock = clock or SystemClock()
        self._places, self._places_of_a_lane = places, places_of_a_lane
        self._due = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()

    def wake(self) -> None:
        """Look for due tasks now instead of at the next poll."""
        self._due.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run due tasks until `stop`; then let those at work finish."""
        while not stop.is_set():
            self._due.clear()
            started = await self._start_due()
            if not started:
                await _first_of(self._due, stop, timeout_s=POLL_S)
        await asyncio.gather(*self._running, return_exceptions=True)

    async def run_due(self) -> int:
        """Run everything that is due now, to the end; returns how many ran. For commands and tests."""
        total = 0
        while claimed := await self._claim():
            await asyncio.gather(*map(self._begin, claimed))
            total += len(claimed)
        return total

    async def _start_due(self) -> int:
        try:
            claimed = await self._claim()
        except Exception as error:
            log.warning("tasks_unreachable", error=repr(error))
            await asyncio.sleep(1)
            return 0
        for task in claimed:
            self._begin(task)
        return len(claimed)

    def _begin(self, task: Task) -> asyncio.Task[None]:
        running = asyncio.create_task(self._one(task), name=f"{task.kind} {task.id}")
        self._busy[task.lane] += 1
        self._running.add(running)
        running.add_done_callback(partial(self._ended, task.lane))
        return running

    def _ended(self, lane: str, running: asyncio.Task[None]) -> None:
        if self._busy[lane] >= (self._places_of_a_lane if lane else self._places):
            self._due.set()  # Others may have waited for its place.
        self._busy[lane] -= 1
        self._running.discard(running)

    async def _claim(self) -> list[Task]:
        """As many as there are places."""
        now = self._clock.now()
        busy = +self._busy
        limits = (self._places, self._places_of_a_lane, list(busy), list(busy.values()))
        async with self._db.write() as connection:
            raw = await driver(connection)
            rows = await raw.fetch(_CLAIM, list(self._handlers), now, now + LEASE, *limits)
        return [
            Task(row["kind"], row["id"], msgspec.json.decode(row["payload"]), row["attempts"], row["lane"])
            for row in rows
        ]

    async def _one(self, task: Task) -> None:
        renewal = asyncio.create_task(self._renew(task))
        try:
            await self._handlers[task.kind](task)
        except Retry as retry:
            await self._later(task, retry.after, None, retry.payload)
        except asyncio.CancelledError:
            await self._later(task, timedelta(0), "stopped", None)
            raise
        except Exception as error:
            log.warning("task_failed", kind=task.kind, task_id=str(task.id), attempts=task.attempts, exc_info=error)
            await self._later(task, back_off(task.attempts), repr(error)[:500], None)
        else:
            await self._done(task)
        finally:
            renewal.cancel()
            with suppress(asyncio.CancelledError):
                await renewal

    async def _renew(self, task: Task) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            await self._execute(_RENEW, task.kind, task.id, self._clock.now() + LEASE)

    async def _done(self, task: Task) -> None:
        await self._execute(_DONE, task.kind, task.id)

    async def _later(self, task: Task, after: timedelta, error: str | None, payload: dict[str, Any] | None) -> None:
        body = None if payload is None else msgspec.json.encode(payload).decode()
        await self._execute(_LATER, task.kind, task.id, self._clock.now() + after, error, body)

    async def _execute(self, statement: str, *values: Any) -> None:
        try:
            async with self._db.write() as connection:
                raw = await driver(connection)
                await raw.execute(statement, *values)
        except Exception as error:
            log.warning("task_outcome_unsaved", error=repr(error))


def back_off(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 1, 2, 4 ... seconds, never more than ten minutes.

    >>> [back_off(n).total_seconds() for n in (1, 2, 5, 50)]
    [1.0, 2.0, 16.0, 600.0]
    """
    return min(timedelta(seconds=2 ** min(attempts - 1, 20)), LONGEST_BACK_OFF)


async def _first_of(*events: asyncio.Event, timeout_s: float) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


# From lane to lane, and within each the longest due, along one index (lane, run_at): however many wait in a lane
# without a free place, none of them is looked at. By ctid, for the planner takes those that are found for many; a row
# that somebody changed this very moment has another one, and is found the next time.
_CLAIM = """
    WITH RECURSIVE lanes (lane) AS (
        SELECT min(lane) FROM task
        UNION ALL
        SELECT (SELECT min(task.lane) FROM task WHERE task.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL)
    UPDATE task SET locked_until = $3, attempts = attempts + 1 WHERE ctid = ANY(ARRAY(
        SELECT due.ctid FROM lanes LEFT JOIN unnest($6::text[], $7::int[]) AS busy (lane, places) USING (lane),
        LATERAL (
            SELECT ctid FROM task
            WHERE task.lane = lanes.lane AND kind = ANY($1::text[]) AND run_at <= $2
            AND (locked_until IS NULL OR locked_until < $2)
            ORDER BY run_at
            LIMIT greatest(0, CASE lanes.lane WHEN '' THEN $4::int ELSE $5::int END - coalesce(busy.places, 0))
            FOR UPDATE SKIP LOCKED) AS due))
    RETURNING kind, id, payload::text AS payload, attempts, lane"""

# A task scheduled again while its handler runs gets attempts = 0 and must not be deleted as done: hence the guards.
_RENEW = "UPDATE task SET locked_until = $3 WHERE kind = $1 AND id = $2 AND locked_until IS NOT NULL"
_DONE = """
    WITH done AS (DELETE FROM task WHERE kind = $1 AND id = $2 AND attempts > 0)
    UPDATE task SET locked_until = NULL WHERE kind = $1 AND id = $2 AND attempts = 0"""
_LATER = """
    UPDATE task SET run_at = CASE WHEN attempts > 0 THEN $3 ELSE run_at END, locked_until = NULL, last_error = $4,
                    payload = coalesce($5::jsonb, payload)
    WHERE kind = $1 AND id = $2"""
