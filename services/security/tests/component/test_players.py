"""Players at the door: passwords of registrations under way, and the casino a log-in belongs to."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.auth import ServiceTokens
from chassis.db import tables
from chassis.privacy import BlindIndex
from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.tokens import bearer
from contracts.backoffice.events import PersonalDataErased, PlayerBlocked, PlayerRegistered, PlayerUnblocked
from contracts.envelope import Envelope

from .api import V1

EMAIL = "ann@mail.example.com"
RIGHT, OTHER = "the password of the first", "the password of the other"


class Casino:
    """A casino's players as backoffice and a browser talk about them."""

    def __init__(self, client: httpx.AsyncClient, service: Service) -> None:
        self.id = uuid4()
        self._client = client
        self._service = service
        self.tell = Feed(service)

    def through(self, door: httpx.AsyncClient) -> "Casino":
        """The same casino, entered by another door."""
        casino = Casino(door, self._service)
        casino.id = self.id
        return casino

    async def put(self, player_id: UUID, password: str) -> httpx.Response:
        index: BlindIndex = self._service.state["blind_index"]
        body = {"casino_id": str(self.id), "email_index": index.of(EMAIL), "password": password}
        token = ServiceTokens("backoffice", self._service.settings.internal_key).mint("security")
        return await self._client.put(f"/internal/v1/player-credentials/{player_id}", json=body, headers=bearer(token))

    async def registered(self, player_id: UUID) -> None:
        await self.tell(
            PlayerRegistered(
                player_id=player_id,
                casino_id=self.id,
                country="MT",
                currency="EUR",
                registered_at=datetime(2026, 6, 1, tzinfo=UTC),
            )
        )

    async def log_in(self, password: str) -> httpx.Response:
        body = {"casino_id": str(self.id), "email": EMAIL, "password": password}
        return await self._client.post(f"{V1}/player-sessions", json=body)


@pytest.fixture
def casino(client: httpx.AsyncClient, service: Service) -> Casino:
    return Casino(client, service)


@pytest.mark.parametrize("first_is_registered", [True, False])
async def test_of_two_registrations_at_once_the_registered_one_has_the_password(
    casino: Casino, first_is_registered: bool
) -> None:
    first, second = uuid4(), uuid4()
    assert (await casino.put(first, RIGHT if first_is_registered else OTHER)).status_code == 200
    assert (await casino.put(second, OTHER if first_is_registered else RIGHT)).status_code == 200
    assert (await casino.log_in(RIGHT)).status_code == 401
    await casino.registered(first if first_is_registered else second)
    answer = await casino.log_in(RIGHT)
    assert answer.status_code == 200, answer.text
    assert answer.json()["subject_id"] == str(first if first_is_registered else second)
    assert (await casino.log_in(OTHER)).status_code == 401


async def test_an_email_of_a_registered_player_is_taken(casino: Casino) -> None:
    ann = uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    refused = await casino.put(uuid4(), OTHER)
    assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
    assert (await casino.put(ann, RIGHT)).status_code == 200
    assert (await casino.log_in(RIGHT)).status_code == 200


async def test_a_password_that_comes_after_the_news_of_its_owner_opens_the_door(casino: Casino) -> None:
    ann = uuid4()
    await casino.registered(ann)
    assert (await casino.put(ann, RIGHT)).status_code == 200
    assert (await casino.log_in(RIGHT)).status_code == 200


async def test_after_an_erasure_the_email_is_free(casino: Casino) -> None:
    ann, again = uuid4(), uuid4()
    await casino.put(ann, OTHER)
    await casino.registered(ann)
    await casino.tell(PersonalDataErased(player_id=ann, casino_id=casino.id))
    assert (await casino.log_in(OTHER)).status_code == 401
    assert (await casino.put(again, RIGHT)).status_code == 200
    await casino.registered(again)
    assert (await casino.log_in(RIGHT)).json()["subject_id"] == str(again)


async def test_a_block_ends_the_session_and_keeps_the_door_shut_until_it_is_lifted(
    casino: Casino, client: httpx.AsyncClient
) -> None:
    ann = uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    tokens = (await casino.log_in(RIGHT)).json()
    await casino.tell(PlayerBlocked(player_id=ann, casino_id=casino.id))
    refresh = {"refresh_token": tokens["refresh_token"]}
    assert (await client.post(f"{V1}/player-sessions/refresh", json=refresh)).status_code == 401
    assert (await casino.log_in(RIGHT)).status_code == 401
    await casino.tell(PlayerUnblocked(player_id=ann, casino_id=casino.id))
    assert (await casino.log_in(RIGHT)).status_code == 200


async def test_an_erasure_ends_the_session(casino: Casino, client: httpx.AsyncClient, service: Service) -> None:
    ann = uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    refresh = {"refresh_token": (await casino.log_in(RIGHT)).json()["refresh_token"]}
    await casino.tell(PersonalDataErased(player_id=ann, casino_id=casino.id))
    assert (await client.post(f"{V1}/player-sessions/refresh", json=refresh)).status_code == 401
    assert [one.data["cause"] for one in await envelopes(service) if one.type == "security.session_ended"] == [
        "disabled"
    ]


async def test_that_a_player_has_another_password_is_told_to_those_who_pay_him_out(
    casino: Casino, client: httpx.AsyncClient, service: Service
) -> None:
    ann = uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    token = (await casino.log_in(RIGHT)).json()["access_token"]
    for current, status in ((OTHER, 401), (RIGHT, 200)):
        change = {"current_password": current, "new_password": "yet another one of hers"}
        answer = await client.post(f"{V1}/player-sessions/password", json=change, headers=bearer(token))
        assert answer.status_code == status, answer.text
    [told] = [one for one in await envelopes(service) if one.type == "security.player_password_changed"]
    assert told.data == {"subject_kind": "player", "subject_id": str(ann), "casino_id": str(casino.id)}


async def test_what_is_told_of_a_players_session_names_the_casino(
    casino: Casino, client: httpx.AsyncClient, service: Service
) -> None:
    ann = uuid4()
    await casino.put(ann, RIGHT)
    await casino.registered(ann)
    assert (await casino.log_in("wrong wrong wrong")).status_code == 401
    refresh = {"refresh_token": (await casino.log_in(RIGHT)).json()["refresh_token"]}
    answers = [await client.post(f"{V1}/player-sessions/refresh", json=refresh) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 401]
    told = await envelopes(service)
    assert {one.type: (one.casinoid, one.actorid) for one in told if one.type != "security.session_ended"} == {
        "security.log_in_failed": (casino.id, str(ann)),
        "security.logged_in": (casino.id, str(ann)),
    }
    assert [one.casinoid for one in told if one.type == "security.session_ended"] == [casino.id]


async def envelopes(service: Service) -> list[Any]:
    async with service.db.read() as connection:
        rows = (await connection.execute(select(tables.outbox.c.envelope))).scalars().all()
    return [one for one in map(Envelope.from_json, rows) if one.type.startswith("security.")]
