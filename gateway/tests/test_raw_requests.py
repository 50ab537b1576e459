"""Requests byte by byte, to the gateway alone and through nginx: each is refused, or arrives as it was meant.

Counted at every hop: what nginx has passed on the gateway has seen, and what the gateway has let through the service
has seen, and nothing beside. The first thirty are those of a comparison of parsers; the others came with our own rules.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pitlocal.kafka import answers
from pitlocal.processes import free_port

from chassis.testing.environment import make_settings
from chassis.testing.tokens import make_token, test_verifier
from gateway.main import build
from gateway.settings import Settings

from .conftest import SERVICES, Upstream, served

TOKEN = make_token()
PATH = "/api/games/v1/rounds"
POST = "/api/payments/v1/deposits"
AUTH = f"Authorization: Bearer {TOKEN}\r\n"
HEAD = f"Host: x\r\n{AUTH}"
SECOND = f"GET {PATH}?second HTTP/1.1\r\n{HEAD}\r\n"

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    log_format hops "$status $upstream_status";
    access_log {folder}/access.log hops;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {server}
}}
"""
EDGE = Path(__file__).parents[2] / "deploy" / "compose" / "edge.conf"


@dataclass
class Hops:
    """A way in, and what each hop has seen.

    Attributes:
        let_through: how many requests the gateway has answered with success.
        access: nginx's log, when it stands before the gateway.
    """

    port: int
    upstream: Upstream
    let_through: list[int] = field(default_factory=list)
    access: Path | None = None

    async def ask(self, request: bytes) -> bytes:
        """Everything that comes back, until the connection ends or falls silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        got = b""
        try:
            while chunk := await asyncio.wait_for(reader.read(65_536), 0.5 if got else 10.0):
                got += chunk
        except (TimeoutError, ConnectionError):
            pass  # It is kept alive, or was reset: what came is what counts.
        finally:
            writer.close()
        return got

    def passed_on_by_nginx(self) -> int:
        """How many requests nginx has sent on that were answered with success."""
        assert self.access is not None
        return sum(line.partition(" ")[2].count("200") for line in self.access.read_text().splitlines())


@asynccontextmanager
async def nginx_before(port: int, folder: Path) -> AsyncIterator[int]:
    """The composition's own nginx before a gateway."""
    own, server = free_port(), EDGE.read_text()
    server = server.replace("listen 8080;", f"listen 127.0.0.1:{own};").replace("gateway:8000", f"127.0.0.1:{port}")
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, server=server))
    process = await asyncio.create_subprocess_exec(
        "nginx", "-p", str(folder), "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while not answers(own):
                assert process.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
        yield own
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module", params=["alone", "nginx"])
async def hops(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hops]:
    if request.param == "nginx" and not shutil.which("nginx"):
        pytest.skip("nginx is not installed; the gateway alone is tried anyway")
    echo = Upstream()
    hops = Hops(0, echo)
    async with served(echo) as behind:
        urls = {f"{service}_url": f"http://127.0.0.1:{behind}" for service in SERVICES}
        unlimited = {"requests_per_second_per_ip": 100_000, "requests_per_second_per_session": 100_000}
        settings = make_settings(Settings, **urls, **unlimited, allowed_hosts="x", trusted_proxies="127.0.0.1")
        app: Any = build(settings, verifier=test_verifier())

        async def counting(scope: Any, receive: Any, send: Any) -> None:
            async def sending(message: Any) -> None:
                if message["type"] == "http.response.start" and message["status"] == 200:
                    hops.let_through.append(1)
                await send(message)

            await app(scope, receive, sending if scope["type"] == "http" else send)

        async with served(counting) as port:
            if request.param == "alone":
                hops.port = port
                yield hops
                return
            folder = tmp_path_factory.mktemp("nginx")
            hops.access = folder / "access.log"
            async with nginx_before(port, folder) as hops.port:
                yield hops


def get(rest: str = "", *, line: str = f"GET {PATH} HTTP/1.1", head: str = HEAD) -> bytes:
    return f"{line}\r\n{head}{rest}\r\n".encode("latin-1")


def post(rest: str, body: bytes, *, version: str = "1.1") -> bytes:
    head = f"POST {POST} HTTP/{version}\r\n{HEAD}Content-Type: application/json\r\n{rest}\r\n"
    return head.encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked\r\n"
SMUGGLED = SECOND.encode()

# name -> (request, whether the gateway alone refuses it with 400)
REQUESTS: dict[str, tuple[bytes, bool]] = {
    "plain": (get(), False),
    "a length and chunks, and a second request behind": (
        post(f"Content-Length: 5\r\n{CHUNKED}", b"0\r\n\r\n" + SMUGGLED),
        True,
    ),
    "chunks and a length": (post(f"{CHUNKED}Content-Length: 5\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "chunks and a length of nothing": (post(f"{CHUNKED}Content-Length: 0\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "garbage after a chunk": (post(CHUNKED, b"3\r\nabcXX\r\n0\r\n\r\n"), True),
    "a chunk's size with 0x": (post(CHUNKED, b"0x3\r\nabc\r\n0\r\n\r\n"), True),
    "a chunk's size that is negative": (post(CHUNKED, b"-3\r\nabc\r\n0\r\n\r\n"), True),
    "a chunk's size that overflows": (post(CHUNKED, b"1" + b"0" * 16 + b"3\r\nabc\r\n0\r\n\r\n"), True),
    "a chunk's size without digits": (post(CHUNKED, b"\r\nabc\r\n0\r\n\r\n"), True),
    "a line feed in a chunk's extension": (post(CHUNKED, b"3;a\nb\r\nabc\r\n0\r\n\r\n"), True),
    "bare line feeds": (get().replace(b"\r\n", b"\n"), True),
    "a bare carriage return in a header": (get("X-A: a\rX-B: b\r\n"), True),
    "a folded transfer encoding": (post("Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "a list of lengths": (post("Content-Length: 3, 3\r\n", b"abc"), True),
    "two lengths": (post("Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd"), True),
    "the same length twice": (post("Content-Length: 3\r\nContent-Length: 3\r\n", b"abc"), True),
    "a length with a sign": (post("Content-Length: +3\r\n", b"abc"), True),
    "a length in hexadecimal": (post("Content-Length: 0x3\r\n", b"abc"), True),
    "a length below nothing": (post("Content-Length: -3\r\n", b"abc"), True),
    "a length that overflows": (post(f"Content-Length: {2**64 + 3}\r\n", b"abc"), True),
    "a length that is empty": (post("Content-Length: \r\n", b"abc"), True),
    "identity and then chunked": (post(f"Transfer-Encoding: identity\r\n{CHUNKED}", b"0\r\n\r\n" + SMUGGLED), True),
    "identity in one list with chunked": (
        post("Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        True,
    ),
    "chunked and then identity": (post("Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "chunked twice": (post("Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "packed and chunked": (post("Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "chunked with a tab before it": (post("Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n" + SMUGGLED), True),
    "a space before the colon of the transfer encoding": (
        post("Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + SMUGGLED),
        True,
    ),
    "a transfer encoding with an underscore": (
        post("Transfer_Encoding: chunked\r\nContent-Length: 2\r\n", b"{}"),
        True,
    ),
    "HTTP/1.0 in chunks": (post(CHUNKED, b"2\r\n{}\r\n0\r\n\r\n", version="1.0"), True),
    "two hosts": (get("Host: y\r\n"), True),
    "the same host twice": (get("Host: x\r\n"), True),
    "no host": (get(head=AUTH), True),
    "an absolute target": (get(line=f"GET http://evil.example{PATH} HTTP/1.1"), True),
    "a target with an authority": (get(line="CONNECT games:8000 HTTP/1.1"), True),
    "an asterisk": (get(line="OPTIONS * HTTP/1.1"), True),
    "a fragment": (get(line=f"GET {PATH}#x HTTP/1.1"), True),
    "a space in the target": (get(line=f"GET {PATH} x HTTP/1.1"), True),
    "a tab before the version": (get(line=f"GET {PATH}\tHTTP/1.1"), True),
    "a header with an underscore": (get("X_User_Id: evil\r\nX-User-Id: ok\r\n"), True),
    "a header with a dot": (get("X.User.Id: evil\r\n"), True),
    "a header without a name": (get(": evil\r\n"), True),
    "a header without a colon": (get("X-User-Id\r\n"), True),
    "a NUL in a header": (get("X-A: a\x00b\r\n"), True),
    "a control character in a header": (get("X-A: a\x01b\r\n"), True),
    "a delete in a header": (get("X-A: a\x7fb\r\n"), True),
    "a header of 64 KiB": (get(f"X-A: {'a' * 65_536}\r\n"), True),
    "headers of more than 16 KiB together": (get("".join(f"X-A{n}: {'a' * 1000}\r\n" for n in range(17))), True),
    "more than a hundred headers": (get("".join(f"X-A{n}: a\r\n" for n in range(99))), True),
    "a target of more than 8 KiB": (get(line=f"GET {PATH}?{'a' * 8200} HTTP/1.1"), True),
    "a method in small letters": (get(line=f"get {PATH} HTTP/1.1"), True),
    "a method nobody knows": (get(line=f"TRACE {PATH} HTTP/1.1"), True),
    "a method of another protocol": (get(line=f"PROPFIND {PATH} HTTP/1.1"), True),
    "no method": (get(line=f" {PATH} HTTP/1.1"), True),
    "a version there is not": (get(line=f"GET {PATH} HTTP/1.2"), True),
    "a version of tomorrow": (get(line=f"GET {PATH} HTTP/2.0"), True),
    "no version": (get(line=f"GET {PATH}"), True),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", True),
    "a handshake of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, True),
    "a connection that strips": (get("Connection: close, X-Forwarded-For\r\n"), True),
    "a connection that strips the token": (get("Connection: Authorization\r\n"), True),
    "an upgrade to HTTP/2": (get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), False),
    "two tokens": (get("Authorization: Bearer other\r\n"), True),
    "a NUL in the path": (get(line=f"GET {PATH}%00 HTTP/1.1"), True),
    "dots in the path": (get(line="GET /api/games/v1/../../payments/v1/deposits HTTP/1.1"), True),
    "encoded dots in the path": (get(line="GET /api/games/%2e%2e/payments/v1/deposits HTTP/1.1"), True),
    "an encoded slash in the path": (get(line="GET /api/games/v1%2frounds HTTP/1.1"), True),
    "two slashes in the path": (get(line="GET /api//games/v1/rounds HTTP/1.1"), True),
    "a body in chunks": (post(CHUNKED, b"1\r\n{\r\n1;ext=1\r\n}\r\n0\r\n\r\n"), False),
    "chunked in large letters": (post("Transfer-Encoding: Chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"), False),
    "a body with its length": (post("Content-Length: 2\r\n", b"{}"), False),
    "a length that begins with noughts": (post("Content-Length: 002\r\n", b"{}"), False),
    "a trailer that names somebody": (post(CHUNKED, b"2\r\n{}\r\n0\r\nX-User-Id: evil\r\n\r\n"), False),
    "HTTP/1.0": (get(line=f"GET {PATH} HTTP/1.0"), False),
    "a GET with a body": (get("Content-Length: 2\r\n") + b"{}", False),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_request_is_refused_or_arrives_as_it_was_meant(hops: Hops, name: str) -> None:
    request, refused = REQUESTS[name]
    hops.upstream.seen.clear()
    hops.let_through.clear()
    before = hops.passed_on_by_nginx() if hops.access else 0
    answer = await hops.ask(request)
    statuses = [int(one) for one in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", answer)]
    seen = hops.upstream.seen
    assert statuses.count(200) == len(seen) == len(hops.let_through)
    assert not any("second" in one["query"] for one in seen), "what hides in a body is no request"
    for one in seen:
        meant = ("POST", POST, "{}") if request.startswith(b"POST") else ("GET", PATH, "{}" if b"{}" in request else "")
        assert (one["method"], one["path"], one["body"]) == meant
        assert [value for key, value in one["headers"] if key == "authorization"] == [f"Bearer {TOKEN}"]
        assert not any("evil" in value for _, value in one["headers"])
        lengths = [value for key, value in one["headers"] if key in ("content-length", "transfer-encoding")]
        assert lengths in ([], [str(len(one["body"]))])
    if hops.access is not None:
        async with asyncio.timeout(10):
            while hops.passed_on_by_nginx() - before != len(seen):
                await asyncio.sleep(0.02)  # nginx writes its log after it has answered
        assert statuses or name == "no version", "nginx always answers"
    elif refused:
        assert set(statuses) <= {400}
        assert len(statuses) == 1
        assert b"application/problem+json" in answer.lower()
        assert b'"request_id": "' in answer
    else:
        assert statuses == [200]


async def test_whoever_asks_with_too_long_a_filter_is_told_the_way_out(hops: Hops) -> None:
    answer = await hops.ask(REQUESTS["a target of more than 8 KiB"][0])
    if hops.access is None:
        assert b'"target_too_long"' in answer
        assert b"/query" in answer


async def test_requests_in_a_row_are_answered_in_a_row(hops: Hops) -> None:
    hops.upstream.seen.clear()
    await hops.ask(b"".join(get(line=f"GET {PATH}?n={number} HTTP/1.1") for number in range(5)))
    assert [one["query"] for one in hops.upstream.seen] == [f"n={number}" for number in range(5)]


async def test_what_is_wrong_behind_a_request_does_not_cost_its_answer(hops: Hops) -> None:
    hops.upstream.seen.clear()
    answer = await hops.ask(get() + b"\x00\x00garbage\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert len(hops.upstream.seen) == 1
