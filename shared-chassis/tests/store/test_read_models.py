"""Folds: a rebuilt table equals the live one, also while writers go on."""

import asyncio
import random
from uuid import UUID

from chassis.db import Database
from chassis.domain import uuid7
from chassis.store import Application, Context, Projector, rebuild
from chassis.store.rebuild import index_definitions, rows_of
from chassis.testing.bus_reader import eventually

from .example import PutIn, Take, TillIsShort, balances, late_balances, open_tills, till


async def live_a_little(application: Application, ctx: Context, tills: list[UUID], moves: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(moves):
        command = (
            PutIn(amount_minor=dice.randint(0, 5)) if dice.random() < 0.5 else Take(amount_minor=dice.randint(1, 5))
        )
        try:
            await application.execute(till, dice.choice(tills), command, ctx.for_casino(tills[0]))
        except TillIsShort:
            continue


async def test_a_row_the_fold_removes_is_gone_and_may_come_back(application: Application, ctx: Context) -> None:
    till_id = uuid7()
    await application.execute(till, till_id, PutIn(amount_minor=5), ctx)
    await application.execute(till, till_id, Take(amount_minor=5), ctx)
    async with application.db.read() as connection:
        assert await rows_of(connection, "rm_open_till") == []
        assert len(await rows_of(connection, "rm_till_balance")) == 1
    await application.execute(till, till_id, PutIn(amount_minor=1), ctx)
    async with application.db.read() as connection:
        assert [row["balance_minor"] for row in await rows_of(connection, "rm_open_till")] == [1]


async def test_a_rebuilt_table_equals_the_live_one(application: Application, db: Database, ctx: Context) -> None:
    await live_a_little(application, ctx, [uuid7() for _ in range(5)], 120, seed=1)
    for model in (balances, open_tills):
        async with db.read() as connection:
            rows = await rows_of(connection, model.table.name)
            indexes = await index_definitions(connection, model.table.name)
        await rebuild(db, model, application.log_of(model))
        async with db.read() as connection:
            assert await rows_of(connection, model.table.name) == rows
            assert await index_definitions(connection, model.table.name) == indexes


async def test_a_rebuild_mends_a_damaged_table(application: Application, db: Database, ctx: Context) -> None:
    await live_a_little(application, ctx, [uuid7() for _ in range(3)], 40, seed=2)
    async with db.write() as connection:
        before = await rows_of(connection, "rm_till_balance")
        await connection.execute(balances.table.update().values(balance_minor=-1, last_hands=["nobody"]))
    await rebuild(db, balances, application.log_of(balances))
    async with db.read() as connection:
        assert await rows_of(connection, "rm_till_balance") == before


async def test_a_table_rebuilt_while_writers_go_on_misses_nothing(
    application: Application, db: Database, ctx: Context
) -> None:
    tills = [uuid7() for _ in range(12)]
    groups = [tills[0:4], tills[4:8], tills[8:12]]
    writers = [
        asyncio.create_task(live_a_little(application, ctx, group, 150, seed)) for seed, group in enumerate(groups)
    ]
    rebuilds = 0
    while not all(writer.done() for writer in writers):
        await rebuild(db, balances, application.log_of(balances))
        await rebuild(db, open_tills, application.log_of(open_tills))
        rebuilds += 1
    await asyncio.gather(*writers)
    assert rebuilds > 1
    for model in (balances, open_tills):
        async with db.read() as connection:
            live = await rows_of(connection, model.table.name)
        await rebuild(db, model, application.log_of(model))
        async with db.read() as connection:
            assert await rows_of(connection, model.table.name) == live


async def comes_to_equal_inline(db: Database, projector: Projector) -> None:
    """Events wait for every older transaction of the server, those of other tests' databases too."""

    async def equal() -> bool:
        await projector.catch_up()
        async with db.read() as connection:
            return await rows_of(connection, "rm_late_till") == await rows_of(connection, "rm_till_balance")

    await eventually(equal)


async def test_a_projected_table_comes_to_equal_the_inline_one(
    application: Application, db: Database, ctx: Context
) -> None:
    projector = Projector(db, late_balances, application.log_of(late_balances))
    tills = [uuid7() for _ in range(4)]
    await live_a_little(application, ctx, tills, 30, seed=3)
    await comes_to_equal_inline(db, projector)
    assert await projector.catch_up() == 0, "nothing is folded twice"
    await live_a_little(application, ctx, tills, 30, seed=4)
    await comes_to_equal_inline(db, projector)


async def test_projectors_and_a_rebuild_at_once_fold_every_event_once(
    application: Application, db: Database, ctx: Context
) -> None:
    projectors = [Projector(db, late_balances, application.log_of(late_balances)) for _ in range(2)]
    stop = asyncio.Event()
    running = [asyncio.create_task(projector.run(stop)) for projector in projectors]
    writers = [
        asyncio.create_task(live_a_little(application, ctx, [uuid7() for _ in range(3)], 80, seed=seed))
        for seed in range(3)
    ]
    while not all(writer.done() for writer in writers):
        await rebuild(db, late_balances, application.log_of(late_balances))
    await asyncio.gather(*writers)
    stop.set()
    await asyncio.gather(*running)
    await comes_to_equal_inline(db, projectors[0])
