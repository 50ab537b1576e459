"""The way in of the composition, with a real nginx: everyone reaches the right service, nothing changes on the way."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pitlocal.edge import EDGE, nginx
from pitlocal.kafka import answers
from pitlocal.processes import free_port

pytestmark = pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx is not installed; its paths are checked anyway"
)


class Service:
    """Keeps the heads of the requests it is sent, and answers them while it is `awake`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.heads: list[str] = []
        self.awake = asyncio.Event()
        self.awake.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        await self.awake.wait()
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
    """The port of the composition's nginx."""
    async with running(EDGE, services, tmp_path) as port:
        yield port


@asynccontextmanager
async def running(server: str, services: dict[str, Service], tmp_path: Path) -> AsyncIterator[int]:
    """The port of an nginx, with the services at other addresses than in the composition."""
    port = free_port()
    addresses = {name: f"127.0.0.1:{one.port}" for name, one in services.items()}
    command = nginx(tmp_path, port, addresses, server)
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(10):
        while not answers(port):
            assert process.returncode is None, (tmp_path / "error.log").read_text()
            await asyncio.sleep(0.02)
    yield port
    process.terminate()
    await process.wait()


async def ask(port: int, target: str, *headers: str, source: str = "127.0.0.1") -> str:
    """The first line of the answer to a request written by hand, sent from this address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
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


PARTNERS = pytest.mark.parametrize(
    ("target", "zone"),
    [("/partner/payments/stripe/a-casino/notifications", "payments"), ("/partner/hub88/a-casino/user/info", "games")],
)
TAKEN, NOT_YET = "HTTP/1.1 200 OK", "HTTP/1.1 503 Service Temporarily Unavailable"


def narrowed(zone: str, *, burst: int, at_once: int) -> str:
    """The way in, where one address may ask a partner's way once a minute, and so many times beyond."""
    changed, found = re.subn(rf"(zone={zone}:10m rate=)\d+r/s", r"\g<1>1r/m", EDGE)
    changed, bursts = re.subn(rf"(zone={zone} burst=)\d+", rf"\g<1>{burst}", changed)
    changed, limits = re.subn(rf"(limit_conn {zone}_now )\d+", rf"\g<1>{at_once}", changed)
    assert (found, bursts, limits) == (1, 1, 1)
    return changed


@PARTNERS
async def test_a_burst_of_a_partner_goes_through_and_what_is_too_much_is_to_be_sent_again(
    services: dict[str, Service], tmp_path: Path, target: str, zone: str
) -> None:
    async with running(narrowed(zone, burst=20, at_once=100), services, tmp_path) as port:
        answers = Counter(await asyncio.gather(*(ask(port, target) for _ in range(30))))
        assert answers == {TAKEN: 21, NOT_YET: 9}
        assert await ask(port, target, source="127.0.0.2") == TAKEN, "nobody else waits"
        assert await ask(port, "/api/payments/v1/deposits") == TAKEN, "nothing but partners' ways is counted"


@PARTNERS
async def test_who_keeps_a_service_waiting_has_so_many_requests_under_way(
    services: dict[str, Service], tmp_path: Path, target: str, zone: str
) -> None:
    service = services[zone]
    service.awake.clear()
    async with running(narrowed(zone, burst=20, at_once=2), services, tmp_path) as port:
        under_way = [asyncio.create_task(ask(port, target)) for _ in range(2)]
        async with asyncio.timeout(10):
            while len(service.heads) < 2:
                await asyncio.sleep(0.01)
        assert await ask(port, target) == NOT_YET
        service.awake.set()
        assert await asyncio.gather(*under_way) == [TAKEN, TAKEN]
        assert await ask(port, target) == TAKEN


async def test_webhooks_of_a_provider_that_was_away_come_all_at_once(edge: int, services: dict[str, Service]) -> None:
    gate = asyncio.Semaphore(100)

    async def told() -> str:
        async with gate:
            return await ask(edge, "/partner/payments/adyen/a-casino/notifications")

    assert Counter(await asyncio.gather(*(told() for _ in range(1000)))) == {TAKEN: 1000}
    assert len(services["payments"].heads) == 1000
