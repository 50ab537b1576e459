"""A search over everything: what is found by what, by whom, and what nobody learns from it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from backoffice.entrypoints.http.search.sight import LISTED_WITH
from chassis.domain import uuid7
from chassis.runtime import Service, http_application
from chassis.store.rebuild import rows_of
from chassis.testing.client import client as talking
from chassis.testing.feed import Feed
from chassis.testing.golden import said
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.payments.events import (
    DepositSucceeded,
)
from contracts.platform.events import AccessRecorded

from .api import V1, a_player, erase, himself, key, open_casino, staff
from .searching import EVERYTHING, MONEY, NOW, SEARCH, World, a_world, things


@pytest.fixture
async def world(client: httpx.AsyncClient, service: Service) -> World:
    return await a_world(client, service)


async def test_everything_is_found_by_its_id_and_by_the_beginning_of_it(world: World) -> None:
    for kind in LISTED_WITH:
        wanted = str(world.ids[kind])
        for q in (wanted, wanted.upper(), wanted.replace("-", ""), f" {wanted} ", wanted[:22], wanted[:13]):
            assert (kind, wanted) in things(await world.post(q)), q
        assert things(await world.get(wanted, kinds=[kind])) == {(kind, wanted)}
        last = f"{wanted[:-1]}{'0' if wanted[-1] != '0' else '1'}"
        assert things(await world.post(last)) == set()


async def test_the_first_eight_digits_of_an_id_are_enough(world: World) -> None:
    found = await world.post(str(world.ids["deposit"])[:8], kinds=["deposit"])
    assert things(found) == {("deposit", str(world.ids["deposit"]))}
    assert things(await world.post(str(world.ids["deposit"])[:7], kinds=["deposit"])) == set()


async def test_a_reference_of_an_outside_party_finds_its_thing(world: World) -> None:
    references = [("deposit", "pi_3N"), ("withdrawal", "po_1"), ("round", "r-77"), ("round", "tx-1"), ("round", "tx-2")]
    for kind, reference in references:
        [only] = (await world.get(reference))["items"]
        assert (only["kind"], only["id"]) == (kind, str(world.ids[kind]))
        assert (only["casino_id"], only["player_id"]) == (world.casino_id, world.player_id)
        for other in (reference[:-1], f"{reference}0", reference.upper()):
            assert things(await world.post(other)) == set(), other


async def test_a_round_is_found_by_a_movement_of_it_and_found_once(world: World) -> None:
    for q in (str(world.ids["transfer"]), str(world.ids["round"]), "r-77"):
        assert things(await world.get(q)) == {("round", str(world.ids["round"]))}
        assert len((await world.get(q))["items"]) == 1


CALLED = (
    *("ann@mail.example.com", " ANN@mail.example.COM "),
    *("+35612345678", "+356 1234 5678", "0035612345678", "356-1234-5678"),
    *("Ann Example", "example  ANN", "Example, Ann", "\u00c1nn Ex\u00e4mple", "Example", "\uff25xample"),
    *("Ann", "\u00e1nn "),
)
PARTS = (
    "anna",
    "ann@mail.example.co",
    "nn@mail.example.com",
    "Ann Exampl",
    "Ann Ann Example",
    "+3561234567",
    "12345678",
)


async def test_a_player_is_found_by_all_that_he_is_called_and_by_no_part_of_it(world: World) -> None:
    for q in CALLED:
        [only] = (await world.post(q, kinds=["player"]))["items"]
        assert (only["kind"], only["id"]) == ("player", world.player_id), q
    for q in PARTS:
        assert (await world.post(q, kinds=["player"]))["items"] == [], q


async def test_a_players_new_name_and_phone_find_him_and_the_old_ones_do_not(world: World) -> None:
    body = {"first_name": "Bea", "last_name": "Else", "phone": "+35687654321", "reason": "married"}
    changed = await world.client.post(
        f"{V1}/players/{world.player_id}/profile", json=body, headers={**staff(), **key()}
    )
    assert changed.status_code == 200, changed.text
    found = (("Else", 1), ("Bea", 1), ("Bea Else", 1), ("+35687654321", 1), ("Example", 0), ("Ann", 0), ("Ann Else", 0))
    for q, many in found:
        assert len((await world.post(q, kinds=["player"]))["items"]) == many, q


async def test_an_erased_player_is_found_by_nothing_but_his_id(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    world = World(client, Feed(service), casino_id, await a_player(client, casino_id))
    await erase(client, world.player_id)
    for q in CALLED:
        assert (await world.post(q, kinds=["player"]))["items"] == []
    [player] = (await world.get(world.player_id, kinds=["player"]))["items"]
    assert (player["first_name"], player["last_name"], player["email"]) == (None, None, None)


async def test_a_casino_is_found_by_the_beginning_of_its_name(client: httpx.AsyncClient, world: World) -> None:
    casino_id = await open_casino(client, name="Sk\u00e5l & S\u00f8ren's Palace")
    for q in ("skal sorens", "SK\u00c5L", "Sk\u00e5l & S\u00f8ren's Palace", "skal s"):
        assert things(await world.post(q, kinds=["casino"])) == {("casino", casino_id)}
    assert (await world.post("palace", kinds=["casino"]))["items"] == []


async def test_personal_data_in_the_answer_is_masked(world: World) -> None:
    [player] = (await world.post("Ann Example", kinds=["player"]))["items"]
    shown = (player["first_name"], player["last_name"], player["email"])
    assert shown == ("A***", "E***", "a***@m***.com")
    assert "Example" not in str(player)


async def test_a_kind_is_found_with_the_permission_of_its_list_alone(world: World) -> None:
    for kind, permission in LISTED_WITH.items():
        wanted = str(world.ids[kind])
        alone = await world.post(wanted, world.by(permission))
        assert (alone["searched"], things(alone)) == ([kind], {(kind, wanted)})
        without = await world.post(wanted, world.by(*(one for one in EVERYTHING if one != permission)))
        assert kind not in without["searched"]
        assert (kind, wanted) not in things(without)


async def test_what_is_another_casinos_is_as_if_it_were_not(world: World) -> None:
    here, elsewhere = world.by(casinos=(UUID(world.casino_id),)), world.by(casinos=(uuid4(),))
    nothing = await world.post(str(uuid4()), elsewhere)
    for kind in LISTED_WITH:
        wanted = str(world.ids[kind])
        assert (kind, wanted) in things(await world.post(wanted, here))
        if kind != "report":
            assert await world.post(wanted, elsewhere) == nothing
    for q in ("pi_3N", "r-77", "tx-1", *CALLED, "Grand Example"):
        assert await world.post(q, elsewhere) == nothing


async def test_another_casinos_namesake_changes_nothing(client: httpx.AsyncClient, world: World) -> None:
    mine = world.by(casinos=(UUID(world.casino_id),))
    before = await world.post("Example", mine, limit=1)
    other = await open_casino(client, name="Nowhere")
    elsewhere = World(client, world.feed, other, await a_player(client, other))
    await elsewhere.fill()
    assert await world.post("Example", mine, limit=1) == before
    assert things(await world.post("r-77", mine)) == {("round", str(world.ids["round"]))}
    assert len((await world.post("r-77"))["items"]) == 2


async def test_each_kind_is_found_where_its_own_permission_holds(client: httpx.AsyncClient, world: World) -> None:
    other = await open_casino(client, name="Nowhere")
    elsewhere = World(client, world.feed, other, await a_player(client, other))
    await elsewhere.fill()
    here = [{"casinos": [world.casino_id], "permissions": [LISTED_WITH["round"], LISTED_WITH["player"]]}]
    there = [{"casinos": [other], "permissions": [LISTED_WITH["deposit"], P.PLAYER_SEARCH_IDENTITY]}]
    caller = bearer(make_token(grants=[*here, *there]))
    assert things(await world.post("r-77", caller)) == {("round", str(world.ids["round"]))}
    assert things(await world.post("pi_3N", caller)) == {("deposit", str(elsewhere.ids["deposit"]))}
    assert (await world.post("Example", caller, kinds=["player"]))["items"] == []


async def test_a_report_is_found_by_the_colleague_who_asked_for_it(world: World) -> None:
    wanted = str(world.ids["report"])
    assert things(await world.get(wanted)) == {("report", wanted)}
    assert things(await world.get(wanted, bearer(make_token(permissions=EVERYTHING)))) == set()


async def test_without_its_permission_nobody_is_found_by_what_he_is_called(world: World, service: Service) -> None:
    limited = world.by(*LISTED_WITH.values())
    for q in ("ann@mail.example.com", "+35612345678 "):
        if "@" in q:
            answer = await world.client.post(SEARCH, json={"q": q}, headers=limited)
            problem(answer, 403, "forbidden")
        else:
            assert (await world.post(q, limited))["items"] == []
    assert (await world.post("Ann Example", limited))["items"] == []
    assert not [fact for fact in await said(service) if isinstance(fact, AccessRecorded)]


async def test_who_may_not_search_by_it_leaves_a_refusal(service: Service) -> None:
    app = http_application(service)
    async with talking(app) as client:
        answer = await client.post(SEARCH, json={"q": "ann@mail.example.com"}, headers=staff(P.PLAYER_LIST))
        problem(answer, 403, "forbidden")
        kept = [one.fact for one in app.state.trail.taken(last=True)]
    assert [(one.permission, one.decision, one.outcome) for one in kept] == [
        (P.PLAYER_SEARCH_IDENTITY, "not_granted", "deny")
    ]


async def test_who_looks_for_a_person_leaves_a_trace_without_the_person(world: World, service: Service) -> None:
    for q in ("ann@mail.example.com", "+35600000000", "Ann Example"):
        await world.post(q)
    await world.post("pi_3N")
    await world.get(world.player_id)
    traces = [fact for fact in await said(service) if isinstance(fact, AccessRecorded)]
    assert [(one.action, one.permission, one.outcome) for one in traces] == [
        ("search.identity", P.PLAYER_SEARCH_IDENTITY, "allow")
    ] * 3
    assert len({one.subject_id for one in traces}) == 3


async def test_the_list_of_players_is_searched_by_the_same_permission(world: World, service: Service) -> None:
    path, body = f"{V1}/players/search", {"email": "ann@mail.example.com"}
    problem(await world.client.post(path, json=body, headers=world.by(P.PLAYER_LIST)), 403, "forbidden")
    unlisted = await world.client.post(path, json=body, headers=world.by(P.PLAYER_SEARCH_IDENTITY))
    assert unlisted.json() == []
    found = await world.client.post(path, json=body, headers=world.by(P.PLAYER_LIST, P.PLAYER_SEARCH_IDENTITY))
    assert [one["player_id"] for one in found.json()] == [world.player_id]
    assert [type(fact) for fact in await said(service)].count(AccessRecorded) == 2


async def test_what_may_be_personal_is_refused_in_an_address(world: World) -> None:
    for q in (*CALLED, *PARTS, "O'Neil", "M\u00fcller-L.", "a b 1"):
        answer = await world.client.get(SEARCH, params={"q": q}, headers=world.by())
        document = problem(answer, 422, "search_by_post")
        assert "POST" in document["detail"]
        assert q not in answer.text


async def test_what_nothing_is_found_by_is_refused_in_both_ways(world: World) -> None:
    refused = {
        "   ": "search_too_short",
        "a" * 65: "search_too_long",
        "ann*": "search_wildcard",
        "a\u202eb ": "search_unreadable",
    }
    for q, code in {**refused, "ann\x00": "invalid_text"}.items():
        problem(await world.client.get(SEARCH, params={"q": q}, headers=world.by()), 422, code)
        problem(await world.client.post(SEARCH, json={"q": q}, headers=world.by()), 422, code)


async def test_a_search_is_asked_for_as_described(world: World) -> None:
    wrong: tuple[dict[str, Any], ...] = ({"limit": 0}, {"limit": 21}, {"kinds": ["all"]}, {"kinds": ["player"] * 21})
    for sent in ({}, *({"q": "pi_3N", **one} for one in wrong)):
        problem(await world.client.get(SEARCH, params=sent, headers=world.by()), 422, "invalid_request")
        problem(await world.client.post(SEARCH, json=sent, headers=world.by()), 422, "invalid_request")


async def test_odd_texts_find_nothing_and_break_nothing(world: World) -> None:
    for q in ("';--", "a'||'b", "\\\\x", "$1$2", "{{7+7}}", "a_b", "(((", "\U0001f600" * 3):
        assert (await world.post(q))["items"] == []


async def test_of_many_the_newest_are_shown_and_that_there_are_more_is_said(world: World) -> None:
    by: dict[str, Any] = {**world.who, **MONEY, "provider": "stripe", "requested_minor": 10_00}
    later = [uuid7() for _ in range(3)]
    for one in later:
        await world.feed(DepositSucceeded(**by, deposit_id=one, provider_reference="same_1"), time=NOW)
    found = await world.get("same_1", limit=2)
    assert [one["id"] for one in found["items"]] == [str(one) for one in sorted(later, reverse=True)[:2]]
    assert found["more"] == ["deposit"]
    assert (await world.get("same_1", limit=3))["more"] == []


async def test_a_search_that_must_wait_is_given_up(world: World, service: Service) -> None:
    async with service.db.write() as connection:
        await connection.execute(text("LOCK TABLE rm_search_entry IN ACCESS EXCLUSIVE MODE"))
        given_up = await world.client.get(SEARCH, params={"q": "pi_3N"}, headers=world.by())
    problem(given_up, 422, "search_took_too_long")
    assert things(await world.get("pi_3N")) == {("deposit", str(world.ids["deposit"]))}


async def test_a_search_writes_nothing_personal_anywhere(world: World, service: Service) -> None:
    for q in ("ann@mail.example.com", "+35612345678", "Ann Example"):
        await world.post(q)
    async with service.db.read() as connection:
        for name in [row[0] for row in await connection.exec_driver_sql("SELECT relname FROM pg_stat_user_tables")]:
            for row in await rows_of(connection, name):
                assert not any(secret in str(row) for secret in ("ann@mail", "35612345678", "Ann Example")), row


async def test_only_staff_search(world: World) -> None:
    for headers, status in (({}, 401), (himself(world.player_id, world.casino_id), 403)):
        for method in ("GET", "POST"):
            sent: dict[str, Any] = {"params": {"q": "pi_3N"}} if method == "GET" else {"json": {"q": "pi_3N"}}
            assert (await world.client.request(method, SEARCH, **sent, headers=headers)).status_code == status


async def test_who_may_list_nothing_finds_nothing(world: World) -> None:
    nobody = world.by("none.of.these")
    found = await world.post("pi_3N", nobody)
    assert (found["items"], found["searched"], found["more"]) == ([], [], [])
    assert {one["kind"]: one["needs"] for one in found["left_out"]} == dict(LISTED_WITH)
