"""One transaction or nothing: events, read models, outbox, tasks, idempotency records."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import func, select

from chassis.db import Database, tables
from chassis.domain import uuid7
from chassis.store import Application, Context, IdempotencyKeyReused, Recorded, Reply, UnitOfWork
from chassis.testing.postgres import count_statements
from contracts.envelope import Envelope
from contracts.event import ContractEvent
from contracts.platform.events import SettingChanged

from .example import PutIn, Take, TillIsShort, balances, till, till_balance, types


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    amount = recorded.event.amount_minor
    element = str(recorded.stream_key)
    yield SettingChanged(element="till", element_id=element, before=None, after={"amount_minor": amount})
    yield SettingChanged(element="till-copy", element_id=element, before=None, after=None)


async def count(db: Database, table: Any) -> int:
    async with db.read() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def test_a_refusal_leaves_no_trace(application: Application, ctx: Context) -> None:
    with pytest.raises(TillIsShort):
        await application.execute(till, uuid7(), Take(amount_minor=1), ctx)
    for table in (tables.event, tables.outbox, till_balance):
        assert await count(application.db, table) == 0


async def test_nothing_new_writes_nothing(application: Application, ctx: Context) -> None:
    outcome = await application.execute(till, uuid7(), PutIn(amount_minor=0), ctx)
    assert outcome.events == ()
    assert await count(application.db, tables.event) == 0


async def test_published_facts_carry_who_why_and_when(db: Database, ctx: Context) -> None:
    application = Application(db, types, source="till", publish=publish)
    till_id, casino = uuid7(), uuid7()
    told = ctx.for_casino(casino).because("stocktaking")
    await application.execute(till, till_id, PutIn(amount_minor=7), told)
    async with db.read() as connection:
        rows = (await connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))).all()
        event_id = (await connection.execute(select(tables.event.c.event_id))).scalar_one()
    first, second = (Envelope.from_json(row.envelope) for row in rows)
    assert first.id == event_id
    assert second.id != first.id
    assert (first.subject, first.streamversion, first.casinoid, first.reason) == (
        f"till-{till_id}",
        1,
        casino,
        "stocktaking",
    )
    assert (first.actorkind, first.actorid, first.time) == ("system", "tests", ctx.occurred_at)
    assert rows[0].key == first.partitionkey == "till"


async def test_waking_the_relay_happens_after_the_commit_only(db: Database, ctx: Context) -> None:
    application = Application(db, types, source="till", publish=publish)
    woken: list[int] = []

    async def look() -> None:
        woken.append(await count(db, tables.outbox))

    async def work(uow: UnitOfWork) -> None:
        uow.after_commit(look)
        await uow.decide(till, uuid7(), PutIn(amount_minor=1))

    await application.transact(work, ctx)
    assert woken == [2]


async def test_a_command_costs_few_statements(application: Application, ctx: Context) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=1), ctx)
    with count_statements(application.db) as statements:
        await application.execute(till, till_id, PutIn(amount_minor=1), ctx)
    sent = [one for one in statements.sent if one != "select pg_catalog.version()"]
    # load, append, and for each of two inline models: lock, load, write
    assert len(sent) == 8, sent


async def test_a_key_is_used_once_however_often_it_is_sent_at_the_same_time(
    application: Application, ctx: Context
) -> None:
    till_id = uuid7()

    async def work(uow: UnitOfWork) -> Reply:
        outcome = await uow.decide(till, till_id, PutIn(amount_minor=5))
        return Reply(201, {"version": outcome.version})

    replies = await asyncio.gather(*(application.once("key-1", b"same", ctx, work) for _ in range(12)))
    assert {(reply.status, reply.body["version"]) for reply in replies} == {(201, 1)}
    assert sum(not reply.replayed for reply in replies) == 1
    assert await count(application.db, tables.event) == 1


async def test_a_key_with_another_request_is_refused(application: Application, ctx: Context) -> None:
    async def work(uow: UnitOfWork) -> Reply:
        return Reply(200, {})

    await application.once("key-1", b"one", ctx, work)
    with pytest.raises(IdempotencyKeyReused):
        await application.once("key-1", b"other", ctx, work)


async def test_a_refused_request_frees_its_key(application: Application, ctx: Context) -> None:
    till_id = uuid7()

    async def take(uow: UnitOfWork) -> Reply:
        await uow.decide(till, till_id, Take(amount_minor=5))
        return Reply(200, {})

    with pytest.raises(TillIsShort):
        await application.once("key-1", b"same", ctx, take)
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx)
    assert (await application.once("key-1", b"same", ctx, take)).replayed is False


async def test_scheduling_twice_is_one_task(application: Application, ctx: Context) -> None:
    task_id = uuid7()

    async def work(uow: UnitOfWork) -> None:
        await uow.schedule("ask", task_id, {"n": 1})
        await uow.schedule("ask", task_id, {"n": 2})

    await application.transact(work, ctx)
    async with application.db.read() as connection:
        assert [row.payload for row in await connection.execute(select(tables.task))] == [{"n": 2}]


async def test_inline_rows_are_there_when_the_command_returns(application: Application, ctx: Context) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx)
    await application.execute(till, till_id, Take(amount_minor=2, by="ann"), ctx)
    async with application.db.read() as connection:
        row = (await connection.execute(select(balances.table))).one()
    assert (row.balance_minor, row.movements, row.last_hands) == (3, 2, ["in", "ann"])
