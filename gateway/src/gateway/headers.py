"""Which headers go in, and which come out.

Inbound by allow-list: what a service is not meant to read never reaches it, whatever its spelling. Identity travels in
the signed token alone; nothing a client says about itself in other headers is believed.
"""

import re
from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http import RequestProblem
from chassis.http.problems import problem_response

Headers = Iterable[tuple[bytes, bytes]]

_NAME = re.compile(rb"^[a-z0-9-]+$")
_PORT = re.compile(r":[0-9]*$")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONNECTION_WORDS = frozenset({b"keep-alive", b"close", b"upgrade"})

_FORWARDED = frozenset(
    {
        b"accept",
        b"accept-language",
        b"authorization",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"last-event-id",
        b"prefer",
        b"range",
        b"user-agent",
    }
)
_PROBES = frozenset({"/healthz", "/readyz"})
"""Asked by those who run the gateway, at the address of the process itself: no host name is expected there."""

_ONCE = frozenset({b"host", b"content-length", b"authorization", b"content-type", b"transfer-encoding"})

_NOT_RETURNED = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-connection",
        b"server",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"x-request-id",
    }
)


class CheckedHeads:
    """A layer around everything the gateway serves: no request whose head could be read in two ways comes further.

    Args:
        allowed_hosts: host names separated by commas; `*` for any.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: str) -> None:
        self.app = app
        listed = frozenset(host.strip().lower() for host in allowed_hosts.split(","))
        self._hosts: frozenset[str] = frozenset() if "*" in listed else listed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                check_head(scope["headers"], frozenset() if scope["path"] in _PROBES else self._hosts)
            except RequestProblem as problem:
                answer = problem_response(scope, problem.status_code, problem.code, problem.detail)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def check_head(headers: Headers, hosts: frozenset[str]) -> None:
    """Refuse what two parsers could read differently; RequestProblem 400 (421 for a host that is not ours)."""
    seen: dict[bytes, bytes] = {}
    for name, value in headers:
        if not _NAME.match(name) or _CONTROL.search(value):
            raise _refused("A header has a name or a value that is not allowed.")
        if name in seen and name in _ONCE:
            raise _refused(f"The header {name.decode()} may come once.")
        seen[name] = value
    if b"host" not in seen:
        raise _refused("The header host is required.")
    if b"transfer-encoding" in seen and (b"content-length" in seen or seen[b"transfer-encoding"] != b"chunked"):
        raise _refused("The length of the body is said in more than one way.")
    named = {word.strip().lower() for word in seen.get(b"connection", b"").split(b",") if word.strip()}
    if not named <= _CONNECTION_WORDS:
        raise _refused("The header connection names what it may not.")
    if hosts and _PORT.sub("", seen[b"host"].decode("latin-1")).lower() not in hosts:
        raise RequestProblem(421, "host_unknown", "This host is not served here.")


def inbound(headers: Headers, added: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a service gets: the client's harmless headers, and ours."""
    kept = [(name.decode(), value.decode("latin-1")) for name, value in headers if name in _FORWARDED]
    return [*kept, *added.items()]


def outbound(headers: Headers) -> list[tuple[bytes, bytes]]:
    """What a client gets: everything but hop-by-hop headers and what tells about the inside."""
    return [
        (name, value)
        for name, value in ((name.lower(), value) for name, value in headers)
        if name not in _NOT_RETURNED and not name.startswith(b"x-internal-")
    ]


def _refused(detail: str) -> RequestProblem:
    return RequestProblem(400, "malformed_request", detail)
