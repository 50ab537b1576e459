"""Calls to providers over real sockets: whatever goes wrong is no answer, and never an exception."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from payments.adapters.provider_wire import LONGEST_ANSWER, HttpProviderWire
from payments.application.ports import HttpAnswer, HttpCall

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def provider(behaviour: Behaviour) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behaviour(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def wire() -> AsyncIterator[HttpProviderWire]:
    made = HttpProviderWire(httpx.AsyncClient(timeout=0.3, follow_redirects=False, trust_env=False))
    yield made
    await made.close()


def call(url: str) -> HttpCall:
    return HttpCall("POST", f"{url}/x", {"Idempotency-Key": "1"}, b"body")


def answering(raw: bytes) -> Behaviour:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", HttpAnswer(200, b"{}")),
        (b"HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\noops", HttpAnswer(500, b"oops")),
        (b"HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", HttpAnswer(302, b"")),
    ],
)
async def test_an_answer_is_brought_as_it_came(wire: HttpProviderWire, raw: bytes, answer: HttpAnswer) -> None:
    async with provider(answering(raw)) as url:
        assert await wire.send(call(url)) == answer


async def test_silence_is_no_answer(wire: HttpProviderWire) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with provider(silent) as url:
        assert await wire.send(call(url)) is None


async def test_a_connection_that_breaks_is_no_answer(wire: HttpProviderWire) -> None:
    async with provider(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")) as url:
        assert await wire.send(call(url)) is None


async def test_an_answer_without_end_is_no_answer(wire: HttpProviderWire) -> None:
    size = LONGEST_ANSWER + 1
    raw = f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode() + b"x" * size
    async with provider(answering(raw)) as url:
        assert await wire.send(call(url)) is None


async def test_nobody_there_is_no_answer(wire: HttpProviderWire) -> None:
    async with provider(answering(b"")) as url:
        gone = url
    assert await wire.send(call(gone)) is None


@pytest.mark.parametrize("url", ["http://", "http://[", "gopher://x", "http://no.such.host.invalid"])
async def test_an_address_that_leads_nowhere_is_no_answer(wire: HttpProviderWire, url: str) -> None:
    assert await wire.send(HttpCall("GET", url, {})) is None
