"""The gateway before an upstream that says what it was sent, both on real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

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

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if self.behaviour == "refuse":
            await self._refuse(send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
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


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """Serve an application as we serve all of them, on a free port."""
    settings = make_settings(Settings, **_everything_at("http://127.0.0.1:1"), port=0, shutdown_grace_s=1)
    config = uvicorn_config(app, settings)
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


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    echo = Upstream()
    async with served(echo) as port:
        echo.url = f"http://127.0.0.1:{port}"
        yield echo


@pytest.fixture
async def gateway(upstream: Upstream) -> AsyncIterator[int]:
    """The port of a gateway before the upstream."""
    settings = make_settings(
        Settings, **_everything_at(upstream.url), upstream_timeout_s=2, allowed_hosts="127.0.0.1,x"
    )
    async with served(build(settings, verifier=test_verifier())) as port:
        yield port
