"""A place in a service's bulkhead that is taken is given back, whatever becomes of the request."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.telemetry.metrics import REGISTRY
from chassis.testing.tokens import bearer, make_token

from .conftest import SERVICES, Scripted, Upstream, gateway_before, talking

REFRESH = "/api/security/v1/staff-sessions/refresh"
ROUNDS = "/api/games/v1/rounds"
DEPOSITS = "/api/payments/v1/deposits"
DOCUMENTS = f"/api/verification/v1/players/{uuid4()}/documents"
TWICE = {"Cookie": "__Host-sid=a; __Host-sid=b"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

ANSWERS = {
    "ok": OK,
    "nothing": b"",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "no status": b"HTTP/1.1 999 Strange\r\nContent-Length: 2\r\n\r\nok",
    "low status": b"HTTP/1.1 150 Strange\r\nContent-Length: 2\r\n\r\nok",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "unwell": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nok",
    "stream": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
}


def taken() -> dict[str, float | None]:
    return {name: REGISTRY.get_sample_value("gateway_upstream_in_flight", {"service": name}) for name in SERVICES}


async def as_told(head: bytes, writer: asyncio.StreamWriter) -> None:
    """Answer as the query of the request says; a session that is looked up gets half an answer."""
    line = head.split(b"\r\n")[0].decode()
    how = next((how for how in ANSWERS if f"?how={how.replace(' ', '%20')} " in line), "silent")
    if "/internal/" in line:
        how = "half"
    if how == "silent":
        await asyncio.get_running_loop().create_future()
    writer.write(ANSWERS[how])
    await writer.drain()
    if how not in ("ok", "unwell", "redirect"):
        writer.close()


Ask = Callable[[httpx.AsyncClient, int, str], Awaitable[object]]


def asking(method: str, path: str, *, timeout: float = 20, headers: dict[str, str] | None = None) -> Ask:
    async def ask(client: httpx.AsyncClient, port: int, how: str) -> object:
        told = {**(bearer(make_token()) if path != REFRESH else {}), **(headers or {})}
        body: dict[str, str] | None = {} if method == "POST" else None
        return await client.request(method, path, params={"how": how}, json=body, headers=told, timeout=timeout)

    return ask


async def half_an_upload(client: httpx.AsyncClient, port: int, how: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    token = bearer(make_token(kind="player"))["Authorization"]
    writer.write(
        f"POST {DOCUMENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900\r\n\r\n--b\r\n".encode()
    )
    await writer.drain()
    writer.close()


ASKS: dict[str, Ask] = {
    "a read": asking("GET", ROUNDS),
    "a head": asking("HEAD", ROUNDS),
    "a write": asking("POST", DEPOSITS),
    "a write that is repeated": asking("POST", DEPOSITS, headers={"Idempotency-Key": str(uuid4())}),
    "security": asking("POST", REFRESH),
    "two sessions": asking("POST", REFRESH, headers=TWICE),
    "a session": asking("GET", ROUNDS, headers={"Authorization": "", "Cookie": "__Host-sid=a"}),
    "a hurry": asking("GET", ROUNDS, headers={"X-Deadline-Ms": "20"}),
    "one who leaves": asking("GET", ROUNDS, timeout=0.05),
    "a strange type": asking("POST", DEPOSITS, headers={"Content-Type": "x"}),
    "half an upload": half_an_upload,
}


@given(st.lists(st.tuples(st.sampled_from(sorted(ASKS)), st.sampled_from([*ANSWERS, "silent"])), max_size=12))
@settings(max_examples=25, deadline=None)
def test_after_any_mix_of_requests_all_places_are_free(mix: list[tuple[str, str]]) -> None:
    async def run() -> None:
        before = taken()
        async with (
            Scripted(as_told).listening() as service,
            gateway_before(service.url, requests_per_second_per_ip=100_000, upstream_timeout_s=0.2) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):

            async def one(who: str, how: str) -> None:
                with contextlib.suppress(httpx.HTTPError, ConnectionError):
                    await ASKS[who](client, port, how)

            await asyncio.gather(*(one(*ask) for ask in mix))
        assert {name: count or 0 for name, count in taken().items()} == {
            name: count or 0 for name, count in before.items()
        }

    asyncio.run(run())


async def test_a_session_said_twice_is_refused_and_takes_no_place(upstream: Upstream) -> None:
    async with talking(upstream.url, upstream_in_flight=2) as client:
        for _ in range(4):
            refused = await client.post(REFRESH, json={}, headers=TWICE)
            assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request")
        assert upstream.seen == []
        assert (await client.post(REFRESH, json={})).status_code == 200
