"""What a list may cost: refused before it runs, narrowed where it is huge, and a few readers at once."""

import httpx
import pytest

from chassis.http.listing.cost import Places
from chassis.http.problems import RequestProblem
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token

from .bets import HEAVY, PLAYERS, A, ids, staff

V1 = "/api/example/v1/huge-bets"


@pytest.mark.parametrize("query", ["", "status=eq.won", "created_at=lt.now", "or=(created_at.gt.now-7d,rounds.eq.1)"])
async def test_a_huge_list_must_be_narrowed_and_says_by_what(client: httpx.AsyncClient, query: str) -> None:
    document = problem(await client.get(f"{V1}?{query}", headers=bearer(staff(HEAVY))), 400, "LST116")
    assert "created_at=gte." in document["detail"]
    assert "now-7d" in document["hint"]


async def test_a_huge_list_tells_a_user_interface_what_to_begin_with(client: httpx.AsyncClient) -> None:
    needed = (await client.get(f"{V1}/meta")).json()["requires"]
    assert needed == {"range_of": "created_at", "default_range": "now-7d", "or_equality_on": ["id"]}


@pytest.mark.parametrize("query", ["created_at=gte.2026-01-01", "id=in.(00000000-0000-0000-0000-0000000003e8)"])
async def test_what_costs_too_much_is_refused_before_it_runs_unless_permitted(
    client: httpx.AsyncClient, query: str
) -> None:
    document = problem(await client.get(f"{V1}?{query}"), 422, "LST_COSTLY")
    assert "/meta" in document["hint"]
    assert await ids(client, query, "huge-bets", **bearer(staff(HEAVY)))


async def test_a_player_is_narrowed_enough_by_himself(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    assert len(await ids(client, "", "huge-bets", **token)) == 5


async def test_one_list_takes_no_places_of_another_and_says_when_to_come_back() -> None:
    places = Places(each=1)
    async with places.one("bets"), places.one("others"):
        with pytest.raises(RequestProblem) as refused:
            async with places.one("bets", waiting_s=0):
                raise AssertionError("there was no place")
    assert (refused.value.status_code, dict(refused.value.headers or {})["Retry-After"]) == (503, "1")
    async with places.one("bets", waiting_s=1):
        pass
