"""Which pages of other origins may ask here: none, unless named in `ALLOWED_ORIGINS` (Fetch Standard, section 3.2)."""

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import RequestProblem
from chassis.http.problems import problem_response
from chassis.telemetry.record import RequestRecord

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, Range, X-CSRF-Token"
)
_EXPOSED = "Content-Disposition, Content-Range, ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_REMEMBERED_S = 600
_SAFE = frozenset({"GET", "HEAD"})


class Origins:
    """A layer around everything the gateway serves.

    A page of another origin that is not named gets no leave to read an answer; what changes something is refused
    altogether, because a browser that does not ask first (a plain form) would have sent it already.

    Args:
        own: the origin under which the gateway itself is reached.
        allowed: other ones, separated by commas.
    """

    def __init__(self, app: ASGIApp, *, own: str, allowed: str) -> None:
        self.app = app
        self._own = own.rstrip("/").lower().encode()
        self._allowed = frozenset(one.strip().rstrip("/").lower().encode() for one in allowed.split(",") if one.strip())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        origin: bytes | None = headers.get(b"origin")
        if origin is None:
            await self.app(scope, receive, send)
            return
        given = origin.lower()
        ours = given == self._own or given in (
            b"http://" + headers[b"host"].lower(),
            b"https://" + headers[b"host"].lower(),
        )
        allowed = given in self._allowed
        preflight = scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        if not ours and not allowed and (preflight or scope["method"] not in _SAFE):
            refused = RequestProblem(403, "origin_not_allowed", "A page of this origin may not ask here.")
            answer = problem_response(scope, refused.status_code, refused.code, refused.detail)
            await answer(scope, receive, _with(send, [(b"vary", b"Origin")]))
            return
        added = _leave(origin) if allowed else []
        if preflight and allowed:
            record = RequestRecord.find(scope)
            if record is not None:
                record.decision = "public: pages of this origin may ask"
            await Response(status_code=204)(scope, receive, _with(send, [*added, *_preflight()]))
            return
        await self.app(scope, receive, _with(send, [*added, (b"vary", b"Origin")]))


def _leave(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED.encode()),
    ]


def _preflight() -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-methods", _METHODS.encode()),
        (b"access-control-allow-headers", _HEADERS.encode()),
        (b"access-control-max-age", str(_REMEMBERED_S).encode()),
        (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]


def _with(send: Send, added: list[tuple[bytes, bytes]]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return sending
