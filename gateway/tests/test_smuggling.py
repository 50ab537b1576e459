"""Raw bytes over a real socket: what could be read in two ways is refused, and nothing slips through behind it."""

import asyncio

import pytest

from chassis.testing.tokens import make_token

from .conftest import Upstream

TOKEN = make_token()
GOOD = f"GET /api/games/v1/rounds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"


async def raw(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(65536), 5)
    finally:
        writer.close()
        await writer.wait_closed()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def test_a_plain_request_passes(gateway: int, upstream: Upstream) -> None:
    assert status(await raw(gateway, GOOD.encode() + b"\r\n")) == 200
    assert len(upstream.seen) == 1


REFUSED = {
    "two lengths": "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n",
    "a chunked that is not quite": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two hosts": "Host: y\r\n\r\n",
    "an underscore": "X_User_Id: evil\r\n\r\n",
    "a connection that strips": "Connection: close, X-Forwarded-For\r\n\r\n",
    "a second authorization": "Authorization: Bearer other\r\n\r\n",
    "a folded header": "X-A: b\r\n c\r\n\r\n",
    "a space before the colon": "X-A : b\r\n\r\n",
    "a control character": "X-A: b\x01c\r\n\r\n",
    "too many headers": "".join(f"X-{n}: 1\r\n" for n in range(120)) + "\r\n",
    "too long a header": f"X-A: {'a' * 20_000}\r\n\r\n",
}


@pytest.mark.parametrize("rest", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("path", ["/api/games/v1/rounds", "/openapi.json", "/healthz"])
async def test_an_ambiguous_head_is_refused(gateway: int, upstream: Upstream, rest: str, path: str) -> None:
    answer = await raw(gateway, (GOOD.replace("/api/games/v1/rounds", path) + rest).encode("latin-1"))
    assert 400 <= status(answer) < 500
    assert upstream.seen == []


async def test_a_request_without_a_host_is_refused(gateway: int, upstream: Upstream) -> None:
    assert status(await raw(gateway, GOOD.replace("Host: x\r\n", "").encode() + b"\r\n")) == 400
    assert upstream.seen == []


TARGETS = {
    "absolute form": b"GET http://evil.example/api/games/v1/rounds HTTP/1.1",
    "absolute form of our own": b"GET http://x/api/games/v1/rounds HTTP/1.1",
    "another scheme": b"GET file:///api/games/v1/rounds HTTP/1.1",
    "authority form": b"CONNECT games:8000 HTTP/1.1",
    "asterisk form": b"OPTIONS * HTTP/1.1",
    "no slash": b"GET api/games/v1/rounds HTTP/1.1",
    "a fragment": b"GET /api/games/v1/rounds#x HTTP/1.1",
    "a version there is not": b"GET /api/games/v1/rounds HTTP/1.2",
    "a version of long ago": b"GET /api/games/v1/rounds HTTP/0.9",
}


@pytest.mark.parametrize("line", TARGETS.values(), ids=TARGETS.keys())
async def test_a_target_that_is_no_path_is_refused(gateway: int, upstream: Upstream, line: bytes) -> None:
    rest = GOOD.partition("\r\n")[2].encode()
    answer = await raw(gateway, line + b"\r\n" + rest + b"\r\n")
    assert status(answer) == 400
    assert upstream.seen == []


async def test_nothing_is_read_behind_a_target_that_is_refused(gateway: int, upstream: Upstream) -> None:
    first = GOOD.replace("/api/games", "http://evil.example/api/games")
    answer = await raw(gateway, f"{first}\r\n{GOOD}\r\n".encode())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert upstream.seen == []


PATHS = [
    "/api/games/v1/rounds/..%2fsecret",
    "/api/games/v1/../../internal/v1/x",
    "/api/games/v1/%2e%2e/rounds",
    "/api//games/v1/rounds",
    "//evil.example/api/games/v1/rounds",
    "/api/games/v1/rounds;x=1",
    "/api/games/v1/rounds%00",
    "/api/games/v1/rounds%25",
    "/api/games/v1/%zz",
    "/api/games/v1/rounds%5c",
    "/api/games/v1/%ff",
    "/api/games/v1/rounds/",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_that_could_be_two_is_refused(gateway: int, upstream: Upstream, path: str) -> None:
    request = GOOD.replace("/api/games/v1/rounds", path) + "\r\n"
    assert status(await raw(gateway, request.encode("latin-1"))) in {400, 404, 422}
    assert upstream.seen == []


@pytest.mark.parametrize("path", ["/internal/v1/wallet/transfers", "/partner/hub88/x/user/info", "/healthz2", "/api"])
async def test_what_is_not_in_the_table_does_not_exist(gateway: int, upstream: Upstream, path: str) -> None:
    answer = await raw(gateway, GOOD.replace("/api/games/v1/rounds", path).encode() + b"\r\n")
    assert status(answer) == 404
    assert upstream.seen == []


async def test_a_body_that_breaks_off_was_never_sent(gateway: int, upstream: Upstream) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway)
    head = GOOD.replace("GET /api/games/v1/rounds", "POST /api/games/v1/sessions")
    writer.write(f"{head}Content-Length: 100\r\nContent-Type: application/json\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
    assert status(await raw(gateway, GOOD.encode() + b"\r\n")) == 200
    assert [one["method"] for one in upstream.seen] == ["GET"]
