"""What staff do about a player: block, tag, note. Each thing is done once, recorded and told to the others."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token
from contracts.backoffice import events as public
from contracts.backoffice.permissions import BackofficePermission as P

from .api import V1, a_player, erase, himself, key, open_casino, staff

WHY = {"reason": "asked for by the player"}


@pytest.fixture
async def player_id(client: httpx.AsyncClient) -> str:
    return await a_player(client, await open_casino(client))


async def post(client: httpx.AsyncClient, player_id: str, what: str, body: dict[str, Any]) -> httpx.Response:
    return await client.post(f"{V1}/players/{player_id}/{what}", json=body, headers={**staff(), **key()})


async def page(client: httpx.AsyncClient, player_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await client.get(f"{V1}/players/{player_id}", headers=staff())).json()
    return shown


async def told(service: Service, *kinds: type[Any]) -> list[Any]:
    return [one for one in await said(service) if isinstance(one, kinds)]


async def test_a_block_stops_an_account_until_it_is_lifted(
    client: httpx.AsyncClient, service: Service, player_id: str
) -> None:
    assert (await post(client, player_id, "block", WHY)).json() == {"done": True}
    assert (await page(client, player_id))["status"] == "blocked"
    assert (await post(client, player_id, "unblock", WHY)).json() == {"done": True}
    assert (await page(client, player_id))["status"] == "active"
    facts = await told(service, public.PlayerBlocked, public.PlayerUnblocked)
    assert [type(one) for one in facts] == [public.PlayerBlocked, public.PlayerUnblocked]


async def test_blocking_twice_adds_nothing(client: httpx.AsyncClient, service: Service, player_id: str) -> None:
    for _ in range(2):
        assert (await post(client, player_id, "block", WHY)).status_code == 200
    assert len(await told(service, public.PlayerBlocked)) == 1


async def test_lifting_a_block_leaves_a_self_exclusion(client: httpx.AsyncClient, player_id: str) -> None:
    await post(client, player_id, "self-exclusion", {"months": 6, **WHY})
    await post(client, player_id, "block", WHY)
    await post(client, player_id, "unblock", WHY)
    shown = await page(client, player_id)
    assert (shown["status"], shown["excluded_until"]) == ("active", "2026-12-01")


@pytest.mark.parametrize("body", [{}, {"reason": "  "}, {"reason": "x"}], ids=["none", "blank", "too short"])
async def test_a_block_needs_a_reason(client: httpx.AsyncClient, player_id: str, body: dict[str, Any]) -> None:
    assert list(fields(problem(await post(client, player_id, "block", body), 422, "invalid_request"))) == ["reason"]
    assert (await page(client, player_id))["status"] == "active"


async def test_tags_are_kept_once_and_in_order_and_found(
    client: httpx.AsyncClient, service: Service, player_id: str
) -> None:
    for tag in ("vip", "bonus-hunter", "vip"):
        assert (await post(client, player_id, "tags", {"tag": tag})).status_code == 200
    shown = await page(client, player_id)
    assert shown["tags"] == ["bonus-hunter", "vip"]
    own = await client.get(f"{V1}/players/{player_id}", headers=himself(player_id, shown["casino_id"]))
    assert (own.status_code, "tags" in own.json()) == (200, False), "what staff write about a player is not for him"
    assert [one.tag for one in await told(service, public.PlayerTagged)] == ["vip", "bonus-hunter"]


async def test_a_tag_is_taken_off(client: httpx.AsyncClient, service: Service, player_id: str) -> None:
    await post(client, player_id, "tags", {"tag": "vip"})
    for _ in range(2):
        answer = await client.delete(f"{V1}/players/{player_id}/tags/vip", headers=staff(P.PLAYER_TAG))
        assert answer.json() == {"done": True}
    assert (await page(client, player_id))["tags"] == []
    assert [one.tag for one in await told(service, public.PlayerUntagged)] == ["vip"]


@pytest.mark.parametrize("tag", ["", "VIP", "two words", "-dash", "x" * 41])
async def test_a_tag_is_one_plain_word(client: httpx.AsyncClient, player_id: str, tag: str) -> None:
    assert list(fields(problem(await post(client, player_id, "tags", {"tag": tag}), 422, "invalid_request"))) == ["tag"]


async def test_notes_are_read_newest_first_with_their_author(
    client: httpx.AsyncClient, clock: FixedClock, service: Service, player_id: str
) -> None:
    colleagues = {text: uuid4() for text in ("called about a bonus", "was sent the terms")}
    for text, colleague in colleagues.items():
        headers = bearer(make_token(permissions=[P.PLAYER_NOTE], casinos=["*"], subject=colleague))
        answer = await client.post(f"{V1}/players/{player_id}/notes", json={"text": text}, headers={**headers, **key()})
        assert answer.status_code == 201
        clock.advance(timedelta(minutes=1))
    shown = (await client.get(f"{V1}/players/{player_id}/notes", headers=staff(P.PLAYER_NOTE))).json()
    assert [(one["text"], one["written_by"]) for one in shown] == [
        (text, str(colleague)) for text, colleague in reversed(colleagues.items())
    ]
    noted = await told(service, public.PlayerNoted)
    assert [str(one.note_id) for one in reversed(noted)] == [one["note_id"] for one in shown]


async def test_a_note_sent_twice_is_one_note(client: httpx.AsyncClient, player_id: str) -> None:
    headers, body = {**staff(), **key()}, {"text": "called about a bonus"}
    path = f"{V1}/players/{player_id}/notes"
    first, second = [await client.post(path, json=body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert len((await client.get(path, headers=staff())).json()) == 1


async def test_nothing_is_written_about_somebody_who_was_erased(client: httpx.AsyncClient, player_id: str) -> None:
    await erase(client, player_id)
    problem(await post(client, player_id, "erase", WHY), 409, "account_closed")
    problem(await post(client, player_id, "notes", {"text": "called again"}), 409, "subject_erased")
    assert (await client.get(f"{V1}/players/{player_id}/notes", headers=staff())).json() == []


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("block", WHY),
        ("unblock", WHY),
        ("tags", {"tag": "vip"}),
        ("notes", {"text": "who is this?"}),
        ("erase", WHY),
        ("reveal", WHY),
        ("self-exclusion", {"months": 6, **WHY}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_nothing_is_done_to_nobody(
    client: httpx.AsyncClient, service: Service, what: str, body: dict[str, Any]
) -> None:
    problem(await post(client, str(uuid4()), what, body), 404, "not_found")
    assert await said(service) == []
