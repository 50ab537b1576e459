"""Bodies, headers and targets have a size, wherever it is announced."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.auth import Public, guarded
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import bearer, make_token, test_verifier

from . import example
from .conftest import Headers

THINGS = "/api/example/v1/things"
LIMIT = 256 * 1024


async def chunks(total: int, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    """A body without an announced length."""
    yield b'{"name":"'
    for _ in range(total // size):
        yield b"a" * size
    yield b'"}'


async def test_a_body_over_the_limit_is_refused_by_its_announced_size(
    client: httpx.AsyncClient, staff: Headers
) -> None:
    answer = await client.post(
        THINGS, content=b"x" * (LIMIT + 1), headers={**staff, "content-type": "application/json"}
    )
    document = problem(answer, 413, "body_too_large")
    assert str(LIMIT) in document["detail"]


async def test_a_body_over_the_limit_is_refused_while_it_streams(client: httpx.AsyncClient, staff: Headers) -> None:
    headers = {**staff, "content-type": "application/json"}
    problem(await client.post(THINGS, content=chunks(2 * 1024 * 1024), headers=headers), 413, "body_too_large")


async def test_two_megabytes_of_nesting_are_just_a_large_body(client: httpx.AsyncClient, staff: Headers) -> None:
    headers = {**staff, "content-type": "application/json"}
    problem(await client.post(THINGS, content=b"[" * 2_000_000, headers=headers), 413, "body_too_large")


async def test_a_body_at_the_limit_is_read(client: httpx.AsyncClient, staff: Headers) -> None:
    body = b'{"name":"' + b"a" * (LIMIT - 11) + b'"}'
    assert len(body) == LIMIT
    answer = await client.post(THINGS, content=body, headers={**staff, "content-type": "application/json"})
    assert fields(problem(answer, 422, "invalid_request"))["name"] == "too_long"


async def test_strangers_with_large_bodies_are_refused_too(client: httpx.AsyncClient) -> None:
    problem(
        await client.post(THINGS, content=b"x" * (LIMIT + 1), headers={"content-type": "application/json"}),
        413,
        "body_too_large",
    )


async def test_an_upload_has_a_limit_of_its_own(client: httpx.AsyncClient) -> None:
    headers = bearer(make_token(kind="player"))
    path, parts = "/api/example/v1/uploads", {"kind": "passport"}
    answer = await client.post(path, data=parts, files={"file": b"x" * (LIMIT * 2)}, headers=headers)
    assert answer.json() == {"kind": "passport", "size": LIMIT * 2}
    answer = await client.post(path, data=parts, files={"file": b"x" * (LIMIT * 4)}, headers=headers)
    problem(answer, 413, "body_too_large")


async def test_a_partners_body_is_limited_as_well(client: httpx.AsyncClient) -> None:
    assert (await client.post("/partner/acme/bet", content=b"x" * LIMIT)).text == str(LIMIT)
    problem(await client.post("/partner/acme/bet", content=b"x" * (LIMIT + 1)), 413, "body_too_large")
    problem(await client.post("/partner/acme/bet", content=chunks(LIMIT * 2)), 413, "body_too_large")


async def test_a_partners_body_is_not_looked_into(client: httpx.AsyncClient) -> None:
    answer = await client.post("/partner/acme/bet", content=b"\x00{", headers={"content-type": "application/json"})
    assert answer.text == "2"


async def test_the_limit_is_a_setting() -> None:
    app = create_service(
        "example",
        settings=make_settings(HttpSettings, max_body_bytes=2048),
        routers=[example.router],
        permissions=example.PERMISSIONS,
        verifier=test_verifier(),
    )
    async with started(app) as client:
        answer = await client.post("/api/example/v1/registrations", json={"name": "x" * 3000, "amount_minor": 1})
        problem(answer, 413, "body_too_large")


async def test_too_many_headers_are_refused(client: httpx.AsyncClient) -> None:
    problem(
        await client.get("/healthz", headers={f"x-{number}": "1" for number in range(101)}), 431, "headers_too_large"
    )
    problem(await client.get("/healthz", headers={"x": "1" * (16 * 1024)}), 431, "headers_too_large")


async def test_an_endless_target_is_refused(client: httpx.AsyncClient) -> None:
    told = problem(await client.get("/healthz?q=" + "a" * 8200), 414, "target_too_long")
    assert "/query" in told["detail"], "the way out for a long filter"
    problem(await client.get("/" + "a" * 8200), 414, "target_too_long")


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("echo/a%00b", "path"),
        ("echo/a%ffb", "path"),
        ("echo/a?q=a%00b", "query.q"),
        ("echo/a?q=%ED%A0%80", "query"),
        ("echo/a?q=%FF", "query"),
        ("echo/a?%00=1", "query"),
    ],
)
async def test_broken_text_in_a_target_is_refused(
    client: httpx.AsyncClient, staff: Headers, target: str, field: str
) -> None:
    answer = await client.get(f"/api/example/v1/{target}", headers=staff)
    assert fields(problem(answer, 422, "invalid_text")) == {field: "invalid_text"}


async def test_good_text_in_a_target_arrives(client: httpx.AsyncClient, staff: Headers) -> None:
    answer = await client.get("/api/example/v1/echo/%F0%9F%8E%89?q=a%2Bb%20c%25", headers=staff)
    assert answer.json() == {"text": "\N{PARTY POPPER}", "q": "a+b c%"}


async def test_a_nul_in_a_header_is_refused(app: FastAPI) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/healthz", "raw_path": b"/healthz", "query_string": b"",
        "headers": [(b"x", b"a\x00b")], "http_version": "1.1", "scheme": "http", "client": None, "server": None,
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 400


junk = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60).map(lambda text: text.encode("latin-1"))
NAMES = """authorization content-type content-length x-request-id traceparent tracestate accept cookie idempotency-key
           transfer-encoding host range if-none-match expect"""
names = st.sampled_from([name.encode() for name in NAMES.split()])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(headers=st.lists(st.tuples(names, junk), max_size=8))
async def test_no_header_junk_whatsoever_makes_a_5xx(app: FastAPI, headers: list[tuple[bytes, bytes]]) -> None:
    for method, path in (
        ("GET", f"{THINGS}/{uuid4()}"),
        ("POST", THINGS),
        ("POST", "/api/example/v1/uploads"),
        ("POST", "/partner/acme"),
    ):
        started: list[int] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: dict[str, object], started: list[int] = started) -> None:
            if message["type"] == "http.response.start":
                started.append(int(str(message["status"])))

        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": headers, "http_version": "1.1", "scheme": "http", "client": ("1.2.3.4", 1), "server": ("a", 1),
            "root_path": "",
        }  # fmt: skip
        await app(scope, receive, send)  # type: ignore[arg-type]
        assert len(started) == 1
        assert started[0] < 500


async def test_a_route_beside_a_mount_is_checked_like_any_other() -> None:
    app = create_service(
        "example",
        settings=make_settings(HttpSettings),
        routers=[example.router],
        mounts={"/api/example/v1/regis": guarded(example.partner, Public("a test"))},
        permissions=example.PERMISSIONS,
        verifier=test_verifier(),
    )
    async with started(app) as talking:
        content, headers = b'{"name": "a\\u0000", "amount_minor": 1}', {"content-type": "application/json"}
        answer = await talking.post("/api/example/v1/registrations", content=content, headers=headers)
        problem(answer, 422, "invalid_text")
        answer = await talking.post("/api/example/v1/regis/trations", content=content, headers=headers)
        assert answer.text == str(len(content))
