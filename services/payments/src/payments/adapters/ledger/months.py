"""The ledger by months: tables are made before their month begins, and months long past are closed.

A month is open while its own index tells whether an id was posted in it. Asking every month for every bet would take
longer the older a casino is. So the ids of a month that ended a month ago are copied into one table, where a single
look finds them; they stay there when the month's table is detached and kept elsewhere.
"""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import structlog

from chassis.db import Database
from chassis.db.engine import driver, plain_url
from chassis.domain import Clock
from payments.adapters.ledger.days import sum_day
from payments.adapters.ledger.metrics import STRAYS
from payments.adapters.ledger.rounds import rounds

log = structlog.get_logger(__name__)

AHEAD = 3
"""Months that are ready beside the current one."""

EVERY_S = 3_600.0
CHUNK = 20_000

LOCK_WAIT_S = 5
"""Postings wait behind whoever waits for the whole ledger, so nobody does for long."""

_ONE_AT_A_TIME = 0x6D6F6E74

_STRAYS = """
    SELECT date_trunc('month', posted_at AT TIME ZONE 'UTC')::date AS month, count(*) AS entries
    FROM ledger_months.transfer_other GROUP BY 1 ORDER BY 1"""

_FIRST = """
    SELECT date_trunc('month', min(posted_at) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM transfer
    WHERE posted_at >= (SELECT since FROM ledger_open)"""

_COPY = """
    WITH part AS (
        SELECT posted_at, seq, id, reversal_of FROM transfer
        WHERE posted_at < $3 AND (posted_at, seq) > ($1, $2) ORDER BY posted_at, seq LIMIT $4
    ), ids AS (
        INSERT INTO transfer_closed (id, posted_at, seq) SELECT id, posted_at, seq FROM part ON CONFLICT DO NOTHING
    ), reversals AS (
        INSERT INTO transfer_closed_reversal (reversal_of, posted_at, seq)
        SELECT reversal_of, posted_at, seq FROM part WHERE reversal_of IS NOT NULL ON CONFLICT DO NOTHING
    )
    SELECT posted_at, seq FROM part ORDER BY posted_at DESC, seq DESC LIMIT 1"""

_MISSING = """
    WITH part AS (
        SELECT id, reversal_of FROM transfer
        WHERE posted_at BETWEEN $1 AND $3 AND (posted_at, seq) > ($1, $2) AND (posted_at, seq) <= ($3, $4)
    )
    SELECT (SELECT count(*) FROM part WHERE NOT EXISTS (SELECT FROM transfer_closed AS kept WHERE kept.id = part.id))
        + (SELECT count(*) FROM part WHERE reversal_of IS NOT NULL AND NOT EXISTS (
            SELECT FROM transfer_closed_reversal AS kept WHERE kept.reversal_of = part.reversal_of))"""
"""Two questions, for with one that says "or" each id is looked for by itself."""

_CLOSE = "UPDATE ledger_open SET since = $1 WHERE since < $1"


def month_of(moment: datetime, months: int = 0) -> datetime:
    """The beginning of its month in UTC, or of one so many months later."""
    number = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 + months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


async def make_months(db: Database, now: datetime) -> int:
    """Tables for the current month, those ahead, and those of entries that had none; how many were new.

    Each is made by itself. What cannot be made is told, and tried again the next time.
    """
    async with db.read() as connection:
        rows = await (await driver(connection)).fetch(_STRAYS)
    strays = {row["month"]: row["entries"] for row in rows}
    if strays:
        log.warning("ledger_entries_of_no_month", months={f"{month:%Y-%m}": strays[month] for month in strays})
    made = 0
    for wanted in sorted({month_of(now, ahead).date() for ahead in range(AHEAD + 1)} | strays.keys()):
        try:
            async with db.write() as connection:
                new = bool(await (await driver(connection)).fetchval("SELECT ledger_month($1)", wanted))
        except asyncpg.PostgresError as error:
            log.warning("ledger_month_later", month=f"{wanted:%Y-%m}", error=repr(error))
            continue
        made += new
        if new:
            strays.pop(wanted, None)
    STRAYS.set(sum(strays.values()))
    return made


async def unclosed(raw: Any, now: datetime) -> datetime | None:
    """The first entry of months that ended a month ago or earlier whose id is not kept yet; None: they are closed."""
    first: datetime | None = await raw.fetchval(_FIRST)
    return None if first is None or first >= month_of(now, -1) else first


async def close_months(
    db: Database, now: datetime, *, chunk: int = CHUNK, stop: asyncio.Event | None = None
) -> datetime | None:
    """Close every month that ended a month ago or earlier; from when on months are open now, None: nothing changed.

    What is open begins behind each chunk that was copied, and is committed with it: stopped anywhere it goes on there.
    """
    until = month_of(now, -1)
    async with db.read() as connection:
        first = await unclosed(await driver(connection), now)
    if first is None:
        return None
    place: tuple[datetime, int] | None = (first - timedelta(microseconds=1), 0)
    while place is not None:
        if stop is not None and stop.is_set():
            return None
        async with db.write() as connection:
            raw = await driver(connection)
            if not await raw.fetchval("SELECT pg_try_advisory_xact_lock($1)", _ONE_AT_A_TIME):
                return None
            place = await _close(raw, place, until, chunk)
    return until


async def _close(raw: Any, place: tuple[datetime, int], until: datetime, chunk: int) -> tuple[datetime, int] | None:
    """Close the next entries behind a place; the place behind them, None: all until then are closed."""
    row = await raw.fetchrow(_COPY, *place, until, chunk)
    if row is None:
        await raw.execute(_CLOSE, until)
        return None
    reached = (row["posted_at"], row["seq"])
    missing = await raw.fetchval(_MISSING, *place, *reached)
    if missing:
        raise RuntimeError(f"{missing} entries up to {reached[0]} are not among the ids that were kept of them")
    # Others of the same moment may be in the next chunk: they stay open, and are copied once more.
    await raw.execute(_CLOSE, reached[0])
    return reached


async def take_away(url: str, month: date) -> int:
    """Detach a closed, sealed month, the oldest there is; its table stays in `ledger_months`, to be kept elsewhere.

    What it carries forward is kept, so that the books still add up. Returns how many entries it holds.

    Raises:
        asyncpg.RaiseError: when it may not go, with the reason.
        asyncpg.LockNotAvailableError: others used the ledger for LOCK_WAIT_S without a pause.
    """
    raw = await asyncpg.connect(plain_url(url), server_settings={"lock_timeout": f"{LOCK_WAIT_S}s", "jit": "off"})
    try:
        async with raw.transaction():
            # The sums of its days outlive it.
            while await sum_day(raw, month_of(datetime(month.year, month.month, 1, tzinfo=UTC), 1)):
                pass
            entries: int = await raw.fetchval("SELECT ledger_take_away($1)", month)
            return entries
    finally:
        await raw.close()


class Months:
    """The background loop: made ahead of time, closed behind."""

    __name__ = "ledger-months"

    def __init__(self, db: Database, clock: Clock, *, every_s: float = EVERY_S) -> None:
        self._db = db
        self._clock = clock
        self._every_s = every_s

    async def __call__(self, stop: asyncio.Event) -> None:
        async def work() -> None:
            await make_months(self._db, self._clock.now())
            closed = await close_months(self._db, self._clock.now(), stop=stop)
            if closed is not None:
                log.info("ledger_months_closed", open_since=closed.isoformat())

        await rounds(work, stop, self._every_s, later="ledger_months_later")
