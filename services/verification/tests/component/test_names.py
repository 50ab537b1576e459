"""Payments asks whether a name is a player's, and learns no more than that."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.auth import ServiceTokens
from chassis.testing.logs import logged_lines
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.verification.names import comparison_path

from .world import CASINO, ELSEWHERE, World, staff


async def ask(
    world: World, player_id: UUID, name: Any = "Jane Roe", *, casino_id: UUID = CASINO, caller: str = "payments"
) -> httpx.Response:
    token = ServiceTokens(caller, world.service.settings.internal_key).mint("verification")
    body = {"casino_id": str(casino_id), "name": name}
    return await world.client.post(comparison_path(player_id), json=body, headers=bearer(token))


@pytest.mark.parametrize(
    ("name", "likeness"), [("ROE, JANE", "match"), ("J. Roe", "partial"), ("Mary Sue", "mismatch"), ("-", "unknown")]
)
async def test_how_a_name_goes_with_the_players_is_all_that_is_told(world: World, name: str, likeness: str) -> None:
    player = await world.register()
    answer = await ask(world, player, name)
    assert (answer.status_code, answer.json()) == (200, {"likeness": likeness})


async def test_the_name_of_now_is_compared(world: World) -> None:
    player = await world.register()
    await world.rename(player, "Mary", "Sue")
    assert (await ask(world, player, "Mary Sue")).json() == {"likeness": "match"}


async def test_that_it_was_asked_is_recorded_and_no_name_is_kept(world: World) -> None:
    player = await world.register("Zuleika", "Dobson")
    with logged_lines() as lines:
        await ask(world, player, "Ermengarde Quux")
    [act] = await world.said("platform.access_recorded")
    assert (act["action"], act["subject_id"], act["casino_id"]) == (
        "verification.name.compare",
        str(player),
        str(CASINO),
    )
    everything = await world.everything_stored() + json.dumps(act) + lines.getvalue()
    assert not [name for name in ("Zuleika", "Dobson", "Ermengarde", "Quux") if name in everything]


async def test_whoever_is_not_the_casinos_is_not_found_and_backoffice_not_asked(world: World) -> None:
    player = await world.register()
    for somebody, casino_id in ((player, ELSEWHERE), (uuid4(), CASINO)):
        problem(await ask(world, somebody, casino_id=casino_id), 404, "case_unknown")
    assert world.backoffice.asked == []
    assert await world.said("platform.access_recorded") == []


async def test_whoever_asked_to_be_forgotten_is_compared_with_nothing(world: World) -> None:
    player = await world.register()
    await world.erase(player)
    problem(await ask(world, player), 409, "case_erased")


async def test_whom_backoffice_does_not_know_yet_is_not_found(world: World) -> None:
    player = await world.register()
    world.backoffice.players.clear()
    problem(await ask(world, player), 404, "case_unknown")


async def test_while_backoffice_is_down_it_is_not_known(world: World) -> None:
    player = await world.register()
    world.backoffice.down = True
    problem(await ask(world, player), 503, "upstream_unavailable")


@pytest.mark.parametrize("name", [None, 7, "x" * 301])
async def test_what_is_no_name_is_refused_and_not_repeated(world: World, name: Any) -> None:
    answer = await ask(world, await world.register(), name)
    problem(answer, 422, "invalid_request")
    assert "xxx" not in answer.text


async def test_nobody_else_asks(world: World) -> None:
    player = await world.register()
    assert (await ask(world, player, caller="games")).status_code == 403
    body = {"casino_id": str(CASINO), "name": "Jane Roe"}
    answer = await world.client.post(comparison_path(player), json=body, headers=bearer(staff()))
    assert answer.status_code in (401, 403)
