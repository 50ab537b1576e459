"""Calls to providers over real sockets: whatever goes wrong is no answer, and never an exception."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from payments.adapters.provider_wire import LONGEST_ANSWER, PLACES, HttpProviderWire
from payments.application.ports import HttpAnswer, HttpCall, NotSent

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


async def test_an_answer_that_only_drips_is_no_answer() -> None:
    """Each byte comes soon after the one before, and the last of them too late."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(b"body"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.01)
                return  # Nobody listens any more.

    wire = HttpProviderWire(answer_timeout_s=0.1)
    async with provider(drip) as url:
        assert await wire.send(call(url)) is None
    await wire.close()


async def test_a_connection_that_breaks_is_no_answer(wire: HttpProviderWire) -> None:
    async with provider(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")) as url:
        assert await wire.send(call(url)) is None


async def test_an_answer_without_end_is_no_answer(wire: HttpProviderWire) -> None:
    size = LONGEST_ANSWER + 1
    raw = f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode() + b"x" * size
    async with provider(answering(raw)) as url:
        assert await wire.send(call(url)) is None


async def test_where_nobody_takes_the_connection_nothing_was_sent(wire: HttpProviderWire) -> None:
    async with provider(answering(b"")) as url:
        gone = url
    assert await wire.send(call(gone)) == NotSent(by_us=False)
    for nowhere in ("http://no.such.host.invalid", "http://["):
        assert await wire.send(call(nowhere)) == NotSent(by_us=False)


@pytest.mark.parametrize("value", ["sk_a\nX: y", "sk_a\r", "sk_\u00e4", "sk_a\x00"])
async def test_what_cannot_be_written_as_a_header_was_not_sent(wire: HttpProviderWire, value: str) -> None:
    async with provider(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")) as url:
        assert await wire.send(HttpCall("POST", url, {"Authorization": value}, b"body")) == NotSent(by_us=True)


async def test_a_host_that_hangs_takes_no_place_of_another(wire: HttpProviderWire) -> None:
    """Beside as many calls as may be made to it, and one that waits, a healthy one answers as if it were alone."""
    hung, ended, over = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

    async def hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        hung.release()
        await over.wait()

    async with provider(hang) as bad, provider(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")) as good:
        patient = HttpProviderWire()
        calls = [asyncio.create_task(patient.send(call(bad))) for _ in range(PLACES)]
        for _ in range(PLACES):
            await hung.acquire()
        one_more = asyncio.create_task(patient.send(call(bad)))
        one_more.add_done_callback(lambda _: ended.set())
        assert await patient.send(call(good)) == HttpAnswer(200, b"{}")
        assert not ended.is_set()
        over.set()
        await asyncio.gather(*calls, one_more)
        await patient.close()


async def test_for_want_of_a_place_nothing_is_sent() -> None:
    reached, over, calls = asyncio.Event(), asyncio.Event(), 0

    async def hang(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        reached.set()
        await over.wait()

    async with provider(hang) as url:
        wire = HttpProviderWire(places=1, place_timeout_s=0.01)
        first = asyncio.create_task(wire.send(call(url)))
        await reached.wait()
        assert await wire.send(call(url)) == NotSent(by_us=True)
        over.set()
        assert (await first, calls) == (None, 1)
        await wire.close()


@pytest.mark.parametrize("url", ["http://", "gopher://x"])
async def test_an_address_that_leads_nowhere_is_no_answer(wire: HttpProviderWire, url: str) -> None:
    assert await wire.send(HttpCall("GET", url, {})) is None
