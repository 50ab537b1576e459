"""Answers on their way out, streamed as they come. One that breaks off behind us breaks off here too: half of it must
never look like the whole.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.types import Message, Receive, Send

from chassis.http import RequestProblem
from gateway.client import BrokeOff, UpstreamAnswer
from gateway.exchange import Exchange
from gateway.headers import outbound
from gateway.streams import Follower, StreamsOfEvents

BUFFERING = (b"x-accel-buffering", b"no")
"""Tells nginx, in front, to pass on what it gets at once."""

LOOK_S = 1.0
"""How long a stream goes on at most that may not."""

_GOODBYE_S = 2.0

RawHeaders = list[tuple[bytes, bytes]]


class Answers:
    """Passes answers on.

    Args:
        silence_s: how long a service may pause in the middle of an answer that is no stream of events.
    """

    def __init__(self, *, silence_s: float, streams: StreamsOfEvents) -> None:
        self._silence_s = silence_s
        self._streams = streams

    async def pass_on(
        self,
        exchange: Exchange,
        receive: Receive,
        send: Send,
        *,
        head: bool,
        added: RawHeaders,
        follower: Follower,
        lasts: Callable[[], Awaitable[bool]],
        origin: bytes | None = None,
    ) -> None:
        """Send the answer to the client.

        Args:
            head: whether it was a HEAD: there is no body, whatever the headers say.
            added: the gateway's own headers.
            follower: whose stream it is, if it is one.
            lasts: asked every second whether a stream may go on.
            origin: by which of our names the client came, if we know them.

        Raises:
            RequestProblem: before anything was sent: 502 the answer makes no sense, 429 too many streams.
            BrokeOff: afterwards. Whoever serves cuts the connection then.
        """
        answer = exchange.answer
        if not 200 <= answer.status < 600:
            raise RequestProblem(502, "service_failed", "The service answered with a status that is none.")
        cookies = exchange.upstream.name == "security"
        headers = [*outbound(answer.headers, cookies=cookies, origin=origin), *added]
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": headers}
        if _is_stream(answer) and not head:
            with self._streams.one_more(follower):
                exchange.leave()  # It may last for hours, and must not keep others out.
                start["headers"] = [*(one for one in headers if one[0] != BUFFERING[0]), BUFFERING]
                await send(start)
                await _follow(answer, receive, send, lasts)
            return
        await self._whole(answer, start, send, head=head)

    async def _whole(self, answer: UpstreamAnswer, start: Message, send: Send, *, head: bool) -> None:
        """An answer that ends. A client who takes nothing of it is silent too: what it asked for holds a place."""
        loop = asyncio.get_running_loop()
        body = b"" if head else answer.whole()
        try:
            async with asyncio.timeout(self._silence_s) as limit:
                await send(start)
                if body is None:
                    async for chunk in answer.chunks():
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                        limit.reschedule(loop.time() + self._silence_s)
                await send({"type": "http.response.body", "body": body or b""})
        except TimeoutError as error:
            raise BrokeOff from error


async def _follow(answer: UpstreamAnswer, receive: Receive, send: Send, lasts: Callable[[], Awaitable[bool]]) -> None:
    """Pass a stream on until it ends, may not go on, or the client leaves; nobody else would notice that he has.

    Where it may not go on it ends well: who follows comes back and is told what he missed, or turned away.
    """

    async def passing() -> None:
        async for chunk in answer.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def leaving() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def ending() -> None:
        while await lasts():  # noqa: ASYNC110 - nobody tells when a session is over
            await asyncio.sleep(LOOK_S)

    tasks = [asyncio.create_task(one()) for one in (passing, leaving, ending)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if tasks[2] in done and not tasks[0].done():
            tasks[0].cancel()
            await asyncio.gather(tasks[0], return_exceptions=True)
            with suppress(TimeoutError):  # Who takes nothing is not waited for: his stream is over.
                async with asyncio.timeout(_GOODBYE_S):
                    await send({"type": "http.response.body", "body": b""})
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _is_stream(answer: UpstreamAnswer) -> bool:
    return any(
        name.lower() == b"content-type" and value.lower().startswith(b"text/event-stream")
        for name, value in answer.headers
    )
