"""How much each may ask: log-ins to one account, what can do harm, partners' programs, and tokens for them."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.testing.tokens import bearer, make_token
from gateway.routes import load_routes

from .conftest import Scripted, Upstream, talking

STAFF_LOG_IN, PLAYER_LOG_IN = "/api/security/v1/staff-sessions", "/api/security/v1/player-sessions"
TOKENS = "/api/security/v1/oauth/token"


@pytest.fixture
async def client(upstream: Upstream) -> AsyncIterator[httpx.AsyncClient]:
    async with talking(
        upstream.url,
        critical_per_minute_per_session=2,
        high_risk_per_minute_per_session=3,
        requests_per_second_per_client=1,
        trusted_proxies="127.0.0.1",
    ) as client:
        yield client


async def statuses(ask: Callable[[], Awaitable[httpx.Response]], times: int) -> list[int]:
    return [(await ask()).status_code for _ in range(times)]


async def test_an_account_is_tried_five_times_a_minute_from_one_address(
    client: httpx.AsyncClient, upstream: Upstream
) -> None:
    spellings = ["ann", "ANN", " ann ", "Ann", "ann\t"]
    for spelling in spellings:
        answer = await client.post(STAFF_LOG_IN, json={"login": spelling, "password": "guess"})
        assert answer.status_code == 200
    sixth = await client.post(STAFF_LOG_IN, json={"login": "ann", "password": "guess"})
    assert (sixth.status_code, sixth.json()["code"]) == (429, "too_many_requests")
    assert sixth.headers["ratelimit-policy"].startswith('"account";q=5')
    assert int(sixth.headers["retry-after"]) <= 12
    assert len(upstream.seen) == 5, "security is not asked"


async def test_another_account_and_another_address_have_their_own_five(client: httpx.AsyncClient) -> None:
    async def log_in(email: str, casino: str = "one", ip: str = "9.9.9.9") -> int:
        body = {"casino_id": casino, "email": email, "password": "guess"}
        return (await client.post(PLAYER_LOG_IN, json=body, headers={"X-Forwarded-For": ip})).status_code

    assert [await log_in("ann@example.com") for _ in range(6)] == [200] * 5 + [429]
    assert await log_in("bob@example.com") == 200
    assert await log_in("ann@example.com", casino="two") == 200
    assert await log_in("ann@example.com", ip="8.8.8.8") == 200


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("9.9.9.9", "::ffff:9.9.9.9", True),
        ("9.9.9.9", "9.9.9.10", False),
    ],
)
async def test_a_network_of_ipv6_is_one_client(client: httpx.AsyncClient, first: str, second: str, one: bool) -> None:
    async def log_in(ip: str) -> int:
        headers = {"X-Forwarded-For": ip}
        return (await client.post(STAFF_LOG_IN, json={"login": "ann"}, headers=headers)).status_code

    assert [await log_in(first) for _ in range(5)] == [200] * 5
    assert await log_in(second) == (429 if one else 200)


async def test_guesses_from_many_addresses_are_limited_and_lock_nobody_out() -> None:
    async def doors(head: bytes, writer: asyncio.StreamWriter) -> None:
        right = b"x-forwarded-for: 9.9.9.9" in head.lower()
        writer.write(b"HTTP/1.1 %s x\r\nContent-Length: 2\r\n\r\n{}" % (b"200" if right else b"401"))
        await writer.drain()

    async with Scripted(doors).listening() as security:
        told: dict[str, Any] = {"log_ins_per_minute_per_account_everywhere": 10, "trusted_proxies": "127.0.0.1"}
        async with talking(security.url, **told) as client:

            async def log_in(ip: str, login: str = "ann") -> int:
                headers = {"X-Forwarded-For": ip}
                return (await client.post(STAFF_LOG_IN, json={"login": login}, headers=headers)).status_code

            assert await log_in("9.9.9.9") == 200
            guesses = [await log_in(f"2001:db8:{n:x}::1") for n in range(12)]
            assert (guesses.count(401), guesses.count(429)) == (9, 3)
            assert await log_in("9.9.9.9") == 200, "the person herself, from where she was before"
            assert await log_in("2001:db8:ffff::1", login="bob") == 401, "another account"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"login": {"$ne": 1}}', b'{"login": "\\ud800"}', b"[" * 50_000])
async def test_a_log_in_that_names_no_account_is_securitys_to_refuse(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(STAFF_LOG_IN, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize(("risk", "most"), [("critical", 2), ("high", 3)])
async def test_what_can_do_harm_is_asked_less_often(client: httpx.AsyncClient, risk: str, most: int) -> None:
    harmful = next(one for one in load_routes() if one.risk == risk and "{" not in one.template)
    ann, bob = bearer(make_token()), bearer(make_token())
    asked = await statuses(lambda: client.request(harmful.method, harmful.template, headers=ann), most + 1)
    assert asked == [200] * most + [429]
    assert (await client.get("/api/games/v1/rounds", headers=ann)).status_code == 200, "something else is done still"
    assert (await client.request(harmful.method, harmful.template, headers=bob)).status_code == 200


async def test_a_partners_program_has_a_limit_of_its_own(client: httpx.AsyncClient) -> None:
    program = bearer(make_token(kind="client"))
    asked = await asyncio.gather(*(client.get("/api/games/v1/rounds", headers=program) for _ in range(6)))
    refused = [one for one in asked if one.status_code == 429]
    assert refused
    assert {one.headers["ratelimit-policy"].split(";")[0] for one in refused} == {'"api-client"'}
    person = bearer(make_token())
    assert (await client.get("/api/games/v1/rounds", headers=person)).status_code == 200


async def test_a_program_may_ask_as_often_as_its_terms_say(upstream: Upstream) -> None:
    rates = {"low": 1, "standard": 2, "high": 4}
    told: dict[str, Any] = {
        "requests_per_second_per_low_client": rates["low"],
        "requests_per_second_per_client": rates["standard"],
        "requests_per_second_per_high_client": rates["high"],
    }
    async with talking(upstream.url, **told) as client:
        for tier, rate in rates.items():
            program = uuid4()
            # A token of its own for each request: they count as one program.
            tokens = [bearer(make_token(kind="client", subject=program, tier=tier)) for _ in range(4 * rate + 6)]
            asked = await asyncio.gather(*(client.get("/api/games/v1/rounds", headers=one) for one in tokens))
            let_in = [one for one in asked if one.status_code == 200]
            assert 4 * rate <= len(let_in) <= 4 * rate + 5, tier


def token_request(program: str, *, client_id: str | None = None) -> dict[str, str]:
    claims = base64.urlsafe_b64encode(json.dumps({"sub": program, "jti": str(uuid4())}).encode()).decode().rstrip("=")
    form = {"grant_type": "client_credentials", "client_assertion": f"e30.{claims}.c2ln"}
    return form if client_id is None else {**form, "client_id": client_id}


async def test_tokens_are_limited_for_each_program(upstream: Upstream) -> None:
    async with talking(upstream.url, tokens_per_minute_per_client=2) as client:
        first = [(await client.post(TOKENS, data=token_request("one", client_id=str(n)))) for n in range(3)]
        assert [one.status_code for one in first] == [200, 200, 429]
        assert first[-1].headers["ratelimit-policy"].startswith('"tokens"')
        assert (await client.post(TOKENS, data=token_request("two"))).status_code == 200
        assert (await client.post(TOKENS, data={"client_id": "three"})).status_code == 200


@pytest.mark.parametrize("form", [b"", b"\xff\xfe", b"client_assertion=a.b.c", b"client_assertion=....", b"a&" * 90])
async def test_whoever_asks_for_tokens_without_a_name_shares_one_limit(upstream: Upstream, form: bytes) -> None:
    async with talking(upstream.url, tokens_per_minute_per_client=1) as client:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = [(await client.post(TOKENS, content=form, headers=headers)).status_code for _ in range(2)]
    assert asked == [200, 429]
