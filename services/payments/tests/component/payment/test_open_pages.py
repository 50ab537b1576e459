"""How many pages may be open on which a player says where his money shall go."""

from asyncio import gather
from typing import Any

import httpx
import pytest

from payments.application.processes.request_process import MOST_PAGES, PAGE

from .test_instruments import another_player
from .test_looks import Told
from .test_looks_out import PraxisPage
from .test_open_withdrawals import answered
from .world import World

REFUSED = (409, "too_many_open_pages")


@pytest.fixture
async def praxis(world: World) -> PraxisPage:
    told, house = Told(world, "praxis"), PraxisPage()
    told.house = house
    await told.open_account()
    await world.give(100_00)
    return house


async def opens(world: World) -> httpx.Response:
    body: dict[str, Any] = {"provider": "praxis", "amount_minor": 50_00, "currency": "EUR"}
    return await world.post("/withdrawal-sessions", {**body, "return_url": "https://casino.example/back"})


async def opened_all(world: World) -> None:
    assert {(await opens(world)).status_code for _ in range(MOST_PAGES)} == {200}


async def test_who_has_many_pages_waits_until_the_first_is_over(world: World, praxis: PraxisPage) -> None:
    await opened_all(world)
    before = praxis.ours
    assert answered(await opens(world)) == REFUSED
    assert praxis.ours == before, "nobody was asked for another one"
    world.clock.advance(PAGE)
    await world.beat()
    assert (await opens(world)).status_code == 200


async def test_what_he_asked_for_on_one_makes_room_for_another(world: World, praxis: PraxisPage) -> None:
    await opened_all(world)
    raw, headers = praxis.told(world.clock.now())
    await world.client.post(world.calls_at("praxis"), content=raw, headers=headers)
    await world.run_tasks()
    assert await world.balance() == (50_00, 50_00)
    assert [answered(await opens(world)) for _ in range(2)] == [(200, None), REFUSED]


async def test_they_are_his_alone(world: World, praxis: PraxisPage) -> None:
    await opened_all(world)
    await another_player(world)
    await world.give(100_00)
    assert (await opens(world)).status_code == 200


async def test_of_many_at_once_no_more_are_opened(world: World, praxis: PraxisPage) -> None:
    answers = await gather(*(opens(world) for _ in range(MOST_PAGES + 3)))
    assert sorted(answer.status_code for answer in answers) == [*[200] * MOST_PAGES, *[409] * 3]
