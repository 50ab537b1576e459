"""Which headers go in, and which come out.

Inbound by allow-list: what a service is not meant to read never reaches it, whatever its spelling. Identity travels in
the signed token alone; nothing a client says about itself in other headers is believed.
"""

import re
from collections.abc import Iterable
from string import ascii_lowercase, digits

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http import RequestProblem
from chassis.http.problems import problem_response
from gateway.cookies import parse_cookies
from gateway.target import canonical_path

Headers = Iterable[tuple[bytes, bytes]]

_PORT = re.compile(r":[0-9]*$")
_IN_NAMES = (ascii_lowercase + digits + "-").encode()
_CONTROL = bytes([*range(9), *range(10, 32), 127])
_CONNECTION_WORDS = frozenset({b"keep-alive", b"close", b"upgrade"})

_FORWARDED = frozenset(
    {
        b"accept",
        b"accept-language",
        b"authorization",
        b"content-digest",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"last-event-id",
        b"prefer",
        b"range",
        b"signature",
        b"signature-input",
        b"user-agent",
    }
)
_PROBES = frozenset({"/healthz", "/readyz"})
"""Asked by those who run the gateway, at the address of the process itself: no host name is expected there."""

_MANY = frozenset(
    {b"accept", b"accept-language", b"if-none-match", b"prefer", b"x-forwarded-for", b"via", b"cache-control"}
)
"""Headers that may be repeated because they are lists, of which no reader takes the first or the last alone."""

_READ = _FORWARDED | {
    b"access-control-request-headers",
    b"access-control-request-method",
    b"connection",
    b"content-length",
    b"cookie",
    b"expect",
    b"host",
    b"origin",
    b"traceparent",
    b"transfer-encoding",
    b"upgrade",
    b"x-csrf-token",
    b"x-deadline-ms",
    b"x-request-id",
}
_ONCE = _READ - _MANY
"""Everything that is read here or behind, by whatever reader: given twice, two readers could take two of them."""

PATH = "gateway.path"
"""Where the canonical path is kept in the ASGI scope."""

_ROOTED = re.compile(rb"<(?=/)")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

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
        b"via",
        b"x-powered-by",
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
                check_line(scope)
                scope[PATH] = canonical_path(scope["raw_path"])
                check_head(scope["headers"], frozenset() if scope["path"] in _PROBES else self._hosts)
            except RequestProblem as problem:
                # Whoever sends such a head may have meant what follows it as another request.
                answer = problem_response(
                    scope, problem.status_code, problem.code, problem.detail, headers={"Connection": "close"}
                )
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def check_line(scope: Scope) -> None:
    """Refuse methods nobody knows; RequestProblem 400."""
    if scope["method"] not in _METHODS:
        raise _refused("This method is not known here.")


def check_head(headers: Headers, hosts: frozenset[str]) -> None:
    """Refuse what two parsers could read differently; RequestProblem 400 (421 for a host that is not ours)."""
    seen: dict[bytes, bytes] = {}
    values = b""
    for name, value in headers:
        if name in seen and name in _ONCE:
            raise _refused(f"The header {name.decode()} may come once.")
        seen[name] = value
        values += value
    strange = b"".join(seen).translate(None, _IN_NAMES)
    if strange or b"" in seen or len(values.translate(None, _CONTROL)) != len(values):
        raise _refused("A header has a name or a value that is not allowed.")
    if b"host" not in seen:
        raise _refused("The header host is required.")
    coding = seen.get(b"transfer-encoding")
    if coding is not None and (b"content-length" in seen or coding.lower() != b"chunked"):
        raise _refused("The length of the body is said in more than one way.")
    parse_cookies(seen.get(b"cookie", b""))  # Refuses a session that is said twice.
    named = {word.strip().lower() for word in seen.get(b"connection", b"").split(b",") if word.strip()}
    if not named <= _CONNECTION_WORDS:
        raise _refused("The header connection names what it may not.")
    if hosts and _PORT.sub("", seen[b"host"].decode("latin-1")).lower() not in hosts:
        raise RequestProblem(421, "host_unknown", "This host is not served here.")


def inbound(headers: Headers, added: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a service gets: the client's harmless headers, and ours."""
    kept = [(name.decode(), value.decode("latin-1")) for name, value in headers if name in _FORWARDED]
    return [*kept, *added]


def outbound(headers: Headers, *, cookies: bool = False, origin: bytes | None = None) -> list[tuple[bytes, bytes]]:
    """What a client gets: everything but hop-by-hop headers and what tells about the inside.

    Args:
        cookies: whether whoever answers may set some. Security alone does; of any other they are left out.
        origin: by which name the client came. Addresses in `Link` that begin at the root are told with it.

    Raises:
        RequestProblem: 502 when the answer says its length twice.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    hop = {word.strip().lower() for name, value in lowered if name == b"connection" for word in value.split(b",")}
    kept = [
        (name, value)
        for name, value in lowered
        if name not in _NOT_RETURNED
        and name not in hop
        and not name.startswith((b"x-internal-", b"access-control-"))
        and (cookies or name != b"set-cookie")
    ]
    if sum(name == b"content-length" for name, _ in kept) > 1:
        raise RequestProblem(502, "service_failed", "The service framed its answer in two ways.")
    if origin is None:
        return kept
    rooted = b"<" + origin
    return [(name, _ROOTED.sub(rooted, value) if name == b"link" else value) for name, value in kept]


def _refused(detail: str) -> RequestProblem:
    return RequestProblem(400, "malformed_request", detail)
