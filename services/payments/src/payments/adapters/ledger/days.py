"""What each day did to the accounts of a kind, summed up when it is over: so that sums at any instant cost one day.

A day is summed once, from entries that cannot change any more, and never again; `verify-ledger` holds it against them.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock
from payments.adapters.ledger.rounds import rounds

EVERY_S = 300.0

_ONE_AT_A_TIME = 0x64617973
_DAY = timedelta(days=1)
_NEXT_MOMENT = timedelta(microseconds=1)
_BEGINNING = date(2000, 1, 1)

_PIECE = timedelta(hours=1)
"""What one statement sums up: that of a whole day would be stopped for being too long where much is posted."""

_SUM = """
    SELECT casino_id, currency, debit_type, credit_type, sum(amount_minor)::numeric AS minor, count(*) AS entries
    FROM transfer WHERE posted_at >= $1 AND posted_at < $2 AND ($3::uuid[] IS NULL OR casino_id = ANY($3::uuid[]))
    GROUP BY casino_id, currency, debit_type, credit_type"""

_KEEP = """
    INSERT INTO ledger_day (day, casino_id, currency, type, sum_minor, entries) VALUES ($1, $2, $3, $4, $5, $6)"""

_LAST = "SELECT max(day) FROM ledger_day"

_NEXT = "SELECT posted_at FROM transfer WHERE posted_at >= $1 AND posted_at < $2 ORDER BY posted_at, seq LIMIT 1"

_LAST_BEFORE = "SELECT max(day) FROM ledger_day WHERE day < $1"

_SUMS = """
    SELECT casino_id, currency, type, sum(sum_minor) AS minor FROM ledger_day
    WHERE day <= $1 AND ($2::uuid[] IS NULL OR casino_id = ANY($2::uuid[])) GROUP BY casino_id, currency, type"""

Of = tuple[UUID, str, str]
"""A casino, a currency and a type of account."""


def beginning(day: date) -> datetime:
    """Of a day, in UTC."""
    return datetime.combine(day, time(), UTC)


async def unsummed(raw: Any, settled: datetime) -> date | None:
    """The oldest day that was over at `settled`, has entries and was not summed up; None: there is none."""
    last = await raw.fetchval(_LAST) or _BEGINNING
    until = beginning(settled.astimezone(UTC).date())
    first: datetime | None = await raw.fetchval(_NEXT, beginning(last + _DAY), until)
    return None if first is None else first.astimezone(UTC).date()


async def sum_day(raw: Any, settled: datetime) -> bool:
    """Sum up the oldest day that was over at `settled`; whether there was one. The caller commits.

    Several who want to do so take turns.
    """
    await raw.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
    day = await unsummed(raw, settled)
    if day is None:
        return False
    sums, entries = await _summed(raw, beginning(day), beginning(day + _DAY), None)
    await raw.executemany(_KEEP, [(day, *of, sums[of], entries[of]) for of in sums])
    return True


async def sums_at(raw: Any, at: datetime, casinos: Sequence[UUID] | None) -> dict[Of, int]:
    """What all accounts of a kind held at an instant, by casino and currency, in that order.

    It reads the sums of the days before, and the entries since the last of them: a day's and some minutes' at most.
    """
    last = await raw.fetchval(_LAST_BEFORE, at.astimezone(UTC).date()) or _BEGINNING
    rows = await raw.fetch(_SUMS, last, casinos)
    sums, _ = await _summed(raw, beginning(last + _DAY), at + _NEXT_MOMENT, casinos)
    sums.update({(row["casino_id"], row["currency"], row["type"]): int(row["minor"]) for row in rows})
    return dict(sorted(sums.items()))


async def _summed(
    raw: Any, since: datetime, until: datetime, casinos: Sequence[UUID] | None
) -> tuple[Counter[Of], Counter[Of]]:
    """What entries from `since` on, before `until`, did to accounts, and how many of their sides that were."""
    sums, entries = Counter[Of](), Counter[Of]()
    while (first := await raw.fetchval(_NEXT, since, until)) is not None:
        since = min(first + _PIECE, until)
        for row in await raw.fetch(_SUM, first, since, casinos):
            whose = (row["casino_id"], row["currency"])
            for side, minor in ((row["debit_type"], -row["minor"]), (row["credit_type"], row["minor"])):
                sums[(*whose, side)] += int(minor)
                entries[(*whose, side)] += row["entries"]
    return sums, entries


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
        await rounds(lambda: self.catch_up(stop), stop, self._every_s, later="ledger_days_later")

    async def catch_up(self, stop: asyncio.Event | None = None) -> int:
        """Sum up every day that is over and settled, each in a transaction of its own; how many had entries."""
        made, more = 0, True
        while more and not (stop is not None and stop.is_set()):
            async with self._db.write() as connection:
                more = await sum_day(await driver(connection), self._clock.now() - self._settles_after)
            made += more
        return made
