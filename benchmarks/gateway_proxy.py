"""Requests per second through the gateway to a service, against nginx as a reverse proxy that checks nothing.

    make bench-gateway
    python benchmarks/gateway_proxy.py --seconds 10 --clients 64 --beside

The request is a real one: a player asks payments for his balance, with his token, which the gateway checks, limits and
routes and payments checks again before it asks PostgreSQL. nginx passes on the same request to the same process.
Gateway and nginx have one process each and are measured by turns; the median round counts. `light` is the same against
a service that has nothing to do, where the way through is all there is. `added_p50_ms` is what one client who asks one
thing after another waits longer than without the gateway. This process is the client.
"""

import argparse
import asyncio
import base64
import json
import logging
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import structlog
import uvloop
from pitlocal.processes import free_port

from bet_casino import CASINO, fund
from chassis.auth.policy import signing, wire
from chassis.auth.policy.model import Policy
from chassis.auth.policy.news import Confirmed
from chassis.auth.policy.pull import PATH, Pulled, encode
from chassis.db import migrations
from chassis.domain import uuid7
from chassis.testing.tokens import default_maker, make_token
from common import Result, database, folder, percentile, report, say, server, stopwatch
from programs import program

GOAL = 0.4
NAMES = ("security", "backoffice", "verification", "payments", "games", "reports")
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream service {{ server {service}; keepalive 128; }}
    server {{
        listen 127.0.0.1:{port};
        keepalive_requests 1000000;
        location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


class Line(asyncio.Protocol):
    """One connection: asks, waits for the answer, asks again until the time is over."""

    def __init__(self, request: bytes, until: float, waits: list[float], finished: asyncio.Future[None]) -> None:
        self._request, self._until, self._waits, self._finished = request, until, waits, finished
        self._received = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._end(RuntimeError(f"refused: {self._received!r}"))
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._waits.append(stopwatch() - self._sent_at)
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("hung up"))

    def _send(self) -> None:
        self._sent_at = stopwatch()
        if self._sent_at >= self._until:
            self._end(None)
            return
        assert self._transport is not None
        self._transport.write(self._request)

    def _end(self, error: Exception | None) -> None:
        if not self._finished.done():
            if error is None:
                self._finished.set_result(None)
            else:
                self._finished.set_exception(error)
        if self._transport is not None:
            self._transport.close()


async def ask(name: str, address: str, path: str, token: str, *, clients: int, seconds: float) -> dict[str, float]:
    """Answers per second, and how long clients waited."""
    host, _, port = address.partition(":")
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", f"Authorization: Bearer {token}"]
    request = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    began = stopwatch()
    until = began + seconds
    finished: list[asyncio.Future[None]] = []
    for _ in range(clients):
        done: asyncio.Future[None] = loop.create_future()
        finished.append(done)
        await loop.create_connection(lambda done=done: Line(request, until, waits, done), host, int(port))  # type: ignore[misc]
    await asyncio.gather(*finished)
    per_s = len(waits) / (stopwatch() - began)
    p50, p99 = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    say(f"  {name}, {clients} client(s): {per_s:,.0f}/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    return {"per_s": round(per_s), "p50_ms": round(p50, 3), "p99_ms": round(p99, 3)}


@asynccontextmanager
async def nginx(service: str) -> AsyncIterator[str]:
    """An nginx before a service; its address."""
    if shutil.which("nginx") is None:
        raise SystemExit("nginx is needed: apt-get install nginx-light")
    port = free_port()
    with folder() as own:
        (own / "nginx.conf").write_text(NGINX.format(folder=own, service=service, port=port))
        process = await asyncio.create_subprocess_exec("nginx", "-p", str(own), "-c", str(own / "nginx.conf"))
        try:
            await _listens(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def light_service() -> AsyncIterator[str]:
    """A service in a process of its own that answers every request with the same kilobyte; its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "light_service:app", "--port", str(port), "--http", "httptools"]
    process = await asyncio.create_subprocess_exec(*command, "--log-level", "warning", cwd=Path(__file__).parent)
    try:
        await _listens(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> None:
    deadline = stopwatch() + 30
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if stopwatch() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


class Security:
    """Security, as far as it is needed here: it says whose signatures are good, and that the policy still holds."""

    def __init__(self) -> None:
        self._key = signing.new_key("benchmark")
        self._policy = Policy(version=1, issued_at=datetime.now(UTC))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of whatever it is."""
        head = await reader.readuntil(b"\r\n\r\n")
        body = self._pulled() if PATH.encode() in head else json.dumps(default_maker().jwks()).encode()
        lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        writer.write(lines.encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    def _pulled(self) -> bytes:
        return encode(
            Pulled(
                policy=signing.sign(wire.encode(self._policy), "policy+jws", self._key),
                confirmed=Confirmed(self._policy.version, datetime.now(UTC)).sign(self._key),
                keys=signing.document_of({str(self._key.kid): self._key}),
            )
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Gateway and nginx before the same service: the median of the rounds, and one client with and without.

    Attributes:
        beside: the same gateway with another client towards the services, in the same rounds.
    """

    nginx: dict[str, float]
    gateway: dict[str, float]
    beside: dict[str, float] | None
    direct: dict[str, float]
    through: dict[str, float]

    @property
    def value(self) -> float:
        """The gateway's share of nginx."""
        return round(self.gateway["per_s"] / self.nginx["per_s"], 2)

    def told(self) -> dict[str, Any]:
        """For the closing line."""
        added = {"added_p50_ms": round(self.through["p50_ms"] - self.direct["p50_ms"], 3)}
        beside = {} if self.beside is None else {"beside": self.beside}
        return {"value": self.value, "gateway": self.gateway, "nginx": self.nginx, **beside, **added}


async def compared(
    stack: AsyncExitStack, environment: dict[str, str], service: str, player: UUID, options: argparse.Namespace
) -> Compared:
    """Rounds of nginx and gateway before the same service; then one client with the gateway and one without."""
    path, token = f"/api/payments/v1/players/{player}/balance", make_token(kind="player", subject=player, casino=CASINO)
    told = {**environment, **{f"{name.upper()}_URL": f"http://{service}" for name in NAMES if name != "security"}}
    other = (sys.executable, str(Path(__file__).with_name("gateway_clients.py")))
    lines = {
        "nginx": await stack.enter_async_context(nginx(service)),
        "gateway": (await stack.enter_async_context(program("gateway", told, role=None)))[0],
    }
    if options.beside:
        lines["beside"] = (await stack.enter_async_context(program("gateway", told, role=None, command=other)))[0]

    async def rate(name: str, address: str, clients: int, seconds: float) -> dict[str, float]:
        return await ask(name, address, path, token, clients=clients, seconds=seconds)

    say("warming up ...")
    for address in lines.values():
        await rate("warming up", address, options.clients, min(2.0, options.seconds))
    rounds = [
        {name: await rate(name, address, options.clients, options.seconds) for name, address in lines.items()}
        for _ in range(options.rounds)
    ]
    rounds.sort(key=lambda one: one["gateway"]["per_s"] / one["nginx"]["per_s"])
    median = rounds[len(rounds) // 2]
    return Compared(
        nginx=median["nginx"],
        gateway=median["gateway"],
        beside=median.get("beside"),
        direct=await rate("without", service, 1, options.seconds),
        through=await rate("gateway", lines["gateway"], 1, options.seconds),
    )


async def main(options: argparse.Namespace) -> None:
    """The whole benchmark."""
    player = uuid7()
    async with AsyncExitStack() as stack:
        keys = await stack.enter_async_context(await asyncio.start_server(Security().answer, "127.0.0.1", 0))
        running = stack.enter_context(server())
        urls = {
            name: await stack.enter_async_context(database(running, f"bench_{name}")) for name in ("payments", "bus")
        }
        environment = {
            "INTERNAL_KEY": secrets.token_urlsafe(32),
            "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "SECURITY_URL": f"http://127.0.0.1:{keys.sockets[0].getsockname()[1]}",
            "VERIFICATION_URL": "http://127.0.0.1:1",
            "BUS_DATABASE_URL": urls["bus"],
            "POLICY_FOLDER": str(stack.enter_context(folder())),
            "FILES_URL": f"file://{Path.cwd() / '.local' / 'files'}",
            "REQUESTS_PER_SECOND_PER_IP": "100000",
            "REQUESTS_PER_SECOND_PER_SESSION": "100000",
            "WORKERS": str(options.workers),
        }
        await migrations.upgrade("payments", urls["payments"])
        await fund(urls["payments"], [player])
        told = {**environment, "DATABASE_URL": urls["payments"]}
        payments, _ = await stack.enter_async_context(program("payments", told, role="api"))
        say("a player asks payments for his balance")
        async with AsyncExitStack() as behind:
            real = await compared(behind, environment, payments, player, options)
        say("the same, of a service that has nothing to do")
        async with AsyncExitStack() as behind:
            light = await behind.enter_async_context(light_service())
            idle = await compared(behind, environment, light, player, options)
    report(
        Result(
            bench="gateway",
            value=real.value,
            unit="x",
            better="higher",
            goal=GOAL,
            measured=real.gateway["per_s"],
            baseline=real.nginx["per_s"],
            baseline_name="nginx without a token check",
            extra={
                "clients": options.clients,
                "workers": options.workers,
                **real.told(),
                "light": idle.told(),
            },
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=float, default=5, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=3, help="of nginx and gateway by turns; the median counts")
    arguments.add_argument("--clients", type=int, default=32, help="requests under way at once")
    arguments.add_argument("--workers", type=int, default=1, help="processes of the gateway")
    arguments.add_argument("--beside", action="store_true", help="measure pyreqwest towards the service as well")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(main(arguments.parse_args()))
