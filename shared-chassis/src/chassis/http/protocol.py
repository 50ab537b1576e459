"""HTTP/1 as uvicorn reads it with httptools: a little stricter, and with an end to its patience."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from chassis.domain import uuid7

MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 16 * 1024
LONGEST_TARGET: Final = 8 * 1024

TARGET_TOO_LONG: Final = (
    f"At most {LONGEST_TARGET} bytes are accepted as path and query. "
    "A long filter of a list goes in the body of POST to the list's /query."
)

_CODING_LENGTH: Final = len(b"transfer-encoding")
_GATHERED_BYTES: Final = 32 * 1024
_VERSIONS: Final = frozenset({"1.0", "1.1"})


class MalformedRequest(Exception):
    """The head cannot be taken: its target is no path of this server, or there is too much of it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, so that slow ones hold no connections that others need.

    Attributes:
        head_s: seconds from the first byte of a request to the end of its headers.
        body_s: seconds that a body may take, however short it is.
        body_bytes_per_s: a longer body has a further second for each so many bytes that have come.
        idle_s: seconds that a connection is kept on which nothing is asked.
        linger_s: seconds that an idle connection is still served for when the process ends: a request may be on
            its way already, and would be lost. It is answered with `Connection: close`.
    """

    head_s: float = 10.0
    body_s: float = 20.0
    body_bytes_per_s: int = 1024
    idle_s: float = 30.0
    linger_s: float = 1.0


class Gathering:
    """A transport that sends what is written within one turn of the event loop at once: head and body of an answer go
    in one packet, and with one call of the system instead of two.
    """

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._kept: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it at the end of this turn, or now if there is a lot."""
        if not self._kept:
            self._loop.call_soon(self._send)
        self._kept.append(data)
        self._size += len(data)
        if self._size > _GATHERED_BYTES:
            self._send()

    def close(self) -> None:
        """Send what is there, and close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        kept, self._kept, self._size = self._kept, [], 0
        if kept and not self._transport.is_closing():  # The other end may have gone meanwhile.
            self._transport.write(b"".join(kept))


class StrictProtocol(HttpToolsProtocol):
    """Takes requests for a path, and no others: they are answered with 400 and the connection is closed.

    An absolute-form target (`GET http://other/x`) names a host of its own beside the header Host, and the parser shows
    applications its path alone; so does a fragment, which no client sends. By the time an application is asked, both
    are gone. Where a body ends is said by a length or by `chunked` alone: where two readers could see its end in two
    places, nothing is read of what follows. A head is measured as it comes, so that nobody can have us keep more of it
    than we take.
    """

    patience = Patience()
    _timer: asyncio.TimerHandle | None = None
    _reading = "nothing"
    _head_bytes = 0
    _body_bytes = 0
    _codings = 0
    _endless = False
    _ending = False
    _given_up = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection on which nothing comes is kept as long as one on which nothing comes any more."""
        super().connection_made(Gathering(transport))  # type: ignore[arg-type]
        self._wait(self.patience.idle_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whatever was waited for, it will not come."""
        self._wait(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; time runs for as long as what was begun is not all there."""
        if self._given_up:
            return
        before = self._reading
        super().data_received(data)
        if self._reading == "nothing":
            self._wait(None)
        elif self._reading != before or self._timer is None:
            self._wait(self.patience.head_s if self._reading == "head" else self.patience.body_s)

    def on_message_begin(self) -> None:
        """Called by the parser at the first byte of a request."""
        super().on_message_begin()
        self._reading, self._head_bytes, self._body_bytes, self._codings = "head", 0, 0, 0

    def on_url(self, url: bytes) -> None:
        """Called by the parser with a part of the target."""
        super().on_url(url)
        if len(self.url) > LONGEST_TARGET:
            self._endless = True
            raise MalformedRequest

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser with each header."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MOST_HEADER_BYTES or len(self.headers) >= MOST_HEADERS:
            raise MalformedRequest
        if len(name) == _CODING_LENGTH and name.lower() == b"transfer-encoding":
            self._codings += 1
            if self._codings > 1 or value.lower() != b"chunked" or self.parser.get_http_version() == "1.0":
                raise MalformedRequest
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Called by the parser, which treats what is raised here as a mistake in the request."""
        if not self.url.startswith(b"/") or b"#" in self.url or self.parser.get_http_version() not in _VERSIONS:
            raise MalformedRequest
        self._reading = "body"
        super().on_headers_complete()
        if self._ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Called by the parser with a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Called by the parser at the last byte of a request."""
        self._reading = "nothing"
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """No line in the log for each stranger who asks for another protocol: he is answered in this one."""

    def send_400_response(self, msg: str) -> None:
        """Called when the parser gives up; what the client did wrong is said as everywhere."""
        del msg
        if self._endless:
            self._refuse(400, "target_too_long", TARGET_TOO_LONG)
        else:
            self._refuse(400, "malformed_request", "The request cannot be read as HTTP, or its head is too large.")

    def shutdown(self) -> None:
        """The process ends: what is in hand is finished, and whoever asks just now is answered once more."""
        self._ending = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        else:
            self.loop.call_later(self.patience.linger_s, self._close_when_idle)

    def _close_when_idle(self) -> None:
        if self._reading == "nothing" and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()

    def _wait(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._waited)

    def _waited(self) -> None:
        """Time is up, unless a body has come far enough to be given more, or it is us who do not read on."""
        self._timer = None
        if self.transport.is_closing():
            return
        if self._reading == "nothing":
            self.transport.close()
            return
        if self._reading == "body":
            if self.flow.read_paused:
                self._wait(self.patience.body_s)
                return
            more_s, self._body_bytes = self._body_bytes / self.patience.body_bytes_per_s, 0
            if more_s >= 1:
                self._wait(min(more_s, self.patience.body_s))
                return
        self._refuse(408, "request_timeout", "The request did not come in time.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        self._given_up = True
        self._wait(None)
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(_problem(status, code, detail))
            self.transport.close()
        elif self._reading == "body":
            if not cycle.response_started:
                self.transport.write(_problem(status, code, detail))
            cycle.disconnected = True
            cycle.message_event.set()
            self.transport.close()
        else:
            cycle.keep_alive = False  # What was asked before it is answered first, and then there is no more.


def patient(patience: Patience) -> type[StrictProtocol]:
    """The protocol with other times."""
    return type("StrictProtocol", (StrictProtocol,), {"patience": patience})


def _problem(status: int, code: str, detail: str) -> bytes:
    """An answer made by hand, for there is no application yet that could make it; see `chassis.http.problems`."""
    request_id = str(uuid7())
    title = STATUS_LINE[status][13:].decode().strip()
    document: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [],
        "request_id": request_id,
    }
    body = json.dumps(document).encode()
    head = (
        f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\ncache-control: no-store\r\n"
        f"x-content-type-options: nosniff\r\nx-request-id: {request_id}\r\nconnection: close\r\n\r\n"
    )
    return STATUS_LINE[status] + head.encode() + body
