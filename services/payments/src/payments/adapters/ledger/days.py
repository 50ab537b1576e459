"""What each day did to the accounts of a kind, summed up when it is over: so that sums at any instant cost one day.

A day is summed once, from entries that cannot change any more, and never again; `verify-ledger` holds it against them.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock

log = structlog.get_logger(__name__)

EVERY_S = 300.0

_ONE_AT_A_TIME = 0x64617973
_DAY = timedelta(days=1)
_BEGINNING = date(2000, 1, 1)

_SUM = """
    INSERT INTO ledger_day (day, casino_id, currency, type, sum_minor, entries)
    SELECT $1, casino_id, currency, type, sum(minor), count(*) FROM (
        SELECT casino_id, currency, debit_type AS type, -amount_minor AS minor FROM transfer
        WHERE posted_at >= $2 AND posted_at < $3
        UNION ALL
        SELECT casino_id, currency, credit_type, amount_minor FROM transfer WHERE posted_at >= $2 AND posted_at < $3
    ) AS sides GROUP BY casino_id, currency, type"""

_LAST = "SELECT max(day) FROM ledger_day"

_NEXT = "SELECT posted_at FROM transfer WHERE posted_at >= $1 AND posted_at < $2 ORDER BY posted_at, seq LIMIT 1"

_LAST_BEFORE = "SELECT max(day) FROM ledger_day WHERE day < $1"

_SUMS = """
    SELECT casino_id, currency, type, sum(minor)::numeric AS minor FROM (
        SELECT casino_id, currency, type, sum_minor AS minor FROM ledger_day WHERE day <= $1
        UNION ALL
        SELECT casino_id, currency, debit_type, -amount_minor FROM transfer WHERE posted_at >= $2 AND posted_at <= $3
        UNION ALL
        SELECT casino_id, currency, credit_type, amount_minor FROM transfer WHERE posted_at >= $2 AND posted_at <= $3
    ) AS parts WHERE $4::uuid[] IS NULL OR casino_id = ANY($4::uuid[])
    GROUP BY casino_id, currency, type ORDER BY casino_id, currency, type"""


def beginning(day: date) -> datetime:
    """Of a day, in UTC."""
    return datetime.combine(day, time(), UTC)


async def sum_days(raw: Any, settled: datetime) -> int:
    """Sum up every day that was over at `settled`, the oldest first; how many had entries. The caller commits.

    Several who want to do so take turns.
    """
    await raw.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
    last = await raw.fetchval(_LAST) or _BEGINNING
    until = beginning(settled.astimezone(UTC).date())
    made = 0
    while (first := await raw.fetchval(_NEXT, beginning(last + _DAY), until)) is not None:
        last = first.astimezone(UTC).date()
        await raw.execute(_SUM, last, beginning(last), beginning(last + _DAY))
        made += 1
    return made


async def sums_at(raw: Any, at: datetime, casinos: Sequence[UUID] | None) -> list[Any]:
    """What all accounts of a kind held at an instant, by casino and currency: rows of casino_id, currency, type, minor.

    It reads the sums of the days before, and the entries since the last of them: a day's and some minutes' at most.
    """
    last = await raw.fetchval(_LAST_BEFORE, at.astimezone(UTC).date()) or _BEGINNING
    rows: list[Any] = await raw.fetch(_SUMS, last, beginning(last + _DAY), at, casinos)
    return rows


class Days:
    """The background loop.

    Args:
        settles_after: when what was posted at a moment is surely there to be seen.
    """

    __name__ = "ledger-days"

    def __init__(self, db: Database, clock: Clock, settles_after: timedelta, *, every_s: float = EVERY_S) -> None:
        self._db = db
        self._clock = clock
        self._settles_after = settles_after
        self._every_s = every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.catch_up()
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("ledger_days_later", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._every_s)

    async def catch_up(self) -> int:
        """Sum up every day that is over and settled; how many had entries."""
        async with self._db.write() as connection:
            return await sum_days(await driver(connection), self._clock.now() - self._settles_after)
