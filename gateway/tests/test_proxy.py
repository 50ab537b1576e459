"""Forwarding: who is let through, what arrives behind, and what comes back when things go wrong."""

import asyncio
import json
import resource
import sys
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pitlocal.processes import free_port

from chassis.http import RequestProblem
from chassis.testing.environment import make_settings
from chassis.testing.tokens import bearer, make_token, test_verifier
from gateway.command import run
from gateway.limits import _MOST_BUCKETS, Buckets, Policy
from gateway.main import build
from gateway.routes import RouteTable, load_routes
from gateway.settings import Settings

from .conftest import SERVICES, Upstream, served

UPLOAD = f"/api/verification/v1/players/{uuid4()}/documents"


@pytest.fixture
async def client(gateway: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}", headers=bearer(make_token())) as client:
        yield client


async def test_nobody_passes_without_a_token(client: httpx.AsyncClient, upstream: Upstream) -> None:
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer forged.token.here"}, {"Authorization": "Basic x"}):
        answer = await client.get("/api/payments/v1/deposits", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert upstream.seen == []


async def test_a_signed_request_is_passed_on_as_it_was_signed_for_the_service_to_check(
    gateway: int, upstream: Upstream
) -> None:
    signed = {
        "Signature": "sig1=:AA==:",
        "Signature-Input": 'sig1=("@path");tag="pitboss"',
        "Content-Digest": "x=:AA==:",
    }
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as nobody:
        assert (await nobody.get("/api/payments/v1/deposits?a=1", headers=signed)).status_code == 200
        seen = dict(upstream.seen[0]["headers"])
        assert {name: seen.get(name.lower()) for name in signed} == signed
        assert "authorization" not in seen
        half = {"Signature": signed["Signature"]}
        assert (await nobody.get("/api/payments/v1/deposits", headers=half)).status_code == 401
    assert len(upstream.seen) == 1


async def test_files_are_not_signed(gateway: int, upstream: Upstream) -> None:
    """Whoever only claims to have signed would have a service hold all of it before anybody is known."""
    signed = {"Signature": "sig1=:AA==:", "Signature-Input": 'sig1=("@path");tag="pitboss"'}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway}") as nobody:
        answer = await nobody.post(UPLOAD, content=b"x" * 2_000_000, headers=signed)
    assert (answer.status_code, upstream.seen) == (401, [])


