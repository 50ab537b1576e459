"""Players: who may register, who sees what of them, what staff do."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from backoffice.read_models.player_list import player_list
from chassis.auth.policy.model import Mode
from chassis.auth.service_tokens import ServiceTokens
from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import rebuild
from chassis.store.rebuild import rows_of
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice.events import RegistrationDeclined
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.platform.events import AccessRecorded, RevealLimitReached

from .api import (
    MASKED,
    PROFILE,
    V1,
    a_player,
    erase,
    himself,
    joins,
    key,
    open_casino,
    register,
    registration,
    staff,
)

REASON = {"reason": "asked for by the player"}


async def test_a_player_registers_and_sees_himself_in_clear(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    player_id = await a_player(client, casino_id)
    answer = await client.get(f"{V1}/players/{player_id}", headers=himself(player_id, casino_id))
    assert (answer.json()["email"], answer.json()["first_name"]) == ("ann@mail.example.com", "Ann")


async def test_staff_see_a_player_masked(client: httpx.AsyncClient) -> None:
    player_id = await a_player(client, await open_casino(client))
    shown = (await client.get(f"{V1}/players/{player_id}", headers=staff())).json()
    listed = (await client.get(f"{V1}/players", headers=staff())).json()[0]
    assert (shown["email"], shown["date_of_birth"], shown["phone"]) == ("a***@m***.com", "1990-**-**", "***78")
    assert (listed["first_name"], listed["last_name"]) == ("A***", "E***")


@pytest.mark.parametrize("mode", ["none", "hash", "clear"])
async def test_the_page_the_list_and_the_search_show_a_person_alike(client: httpx.AsyncClient, mode: Mode) -> None:
    player_id = await a_player(client, await open_casino(client))
    headers = bearer(make_token(permissions=tuple(P), modes={**MASKED, "pii_basic": mode}))
    shown = (await client.get(f"{V1}/players/{player_id}", headers=headers)).json()
    overview = (await client.get(f"{V1}/players/{player_id}/overview", headers=headers)).json()["player"]
    [listed] = (await client.get(f"{V1}/players?player_id=eq.{player_id}", headers=headers)).json()
    [found] = (await client.get(f"{V1}/search?q={player_id}", headers=headers)).json()["items"]
    names = ("email", "first_name", "last_name")
    assert {name: shown[name] for name in names if name in shown} == {
        name: listed[name] for name in names if name in listed
    }
    assert overview == shown
    assert {name: found[name] for name in names} == {name: listed.get(name) for name in names}
    assert ("email" in listed, listed.get("first_name") == "Ann") == (mode != "none", mode == "clear")


async def test_a_reveal_shows_all_and_leaves_a_trace(client: httpx.AsyncClient, service: Service) -> None:
    player_id = await a_player(client, await open_casino(client))
    answer = await client.post(f"{V1}/players/{player_id}/reveal", json=REASON, headers=staff())
    assert answer.json()["last_name"] == "Example"
    async with service.db.read() as connection:
        rows = (await connection.execute(select(tables.outbox.c.envelope))).scalars().all()
    assert any('"action":"reveal"' in row and "asked for by the player" in row for row in rows)


async def test_more_reveals_than_anybody_needs_are_refused_and_told_once_an_hour(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    player_id = await a_player(client, await open_casino(client))
    curious, other = staff(), staff()

    async def reveals(who: dict[str, str]) -> int:
        return (await client.post(f"{V1}/players/{player_id}/reveal", json=REASON, headers=who)).status_code

    async def alarms() -> list[RevealLimitReached]:
        return [one for one in await said(service) if isinstance(one, RevealLimitReached)]

    assert {await reveals(curious) for _ in range(30)} == {200}
    assert [await reveals(curious) for _ in range(3)] == [429, 429, 429]
    assert await reveals(other) == 200, "everybody is counted by himself"
    [told] = await alarms()
    assert (told.service, told.reveals) == ("backoffice", 30)
    looks = [one for one in await said(service) if isinstance(one, AccessRecorded) and one.action == "reveal"]
    assert len(looks) == 31, "what was refused was not shown"
    look = looks[0]
    assert (look.outcome, look.decision, look.permission) == ("allow", "allowed", P.PLAYER_REVEAL)
    assert look.policy_version == 1
    assert look.rules, "the lines of roles that let her"
    assert None not in (look.request_id, look.authenticated_at)
    clock.advance(timedelta(hours=1))
    assert await reveals(curious) == 200, "an hour later there is room again"
    assert len(await alarms()) == 1


async def test_reveals_at_once_are_counted_one_after_the_other(client: httpx.AsyncClient) -> None:
    player_id = await a_player(client, await open_casino(client))
    curious, path = staff(), f"{V1}/players/{player_id}/reveal"
    answers = await asyncio.gather(*(client.post(path, json=REASON, headers=curious) for _ in range(33)))
    assert sorted(one.status_code for one in answers) == [200] * 30 + [429] * 3


async def test_no_personal_data_is_stored_or_published_in_clear(client: httpx.AsyncClient, service: Service) -> None:
    player_id = await a_player(client, await open_casino(client))
    note = {"text": "Ann called about her bonus"}
    await client.post(f"{V1}/players/{player_id}/notes", json=note, headers={**staff(), **key()})
    secrets = ["ann@", "Ann", "Example Street", "1990-05-17", "35612345678", "long enough"]
    async with service.db.read() as connection:
        names = [row[0] for row in await connection.exec_driver_sql("SELECT relname FROM pg_stat_user_tables")]
        for name in names:
            for row in await rows_of(connection, name):
                assert not any(secret in str(row) for secret in secrets), f"{name}: {row}"


async def test_a_cards_number_is_in_no_note(client: httpx.AsyncClient) -> None:
    player_id = await a_player(client, await open_casino(client))
    note = {"text": "he read his card to me: 4242 4242 4242 4242"}
    refused = await client.post(f"{V1}/players/{player_id}/notes", json=note, headers={**staff(), **key()})
    assert fields(problem(refused, 422, "invalid_request")) == {"text": "card_number_unwanted"}
    assert (await client.get(f"{V1}/players/{player_id}/notes", headers=staff())).json() == []


async def test_the_same_request_twice_is_one_player(client: httpx.AsyncClient) -> None:
    body, headers = registration(await open_casino(client)), key()
    first, second = [await client.post(f"{V1}/players", json=body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    other = await client.post(f"{V1}/players", json={**body, "address": "2 Example Street"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "ANN@mail.example.com", "first_name": "Else"},
        {"email": "other@mail.example.com", "first_name": "ANN"},
        {"email": "other@mail.example.com", "first_name": "Example", "last_name": "\u00c1nn"},
    ],
    ids=["same e-mail", "same person", "same person spelt otherwise"],
)
async def test_a_person_has_one_account_at_a_casino(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    casino_id = await open_casino(client)
    await a_player(client, casino_id)
    assert not await joins(client, casino_id, **changes)
    assert await joins(client, await open_casino(client), **changes)


async def test_a_licence_may_allow_a_person_several_accounts_with_an_email_each(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client, profile={**PROFILE, "one_account_per_person": False})
    await a_player(client, casino_id)
    assert await joins(client, casino_id, email="other@mail.example.com")
    assert not await joins(client, casino_id)


async def test_whoever_is_refused_leaves_no_password_behind(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    player_id = await a_player(client, casino_id)
    assert not await joins(client, casino_id)
    assert [str(one) for one in service.state["credentials"].kept] == [player_id]


async def test_one_registration_sent_twice_at_once_is_one_player(client: httpx.AsyncClient) -> None:
    body, headers = registration(await open_casino(client)), key()
    answers = await asyncio.gather(*(client.post(f"{V1}/players", json=body, headers=headers) for _ in range(3)))
    assert [one.status_code for one in answers] == [202] * 3
    assert len({one.json()["player_id"] for one in answers}) == 1


async def test_of_two_registrations_at_once_one_is_a_player(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    answers = await asyncio.gather(*(register(client, casino_id) for _ in range(2)))
    assert [one.status_code for one in answers] == [202, 202]
    [player] = (await client.get(f"{V1}/players", headers=staff())).json()
    assert player["player_id"] in {one.json()["player_id"] for one in answers}
    assert player["player_id"] in map(str, service.state["credentials"].kept)


async def test_whoever_excluded_himself_cannot_begin_anew_at_a_sister_casino(client: httpx.AsyncClient) -> None:
    casino_id, sister = await open_casino(client), await open_casino(client)
    player_id = await a_player(client, casino_id)
    body = {"months": 6, "cause": "money"}
    headers = {**himself(player_id, casino_id), **key()}
    assert (
        await client.post(f"{V1}/players/{player_id}/self-exclusion", json=body, headers=headers)
    ).status_code == 200
    assert not await joins(client, sister, email="new@mail.example.com")


WHO = {
    "nobody": {"email": "eve@mail.example.com", "first_name": "Eve"},
    "the e-mail": {"first_name": "Eve"},
    "the person": {"email": "else@mail.example.com"},
}


async def test_a_stranger_is_told_the_same_whoever_is_here_or_excluded(
    client: httpx.AsyncClient, service: Service
) -> None:
    casino_id, sister = await open_casino(client), await open_casino(client)
    ann = await a_player(client, casino_id)
    body, headers = {"months": 6, "cause": "money"}, {**himself(ann, casino_id), **key()}
    assert (await client.post(f"{V1}/players/{ann}/self-exclusion", json=body, headers=headers)).status_code == 200
    asked = {**{who: (casino_id, changes) for who, changes in WHO.items()}, "excluded": (sister, WHO["the person"])}
    answers = {who: await register(client, at, **changes) for who, (at, changes) in asked.items()}
    ids = {who: one.json()["player_id"] for who, one in answers.items()}
    for who, answer in answers.items():
        assert answer.status_code == 202, who
        assert answer.json() == {"player_id": ids[who], "casino_id": asked[who][0]}
        assert len(answer.content) == len(answers["nobody"].content)
        assert answer.headers.keys() == answers["nobody"].headers.keys()
    looked_at = {str(one) for one in service.state["credentials"].looked_at}
    assert set(ids.values()) <= looked_at, "a password is hashed for each, so that it takes as long"
    assert set(map(str, service.state["credentials"].kept)) == {ann, ids["nobody"]}
    told = [one for one in await said(service) if isinstance(one, RegistrationDeclined)]
    assert [(str(one.player_id), str(one.casino_id), str(one.at_casino_id), one.cause) for one in told] == [
        (ann, casino_id, casino_id, "email_known"),
        (ann, casino_id, casino_id, "person_known"),
        (ann, casino_id, sister, "excluded"),
    ]


@pytest.mark.parametrize("changes", WHO.values(), ids=WHO)
async def test_what_is_wrong_with_a_registration_is_told_whoever_is_here(
    client: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    casino_id = await open_casino(client)
    await a_player(client, casino_id)
    wrong = await register(client, casino_id, **changes, currency="GBP")
    problem(wrong, 422, "currency_not_offered")


async def test_a_registration_without_a_password_that_is_kept_opens_nothing(
    client: httpx.AsyncClient, service: Service
) -> None:
    """Security knows the e-mail still, of a player who was just erased."""
    casino_id, credentials = await open_casino(client), service.state["credentials"]
    credentials.taken = True
    assert not await joins(client, casino_id)
    credentials.taken = False
    assert await joins(client, casino_id)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"date_of_birth": "2008-06-02"}, "player_too_young", "date_of_birth"),
        ({"date_of_birth": "2030-01-01"}, "born_in_the_future", "date_of_birth"),
        ({"date_of_birth": "1905-06-01"}, "born_too_long_ago", "date_of_birth"),
        ({"date_of_birth": "1801-01-01"}, "born_too_long_ago", "date_of_birth"),
        ({"country": "ZZ"}, "country_unknown", "country"),
        ({"country": "UK"}, "country_unknown", "country"),
        ({"currency": "GBP"}, "currency_not_offered", "currency"),
    ],
)
async def test_a_registration_that_breaks_a_rule_is_refused(
    client: httpx.AsyncClient, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = await register(client, await open_casino(client), **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"] == field


async def test_at_a_hundred_and_twenty_a_player_may_come(client: httpx.AsyncClient) -> None:
    assert (await register(client, await open_casino(client), date_of_birth="1905-06-02")).status_code == 202


async def test_on_the_eighteenth_birthday_a_player_is_old_enough(client: httpx.AsyncClient) -> None:
    assert (await register(client, await open_casino(client), date_of_birth="2008-06-01")).status_code == 202


async def test_an_exact_search_finds_by_email_and_phone(client: httpx.AsyncClient) -> None:
    player_id = await a_player(client, await open_casino(client))
    for body in ({"email": "Ann@mail.example.com"}, {"phone": "+35612345678"}):
        found = (await client.post(f"{V1}/players/search", json=body, headers=staff())).json()
        assert [one["player_id"] for one in found] == [player_id]
    assert (await client.post(f"{V1}/players/search", json={}, headers=staff())).json() == []


async def test_erasure_takes_the_person_and_leaves_the_account(client: httpx.AsyncClient, service: Service) -> None:
    casino_id = await open_casino(client)
    player_id = await a_player(client, casino_id)
    note = {"text": "Ann called"}
    await client.post(f"{V1}/players/{player_id}/notes", json=note, headers={**staff(), **key()})
    await erase(client, player_id)
    shown = (await client.get(f"{V1}/players/{player_id}", headers=staff())).json()
    assert (shown["email"], shown["first_name"], shown["status"]) == (None, None, "closed")
    notes = (await client.get(f"{V1}/players/{player_id}/notes", headers=staff())).json()
    assert [one["text"] for one in notes] == [None]
    await rebuild(service.db, player_list, service.application.log_of(player_list))
    assert (await client.get(f"{V1}/players/{player_id}", headers=staff())).json()["email"] is None


async def test_a_service_that_must_check_a_player_learns_who_it_is(client: httpx.AsyncClient, service: Service) -> None:
    player_id = await a_player(client, await open_casino(client))
    token = ServiceTokens("verification", service.settings.internal_key).mint("backoffice")
    path, headers = f"/internal/v1/players/{player_id}/personal-data", bearer(token)
    known = (await client.get(path, headers=headers)).json()
    assert (known["first_name"], known["date_of_birth"], known["country"]) == ("Ann", "1990-05-17", "MT")
    await erase(client, player_id)
    problem(await client.get(path, headers=headers), 404, "not_found")
    problem(await client.get(path.replace(player_id, str(uuid4())), headers=headers), 404, "not_found")


async def test_a_player_sees_nobody_else(client: httpx.AsyncClient) -> None:
    casino_id = await open_casino(client)
    ann = await a_player(client, casino_id)
    bob = await a_player(client, casino_id, email="bob@mail.example.com", first_name="Bob")
    assert (await client.get(f"{V1}/players/{ann}", headers=himself(bob, casino_id))).status_code == 404


async def test_lists_show_only_the_callers_casinos(client: httpx.AsyncClient) -> None:
    casino_id, other = await open_casino(client), await open_casino(client)
    await a_player(client, casino_id)
    mine = bearer(make_token(permissions=[P.PLAYER_LIST, P.PLAYER_SEARCH_IDENTITY, P.CASINO_LIST], casinos=[other]))
    assert (await client.get(f"{V1}/players", headers=mine)).json() == []
    found = await client.post(f"{V1}/players/search", json={"email": "ann@mail.example.com"}, headers=mine)
    assert found.json() == []
    assert [one["casino_id"] for one in (await client.get(f"{V1}/casinos", headers=mine)).json()] == [other]


async def test_players_are_sorted_by_country_currency_and_status_and_not_by_name(client: httpx.AsyncClient) -> None:
    words = {"reason": "as asked"}
    for name, country, currency in (("ann", "SE", "EUR"), ("bob", "MT", "SEK"), ("cid", "FI", "GBP")):
        changes = {"email": f"{name}@mail.example.com", "first_name": name}
        casino_id = await open_casino(client, name=name, currency=currency)
        player_id = await a_player(client, casino_id, country=country, currency=currency, **changes)
    blocked = await client.post(f"{V1}/players/{player_id}/block", json=words, headers={**staff(), **key()})
    assert blocked.status_code == 200, blocked.text
    orders = {"country": "FI MT SE", "currency": "EUR GBP SEK", "status": "active active blocked"}
    for name, expected in orders.items():
        found = await client.get(f"{V1}/players", params={"order": f"{name}.asc"}, headers=staff())
        assert [one[name] for one in found.json()] == expected.split()
    refused = await client.get(f"{V1}/players", params={"order": "last_name.asc"}, headers=staff())
    problem(refused, 400, "LST105")
