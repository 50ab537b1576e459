"""Browsers: a cookie is swapped for a token, needs a second proof to change something, and stays outside."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.testing.tokens import bearer, make_token

from .conftest import Scripted, Upstream, talking

ROUNDS = "/api/games/v1/rounds"
DEPOSITS = "/api/payments/v1/deposits"
COOKIES = "__Host-sid=secret-of-ann; __Host-csrf=proof"


async def security(head: bytes, writer: asyncio.StreamWriter) -> None:
    """Security, as far as cookies are concerned: one session is good."""
    assert b"POST /internal/v1/session-tokens" in head
    told = {"access_token": make_token(), "expires_in_s": 300, "session_id": str(uuid4()), "csrf_token": "proof"}
    body = json.dumps(told).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    await writer.drain()


@pytest.fixture
async def browser(upstream: Upstream) -> AsyncIterator[tuple[httpx.AsyncClient, Scripted]]:
    async with Scripted(security).listening() as service:
        async with talking(upstream.url, security_url=service.url, allowed_origins="https://casino.example") as client:
            yield client, service


async def test_a_cookie_is_swapped_once_and_stays_outside(
    browser: tuple[httpx.AsyncClient, Scripted], upstream: Upstream
) -> None:
    client, service = browser
    answers = await asyncio.gather(*(client.get(ROUNDS, headers={"Cookie": COOKIES}) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(service.heads) == 1
    headers: list[Any] = [name for seen in upstream.seen for name, _ in seen["headers"]]
    assert headers.count("authorization") == 5
    assert "cookie" not in headers
    assert "secret-of-ann" not in str(upstream.seen)


@pytest.mark.parametrize("proof", [None, "", "another", "proof2"])
@pytest.mark.parametrize(
    "cookies", [COOKIES, "__Host-sid=secret-of-ann", "__Host-sid=secret-of-ann; __Host-csrf=proof2"]
)
async def test_what_changes_something_needs_the_second_proof(
    browser: tuple[httpx.AsyncClient, Scripted], upstream: Upstream, cookies: str, proof: str | None
) -> None:
    client, _ = browser
    headers = {"Cookie": cookies} | ({} if proof is None else {"X-CSRF-Token": proof})
    answer = await client.post(DEPOSITS, json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_wrong")
    assert upstream.seen == []


async def test_with_the_second_proof_it_is_done(browser: tuple[httpx.AsyncClient, Scripted]) -> None:
    client, _ = browser
    answer = await client.post(DEPOSITS, json={}, headers={"Cookie": COOKIES, "X-CSRF-Token": "proof"})
    assert answer.status_code == 200


async def test_two_sessions_in_one_request_are_none(browser: tuple[httpx.AsyncClient, Scripted]) -> None:
    client, service = browser
    answer = await client.get(ROUNDS, headers={"Cookie": f"{COOKIES}; __Host-sid=another"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert service.heads == []


async def test_pages_of_other_origins_may_nothing_unless_named(
    browser: tuple[httpx.AsyncClient, Scripted], upstream: Upstream
) -> None:
    client, _ = browser
    ask = {"Access-Control-Request-Method": "POST"}
    for origin, status in {"https://evil.example": 403, "null": 403, "https://casino.example": 204}.items():
        answer = await client.options(DEPOSITS, headers={"Origin": origin, **ask})
        assert answer.status_code == status
        assert ("access-control-allow-origin" in answer.headers) is (status == 204)
    token = bearer(make_token())
    refused = await client.post(DEPOSITS, json={}, headers={**token, "Origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
    assert upstream.seen == []
    read = await client.get(ROUNDS, headers={**token, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in read.headers
    named = await client.get(ROUNDS, headers={**token, "Origin": "https://casino.example"})
    assert named.headers["access-control-allow-origin"] == "https://casino.example"
