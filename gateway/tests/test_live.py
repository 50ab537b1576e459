"""The live lists of several services in one stream: what of it is whose, and what becomes of it when one is away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import TokenVerifier
from chassis.auth.jwks import LocalKeys
from chassis.auth.policy.local import LocalPolicy
from chassis.http import RequestProblem
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, default_maker, make_token, policy_of
from gateway.merging import joined, read_parts, split

from .conftest import Scripted, gateway_before

ANN, SESSION = uuid4(), uuid4()
POLICY = policy_of(ANN, [{"casinos": ["*"], "permissions": ["games.round.list"]}])
LISTS = "payments.withdrawals,games.rounds"
PATIENCE_S = 15.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass
class Service:
    """Answers what it is asked with a stream that a test writes, or with a refusal, or not at all."""

    name: str
    refusal: tuple[int, dict[str, Any]] | None = None
    asked: list[bytes] = field(default_factory=list)
    streams: list[asyncio.StreamWriter] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    token: str = ""
    exchanged: int = 0
    no_tokens: list[int] = field(default_factory=list)
    expires_in_s: int = 60
    told: int = 0

    async def script(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/internal/v1/session-tokens" in head:
            self.exchanged += 1
            if self.no_tokens:
                await _whole(writer, self.no_tokens.pop(0), {"code": "whatever"})
                return
            told = {"access_token": self.token, "expires_in_s": self.expires_in_s, "csrf_token": "proof"}
            await _whole(writer, 200, told)
            return
        self.asked.append(head)
        if self.refusal is not None:
            await _whole(writer, *self.refusal)
            return
        writer.write(HEAD)
        self.streams.append(writer)
        await _say([writer], "ready", {"lists": []}, f"{self.name}0")
        self.came.set()

    async def say(self, kind: str, data: Any, identity: str | None = None) -> None:
        await _say(self.streams, kind, data, identity)
        if kind == "close":
            self.streams.clear()

    async def ends(self, code: str | None) -> None:
        """Its streams end, and somebody follows anew."""
        self.came.clear()
        await self.say("close", [] if code is None else {"code": code})
        await asyncio.wait_for(self.came.wait(), PATIENCE_S)

    def hang_up(self) -> None:
        for writer in self.streams:
            writer.transport.abort()
        self.streams.clear()
        self.came.clear()

    @property
    def query(self) -> dict[str, list[str]]:
        """Of the last request."""
        return parse_qs(urlsplit(self.asked[-1].split(b" ")[1].decode()).query)


async def _say(writers: list[asyncio.StreamWriter], kind: str, data: Any, identity: str | None) -> None:
    block = f"event: {kind}\ndata: {json.dumps(data)}\n" + (f"id: {identity}\n" if identity else "") + "\n"
    for writer in writers:
        writer.write(f"{len(block):x}\r\n{block}\r\n".encode())
        await writer.drain()


async def _whole(writer: asyncio.StreamWriter, status: int, document: Any) -> None:
    body = json.dumps(document).encode()
    kind = "application/problem+json" if status >= 400 else "application/json"
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


@dataclass
class Event:
    kind: str
    data: Any
    id: str | None


class Stream:
    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self._lines = answer, answer.aiter_lines()
        self.last_id: str | None = None

    async def next(self, *kinds: str) -> Event:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await self._next()
                if event.kind in kinds or (not kinds and event.kind):
                    return event

    async def _next(self) -> Event:
        event = Event("", None, None)
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if not line:
                return event
            if name == "event":
                event.kind = value
            elif name == "data":
                event.data = json.loads(value)
            elif name == "id":
                event.id = self.last_id = value
        return Event("end", None, None)


@dataclass
class House:
    payments: Service
    games: Service
    policy: LocalPolicy
    client: httpx.AsyncClient
    me: dict[str, str]
    asked: list[bytes]

    @property
    def renewals(self) -> list[dict[str, Any]]:
        """What security was asked about the session."""
        return [json.loads(body) for body in self.asked if body]

    @asynccontextmanager
    async def following(self, lists: str = LISTS, **more: Any) -> AsyncIterator[Stream]:
        headers = {**self.me, **more.pop("headers", {})}
        async with self.client.stream("GET", "/api/live", params={"lists": lists, **more}, headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield Stream(answer)


@asynccontextmanager
async def housed(**told: Any) -> AsyncIterator[House]:
    """A gateway that is told this, before the two services; one of them is security as well."""
    maker, policy = default_maker(), LocalPolicy.holding(POLICY)
    verifier = TokenVerifier(LocalKeys(lambda: {maker.kid: maker.key}))
    payments, games = Service("payments"), Service("games")
    payments.token = make_token(subject=ANN, session=SESSION)
    async with AsyncExitStack() as stack:
        here = [await stack.enter_async_context(Scripted(one.script).listening()) for one in (payments, games)]
        urls: dict[str, Any] = {"payments_url": here[0].url, "games_url": here[1].url, "security_url": here[0].url}
        port = await stack.enter_async_context(
            gateway_before("http://127.0.0.1:1", verifier=verifier, policy=policy, **urls, **told)
        )
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20))
        me = bearer(make_token(subject=ANN, session=SESSION))
        yield House(payments, games, policy, client, me, here[0].bodies)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with housed() as one:
        yield one


async def test_what_services_tell_comes_in_one_stream_and_says_whose_it_is(house: House) -> None:
    filters = {"payments.withdrawals": "status=eq.paid"}
    async with house.following(**filters) as stream:
        assert stream.answer.headers["content-type"] == "text/event-stream"
        assert stream.answer.headers["x-accel-buffering"] == "no"
        assert {(await stream.next("ready")).data["service"] for _ in range(2)} == {"payments", "games"}
        await house.payments.say("row", {"list": "withdrawals", "id": "1", "row": {}}, "p1")
        told = await stream.next()
        assert told.data == {"service": "payments", "list": "withdrawals", "id": "1", "row": {}}
        assert split(told.id or "") == {"payments": "p1", "games": "games0"}
        await house.games.say("gone", {"list": "rounds", "id": "2"}, "g1")
        assert (await stream.next("gone")).data["service"] == "games"
    assert house.payments.query == {"lists": ["withdrawals"], "withdrawals": ["status=eq.paid"]}
    assert house.games.query == {"lists": ["rounds"]}
    assert b"authorization: bearer " in house.games.asked[0].lower()


async def test_who_comes_back_is_told_by_each_service_from_where_he_was(house: House) -> None:
    async with house.following(headers={"Last-Event-ID": joined({"payments": "p7"})}) as stream:
        await stream.next("ready")
        await stream.next("ready")
    assert b"last-event-id: p7\r\n" in house.payments.asked[0].lower()
    assert b"last-event-id: none\r\n" in house.games.asked[0].lower(), "of which nothing is known"


async def test_a_service_that_dies_is_trouble_for_its_lists_alone_and_is_followed_again(house: House) -> None:
    async with house.following() as stream:
        await stream.next("ready")
        await stream.next("ready")
        await house.games.say("row", {"list": "rounds", "id": "1", "row": {}}, "g1")
        await stream.next("row")
        house.games.refusal = (503, {"code": "unavailable"})
        house.games.hang_up()
        trouble = await stream.next("trouble")
        assert trouble.data == {"service": "games", "lists": ["games.rounds"], "code": "service_failed"}
        await house.payments.say("row", {"list": "withdrawals", "id": "1", "row": {}}, "p1")
        assert (await stream.next("row", "trouble")).data["service"] == "payments"
        house.games.refusal = None
        assert (await stream.next("ready")).data["service"] == "games"
        assert b"last-event-id: g1\r\n" in house.games.asked[-1].lower()


async def test_a_service_that_is_away_from_the_start_keeps_nobody_waiting_for_the_others(house: House) -> None:
    house.games.refusal = (503, {"code": "unavailable"})
    async with house.following() as stream:
        told = {one.kind: one.data["service"] for one in (await stream.next(), await stream.next())}
        assert told == {"ready": "payments", "trouble": "games"}
        house.games.refusal = None
        assert (await stream.next("ready")).data["service"] == "games"
        assert b"last-event-id: none\r\n" in house.games.asked[-1].lower(), "so that its lists are read anew"


async def test_a_service_that_restarts_is_no_trouble(house: House) -> None:
    async with house.following("games.rounds") as stream:
        await stream.next("ready")
        await house.games.ends("restarting")
        await house.games.say("row", {"list": "rounds", "id": "1", "row": {}}, "g1")
        assert (await stream.next()).kind == "row"


async def test_a_service_that_closes_with_nonsense_is_trouble(house: House) -> None:
    async with house.following() as stream:
        await stream.next("ready")
        await stream.next("ready")
        await house.games.ends(None)
        told = await stream.next()
        assert (told.kind, told.data["code"]) == ("trouble", "service_failed")
        assert (await stream.next()).kind == "ready", "it is back"


async def test_what_one_service_refuses_refuses_all(house: House) -> None:
    house.games.refusal = (400, {"code": "LST_NOT_LIVE", "detail": "The live lists are rounds or sessions."})
    answer = await house.client.get("/api/live", params={"lists": LISTS}, headers=house.me)
    assert problem(answer, 400, "LST_NOT_LIVE")["detail"] == "The live lists are rounds or sessions."
    house.games.refusal = (403, {"code": "forbidden"})
    answer = await house.client.get("/api/live", params={"lists": LISTS}, headers=house.me)
    problem(answer, 403, "forbidden")


async def test_a_list_that_is_taken_away_ends_the_whole_stream_and_is_named(house: House) -> None:
    async with house.following() as stream:
        await stream.next("ready")
        await stream.next("ready")
        await house.games.say("close", {"code": "forbidden", "list": "rounds"})
        assert (await stream.next("close")).data == {"service": "games", "code": "forbidden", "list": "rounds"}
        assert (await stream.next()).kind == "end"


async def test_a_session_that_ends_ends_the_stream_though_no_service_says_so(house: House) -> None:
    async with house.following() as stream:
        await stream.next("ready")
        began = time.monotonic()
        house.policy.end(SESSION, datetime.now(UTC))
        assert (await stream.next("close")).data == {"code": "unauthenticated"}
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [("lists", "")],
        [("lists", "withdrawals")],
        [("lists", "nobody.rounds")],
        [("lists", "games.")],
        [("lists", "games.rounds,games.rounds")],
        [("lists", "games.rounds"), ("lists", "games.sessions")],
        [("lists", "games.rounds"), ("limit", "5")],
        [("lists", "games.rounds"), ("games.sessions", "status=eq.open")],
        [("lists", ",".join(f"games.{n}" for n in range(30)))],
        [("lists", "games.rounds"), ("after", "")],
        [("lists", "games.rounds"), ("after", "nonsense")],
    ],
    ids=str,
)
async def test_what_is_not_understood_is_refused(house: House, parameters: list[tuple[str, str]]) -> None:
    answer = await house.client.get("/api/live", params=urlencode(parameters), headers=house.me)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in ("LST_NOT_LIVE", "LST_WRONG_PLACE")
    assert house.games.asked == []


async def test_strangers_and_other_methods_and_addresses_are_turned_away(house: House) -> None:
    problem(await house.client.get("/api/live", params={"lists": LISTS}), 401, "unauthenticated")
    problem(await house.client.post("/api/live", headers=house.me), 405, "method_not_allowed")
    problem(await house.client.get("/api/live/more", headers=house.me), 404, "route_not_found")


async def test_a_session_follows_five_merged_streams_and_no_more(house: House) -> None:
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(house.following("games.rounds")) for _ in range(5)]
        assert [(await one.next()).kind for one in streams] == ["ready"] * 5
        answer = await house.client.get("/api/live", params={"lists": LISTS}, headers=house.me)
        assert problem(answer, 429, "too_many_streams")["detail"].startswith("A session follows at most 5")


async def test_a_person_follows_so_many_streams_in_all_sessions_together(house: House) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            house.me = bearer(make_token(subject=ANN, session=uuid4()))
            for _ in range(5):
                await stack.enter_async_context(house.following("games.rounds"))
        house.me = bearer(make_token(subject=ANN, session=uuid4()))
        answer = await house.client.get("/api/live", params={"lists": LISTS}, headers=house.me)
        assert problem(answer, 429, "too_many_streams")["detail"].startswith("A person, in all sessions together,")
        assert answer.headers["retry-after"]
        of_one = await house.client.get("/api/games/v1/live", params={"lists": "rounds"}, headers=house.me)
        problem(of_one, 429, "too_many_streams")
    async with house.following("games.rounds") as stream:
        assert (await stream.next()).kind == "ready", "those that are over count no more"


async def test_who_begins_streams_again_and_again_is_slowed_down() -> None:
    async with housed(streams_begun_per_minute_per_person=3) as house:
        for _ in range(3):
            async with house.following("games.rounds") as stream:
                await stream.next("ready")
        for path, lists in (("/api/live", LISTS), ("/api/games/v1/live", "rounds")):
            answer = await house.client.get(path, params={"lists": lists}, headers=house.me)
            problem(answer, 429, "too_many_requests")
            assert answer.headers["ratelimit-policy"].startswith('"streams"')
        assert len(house.games.asked) == 3, "no service is asked for it"


async def test_the_stream_of_one_service_ends_with_the_session_too(house: House) -> None:
    asking = house.client.stream("GET", "/api/games/v1/live", params={"lists": "rounds"}, headers=house.me)
    async with asking as answer:
        stream = Stream(answer)
        await stream.next("ready")
        house.policy.end(SESSION, datetime.now(UTC))
        assert (await stream.next()).kind == "end"


@given(st.dictionaries(st.sampled_from(["games", "payments"]), st.text("abc-_9", min_size=1), min_size=1))
def test_ids_come_apart_as_they_were_put_together(ids: dict[str, str]) -> None:
    assert split(joined(ids)) == ids


@given(st.text(max_size=80))
def test_no_id_does_harm(text: str) -> None:
    parts = read_parts([("lists", "games.rounds")], {"games"}, text)
    assert parts[0].last_id
    assert "\n" not in parts[0].last_id
    if not text.startswith("games."):
        with pytest.raises(RequestProblem, match="list"):
            read_parts([("lists", text)], {"games"}, None)
