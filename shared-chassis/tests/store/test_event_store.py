"""Streams: what is appended is loaded, once, in order, and by nobody who cannot read all of it."""

import asyncio
from typing import Any

import asyncpg
import pytest

from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import NotFound, uuid7
from chassis.store import Application, CasinoScope, Context, EventLog, Place, UnknownEventType
from chassis.store.context import Meta
from chassis.store.event_store import NewEvent, VersionConflict, append, load
from chassis.testing.bus_reader import eventually

from .example import MoneyPutIn, MoneyTaken, PutIn, Take, TillIsShort, till, types


def new(amount: int, ctx: Context) -> NewEvent:
    return NewEvent(MoneyPutIn(amount_minor=amount), uuid7(), Meta.of(ctx, None))


async def test_what_was_appended_is_loaded_in_order(db: Database, ctx: Context) -> None:
    async with db.write() as connection:
        await append(connection, types, "till-1", 0, [new(1, ctx), new(2, ctx)])
        await append(connection, types, "till-1", 2, [new(3, ctx)])
    async with db.read() as connection:
        history = await load(connection, types, "till-1")
    assert [one.event.amount_minor for one in history] == [1, 2, 3]
    assert [one.version for one in history] == [1, 2, 3]
    assert history[0].meta.actor == ctx.actor


async def test_a_stale_expected_version_is_a_conflict_and_changes_nothing(db: Database, ctx: Context) -> None:
    async with db.write() as connection:
        await append(connection, types, "till-1", 0, [new(1, ctx)])
    with pytest.raises(VersionConflict):
        async with db.write() as connection:
            await append(connection, types, "till-1", 0, [new(2, ctx)])
    async with db.read() as connection:
        assert len(await load(connection, types, "till-1")) == 1


async def test_an_older_version_is_lifted_when_it_is_loaded(db: Database, ctx: Context) -> None:
    async with db.write() as connection:
        await append(
            connection, types, "till-1", 0, [NewEvent(MoneyTaken(amount_minor=5, by="x"), uuid7(), Meta.of(ctx, None))]
        )
        raw = await driver(connection)
        await raw.execute("SET LOCAL session_replication_role = replica")
        await raw.execute("""UPDATE event SET type_version = 1, data = '{"amount_minor": 5}'""")
    async with db.read() as connection:
        assert (await load(connection, types, "till-1"))[0].event == MoneyTaken(amount_minor=5, by="unknown")


@pytest.mark.parametrize("statement", ["UPDATE event SET data = '{}'", "DELETE FROM event", "TRUNCATE event"])
async def test_what_happened_is_not_changed_and_does_not_go_even_by_a_superuser(
    application: Application, ctx: Context, statement: str
) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="forbidden"):
        async with application.db.write() as connection:
            await (await driver(connection)).execute(statement)
    assert (await application.execute(till, till_id, Take(amount_minor=5), ctx)).events


@pytest.mark.parametrize("change", ["type = 'till.money_burnt'", "type_version = 9"])
async def test_an_unknown_event_refuses_the_decision(application: Application, ctx: Context, change: str) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx)
    async with application.db.write() as connection:
        raw = await driver(connection)
        await raw.execute("SET LOCAL session_replication_role = replica")
        await raw.execute(f"UPDATE event SET {change}")
    with pytest.raises(UnknownEventType):
        await application.execute(till, till_id, Take(amount_minor=1), ctx)


async def test_a_stream_of_another_casino_does_not_exist_for_the_caller(application: Application, ctx: Context) -> None:
    till_id, mine, theirs = uuid7(), uuid7(), uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx.for_casino(theirs))
    stranger = Context(actor=ctx.actor, occurred_at=ctx.occurred_at, scope=CasinoScope.of(mine), casino_id=mine)
    with pytest.raises(NotFound):
        await application.execute(till, till_id, Take(amount_minor=1), stranger)
    with pytest.raises(NotFound):
        await application.execute(till, uuid7(), PutIn(amount_minor=1), stranger.for_casino(theirs))


async def test_concurrent_commands_all_count_and_the_rule_holds(application: Application, ctx: Context) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=3), ctx)

    async def take() -> str:
        while True:
            try:
                await application.execute(till, till_id, Take(amount_minor=1), ctx)
            except TillIsShort:
                return "short"
            except Exception as error:
                if getattr(error, "code", "") != "concurrent_change":
                    raise
            else:
                return "taken"

    results = await asyncio.gather(*(take() for _ in range(8)))
    assert sorted(results) == ["short"] * 5 + ["taken"] * 3


async def test_a_slow_writers_event_is_never_skipped(db: Database, ctx: Context) -> None:
    """Position 1 commits after position 2 was read; a reader that remembers positions would never see it."""
    log = EventLog(types, tuple(types.names((MoneyPutIn,))))
    seen: list[int] = []
    place = Place()

    async def read() -> None:
        nonlocal place
        while True:
            async with db.read() as connection:
                events, after = await log.page(connection, place, 1)
            seen.extend(one.event.amount_minor for one in events)
            if after == place:
                return
            place = after

    async with db.write() as slow:
        await append(slow, types, "till-slow", 0, [new(1, ctx)])
        async with db.write() as fast:
            await append(fast, types, "till-fast", 0, [new(2, ctx)])
        await read()
        assert seen == [], "nothing is read past an open transaction"
        async with db.read() as connection:
            rest = await log.rest(connection, place)
        assert [one.event.amount_minor for one in rest] == [2]

    async def both() -> bool:
        await read()
        return len(seen) >= 2

    await eventually(both)  # older transactions of other tests' databases may still be open
    assert seen == [1, 2]


async def test_many_writers_are_followed_without_gap_or_repeat(application: Application, ctx: Context) -> None:
    log = EventLog(types, tuple(types.names((MoneyPutIn,))))
    seen: list[tuple[str, int]] = []
    done = asyncio.Event()

    async def write(stream: Any) -> None:
        for _ in range(15):
            await application.execute(till, stream, PutIn(amount_minor=1), ctx)

    async def follow() -> None:
        place = Place()
        while True:
            finished = done.is_set()
            async with application.db.read() as connection:
                events, after = await log.page(connection, place, 7)
            seen.extend((one.stream_id, one.version) for one in events)
            if finished and after == place and len(seen) >= 8 * 15:
                return
            place = after

    follower = asyncio.create_task(follow())
    streams = [uuid7() for _ in range(8)]
    await asyncio.gather(*(write(stream) for stream in streams))
    done.set()
    await asyncio.wait_for(follower, 60)
    for stream in streams:
        assert [v for s, v in seen if s == f"till-{stream}"] == list(range(1, 16))
    assert len(seen) == 8 * 15
