"""A field whose words are all known takes no other: an answer of no rows would look like the truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import httpx
import pytest
from sqlalchemy import ARRAY, Column, Integer, Text

from chassis.http.listing import Field
from chassis.http.listing.check import Checker
from chassis.http.listing.grammar import read_filters
from chassis.http.listing.values import Moment
from chassis.http.problems import RequestProblem
from chassis.testing.problems import problem

from .bets import AML, JUDGED, REVEAL, VISIBLE, Result, ids
from .house import SHARE, VIEWS, House
from .viewing import code, rows, shared, show, somebody

PATH = "/api/example/v1/judged-bets"
WON = {"f": "status", "op": "eq", "v": "won"}
ASKED: dict[str, Any] = {
    "status=eq.won": lambda status: status == "won",
    "status=neq.won": lambda status: status != "won",
    "status=not.eq.won": lambda status: status != "won",
    "status=isdistinct.won": lambda status: status != "won",
    'status=in.(won,"a,b")': lambda status: status in ("won", "a,b"),
    'status=eq(any).{won,"a,b"}': lambda status: status in ("won", "a,b"),
    "status=is.not_null": lambda status: True,
    "status=in.()": lambda status: False,
    'or=(status.eq.won,status.eq."lo\\"st")': lambda status: status != "a,b",
    "q=wo": lambda status: status == "won",
}
STRANGE = [
    "status=eq.nonsense",
    "status=eq.WON",
    "status=eq.",
    "status=eq.won%20",
    "status=eq.Result.WON",
    "status=neq.nonsense",
    "status=not.eq.nonsense",
    "status=isdistinct.nonsense",
    "status=in.(won,nonsense)",
    "status=not.in.(nonsense)",
    "status=eq(any).{won,nonsense}",
    "status=eq(all).{nonsense}",
    "or=(status.eq.won,status.eq.nonsense)",
    "not.and=(rounds.eq.1,status.eq.nonsense)",
    "status=eq.won&or=(rounds.eq.1,and(rounds.eq.2,status.not.eq.nonsense))",
    "status=eq.$me",
]


@pytest.mark.parametrize("query", ASKED)
async def test_its_own_words_are_asked_for_as_ever(client: httpx.AsyncClient, query: str) -> None:
    expected = {row["id"] for row in VISIBLE if ASKED[query](row["status"])}
    assert set(await ids(client, query, "judged-bets")) == expected


@pytest.mark.parametrize("query", STRANGE)
async def test_another_word_is_refused_with_the_field_and_its_words(client: httpx.AsyncClient, query: str) -> None:
    document = problem(await client.get(f"{PATH}?{query}"), 400, "LST104")
    assert document["errors"][0]["field"] == "query.status"
    assert 'takes won, lo"st or a,b.' in document["detail"]


@pytest.mark.parametrize("op", ["like", "ilike", "like(any)", "gt"])
async def test_no_part_of_a_word_is_looked_for(client: httpx.AsyncClient, op: str) -> None:
    value = "{w*}" if "(" in op else "w*"
    document = problem(await client.get(f"{PATH}?status={op}.{value}"), 400, "LST103")
    assert "eq, neq, in, is or isdistinct" in document["detail"]


@pytest.mark.parametrize(
    "tree",
    [
        {"f": "status", "op": "eq", "v": "nonsense"},
        {"f": "status", "op": "in", "v": ["won", "nonsense"]},
        {"f": "status", "op": "eq(any)", "v": ["nonsense"]},
        {"not": {"f": "status", "op": "eq", "v": "nonsense"}},
        {"or": [WON, {"and": [WON, {"not": {"f": "status", "op": "neq", "v": "nonsense"}}]}]},
        {"f": "status", "op": "eq", "v": True},
    ],
)
async def test_a_tree_is_held_to_them_too(client: httpx.AsyncClient, tree: Any) -> None:
    assert len((await client.post(f"{PATH}/query", json=WON)).json()) > 0
    document = problem(await client.post(f"{PATH}/query", json=tree), 400, "LST104")
    assert document["errors"][0]["field"] == "query.status"


async def test_meta_and_the_description_tell_the_words(client: httpx.AsyncClient) -> None:
    told = {one["name"]: one for one in (await client.get(f"{PATH}/meta")).json()["fields"]}
    assert told["status"]["values"] == ["won", 'lo"st', "a,b"]
    assert told["note"]["values"] is None
    assert told["status"]["ops"] == ["eq", "neq", "in", "is", "isdistinct"]
    document = (await client.get("/openapi.json")).json()
    parameters = {one["name"]: one for one in document["paths"][PATH]["get"]["parameters"]}
    assert 'won, lo"st or a,b' in parameters["status"]["description"]


async def test_no_file_is_made_of_a_word_that_is_none(home: House) -> None:
    me = home.as_()
    assert code(await home.ask(me, "status=eq.nonsense", PATH)) == (400, "LST104")
    assert code(await home.ask(me, "rounds=gte.0", PATH, filter={"f": "status", "op": "eq", "v": "nonsense"})) == (
        400,
        "LST104",
    )
    assert (await home.ask(me, "status=eq.won", PATH)).status_code == 202


async def test_no_view_is_kept_of_a_word_that_is_none(home: House) -> None:
    answer = await home.keep(home.as_(), list=PATH, filter={"f": "status", "op": "eq", "v": "nonsense"})
    assert code(answer) == (400, "LST104")
    assert answer.json()["errors"][0]["field"] == "filter"


@contextmanager
def without(word: str) -> Iterator[None]:
    """The list as it is when a word has gone."""
    before = JUDGED.fields["status"]
    JUDGED.fields["status"] = replace(before, values=[one for one in Result if one != word])
    try:
        yield
    finally:
        JUDGED.fields["status"] = before


async def test_a_view_whose_word_is_gone_says_so_and_shows_no_row(home: House) -> None:
    me = home.as_()
    tree = {"or": [{"f": "rounds", "op": "gte", "v": 0}, {"not": {"f": "status", "op": "in", "v": ["won", "a,b"]}}]}
    view = await home.kept(me, list=PATH, filter=tree)
    assert len(await rows(home, me, f"view={view}", PATH)) > 0
    with without("a,b"):
        for answer in (
            await home.client.get(f"{PATH}?view={view}", headers=me),
            await home.client.get(f"{PATH}?view={view}&status=eq.won", headers=me),
            await home.client.get(f"{PATH}?view={view}", headers={**me, "Accept": "text/csv"}),
            await home.client.post(f"{PATH}/query?view={view}", json=tree["or"][0], headers=me),
            await home.ask(me, f"view={view}", PATH),
        ):
            assert code(answer) == (400, "LST122")
            assert answer.json()["detail"].endswith(
                'uses Status, which you cannot use here. Status takes won or lo"st alone.'
            )
        shown = (await show(home, me, view)).json()
        assert (shown["unusable"], shown["filter"]["or"][1]) == (["Status"], tree["or"][1])
    assert (await show(home, me, view)).json()["unusable"] == []


async def test_a_file_that_was_asked_for_with_a_word_that_went_is_not_made(home: House) -> None:
    me = home.as_()
    asked = (await home.ask(me, "status=neq.won", PATH)).json()
    with without("won"):
        await home.work()
    export = await home.show(me, asked["id"])
    assert (export["state"], export["code"]) == ("failed", "LST104")


async def test_a_view_of_others_that_hides_a_value_does_not_tell_of_it(home: House) -> None:
    author = home.as_(SHARE, REVEAL, AML)
    both = {"and": [WON, {"f": "suspicion", "op": "eq", "v": "high"}]}
    view = await home.kept(author, list=PATH, **shared(), filter=both)
    with without("won"):
        answer = await home.client.get(f"{PATH}?view={view}", headers=somebody(home))
    assert code(answer) == (400, "LST122")
    assert "Status or Suspicion" in answer.json()["detail"]
    assert "high" not in answer.text
    assert (await home.client.get(f"{VIEWS}/{view}", headers=author)).json()["unusable"] == []


def test_words_of_an_array_are_whole_words_too() -> None:
    fields = {"platforms": Field(Column("platforms", ARRAY(Text)), kind="texts", values=get_args(Literal["a", "b"]))}
    assert fields["platforms"].operators == ("cs", "cd", "ov", "is")
    checker = Checker(fields, {"platforms": fields["platforms"].operators}, Moment(datetime(2026, 1, 31, tzinfo=UTC)))
    assert checker.check(read_filters([("platforms", "cs.{a,b}")])) == read_filters([("platforms", "cs.{a,b}")])
    with pytest.raises(RequestProblem, match="a or b"):
        checker.check(read_filters([("platforms", "ov.{a,c}")]))


def test_a_number_has_no_words_and_a_word_no_parts() -> None:
    with pytest.raises(ValueError, match="have no words"):
        Field(Column("n", Integer), values=("a",))
    with pytest.raises(ValueError, match="text fields have"):
        Field(Column("t", Text), values=("a",), ops=("like",))