async def test_public_routes_need_no_token(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/security/v1/staff-sessions", json={}, headers={"Authorization": ""})
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["oauth-authorization-server", "jwks.json"])
async def test_what_everybody_may_know_is_at_its_well_known_address(
    client: httpx.AsyncClient, upstream: Upstream, name: str
) -> None:
    answer = await client.get(f"/.well-known/{name}", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert [one["path"] for one in upstream.seen] == [f"/.well-known/{name}"]


@pytest.mark.parametrize("path", ["/.well-known", "/.well-known/", "/.well-known/x", "/.well-known/jwks.json/x"])
async def test_nothing_else_is_well_known(client: httpx.AsyncClient, upstream: Upstream, path: str) -> None:
    assert (await client.get(path)).status_code in (400, 404)
    assert (await client.post("/.well-known/jwks.json")).status_code == 405
    assert upstream.seen == []


async def test_what_is_forwarded_is_what_was_asked(client: httpx.AsyncClient, upstream: Upstream) -> None:
    key, tag = str(uuid4()), "h%C3%B6he"
    path = f"/api/backoffice/v1/players/{uuid4()}/tags/{tag}"
    await client.delete(f"{path}?a=1&b=%20x", headers={"Idempotency-Key": key})
    seen = upstream.seen[0]
    assert (seen["method"], seen["path"], seen["query"]) == ("DELETE", path, "a=1&b=%20x")
    assert ("idempotency-key", key) in seen["headers"]


IDENTITY = ["X-Internal-User", "X-User-Id", "X-Casino-Id", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Cookie"]


@pytest.mark.parametrize("name", IDENTITY)
async def test_what_a_client_says_about_itself_is_not_passed_on(
    client: httpx.AsyncClient, upstream: Upstream, name: str
) -> None:
    await client.get("/api/games/v1/rounds", headers={name: "evil"})
    assert all(value != "evil" for _, value in upstream.seen[0]["headers"])


async def test_the_gateway_says_who_asked_and_gives_the_request_an_id(
    client: httpx.AsyncClient, upstream: Upstream
) -> None:
    answer = await client.get("/api/games/v1/rounds", headers={"X-Forwarded-For": "6.6.6.6"})
    headers = dict(upstream.seen[0]["headers"])
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert UUID(headers["x-request-id"]) == UUID(answer.headers["x-request-id"])


async def test_nothing_of_the_inside_comes_out(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/games/v1/rounds")
    assert "x-internal-secret" not in answer.headers
    assert "server" not in answer.headers
    assert len(answer.headers.get_list("x-request-id")) == 1


async def test_a_large_body_is_refused_and_a_large_upload_is_not(client: httpx.AsyncClient, upstream: Upstream) -> None:
    answer = await client.post("/api/payments/v1/deposits", content=b"x" * 300_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert upstream.seen == []
    files = {"file": ("scan.png", b"x" * 2_000_000, "image/png")}
    sent = await client.post(UPLOAD, files=files)
    assert sent.status_code == 200
    assert len(upstream.seen[0]["body"]) > 2_000_000


async def test_a_service_that_refuses_an_upload_is_heard(client: httpx.AsyncClient, upstream: Upstream) -> None:
    upstream.behaviour = "refuse"
    for _ in range(10):
        answer = await client.post(UPLOAD, files={"file": ("scan.png", b"x" * 10_000_000, "image/png")})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
async def test_an_upload_that_is_too_large_is_refused_by_its_size(
    client: httpx.AsyncClient, upstream: Upstream, declared: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 65_536

    for _ in range(5):
        answer = await client.post(UPLOAD, content=b"x" * 13_107_200 if declared else pieces())
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert [one for one in upstream.seen if len(one["body"]) > 10_551_296] == []


async def test_a_settlement_file_may_be_larger_than_other_uploads_and_is_never_in_memory(
    client: httpx.AsyncClient, upstream: Upstream
) -> None:
    upstream.behaviour = "count"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    async def lines() -> AsyncIterator[bytes]:
        for _ in range(1_600):
            yield b"x" * 65_536

    headers = {"Content-Type": "application/octet-stream"}
    where = f"/api/payments/v1/reconciliation/files?casino_id={uuid4()}&format=camt053"
    sent = await client.post(where, content=lines(), headers=headers)
    assert (sent.status_code, upstream.taken) == (200, 1_600 * 65_536)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 48 * 1024, f"{grown} KiB more for {upstream.taken // 1024} KiB"


async def test_a_settlement_file_has_a_limit_too(gateway: int, upstream: Upstream) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway)
    where = f"/api/payments/v1/reconciliation/files?casino_id={uuid4()}&format=camt053"
    head = f"POST {where} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
    head += f"Authorization: {bearer(make_token())['Authorization']}\r\nContent-Length: {1024**3 + 1}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    assert upstream.seen == []


async def test_half_an_answer_never_looks_whole(client: httpx.AsyncClient, upstream: Upstream) -> None:
    upstream.behaviour = "break_off"
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/api/games/v1/rounds")


async def test_a_redirect_is_passed_on_and_not_followed(client: httpx.AsyncClient, upstream: Upstream) -> None:
    upstream.behaviour = "redirect"
    assert (await client.get("/api/games/v1/rounds")).status_code == 302
    assert len(upstream.seen) == 1


async def test_events_are_streamed_as_they_come(client: httpx.AsyncClient, upstream: Upstream) -> None:
    upstream.behaviour = "events"
    async with client.stream("GET", f"/api/reports/v1/jobs/{uuid4()}/progress") as answer:
        async for chunk in answer.aiter_bytes():
            assert chunk == b"data: first\n\n"
            break


async def test_a_service_that_is_down_is_said_to_be_down() -> None:
    settings = make_settings(Settings, **{f"{service}_url": "http://127.0.0.1:1" for service in SERVICES})
    async with served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearer(make_token())) as client:
            answer = await client.get("/api/games/v1/rounds")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_a_service_that_falls_silent_leaves_open_what_happened(
    client: httpx.AsyncClient, upstream: Upstream
) -> None:
    upstream.behaviour = "fall_silent"
    answer = await client.post("/api/payments/v1/withdrawals", json={})
    assert (answer.status_code, answer.json()["code"]) == (504, "service_timeout")
    assert len(upstream.seen) == 1, "it is not asked again: only the caller knows whether that is safe"


async def test_a_service_that_dies_before_it_answers_leaves_open_what_happened() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    dying = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{dying.sockets[0].getsockname()[1]}"
    settings = make_settings(Settings, **{f"{service}_url": url for service in SERVICES})
    async with dying, served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearer(make_token())) as client:
            answer = await client.post("/api/payments/v1/withdrawals", json={})
    assert (answer.status_code, answer.json()["code"]) == (502, "service_failed")


async def test_a_method_nobody_knows_is_refused(client: httpx.AsyncClient, upstream: Upstream) -> None:
    answer = await client.request("TRACE", "/api/games/v1/rounds")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert upstream.seen == []


async def test_a_head_is_asked_as_such_and_has_no_body(client: httpx.AsyncClient, upstream: Upstream) -> None:
    answer = await client.head("/api/games/v1/rounds")
    assert (answer.status_code, answer.content) == (200, b"")
    assert [one["method"] for one in upstream.seen] == ["HEAD"]


async def test_an_address_that_is_asked_otherwise_says_how(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/payments/v1/deposits", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


def test_the_command_prints_the_description_of_all_services(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run(["openapi"])
    sys.stdout.flush()
    assert json.loads(capfdbinary.readouterr().out)["openapi"].startswith("3.")


def test_buckets_of_those_who_went_away_are_forgotten_and_those_of_the_others_kept() -> None:
    buckets = Buckets(Policy("example", 1, 1), now=lambda: 0.0)
    assert buckets.take("first").wait_s == 0.0
    for stranger in range(_MOST_BUCKETS - 1):
        buckets.take(stranger)
    assert buckets.take("first").wait_s > 0.0, "asked for just now, it is the youngest"
    buckets.take("one more")
    assert buckets.take("first").wait_s > 0.0
    assert buckets.take(0).wait_s == 0.0, "the oldest was forgotten"


async def test_too_many_requests_wait(upstream: Upstream) -> None:
    urls = {f"{service}_url": upstream.url for service in SERVICES}
    settings = make_settings(Settings, **urls, requests_per_second_per_session=1)
    async with served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearer(make_token())) as client:
            answers = [await client.get("/api/games/v1/rounds") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    assert refused[0].json()["code"] == "too_many_requests"


LOG_IN, REGISTRATION = "/api/security/v1/player-sessions", "/api/backoffice/v1/players"


@pytest.mark.parametrize(("limited", "other"), [(LOG_IN, REGISTRATION), (REGISTRATION, LOG_IN)])
async def test_log_ins_and_registrations_have_budgets_of_their_own(
    upstream: Upstream, limited: str, other: str
) -> None:
    urls = {f"{service}_url": upstream.url for service in SERVICES}
    settings = make_settings(Settings, **urls, log_ins_per_minute_per_ip=1, registrations_per_minute_per_ip=1)
    async with served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answers = [
                (await client.post(limited, json={"email": f"{number}@player.example"})).status_code
                for number in range(21)
            ]
            assert (await client.post(other, json={})).status_code == 200
    assert answers == [200] * 20 + [429]


def test_a_bucket_holds_its_burst_and_no_more() -> None:
    moments = iter([0.0] * 4 + [1000.0] * 4)
    buckets = Buckets(Policy("example", 0.5, 3), now=lambda: next(moments))
    assert [buckets.take("x").wait_s for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert [buckets.take("x").wait_s for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]


async def test_a_host_that_is_not_ours_is_served_nothing_but_probes(upstream: Upstream) -> None:
    urls = {f"{service}_url": upstream.url for service in SERVICES}
    settings = make_settings(Settings, **urls, allowed_hosts="pitboss.example")
    async with served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=bearer(make_token())) as client:
            paths = ("/api/games/v1/rounds", "/docs", "/openapi.json", "/nothing")
            strange = [await client.get(path) for path in paths]
            ours = [(await client.get(path, headers={"Host": "pitboss.example"})).status_code for path in paths]
            assert (await client.get("/healthz")).status_code == 200
    assert {(answer.status_code, answer.json()["code"]) for answer in strange} == {(421, "host_unknown")}
    assert ours == [200, 200, 200, 404]


async def test_unless_it_is_told_the_gateway_is_reached_by_loopback_names_alone(upstream: Upstream) -> None:
    settings = make_settings(Settings, **{f"{service}_url": upstream.url for service in SERVICES})
    async with served(build(settings, verifier=test_verifier())) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            hosts = ("localhost", "LOCALHOST:81", "[::1]", "[::1]:80", "127.0.0.1", "pitboss.example", "169.254.1.1")
            answers = [(await client.get("/docs", headers={"Host": host})).status_code for host in hosts]
    assert answers == [200] * 5 + [421] * 2


async def test_figures_are_served_at_a_port_of_their_own_and_nowhere_else(upstream: Upstream) -> None:
    urls = {f"{service}_url": upstream.url for service in SERVICES}
    figures = free_port()
    settings = make_settings(Settings, **urls, metrics_port=figures)
    async with served(build(settings, verifier=test_verifier())) as port, httpx.AsyncClient() as client:
        public = await client.get(f"http://127.0.0.1:{port}/metrics", headers=bearer(make_token()))
        own = await client.get(f"http://127.0.0.1:{figures}/metrics")
    assert (public.status_code, public.json()["code"]) == (404, "route_not_found")
    assert "http_requests_in_flight" in own.text
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{figures}/metrics")


async def test_the_explorer_and_the_description_are_served_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    document = (await client.get("/openapi.json", headers={"Accept": "application/json"})).json()
    assert document["components"]["schemas"]
    for name in ("explorer.js", "explorer.css"):
        assert (await client.get(f"/docs/{name}")).status_code == 200
    assert (await client.get("/docs/secrets.txt")).status_code == 404


TABLE = RouteTable(load_routes())
SEGMENTS = st.sampled_from(
    ["api", "games", "payments", "v1", "players", "x", "rounds", "deposits", "", "..", "internal"]
)


@given(st.lists(SEGMENTS, max_size=7), st.sampled_from(["GET", "POST", "PUT", "DELETE"]))
def test_a_match_is_always_of_the_path_itself(segments: list[str], method: str) -> None:
    path = "/" + "/".join(segments)
    try:
        route = TABLE.match(method, path)
    except RequestProblem as problem:
        assert problem.status_code in {404, 405}  # noqa: PT017 - most paths are refused, and that is the point
        return
    template = route.template.split("/")
    assert len(template) == len(path.split("/"))
    assert all(a == b or a.startswith("{") for a, b in zip(template, path.split("/"), strict=True))


def test_every_route_of_the_document_is_in_the_table() -> None:
    for route in load_routes():
        assert TABLE.match(route.method, route.template.replace("{", "").replace("}", "")).service == route.service
    assert len(json.dumps([route.template for route in load_routes()])) > 1000
