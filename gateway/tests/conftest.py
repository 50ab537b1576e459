"""The gateway before an upstream that says what it was sent, both on real sockets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn

from chassis.auth import Verifier
from chassis.auth.policy.local import LocalPolicy
from chassis.http.protocol import Patience
from chassis.http.serving import uvicorn_config
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_verifier
from gateway.main import build
from gateway.settings import Settings

SERVICES = ("security", "backoffice", "verification", "payments", "games", "reports")


@dataclass
class Upstream:
    """Answers every request with what it got, unless told otherwise."""

    url: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    behaviour: str = "echo"
    taken: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if self.behaviour == "refuse":
            await self._refuse(send)
            return
        body = b""
        while True:
            message = await receive()
            self.taken += len(message.get("body", b""))
            body += message.get("body", b"") if self.behaviour != "count" else b""
            if not message.get("more_body"):
                break
        headers = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        got = {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": headers,
            "body": body.decode("latin-1"),
        }
        self.seen.append(got)
        await getattr(self, f"_{self.behaviour}")(send, json.dumps(got).encode())

    async def _echo(self, send: Any, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"x-internal-secret", b"no"), (b"server", b"inside")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _count(self, send: Any, body: bytes) -> None:
        """Keep nothing of a body but how long it was."""
        await self._echo(send, body)

    async def _refuse(self, send: Any) -> None:
        """Answer before the body was sent, as a service does that lets somebody not in."""
        headers = [(b"content-type", b"application/problem+json")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"code": "forbidden"}'})

    async def _break_off(self, send: Any, body: bytes) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"half of", "more_body": True})
        raise ConnectionAbortedError("as a process that dies does")

    async def _fall_silent(self, send: Any, body: bytes) -> None:
        await asyncio.get_running_loop().create_future()

    async def _redirect(self, send: Any, body: bytes) -> None:
        await send({"type": "http.response.start", "status": 302, "headers": [(b"location", b"http://evil.invalid/")]})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self, send: Any, body: bytes) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"data: first\n\n", "more_body": True})
        await asyncio.get_running_loop().create_future()


HASTE = Patience(linger_s=0.02)
"""Nobody waits in a test for the end of a connection on which nothing is under way."""


@asynccontextmanager
async def served(app: Any, patience: Patience = HASTE, proxies: str = "") -> AsyncIterator[int]:
    """Serve an application as we serve all of them, on a free port."""
    told = {**_everything_at("http://127.0.0.1:1"), "trusted_proxies": proxies}
    settings = make_settings(Settings, **told, port=0, shutdown_grace_s=1)
    config = uvicorn_config(app, settings, patience=patience)
    config.log_level = "critical"
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)  # until the socket listens: uvicorn tells by a flag alone
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _everything_at(url: str) -> dict[str, str]:
    return {f"{service}_url": url for service in SERVICES}


@asynccontextmanager
async def gateway_before(
    url: str,
    patience: Patience = HASTE,
    verifier: Verifier | None = None,
    policy: LocalPolicy | None = None,
    **told: Any,
) -> AsyncIterator[int]:
    """The port of a gateway with all services at one address, told what else is given."""
    settings = make_settings(Settings, **{**_everything_at(url), **told})
    app = build(settings, verifier=verifier or test_verifier(), policy=policy)
    async with served(app, patience, settings.trusted_proxies) as port:
        yield port


@asynccontextmanager
async def talking(url: str, patience: Patience = HASTE, **told: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of such a gateway; who asks is up to the request."""
    async with gateway_before(url, patience, **told) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client


Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Scripted:
    """An upstream of raw bytes: it reads one request after another and answers each as the script says."""

    def __init__(self, script: Script) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._script = script
        self._tasks: set[asyncio.Task[Any]] = set()
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Scripted"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                found = re.search(rb"content-length: ([0-9]+)", head.lower())
                self.bodies.append(await reader.readexactly(int(found.group(1)) if found else 0))
                await self._script(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # It has hung up, which is its right.
        finally:
            writer.close()


def answering(raw: bytes, *, then_close: bool = False) -> Script:
    """The same bytes for every request."""

    async def script(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if then_close:
            writer.close()

    return script


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    echo = Upstream()
    async with served(echo) as port:
        echo.url = f"http://127.0.0.1:{port}"
        yield echo


@pytest.fixture(scope="module")
async def long_lived() -> AsyncIterator[tuple[int, Upstream]]:
    """A gateway without limits and its upstream, for all tests of a module; whoever uses it clears `seen`."""
    echo = Upstream()
    unlimited: dict[str, Any] = {"requests_per_second_per_ip": 100_000, "requests_per_second_per_session": 100_000}
    async with served(echo) as behind:
        async with gateway_before(f"http://127.0.0.1:{behind}", allowed_hosts="127.0.0.1,x", **unlimited) as port:
            yield port, echo


@pytest.fixture
async def gateway(upstream: Upstream) -> AsyncIterator[int]:
    """The port of a gateway before the upstream."""
    settings = make_settings(
        Settings, **_everything_at(upstream.url), upstream_timeout_s=2, allowed_hosts="127.0.0.1,x"
    )
    async with served(build(settings, verifier=test_verifier())) as port:
        yield port
