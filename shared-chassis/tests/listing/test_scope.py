"""Nothing ever leaks across casinos, players, or permissions of single fields."""

from uuid import UUID

import httpx
import pytest

from chassis.testing.caller_matrix import CALLERS, Attempt, CallerKind, assert_caller
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token

from .bets import AML, LIST, PLAYERS, REVEAL, ROWS, VISIBLE, A, B, C, ids, staff


@pytest.mark.parametrize("caller", CALLERS)
async def test_the_four_callers(client: httpx.AsyncClient, caller: CallerKind) -> None:
    attempt = Attempt("GET", "/api/example/v1/bets", permission=LIST, casino_id=A, hidden="empty")
    if caller == "anonymous":
        client.headers.pop("authorization", None)
    answer = await assert_caller(caller, client, attempt)
    client.headers["authorization"] = f"Bearer {staff()}"
    if caller == "permitted":
        assert {item["casino_id"] for item in answer.json()} == {str(A)}


QUERIES = [
    "",
    "status=eq.won",
    "casino_id=eq.{B}",
    "casino_id=neq.{A}",
    "casino_id=is.null",
    "casino_id=in.({A},{B})",
    "order=rounds.asc",
    "id=eq.{foreign}",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_nothing_leaks_across_casinos(client: httpx.AsyncClient, query: str) -> None:
    foreign = next(row["id"] for row in ROWS if row["casino_id"] == B)
    filled = query.format(A=A, B=B, foreign=foreign) + "&limit=500"
    mine = {row["id"] for row in VISIBLE}
    assert set(await ids(client, filled.lstrip("&"))) <= mine
    elsewhere = bearer(staff(casinos=[C]))
    assert await ids(client, filled.lstrip("&"), **elsewhere) == []
    nowhere = bearer(make_token(permissions=["other.thing.list"], casinos=["*"]))
    assert (await client.get(f"/api/example/v1/bets?{filled.lstrip('&')}", headers=nowhere)).status_code == 403


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("casino_id=in.({A},{B})", {A, B}),
        ("casino_id=in.({A},{B},{C})&casino_id=eq.{B}", {B}),
        ("casino_id=in.({C})", set()),
        ("casino_id=in.()", set()),
        ("or=(casino_id.eq.{A},casino_id.eq.{B})", {A, B}),
    ],
)
async def test_a_filter_names_the_casinos_that_are_read(client: httpx.AsyncClient, query: str, seen: set[UUID]) -> None:
    everybody = bearer(staff(casinos=["*"]))
    found = await ids(client, f"{query.format(A=A, B=B, C=C)}&limit=500", **everybody)
    expected = [row["id"] for row in ROWS if row["casino_id"] in seen]
    assert len(found) == len(expected)
    assert set(found) == set(expected)
    of_a = await ids(client, f"{query.format(A=A, B=B, C=C)}&limit=500", **bearer(staff(casinos=[A])))
    assert set(of_a) == {row["id"] for row in ROWS if row["casino_id"] in seen & {A}}


async def test_a_permission_elsewhere_does_not_widen_the_list(client: httpx.AsyncClient) -> None:
    grants = [{"casinos": [str(A)], "permissions": [LIST]}, {"casinos": ["*"], "permissions": ["other.thing.list"]}]
    token = bearer(make_token(grants=grants))
    assert set(await ids(client, "limit=500", **token)) == {row["id"] for row in VISIBLE}


async def test_staff_of_all_casinos_see_all(client: httpx.AsyncClient) -> None:
    token = bearer(staff(casinos=["*"]))
    assert len(await ids(client, "limit=500", **token)) == len(ROWS)
    two = bearer(staff(casinos=[A, B]))
    assert set(await ids(client, "limit=500", **two)) == {row["id"] for row in ROWS if row["casino_id"] is not None}


async def test_a_player_sees_only_his_own(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    own = {row["id"] for row in VISIBLE if row["player_id"] == PLAYERS[0]}
    assert set(await ids(client, "limit=500", **token)) == own
    assert await ids(client, f"player_id=eq.{PLAYERS[1]}", **token) == []
    assert set(await ids(client, "", f"players/{PLAYERS[0]}/bets", **token)) == own
    answer = await client.get(f"/api/example/v1/players/{PLAYERS[1]}/bets", headers=token)
    assert answer.status_code == 404


async def test_a_list_without_an_owner_is_closed_to_players(client: httpx.AsyncClient) -> None:
    token = bearer(make_token(kind="player", subject=PLAYERS[0], casino=A))
    problem(await client.get("/api/example/v1/staff-bets", headers=token), 403, "forbidden")


async def test_a_masked_field_is_clear_only_where_revealing_is_allowed(client: httpx.AsyncClient) -> None:
    async def emails(token: dict[str, str]) -> dict[str | None, set[str]]:
        answer = (await client.get("/api/example/v1/bets?limit=500", headers=token)).json()
        seen: dict[str | None, set[str]] = {}
        for item in answer:
            seen.setdefault(item["casino_id"], set()).add(item["email"])
        return seen

    assert await emails(bearer(staff())) == {str(A): {"a***"}}
    assert await emails(bearer(staff(REVEAL))) == {str(A): {"ann@example.com"}}
    grants = [{"casinos": [str(A), str(B)], "permissions": [LIST]}, {"casinos": [str(B)], "permissions": [REVEAL]}]
    assert await emails(bearer(make_token(grants=grants))) == {str(A): {"a***"}, str(B): {"ann@example.com"}}


async def test_a_field_one_may_not_know_is_absent_everywhere(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/example/v1/bets")).json()
    assert all("suspicion" not in item for item in answer)
    document = problem(await client.get("/api/example/v1/bets?colour=eq.red"), 400, "LST101")
    assert "suspicion" not in document["detail"]
    permitted = bearer(staff(AML))
    assert len(await ids(client, "suspicion=eq.high", **permitted)) == 4
    grants = [{"casinos": [str(A), str(B)], "permissions": [LIST]}, {"casinos": [str(B)], "permissions": [AML]}]
    partly = await client.get("/api/example/v1/bets?suspicion=eq.high", headers=bearer(make_token(grants=grants)))
    problem(partly, 400, "LST101")
