"""Calling another service: who we are, how often we ask, and what an answer means."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.auth import ServiceTokens
from chassis.http import create_service
from chassis.service_client import ServiceClient, UpstreamProblem, UpstreamUnavailable, UpstreamUnknown
from chassis.settings import HttpSettings
from chassis.telemetry import span_from_traceparent
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_verifier

from . import example

KEY = SecretStr("the key that all services share!")
Answer = httpx.Response | Exception


class Upstream:
    """The other service, as a list of answers it gives one after the other."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={"ok": True})
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def client(upstream: Upstream) -> AsyncIterator[ServiceClient]:
    transport = httpx.MockTransport(upstream)
    async with ServiceClient(
        "http://payments.test", "payments", KEY, caller="games", transport=transport, pause=lambda _: 0
    ) as client:
        yield client


async def test_a_call_says_who_makes_it(client: ServiceClient, upstream: Upstream) -> None:
    assert await client.get("/internal/v1/things", params={"a": "b c"}) == {"ok": True}
    (request,) = upstream.requests
    assert str(request.url) == "http://payments.test/internal/v1/things?a=b+c"
    scheme, token = request.headers["authorization"].split()
    assert scheme == "Bearer"
    assert ServiceTokens("payments", KEY).verify(token).name == "games"


async def test_a_call_goes_on_with_the_trace(client: ServiceClient, upstream: Upstream) -> None:
    with span_from_traceparent("request", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"):
        await client.get("/x")
    assert upstream.requests[0].headers["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


async def test_a_body_and_a_key_arrive(client: ServiceClient, upstream: Upstream) -> None:
    upstream.answers = [
        httpx.Response(204),
        httpx.Response(201, json={"id": 1}),
        httpx.Response(204),
        httpx.Response(200, json=[1]),
    ]
    assert await client.put("/x", {"a": 1}) is None
    assert await client.post("/x", {"a": 2}, idempotency_key="key-number-1") == {"id": 1}
    assert await client.delete("/x") is None
    assert await client.post("/x", [1]) == [1]
    put, post, _, plain = upstream.requests
    assert put.content == b'{"a":1}'
    assert post.headers["idempotency-key"] == "key-number-1"
    assert "idempotency-key" not in plain.headers


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("down"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(503),
        httpx.Response(500),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "call",
    [lambda c: c.get("/x"), lambda c: c.put("/x", {}), lambda c: c.post("/x", {}, idempotency_key="key-number-1")],
)
async def test_what_may_be_repeated_is_tried_three_times(
    client: ServiceClient, upstream: Upstream, failure: Answer, call: Callable[[ServiceClient], Any]
) -> None:
    upstream.answers = [failure, failure]
    assert await call(client) == {"ok": True}
    upstream.answers = [failure] * 3
    with pytest.raises((UpstreamUnavailable, UpstreamUnknown)):
        await call(client)
    assert len(upstream.requests) == 6


@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (httpx.ConnectError("down"), UpstreamUnavailable),
        (httpx.ConnectTimeout("down"), UpstreamUnavailable),
        (httpx.PoolTimeout("busy"), UpstreamUnavailable),
        (httpx.Response(503), UpstreamUnavailable),
        (httpx.ReadTimeout("slow"), UpstreamUnknown),
        (httpx.WriteError("cut"), UpstreamUnknown),
        (httpx.RemoteProtocolError("cut"), UpstreamUnknown),
        (httpx.Response(500), UpstreamUnknown),
    ],
    ids=repr,
)
async def test_a_post_without_a_key_is_tried_once_and_its_failure_named(
    client: ServiceClient, upstream: Upstream, failure: Answer, meaning: type[Exception]
) -> None:
    upstream.answers = [failure]
    with pytest.raises(meaning):
        await client.post("/x", {})
    assert len(upstream.requests) == 1


async def test_a_problem_keeps_its_words_and_is_not_tried_again(client: ServiceClient, upstream: Upstream) -> None:
    document = {
        "code": "insufficient_funds",
        "detail": "Too little.",
        "errors": [{"field": "amount_minor", "code": "x"}],
    }
    upstream.answers = [httpx.Response(409, json=document)]
    with pytest.raises(UpstreamProblem) as refused:
        await client.get("/x")
    assert (refused.value.upstream_status, refused.value.upstream_code) == (409, "insufficient_funds")
    assert refused.value.upstream_errors == document["errors"]
    assert refused.value.status == 502
    assert "Too little." not in refused.value.detail, "what was said to us is not said to our caller"
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404, text="<html>"), httpx.Response(404, json=[1]), httpx.Response(404), httpx.Response(302)],
)
async def test_an_answer_that_is_no_problem_document_is_one_too(
    client: ServiceClient, upstream: Upstream, answer: httpx.Response
) -> None:
    upstream.answers = [answer]
    with pytest.raises(UpstreamProblem) as refused:
        await client.get("/x")
    assert refused.value.upstream_code == f"http_{answer.status_code}"


async def test_redirects_are_not_followed(client: ServiceClient, upstream: Upstream) -> None:
    upstream.answers = [httpx.Response(307, headers={"location": "http://evil.test/"})]
    with pytest.raises(UpstreamProblem):
        await client.post("/x", {})
    assert len(upstream.requests) == 1


async def test_cancelling_a_call_cancels_it(upstream: Upstream) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        upstream.requests.append(request)
        await asyncio.Event().wait()
        raise AssertionError

    async with ServiceClient("http://x.test", "x", KEY, caller="games", transport=httpx.MockTransport(never)) as client:
        call = asyncio.create_task(client.get("/x"))
        while not upstream.requests:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert len(upstream.requests) == 1


async def test_two_of_our_services_understand_each_other() -> None:
    settings = make_settings(HttpSettings)
    app: FastAPI = create_service(
        "example",
        settings=settings,
        routers=[example.internal],
        permissions=example.PERMISSIONS,
        verifier=test_verifier(),
    )
    transport = httpx.ASGITransport(app)
    async with ServiceClient(
        "http://example.test", "example", settings.internal_key, caller="games", transport=transport
    ) as client:
        assert await client.get("/internal/v1/things") == {"caller": "games"}
        with pytest.raises(UpstreamProblem) as refused:
            await client.get("/internal/v1/secrets")
        assert refused.value.upstream_code == "forbidden"
    other = make_settings(HttpSettings).internal_key
    async with ServiceClient("http://example.test", "example", other, caller="games", transport=transport) as client:
        with pytest.raises(UpstreamProblem) as refused:
            await client.get("/internal/v1/things")
        assert refused.value.upstream_code == "unauthenticated"
