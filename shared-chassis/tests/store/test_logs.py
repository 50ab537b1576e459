"""A log is read window by window: nothing is skipped, nothing comes twice, and a long history costs no more a page."""

import asyncio
from typing import Any

import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import uuid7
from chassis.store import Application, Context, EventLog, InboxLog, Log, Place, Recorded
from chassis.testing.bus_reader import PATIENCE_S

from .example import PutIn, balances, till, types

OWN = EventLog(types, tuple(types.names(balances.handles)))
RECEIVED = InboxLog("tests", ("till.money_put_in",))


_COPY = """
    INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
    SELECT 'till-' || gen_random_uuid(), 1, gen_random_uuid(), type, type_version,
           jsonb_set(data, '{amount_minor}', to_jsonb($1::int)), meta FROM event LIMIT 1"""
_EVENTS = """
    INSERT INTO event (stream_id, version, event_id, type, type_version, data, meta)
    SELECT 'till-' || n, 1, gen_random_uuid(), 'till.money_put_in', 1, '{}', '{}' FROM generate_series(1, 50000) AS n"""
_INBOX = """
    INSERT INTO inbox (consumer, event_id, topic, key, type, envelope)
    SELECT 'tests', gen_random_uuid(), 'till', 'k', 'till.money_put_in', '{}' FROM generate_series(1, 50000) AS n"""


async def put_in(application: Application, ctx: Context, amount_minor: int) -> None:
    await application.execute(till, uuid7(), PutIn(amount_minor=amount_minor), ctx)


async def read_on(db: Database, place: Place, limit: int, *, until: int) -> tuple[list[Recorded[Any]], Place]:
    """Everything that is finished, page by page, until there are so many events.

    Any transaction on the server that began before them makes a reader wait: one of another test, or a vacuum.
    """
    found: list[Recorded[Any]] = []
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with db.write() as connection:
                events, after = await OWN.page(connection, place, limit)
            assert len(events) <= limit
            found += events
            if after == place and len(found) >= until:
                return found, place
            if after == place:
                await asyncio.sleep(0.01)
            place = after


@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_pages_of_any_size_tell_everything_once_and_in_order(
    application: Application, db: Database, ctx: Context, limit: int
) -> None:
    place, seen = Place(), list[int]()
    for batch in ([1, 2, 3], [4], [], [5, 6, 7, 8]):
        for amount_minor in batch:
            await put_in(application, ctx, amount_minor)
        found, place = await read_on(db, place, limit, until=len(batch))
        assert [one.event.amount_minor for one in found] == batch
        seen += [one.position for one in found]
    assert seen == sorted(set(seen))


async def test_an_event_of_a_slow_writer_comes_when_it_is_committed(
    application: Application, db: Database, ctx: Context
) -> None:
    await put_in(application, ctx, 1)
    async with db.write() as slow:
        raw = await driver(slow)
        await raw.execute(_COPY, 10)
        await put_in(application, ctx, 2)
        early, place = await read_on(db, Place(), 100, until=1)
        assert [one.event.amount_minor for one in early] == [1], "what began after the slow one waits for its end"
    late, _ = await read_on(db, place, 100, until=2)
    assert [one.event.amount_minor for one in late] == [10, 2], "in the order of their positions"


@pytest.mark.parametrize(("log", "fill"), [(OWN, _EVENTS), (RECEIVED, _INBOX)], ids=["own", "received"])
async def test_a_page_of_a_long_history_is_found_without_sorting_the_history(db: Database, log: Log, fill: str) -> None:
    async with db.write() as connection:
        raw = await driver(connection)
        await raw.execute(fill)
        await raw.execute("ANALYZE event, inbox")
        consumer = "" if log is OWN else ", 'tests'"
        await raw.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # What a prepared statement comes to.
        await raw.execute(f"PREPARE page AS {log._page_sql}")
        rows = await raw.fetch(f"EXPLAIN EXECUTE page ('{{till.money_put_in}}', '0', '999999999', 0, 100{consumer})")
        plan = "\n".join(row[0] for row in rows)
        assert "Sort" not in plan, plan
        assert "position" in plan, plan
