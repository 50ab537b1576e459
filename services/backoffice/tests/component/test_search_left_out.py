"""What a search says of what it did not look at."""

from uuid import uuid4

import httpx
import pytest

from backoffice.entrypoints.http.search.sight import LISTED_WITH
from chassis.runtime import Service
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P

from .api import open_casino
from .searching import World, a_world


@pytest.fixture
async def world(client: httpx.AsyncClient, service: Service) -> World:
    return await a_world(client, service)


async def test_that_players_were_not_compared_by_name_is_said(world: World) -> None:
    everything_is_looked_at = await world.post("Ann Example")
    assert everything_is_looked_at["left_out"] == []
    limited = world.by(*LISTED_WITH.values())
    expected = {"kind": "player", "needs": P.PLAYER_SEARCH_IDENTITY, "everywhere": True}
    for q, by in (("Ann Example", ["name"]), ("12345678", ["phone"])):
        found = await world.post(q, limited)
        assert (found["left_out"], found["items"]) == ([{**expected, "by": by}], []), q
    for q in ("pi_3N", str(world.ids["player"])):
        assert (await world.post(q, limited))["left_out"] == [], "it is no name"
    assert (await world.post("Ann Example", limited, kinds=["casino"]))["left_out"] == [], "players were not asked for"


async def test_that_players_were_compared_at_some_casinos_alone_is_said(
    client: httpx.AsyncClient, world: World
) -> None:
    other = await open_casino(client, name="Nowhere")
    listed = {"casinos": [world.casino_id, other], "permissions": [P.PLAYER_LIST]}
    for where, everywhere in ((other, False), (str(uuid4()), True)):
        compared = {"casinos": [where], "permissions": [P.PLAYER_SEARCH_IDENTITY]}
        caller = bearer(make_token(grants=[listed, compared]))
        found = await world.post("Example", caller, kinds=["player"])
        expected = {"kind": "player", "by": ["name"], "needs": P.PLAYER_SEARCH_IDENTITY, "everywhere": everywhere}
        assert (found["items"], found["left_out"]) == ([], [expected])
    both = bearer(make_token(grants=[listed, {**listed, "permissions": [P.PLAYER_SEARCH_IDENTITY]}]))
    assert (await world.post("Example", both, kinds=["player"]))["left_out"] == []


async def test_the_kinds_that_are_not_the_searchers_to_list_are_said(world: World) -> None:
    caller = world.by(P.PLAYER_LIST, P.CASINO_LIST)
    found = await world.get("pi_3N", caller, kinds=["deposit", "player"])
    assert found["searched"] == ["player"]
    assert found["left_out"] == [{"kind": "deposit", "by": [], "needs": LISTED_WITH["deposit"], "everywhere": True}]
