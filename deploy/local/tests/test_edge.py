"""The way in of the composition, with a real nginx: everyone reaches the right service, nothing changes on the way."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pitlocal.kafka import answers
from pitlocal.paths import REPOSITORY
from pitlocal.processes import free_port

pytestmark = pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx is not installed; its paths are checked anyway"
)

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""


class Service:
    """Keeps the heads of the requests it is sent."""

    def __init__(self) -> None:
        self.port = free_port()
        self.heads: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest.fixture
async def services() -> AsyncIterator[dict[str, Service]]:
    made = {name: Service() for name in ("payments", "games", "gateway")}
    servers = [await asyncio.start_server(one.serve, "127.0.0.1", one.port) for one in made.values()]
    yield made
    for server in servers:
        server.close()


@pytest.fixture
async def edge(services: dict[str, Service], tmp_path: Path) -> AsyncIterator[int]:
    """The port of the composition's nginx, with the services at other addresses than there."""
    port, server = free_port(), (REPOSITORY / "deploy" / "compose" / "edge.conf").read_text()
    for there, here in {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        **{f"{name}:8000": f"127.0.0.1:{one.port}" for name, one in services.items()},
    }.items():
        assert there in server
        server = server.replace(there, here)
    config = tmp_path / "nginx.conf"
    config.write_text(NGINX.format(folder=tmp_path, server=server))
    process = await asyncio.create_subprocess_exec(
        "nginx", "-p", str(tmp_path), "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(10):
        while not answers(port):
            assert process.returncode is None, (tmp_path / "error.log").read_text()
            await asyncio.sleep(0.02)
    yield port
    process.terminate()
    await process.wait()


async def ask(port: int, target: str, *headers: str) -> str:
    """The first line of the answer to a request written by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"POST {target} HTTP/1.1", "Host: pitboss.example", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(head).encode())
    answer = await reader.read()
    writer.close()
    return answer.decode().split("\r\n", 1)[0]


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("/partner/payments/stripe/a-casino/notifications", "payments"),
        ("/partner/payments/trustly/a-casino/notifications", "payments"),
        ("/partner/hub88/a-casino/transaction%2Fbet//x?a=%41&a=b", "games"),
        ("/api/payments/v1//deposits/..%2f?x=1", "gateway"),
        ("/.well-known/oauth-authorization-server", "gateway"),
        ("/.well-known/jwks.json", "gateway"),
        ("/docs/explorer.js", "gateway"),
        ("/openapi.json", "gateway"),
    ],
)
async def test_a_request_reaches_its_service_as_it_was_sent(
    edge: int, services: dict[str, Service], target: str, service: str
) -> None:
    assert await ask(edge, target, "X-Forwarded-For: 9.9.9.9") == "HTTP/1.1 200 OK"
    assert [name for name, one in services.items() if one.heads] == [service]
    [head] = services[service].heads
    assert head.startswith(f"POST {target} HTTP/1.1\r\n")
    assert "\r\nHost: pitboss.example\r\n" in head
    assert "\r\nX-Forwarded-For: 127.0.0.1\r\n" in head
    assert "9.9.9.9" not in head


@pytest.mark.parametrize(
    "target", ["/", "/metrics", "/healthz", "/internal/v1/wallet/transfers", "/partner/other/x", "/.well-known/x"]
)
async def test_what_is_not_for_the_outside_is_not_found(edge: int, services: dict[str, Service], target: str) -> None:
    assert await ask(edge, target) == "HTTP/1.1 404 Not Found"
    assert [one.heads for one in services.values()] == [[], [], []]


async def test_a_body_that_nothing_takes_is_refused_at_the_door(edge: int) -> None:
    assert await ask(edge, "/api/x", "Content-Length: 20000000") == "HTTP/1.1 413 Request Entity Too Large"
