"""House accounts: no bet waits for them, and their balance is exact whenever it is read."""

import asyncio

from chassis.store import CasinoScope
from payments.adapters.ledger.queries import summary
from payments.adapters.ledger.rollup import RollUp, roll_up


async def house_of(desk, key) -> int:
    sums = await summary(desk.db, CasinoScope.of(key.casino_id))
    return sum(one.balance_minor for one in sums if one.type == "game_house")


async def test_a_bet_does_not_touch_the_houses_row_and_its_balance_is_there_at_once(desk):
    key = await desk.player(100)
    await desk.one(desk.move("bet", key, "t0", 1))
    await roll_up(desk.db)
    before = await house_of(desk, key)
    await desk.one(desk.move("bet", key, "t1", 30))
    query = "SELECT balance_minor FROM account WHERE casino_id = $1 AND type = 'game_house'"
    assert [row[0] for row in await desk.sql(query, key.casino_id)] == [before]
    assert await house_of(desk, key) == before + 30
    assert await roll_up(desk.db)
    assert [row[0] for row in await desk.sql(query, key.casino_id)] == [before + 30]
    assert await house_of(desk, key) == before + 30
    await desk.holds()


async def test_while_bets_go_on_and_the_house_is_added_up_every_reading_sums_to_zero(desk):
    keys = [await desk.player(1_000) for _ in range(5)]
    before = await house_of(desk, keys[0])
    stop = asyncio.Event()
    rolling = [asyncio.create_task(RollUp(desk.db, every_s=0.001)(stop)) for _ in range(2)]

    async def read() -> None:
        while not stop.is_set():
            sums = await summary(desk.db, CasinoScope.everything())
            assert sum(one.balance_minor for one in sums) == 0

    readers = [asyncio.create_task(read()) for _ in range(2)]
    for n in range(40):
        await asyncio.gather(*(desk.one(desk.move("bet", key, f"t{n}", 3)) for key in keys))
    stop.set()
    await asyncio.gather(*rolling, *readers)
    await roll_up(desk.db)
    assert await house_of(desk, keys[0]) == before + 5 * 120
    assert await desk.count("account_delta") == 0
    await desk.holds()


async def test_two_who_add_up_at_once_add_up_once(desk):
    key = await desk.player(100)
    before = await house_of(desk, key)
    await desk.one(desk.move("bet", key, "t1", 30))
    await asyncio.gather(*(roll_up(desk.db) for _ in range(5)))
    assert await house_of(desk, key) == before + 30
    await desk.holds()
