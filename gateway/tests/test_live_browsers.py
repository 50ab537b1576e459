"""Browsers follow with a cookie: their stream goes on when the token behind it runs out, and ends with the session."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing.tokens import make_token
from gateway.merging import split

from .test_live import ANN, SESSION, House, housed

COOKIES = {"Cookie": "__Host-sid=secret-of-ann; __Host-csrf=proof"}
ROW: dict[str, Any] = {"list": "rounds", "id": "1", "row": {}}


def another() -> str:
    return make_token(subject=ANN, session=SESSION, nonce=str(uuid4()))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with housed() as one:
        one.me = COOKIES
        yield one


async def test_a_stream_goes_on_with_another_token_and_the_browser_is_not_told(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        await house.games.say("row", ROW, "g1")
        await stream.next("row")
        house.payments.token = another()
        await house.games.ends("unauthenticated")
        await house.games.say("row", {**ROW, "id": "2"}, "g2")
        told = await stream.next()
        assert (told.kind, told.data["id"]) == ("row", "2"), "neither ready nor trouble before it"
        assert split(told.id or "") == {"games": "g2"}
    first, last = house.games.asked[0].lower(), house.games.asked[-1].lower()
    assert b"last-event-id: g1\r\n" in last
    assert b"last-event-id" not in first
    assert house.payments.token.lower().encode() in last


async def test_what_a_service_cannot_tell_is_to_be_read_anew_though_it_goes_on(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.token = another()
        await house.games.ends("unauthenticated")
        await house.games.say("resync", {"list": "rounds", "reason": "missed"})
        assert (await stream.next()).kind == "resync"


async def test_that_a_stream_goes_on_keeps_no_session_awake_and_what_is_done_does(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.token = another()
        await house.games.ends("unauthenticated")
        await house.client.get("/openapi.json", headers=house.me)
        await house.client.get("/openapi.json", headers=house.me)
    asked = [one.get("passive", False) for one in house.renewals]
    assert asked == [False, True, False]


async def test_a_browser_that_comes_back_by_itself_keeps_no_session_awake(house: House) -> None:
    async with house.following("games.rounds", headers={"Last-Event-ID": "games~g1"}) as stream:
        await stream.next("ready")
    assert [one.get("passive", False) for one in house.renewals] == [True]


async def test_that_security_is_away_for_a_moment_ends_no_stream(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.token = another()
        house.payments.no_tokens += [503, 500]
        await house.games.ends("unauthenticated")
        await house.games.say("row", ROW, "g1")
        assert (await stream.next()).kind == "row"
    assert house.payments.exchanged == 4


async def test_nothing_is_told_while_nobody_can_say_whether_the_session_goes_on(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.no_tokens += [503, 401]
        house.policy.end(SESSION, datetime.now(UTC))
        asked = house.payments.exchanged
        while house.payments.exchanged == asked:
            await asyncio.sleep(0)
        await house.games.say("row", ROW, "g1")
        told = await stream.next()
        assert (told.kind, told.data) == ("close", {"code": "unauthenticated"})


async def test_a_session_that_is_over_ends_the_stream(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.no_tokens += [401]
        await house.games.say("close", {"code": "unauthenticated"})
        assert (await stream.next()).data == {"code": "unauthenticated"}
        assert (await stream.next()).kind == "end"


async def test_who_may_not_follow_a_list_any_more_is_not_followed_on_with_another_token(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        house.payments.token = another()
        house.games.refusal = (403, {"code": "forbidden"})
        await house.games.say("close", {"code": "unauthenticated"})
        assert (await stream.next()).data == {"service": "games", "code": "forbidden"}


async def test_streams_of_one_session_ask_for_a_token_together(house: House) -> None:
    async with house.following("games.rounds") as one, house.following("games.rounds") as other:
        await one.next("ready")
        await other.next("ready")
        house.payments.token = another()
        await house.games.say("close", {"code": "unauthenticated"})
        while len(house.games.streams) < 2:
            await asyncio.sleep(0)
        await house.games.say("row", ROW, "g1")
        assert (await one.next()).kind == (await other.next()).kind == "row"
    assert house.payments.exchanged == 2


async def test_the_stream_of_one_service_keeps_no_session_awake_when_the_browser_comes_back(house: House) -> None:
    for headers in ({}, {"Last-Event-ID": "games0"}):
        house.payments.expires_in_s = 0  # Nothing is remembered.
        address, sent = "/api/games/v1/live?lists=rounds", {**house.me, **headers}
        async with house.client.stream("GET", address, headers=sent) as answer:
            assert answer.status_code == 200
    assert [one.get("passive", False) for one in house.renewals] == [False, True]


@pytest.mark.parametrize("path", ["/api/games/v1/live?lists=rounds", "/api/live?lists=games.rounds"])
async def test_a_client_who_takes_nothing_is_let_go_when_the_session_is_over(house: House, path: str) -> None:
    """More is told than the ways to the client hold, and nobody reads it."""
    reader, writer = await asyncio.open_connection(house.client.base_url.host, house.client.base_url.port, limit=1024)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIES['Cookie']}\r\n\r\n".encode())
    await asyncio.wait_for(house.games.came.wait(), 10)
    flood = asyncio.create_task(flooded(house))
    told = -1
    while told != house.games.told:  # until it is stuck
        told = house.games.told
        await asyncio.sleep(0.3)
    house.payments.no_tokens += [401] * 5
    house.policy.end(SESSION, datetime.now(UTC))
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(flood, 15)
    writer.close()
    assert reader is not None


async def flooded(house: House) -> None:
    """Rows of 64 KiB until nobody is there to take them."""
    while True:
        await house.games.say("row", {**ROW, "row": {"text": "x" * 65_536}}, "g1")
        house.games.told += 1
        await asyncio.sleep(0)
