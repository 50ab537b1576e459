"""A service that has nothing to do: a kilobyte, the same for everyone. What is measured with it is the way to it."""

from typing import Any

BODY = b'{"items":["' + b"x" * 1000 + b'"]}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer."""
    del scope, receive
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
