"""The grammar: what a filter means, and what is refused with what is allowed."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.http.listing import Field
from chassis.testing.problems import problem

from .bets import FIELDS, PLAYERS, START, VISIBLE, A, c, ids

CHECKS: dict[str, Any] = {
    "status=eq.won": lambda r: r["status"] == "won",
    "status=neq.won": lambda r: r["status"] != "won",
    'status=eq.lo"st': lambda r: r["status"] == 'lo"st',
    "status=eq.a,b": lambda r: r["status"] == "a,b",
    "status=eq.": lambda r: False,
    'status=in.(won,"a,b")': lambda r: r["status"] in ("won", "a,b"),
    'status=in.("lo\\"st")': lambda r: r["status"] == 'lo"st',
    "status=in.( won )": lambda r: False,
    'status=in.(lo"st)': lambda r: r["status"] == 'lo"st',
    "status=not.eq.won": lambda r: r["status"] != "won",
    "note=not.eq.seen": lambda r: False,
    "note=isdistinct.seen": lambda r: r["note"] is None,
    "status=like.w*": lambda r: r["status"] == "won",
    "status=like.%25o%25": lambda r: "o" in r["status"],
    "status=ilike.WO_": lambda r: r["status"] == "won",
    "status=like.w\\*": lambda r: False,
    "status=like(any).{w*,a*}": lambda r: r["status"] in ("won", "a,b"),
    "status=eq(any).{won,\"a,b\"}": lambda r: r["status"] in ("won", "a,b"),
    "rounds=gt(all).{1,2}": lambda r: r["rounds"] > 2,
    "or=(status.eq.won,rounds.eq.1)": lambda r: r["status"] == "won" or r["rounds"] == 1,
    "or=(status.eq.won,and.(rounds.gte.1, rounds.lt.3 ))": lambda r: r["status"] == "won" or 1 <= r["rounds"] < 3,
    "not.or=(status.eq.won,rounds.eq.1)": lambda r: r["status"] != "won" and r["rounds"] != 1,
    "or=(not.and(status.eq.won,rounds.eq.0),note.eq.seen)": lambda r: not (r["status"] == "won" and r["rounds"] == 0)
    or r["note"] == "seen",
    "not.and=(note.eq.seen,rounds.gt.1)": lambda r: r["rounds"] <= 1,
    "rounds[0]=gte.1&rounds[1]=lt.3&rounds[0][0]=neq.2": lambda r: r["rounds"] == 1,
    "or=(rounds.eq.1)": lambda r: r["rounds"] == 1,
    "created_at=lt.now": lambda r: True,
    "created_at=lt.now-2w": lambda r: True,
    "or=(and(amount_minor.gte.300,currency.eq.EUR),rounds.eq.0)": lambda r: r["rounds"] == 0
    or (r["amount_minor"] >= 300 and r["currency"] == "EUR"),
    "amount_minor=is.null": lambda r: False,
    "casino_id=in.($casinos)": lambda r: True,
    "not.and=(casino_id.in.($casinos))": lambda r: False,
    "status=in.()": lambda r: False,
    "note=is.null": lambda r: r["note"] is None,
    "note=is.NOT_NULL": lambda r: r["note"] is not None,
    "note=neq.seen": lambda r: False,
    "rounds=gt.2": lambda r: r["rounds"] > 2,
    "rounds=gte.2": lambda r: r["rounds"] >= 2,
    "rounds=lt.2": lambda r: r["rounds"] < 2,
    "rounds=lte.2&rounds=neq.0": lambda r: 0 < r["rounds"] <= 2,
    "rounds=in.(0,4)": lambda r: r["rounds"] in (0, 4),
    "rounds=eq.-1": lambda r: False,
    "open=eq.true": lambda r: r["open"],
    "open=is.False": lambda r: not r["open"],
    "day=lt.2026-01-03": lambda r: r["day"] < date(2026, 1, 3),
    "created_at=gte.2026-01-01T01:00:00Z": lambda r: r["created_at"] >= START + timedelta(hours=1),
    "created_at=lt.2026-01-01T03:00:00%2B02:00": lambda r: r["created_at"] < START + timedelta(hours=1),
    "created_at=lt.2026-01-01": lambda r: False,
    "created_at=gte.2026-01-01": lambda r: True,
    f"player_id=eq.{PLAYERS[0]}": lambda r: r["player_id"] == PLAYERS[0],
    f"player_id=in.({PLAYERS[0]},{PLAYERS[1]})": lambda r: r["player_id"] in PLAYERS[:2],
    "amount_minor=gte.300&currency=eq.EUR": lambda r: r["amount_minor"] >= 300 and r["currency"] == "EUR",
    "amount_minor=lte.400&currency=in.(EUR,JPY)": lambda r: r["amount_minor"] <= 400,
    "order=rounds": lambda r: True,
}  # fmt: skip


@pytest.mark.parametrize("query", CHECKS)
async def test_a_filter_means_what_it_says(client: httpx.AsyncClient, query: str) -> None:
    expected = {row["id"] for row in VISIBLE if CHECKS[query](row)}
    assert set(await ids(client, query)) == expected


REFUSED = {
    "colour=eq.red": ("LST101", "status"),
    "status=won": ("LST103", "eq"),
    "status=gt.a": ("LST103", "eq"),
    "status=": ("LST103", "eq"),
    "note=eq.null": ("LST104", "is.null"),
    "note=is.empty": ("LST104", "null or not_null"),
    "note=is.true": ("LST104", "null or not_null"),
    "rounds=eq.": ("LST104", "whole number"),
    "rounds=eq.1.5": ("LST104", "whole number"),
    "rounds=eq.1_000": ("LST104", "whole number"),
    "rounds=eq.２": ("LST104", "whole number"),
    "rounds=eq.2147483648": ("LST104", "32 bits"),
    "amount_minor=eq.9223372036854775808&currency=eq.EUR": ("LST104", "64 bits"),
    "rounds=eq." + "9" * 5000: ("LST104", "32 bits"),
    "rounds=in.(1,x)": ("LST104", "whole number"),
    "rounds=in.1": ("LST111", "'('"),
    "rounds=in.(1,)": ("LST111", "a member"),
    "rounds=in.(,1)": ("LST111", "a member"),
    'status=in.("a)': ("LST111", "quotes"),
    'status=in.("a"b)': ("LST111", "comma"),
    "rounds=in.(" + ",".join(["1"] * 1001) + ")": ("LST104", "at most 1000"),
    "player_id=eq.me": ("LST104", "UUID"),
    "player_id=eq.{00000000-0000-0000-0000-000000000001}": ("LST104", "UUID"),
    "created_at=gt.yesterday": ("LST104", "a time"),
    "created_at=gt.0001-01-01T00:00:00%2B14:00": ("LST104", "a time"),
    "created_at=eq.null": ("LST104", "is.null"),
    "day=eq.2026-02-30": ("LST104", "a date"),
    "day=eq.20260201": ("LST104", "a date"),
    "open=eq.yes": ("LST104", "true or false"),
    "order=player_id": ("LST105", "status"),
    "order=colour.desc": ("LST105", "status"),
    "order=rounds.down": ("LST105", "rounds.asc"),
    "order=rounds.desc.nullsmiddle": ("LST105", "nullsfirst"),
    "select=colour": ("LST114", "status"),
    "select=id,suspicion": ("LST114", "status"),
    "select=amount_minor.sum()": ("LST114", "status"),
    "select=*,player(*)": ("LST114", "status"),
    "or=()": ("LST111", "empty"),
    "or=(status.eq.won,)": ("LST111", "empty"),
    "or=(,)": ("LST111", "empty"),
    "or=(status.eq.won": ("LST111", "')'"),
    "or=(status.eq.won))": ("LST111", "the end"),
    "or=(status)": ("LST111", "field.operator"),
    "or=(won.w)": ("LST103", "operator"),
    "or=(colour.eq.red)": ("LST101", "status"),
    'or=(status.eq."a"b)': ("LST111", "comma"),
    "or=(suspicion.eq.high)": ("LST101", "status"),
    "columns=a": ("LST101", "status"),
    "columns=": ("LST101", "status"),
    "columns=sum(rounds)": ("LST101", "status"),
    "status=not.won": ("LST103", "eq"),
    "not.status=eq.won": ("LST111", "write status=not.eq.won"),
    "or=(not.status.eq.won,rounds.eq.1)": ("LST111", "write status.not.eq.won"),
    "status=not.not.eq.won": ("LST111", "write status=eq.won"),
    "status=not.not.not.eq.won": ("LST111", "write status=not.eq.won"),
    "or=(status.not.not.eq.won,rounds.eq.1)": ("LST111", "write status.eq.won"),
    "status=not.in.()": ("LST104", "every row"),
    "status=in(any).{won}": ("LST103", "(any)"),
    "status=like(any).{}": ("LST104", "at least one"),
    "status=match.w": ("LST103", "eq"),
    "status=like.w%5C": ("LST104", "backslash"),
    "note=isdistinct.null": ("LST104", "is.null"),
    "rounds=gt.now-7d": ("LST104", "whole number"),
    "created_at=gt.now-999999w": ("LST104", "a time"),
    "player_id=in.($casinos)": ("LST104", "UUID"),
    "offset=10001": ("LST113", "after"),
    "offset=-1": ("LST113", "after"),
    "offset=1&after=abc": ("LST109", "one of"),
    "after=abc&before=abc": ("LST109", "one of"),
    "q=" + "a" * 65: ("LST119", "64"),
    "q=": ("LST119", "64"),
    "q=won": ("LST102", "search"),
    "or=(" + "or(" * 5 + "rounds.eq.1" + ")" * 6: ("LST112", "5"),
    "or=(rounds.eq.1,amount_minor.gt.5)": ("LST110", "currency=eq.EUR"),
    "or=(amount_minor.gt.5,currency.eq.EUR)": ("LST110", "currency=eq.EUR"),
    "rounds=eq(any).{" + ",".join(["1"] * 51) + "}": ("LST108", "50"),
    "order=": ("LST105", "status"),
    "limit=0": ("LST106", "500"),
    "limit=-1": ("LST106", "500"),
    "limit=many": ("LST106", "500"),
    "limit=": ("LST106", "500"),
    "limit=９": ("LST106", "500"),
    "after=": ("LST107", "cursor"),
    "after=abc": ("LST107", "cursor"),
    "after=é": ("LST107", "cursor"),
    "after=" + "A" * 5000: ("LST107", "cursor"),
    "&".join(["rounds=gt.0"] * 51): ("LST108", "50"),
    "limit=1&limit=2": ("LST109", "once"),
    "order=rounds&order=day": ("LST109", "once"),
    "amount_minor=gte.1": ("LST110", "currency=eq.EUR"),
    "order=amount_minor": ("LST110", "currency=eq.EUR"),
    "order=amount_minor&currency=in.(EUR,JPY)": ("LST110", "currency=eq.EUR"),
    "email=eq.ann@example.com": ("LST101", "status"),
    "order=email": ("LST105", "status"),
    "suspicion=eq.high": ("LST101", "status"),
    "order=created_at,": ("LST105", "status"),
}


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:50])
async def test_what_is_not_understood_is_refused_with_what_is_allowed(client: httpx.AsyncClient, query: str) -> None:
    code, hint = REFUSED[query]
    document = problem(await client.get(f"/api/example/v1/bets?{query}"), 400, code)
    assert hint in document["detail"]
    assert document["errors"][0]["code"] == code


@pytest.mark.parametrize("given", [5, True, ["won", 5], [False]], ids=str)
async def test_a_tree_asks_texts_for_texts_and_no_numbers(client: httpx.AsyncClient, given: Any) -> None:
    tree = {"f": "status", "op": "in" if isinstance(given, list) else "eq", "v": given}
    refusal = problem(await client.post("/api/example/v1/bets/query", json=tree), 400, "LST104")
    assert refusal["errors"][0]["field"] == "query.status"
    assert "status holds texts" in refusal["detail"]


@pytest.mark.parametrize("given", [5, "5"], ids=repr)
async def test_a_tree_asks_numbers_for_numbers_however_they_are_written(client: httpx.AsyncClient, given: Any) -> None:
    answer = await client.post("/api/example/v1/bets/query", json={"f": "rounds", "op": "gte", "v": given})
    assert {row["id"] for row in answer.json()} == set(await ids(client, "rounds=gte.5"))


async def test_a_tree_without_a_condition_is_refused_and_no_tree_is_asked_by_get(client: httpx.AsyncClient) -> None:
    refusal = problem(await client.post("/api/example/v1/bets/query", json={}), 400, "LST117")
    assert "leave it out" in refusal["detail"]
    assert len(await ids(client, "")) > 0


async def test_the_description_names_the_fields_one_can_filter_by(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    parameters = {one["name"]: one for one in document["paths"]["/api/example/v1/bets"]["get"]["parameters"]}
    assert {"status", "created_at", "order", "limit", "after"} <= set(parameters)
    assert "gte" in parameters["created_at"]["description"]


def test_declarations_that_would_leak_or_break_are_refused() -> None:
    with pytest.raises(ValueError, match="without a column"):
        Field(None, sortable=True)
    with pytest.raises(ValueError, match="text fields have"):
        Field(c.status, ops=("cs",))
    with pytest.raises(ValueError, match="collation C"):
        Field(c.status, ops=("gt",))


query_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
names = st.sampled_from([*FIELDS, "order", "limit", "after", "x"])
values = query_text | st.tuples(st.sampled_from(["eq.", "neq.", "in.(", "is.", "gt.", "lte."]), query_text).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(query=st.lists(st.tuples(names, values), max_size=4))
async def test_no_query_whatsoever_makes_a_5xx_or_a_foreign_row(
    client: httpx.AsyncClient, query: list[tuple[str, str]]
) -> None:
    answer = await client.get(
        "/api/example/v1/bets", params=httpx.QueryParams([(name, value) for name, value in query])
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert {item["casino_id"] for item in answer.json()} <= {str(A)}
