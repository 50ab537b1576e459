"""A player's profile changes: what he may change himself, what staff may, and what stays recognised."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from backoffice.read_models.player_list import player_list
from chassis.runtime import Service
from chassis.store import rebuild
from chassis.store.rebuild import rows_of
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from contracts.backoffice import events as public
from contracts.backoffice.permissions import BackofficePermission as P

from .api import V1, a_player, erase, himself, joins, key, open_casino, register, staff
from .test_casinos import waiting

WHY = {"reason": "married, see the certificate"}
MOVED = {"phone": "+35687654321", "address": "2 Other Street, Sliema"}
MARRIED = {"first_name": "Anne", "last_name": "Else"}
OTHER = {"email": "eve@mail.example.com", "first_name": "Eve"}


class Ann:
    """A registered player, and requests about her profile."""

    def __init__(self, client: httpx.AsyncClient, casino_id: str, player_id: str) -> None:
        self.client, self.casino_id, self.player_id = client, casino_id, player_id

    @property
    def herself(self) -> dict[str, str]:
        return himself(self.player_id, self.casino_id)

    async def ask(self, what: str, body: dict[str, Any], by: dict[str, str]) -> httpx.Response:
        path = f"{V1}/players/{self.player_id}/{what}"
        return await self.client.post(path, json=body, headers={**by, **key()})

    async def change(self, by: dict[str, str], **body: Any) -> httpx.Response:
        return await self.ask("profile", body, by)

    async def page(self) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.client.get(f"{V1}/players/{self.player_id}", headers=self.herself)).json()
        return shown

    async def search(self, **wanted: str) -> list[str]:
        answer = await self.client.post(f"{V1}/players/search", json=wanted, headers=staff())
        return [one["player_id"] for one in answer.json()]


@pytest.fixture
async def ann(client: httpx.AsyncClient) -> Ann:
    casino_id = await open_casino(client)
    return Ann(client, casino_id, await a_player(client, casino_id))


async def told(service: Service) -> list[tuple[str, ...]]:
    return [fact.fields for fact in await said(service) if isinstance(fact, public.PlayerProfileChanged)]


async def test_a_player_changes_phone_and_address(ann: Ann, service: Service) -> None:
    answer = await ann.change(ann.herself, **MOVED)
    assert (answer.status_code, answer.json()) == (200, {"done": True}), answer.text
    page = await ann.page()
    assert {name: page[name] for name in (*MOVED, "first_name")} == {**MOVED, "first_name": "Ann"}
    assert await ann.search(phone=MOVED["phone"]) == [ann.player_id]
    assert await ann.search(phone="+35612345678") == []
    assert await told(service) == [("address", "phone")]


async def test_staff_change_a_name_for_a_reason(ann: Ann, service: Service) -> None:
    answer = await ann.change(staff(P.PLAYER_CHANGE), **MARRIED, **WHY)
    assert answer.status_code == 200, answer.text
    page = await ann.page()
    assert (page["first_name"], page["last_name"]) == ("Anne", "Else")
    assert await told(service) == [("first_name", "last_name")]
    before = await rows_of_players(service)
    await rebuild(service.db, player_list, service.application.log_of(player_list))
    assert await rows_of_players(service) == before


async def rows_of_players(service: Service) -> list[Any]:
    async with service.db.read() as connection:
        return list(await rows_of(connection, player_list.table.name))


async def test_nothing_of_a_change_is_stored_or_told_in_clear(ann: Ann, service: Service) -> None:
    await ann.change(staff(), **MARRIED, **MOVED, **WHY)
    async with service.db.read() as connection:
        names = [row[0] for row in await connection.exec_driver_sql("SELECT relname FROM pg_stat_user_tables")]
        for name in names:
            for row in await rows_of(connection, name):
                assert not any(secret in str(row) for secret in ("Anne", "Else", "Other Street", "87654321")), row


@pytest.mark.parametrize(
    ("body", "field"),
    [({"first_name": "Anne"}, "first_name"), ({"last_name": "E"}, "last_name"), ({**MOVED, **WHY}, "reason")],
    ids=str,
)
async def test_a_player_changes_no_name_and_gives_no_reason(ann: Ann, body: dict[str, str], field: str) -> None:
    refused = await ann.change(ann.herself, **body)
    assert list(fields(problem(refused, 422, "invalid"))) == [field]


async def test_staff_give_a_reason_and_somebody_says_what_changes(ann: Ann) -> None:
    assert list(fields(problem(await ann.change(staff(), **MOVED), 422, "invalid"))) == ["reason"]
    problem(await ann.change(staff(), **WHY), 422, "invalid")
    problem(await ann.change(ann.herself), 422, "invalid")


async def test_what_was_so_before_is_no_change(ann: Ann, service: Service) -> None:
    same = {"phone": "+35612345678", "first_name": "Ann"}
    assert (await ann.change(staff(), **same, **WHY)).status_code == 200
    assert await told(service) == []
    await ann.change(staff(), **same, address="2 Other Street, Sliema", **WHY)
    assert await told(service) == [("address",)]


async def test_nobody_becomes_somebody_who_is_here_already(ann: Ann, service: Service) -> None:
    await a_player(ann.client, ann.casino_id, **OTHER)
    problem(await ann.change(staff(), first_name="EVE", **WHY), 409, "player_exists")
    assert await told(service) == []


async def test_nobody_becomes_somebody_who_is_excluded(ann: Ann) -> None:
    elsewhere = await open_casino(ann.client)
    eve = Ann(ann.client, elsewhere, await a_player(ann.client, elsewhere, **OTHER))
    assert (await eve.ask("self-exclusion", {"months": 6}, eve.herself)).status_code == 200
    problem(await ann.change(staff(), first_name="Eve", **WHY), 409, "registration_refused")


async def test_the_name_of_an_excluded_player_stays(ann: Ann) -> None:
    assert (await ann.ask("self-exclusion", {"months": 6}, ann.herself)).status_code == 200
    problem(await ann.change(staff(), **MARRIED, **WHY), 409, "player_is_excluded")
    assert (await ann.change(ann.herself, **MOVED)).status_code == 200
    assert (await ann.change(staff(), first_name="ANN", **WHY)).status_code == 200, "it is recognised all the same"
    assert not await joins(ann.client, await open_casino(ann.client))


async def test_an_erased_players_profile_stays_empty(ann: Ann) -> None:
    await erase(ann.client, ann.player_id)
    problem(await ann.change(staff(), **MOVED, **WHY), 409, "account_closed")


async def test_of_a_change_and_a_registration_at_once_one_becomes_the_person(ann: Ann, service: Service) -> None:
    async with service.db.write() as connection:
        await connection.execute(text("LOCK TABLE outbox IN SHARE MODE"))
        changing = asyncio.ensure_future(ann.change(staff(), first_name="Eve", **WHY))
        await until_waiting(service, 1)
        registering = asyncio.ensure_future(register(ann.client, ann.casino_id, **OTHER))
        await until_waiting(service, 2)
    changed, registered = await asyncio.gather(changing, registering)
    assert (changed.status_code, registered.status_code) == (200, 202)
    path = f"{V1}/players/{registered.json()['player_id']}"
    problem(await ann.client.get(path, headers=staff()), 404, "not_found")


async def until_waiting(service: Service, many: int) -> None:
    async with asyncio.timeout(20):
        while await waiting(service) < many:
            await asyncio.sleep(0.01)
