"""Bodies on their way in: taken in whole and sent on with a length of our own; files alone pass as they come."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.types import Receive, Scope

from chassis.http import RequestProblem


class Upload:
    """A file on its way through. What is wrong with it at the client's end is kept in `problem`: whoever sends the
    chunks on knows no more than that they ended.
    """

    def __init__(self, receive: Receive) -> None:
        self.problem: RequestProblem | None = None
        self._receive = receive
        self._each_part: Callable[[], None] = _nothing

    def each_part(self, call: Callable[[], None]) -> None:
        """Call this whenever a part has come: as long as a file comes, nobody waits for the service."""
        self._each_part = call

    async def chunks(self) -> AsyncIterator[bytes]:
        """The parts, once."""
        try:
            async for chunk in _streamed(self._receive):
                self._each_part()
                yield chunk
        except RequestProblem as problem:
            self.problem = problem
            raise


Body = bytes | Upload


async def body_of(scope: Scope, receive: Receive, *, upload: bool, most: int) -> Body:
    """The body of a request.

    Raises:
        RequestProblem: 413 it is larger than `most` bytes; 400 the client left in the middle.
    """
    # The length that was announced; the server has read it as a number already, and once.
    if next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0) > most:
        raise _too_large(most)
    if upload:
        return Upload(receive)
    message: Any = await receive()
    if message["type"] == "http.request" and not message.get("more_body") and len(message["body"]) <= most:
        return bytes(message["body"])
    return await _whole(message, receive, most)


async def _whole(first: Any, receive: Receive, most: int) -> bytes:
    body = bytearray()
    async for chunk in _streamed(receive, first):
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


async def _streamed(receive: Receive, first: Any = None) -> AsyncIterator[bytes]:
    """The body as it comes. A client who leaves in the middle has sent nothing at all."""
    message: Any = first or await receive()
    while True:
        if message["type"] == "http.disconnect":
            raise RequestProblem(400, "body_incomplete", "The body ended before its end.")
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return
        message = await receive()


def _too_large(most: int) -> RequestProblem:
    return RequestProblem(413, "body_too_large", f"At most {most} bytes are accepted here.")


def _nothing() -> None:
    return None
