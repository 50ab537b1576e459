"""What a process keeps in memory is trusted as long as it hears of changes, and not a moment longer."""

import asyncio

import pytest
from services.games.tests.component.casino import Casino
from sqlalchemy import func, select, update

from chassis.runtime import Service
from chassis.testing.feed import Feed
from contracts.backoffice.events import PlayerBlocked, PlayerUnblocked
from games.adapters.changes import CHANNEL
from games.read_models.players import player_table


async def info(casino: Casino) -> str:
    return str((await casino.call("user/info", ""))["status"])


async def until_info_is(casino: Casino, status: str) -> None:
    async with asyncio.timeout(10):
        while await info(casino) != status:
            await asyncio.sleep(0.005)


async def test_a_lost_connection_is_noticed_and_made_again(casino: Casino, feed: Feed, service: Service) -> None:
    directory = service.state["directory"]
    await casino.hears()
    assert await info(casino) == "RS_OK"
    async with service.db.write() as connection:
        ended = await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'games changes'"
        )
        assert ended.scalars().all() == [True]
    async with asyncio.timeout(10):
        while directory.listening:
            await asyncio.sleep(0.005)
    await feed(PlayerBlocked(player_id=casino.player, casino_id=casino.id))
    assert await info(casino) == "RS_ERROR_USER_DISABLED", "while it hears nothing it believes the database alone"
    await casino.hears()
    assert await info(casino) == "RS_ERROR_USER_DISABLED"
    await feed(PlayerUnblocked(player_id=casino.player, casino_id=casino.id))
    await until_info_is(casino, "RS_OK")


@pytest.mark.parametrize("said", ["a word of a later version:7", ""])
async def test_news_that_it_does_not_understand_make_it_forget_everything(
    casino: Casino, service: Service, said: str
) -> None:
    await casino.hears()
    assert await info(casino) == "RS_OK"
    async with service.db.write() as connection:
        await connection.execute(update(player_table).values(blocked=True))
        await connection.execute(select(func.pg_notify(CHANNEL, said)))
    await until_info_is(casino, "RS_ERROR_USER_DISABLED")
