"""What is refused before routing or while a body arrives: oversized headers, broken text and JSON, endless bodies."""

import hashlib
import re
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.datastructures import FormData
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth.markers import Guarded
from chassis.http.json_body import check_json, check_text
from chassis.http.problems import FieldError, RequestProblem, problem_response
from chassis.http.protocol import LONGEST_TARGET, MOST_HEADER_BYTES, MOST_HEADERS, TARGET_TOO_LONG
from chassis.telemetry.record import RequestRecord

DEADLINE: Final = b"x-deadline-ms"
"""How many milliseconds whoever asks still waits for the answer. It counts down from hop to hop."""


_MILLISECONDS: Final = re.compile(rb"^-?[0-9]{1,9}$")


class Guard:
    """Checks every request of an application.

    Args:
        max_body_bytes: for mounted raw applications, whose bodies are measured and never parsed, unless they put a
            limit of their own into the scope. FastAPI routes carry theirs.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self.app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _check_head(scope)
        except RequestProblem as problem:
            answer = problem_response(scope, problem.status_code, problem.code, problem.detail, errors=problem.errors)
            await answer(scope, receive, send)
            return
        body = _Body(scope, receive, self._max_body_bytes)
        await self.app(scope, body.receive, _Problems(scope, receive, send).send)


class _Body:
    """A body on its way in: counted, hashed for the idempotency key, and checked once it is all there."""

    def __init__(self, scope: Scope, receive: Receive, raw_limit: int) -> None:
        self._scope = scope
        self._receive = receive
        self._raw_limit = raw_limit
        self._size = 0
        self._chunks: list[bytes] | None = None
        self._digest = None
        for name, value in scope["headers"]:
            if name == b"content-type" and _is_json(value):
                self._chunks = []
            elif name == b"idempotency-key":
                self._digest = hashlib.sha256()

    async def receive(self) -> Message:
        """The next message, unless it is the one too many."""
        message = await self._receive()
        if message["type"] == "http.request":
            body: bytes = message.get("body", b"")
            self._size += len(body)
            if not _is_raw(self._scope):
                self._take(body, more=message.get("more_body", False))
            elif self._size > (most := self._scope.get(MAX_BODY_SIZE_SCOPE_KEY, self._raw_limit)):
                raise RequestProblem(413, "body_too_large", f"At most {most} bytes are accepted here.")
        return message

    def _take(self, body: bytes, *, more: bool) -> None:
        if self._digest is not None:
            self._digest.update(body)
            record = RequestRecord.find(self._scope)
            if record is not None and not more:
                record.body_digest = self._digest.digest()
        if self._chunks is None:
            return
        limit = self._scope.get(MAX_BODY_SIZE_SCOPE_KEY)
        if limit is not None and self._size > limit:
            self._chunks = None  # The route's own limit is about to refuse it.
            return
        self._chunks.append(body)
        if not more:
            check_json(b"".join(self._chunks))


async def refuse_broken_forms(request: Request) -> None:
    """A dependency of every route: texts of forms are held to the same rule as those of JSON."""
    # FastAPI has read the form by now; asking for it publicly would read the body of a route that reads it itself.
    form = getattr(request, "_form", None)
    if isinstance(form, FormData):
        for name, value in form.multi_items():
            check_text("body", name)
            check_text(name, value if isinstance(value, str) else value.filename or "")


class _Problems:
    """The answer on its way out. The body limiter of the framework says 413 in plain text; we say it as a problem."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._replaced = False

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        start = message["type"] == "http.response.start"
        if start and message["status"] == 413 and _is_plain(message) and not _is_raw(self._scope):
            self._replaced = True
            limit = self._scope.get(MAX_BODY_SIZE_SCOPE_KEY)
            detail = f"At most {limit} bytes are accepted here." if limit is not None else ""
            await problem_response(self._scope, 413, "body_too_large", detail)(self._scope, self._receive, self._send)
            return
        await self._send(message)


def _check_head(scope: Scope) -> None:
    size, values = 0, b""
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        values += value
        if name == DEADLINE:
            check_deadline(value)
    if len(scope["headers"]) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        raise RequestProblem(431, "headers_too_large", f"At most {MOST_HEADERS} headers and 16 KiB are accepted.")
    if b"\x00" in values:
        raise RequestProblem(400, "invalid_header", "A header holds a NUL character.")
    query: bytes = scope["query_string"]
    if len(scope.get("raw_path") or b"") + len(query) > LONGEST_TARGET:
        raise RequestProblem(414, "target_too_long", TARGET_TOO_LONG)
    check_text("path", scope["path"])
    if "\N{REPLACEMENT CHARACTER}" in scope["path"]:
        raise _not_utf8("path")
    if b"%" in query or not query.isascii():
        _check_query(query)


def check_deadline(value: bytes) -> int:
    """The milliseconds of the header X-Deadline-Ms.

    Raises:
        RequestProblem: 504 when they are over: whoever asked is gone, and nothing shall happen that nobody hears of;
            400 when it is no number.
    """
    if not _MILLISECONDS.match(value):
        raise RequestProblem(400, "invalid_header", "X-Deadline-Ms is a whole number of milliseconds.")
    if int(value) <= 0:
        raise RequestProblem(504, "deadline_exceeded", "It came too late; nothing was done.")
    return int(value)


def _check_query(query: bytes) -> None:
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        raise _not_utf8("query") from None
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        check_text("query", name)
        check_text(f"query.{name}", value)


def _not_utf8(field: str) -> RequestProblem:
    message = "Text must be UTF-8."
    return RequestProblem(
        422, "invalid_text", message, errors=[FieldError(field=field, code="invalid_text", message=message)]
    )


def _is_json(content_type: bytes) -> bool:
    # As text, because FastAPI strips it as text: a no-break space behind the type would make the two disagree.
    kind = content_type.decode("latin-1").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _is_raw(scope: Scope) -> bool:
    """Whether the request went to a mounted raw application. Known only once it was routed, so not before a receive."""
    return isinstance(scope.get("endpoint"), Guarded)


def _is_plain(message: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/plain") for name, value in message["headers"]
    )
