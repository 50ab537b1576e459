"""What can be seen of a request from outside, and what cannot."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.logging import setup_logging
from chassis.telemetry import REGISTRY, setup_tracing, shutdown_tracing
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token

from .conftest import Headers

BASE = "/api/example/v1"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    setup_logging("example", level="INFO", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, stream.getvalue().splitlines()) if line["logger"] == "chassis.http"]


async def test_every_answer_has_a_request_id(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/healthz"), await client.get("/nothing")
    assert UUID(first.headers["x-request-id"]).version == 7
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_request_id_that_is_a_uuid_is_kept(client: httpx.AsyncClient) -> None:
    given = str(uuid4())
    assert (await client.get("/healthz", headers={"X-Request-Id": given})).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "1", "x" * 36, "{018f3c5e-0000-7000-8000-000000000001}", "a\tb", "é" * 36])
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    headers = [(b"x-request-id", given.encode("latin-1"))]
    assert UUID((await client.get("/healthz", headers=headers)).headers["x-request-id"]).version == 7


async def test_answers_tell_browsers_to_be_careful_and_nobody_what_we_run(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/nothing", f"{BASE}/me", "/partner/acme"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_one_line_per_request_knows_who_and_where_and_no_personal_data(
    client: httpx.AsyncClient, lines: io.StringIO
) -> None:
    subject, casino = uuid4(), uuid4()
    token = bearer(make_token(kind="player", subject=subject, casino=casino))
    answer = await client.get(f"{BASE}/players/{subject}/things?email=ann@example.com", headers=token)
    assert answer.status_code == 200
    (line,) = logged(lines)
    assert line["event"] == "http_request"
    assert line["route"] == f"{BASE}/players/{{player_id}}/things"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["actor"] == f"player:{subject}"
    assert line["casino_id"] == str(casino)
    assert len(line["trace_id"]) == 32
    assert line["duration_ms"] >= 0
    assert line["bytes_sent"] == len(answer.content)
    assert "ann@example.com" not in lines.getvalue()
    assert token["Authorization"].split()[1] not in lines.getvalue()


async def test_one_requests_identity_does_not_stick_to_the_next(
    client: httpx.AsyncClient, lines: io.StringIO, staff: Headers
) -> None:
    await client.get(f"{BASE}/me", headers=staff)
    await client.get(f"{BASE}/me")
    first, second = logged(lines)
    assert "actor" in first
    assert "actor" not in second
    assert first["request_id"] != second["request_id"]


async def test_probes_and_partners_are_logged_only_when_they_fail(
    client: httpx.AsyncClient, lines: io.StringIO
) -> None:
    await client.get("/healthz")
    await client.get("/metrics")
    await client.post("/partner/acme", content=b"x")
    assert logged(lines) == []
    await client.post("/partner/acme", content=b"x" * 300_000)
    assert [line["status"] for line in logged(lines)] == [413]


async def test_a_failure_is_logged_with_its_cause_and_the_request_id(
    client: httpx.AsyncClient, lines: io.StringIO, staff: Headers
) -> None:
    answer = await client.post(f"{BASE}/things/{uuid4()}/refuse?how=boom", headers=staff)
    failure, request = logged(lines)
    assert failure["event"] == "unhandled_exception"
    assert "RuntimeError" in failure["exception"]
    assert "hunter2" not in lines.getvalue()
    assert failure["request_id"] == request["request_id"] == answer.json()["request_id"]
    assert request["level"] == "error"


def counted(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0


async def test_metrics_know_routes_and_never_paths(client: httpx.AsyncClient, staff: Headers) -> None:
    route = f"{BASE}/things/{{thing_id}}"
    before = counted("GET", route, 404)
    marks = [uuid4() for _ in range(3)]
    elsewhere = bearer(make_token(permissions=["example.thing.view"], casinos=[uuid4()]))
    for mark in marks:
        await client.get(f"{BASE}/things/{mark}", headers=elsewhere)
        await client.get(f"/nowhere/{mark}")
        await client.request("BREW", f"/nowhere/{mark}")
    assert counted("GET", route, 404) == before + 3
    assert counted("GET", "(unmatched)", 404) >= 3
    assert counted("OTHER", "(unmatched)", 404) >= 3
    text = (await client.get("/metrics")).text
    assert "http_request_duration_seconds_bucket" in text
    assert not any(str(mark) in text for mark in marks)
    assert "BREW" not in text


async def test_a_request_goes_on_with_the_callers_trace(client: httpx.AsyncClient, staff: Headers) -> None:
    exporter = InMemorySpanExporter()
    setup_tracing("example", processor=SimpleSpanProcessor(exporter))
    try:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        await client.get(f"{BASE}/things/{uuid4()}?q=secret", headers={**staff, "traceparent": parent})
        (span,) = exporter.get_finished_spans()
    finally:
        shutdown_tracing()
        setup_tracing("example")
    assert f"{span.context.trace_id:032x}" == parent.split("-")[1]
    assert span.name == f"GET {BASE}/things/{{thing_id}}"
    assert dict(span.attributes or {}) == {
        "http.route": f"{BASE}/things/{{thing_id}}",
        "http.response.status_code": 200,
    }


async def test_probes_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive", "service": "example", "version": "0.1.0"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "checks": {}}
    problem(await client.post("/healthz"), 405, "method_not_allowed")
