"""The way through: check, limit, find the route, forward, stream the answer back."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.types import Receive, Scope, Send

from chassis.auth import Caller, Unauthenticated
from chassis.auth.errors import PolicyStale
from chassis.auth.markers import Door
from chassis.http.guard import DEADLINE, check_deadline
from chassis.logging import bind
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import current_traceparent
from gateway.accounts import LOG_INS, TOKENS, account, program
from gateway.admission import Admission
from gateway.answers import Answers
from gateway.bodies import Body, body_of
from gateway.browser import BrowserSessions
from gateway.cookies import SESSION
from gateway.exchange import Asked, Exchanges
from gateway.headers import PATH, inbound
from gateway.routes import Route, RouteTable
from gateway.settings import Settings
from gateway.streams import Follower, StreamsOfEvents
from gateway.target import forwarded_path

_SAFE = frozenset({"GET", "HEAD"})


class Proxy:
    """The ASGI application beneath `/api` and `/.well-known`."""

    def __init__(
        self,
        settings: Settings,
        *,
        routes: RouteTable,
        door: Door,
        exchanges: Exchanges,
        browsers: BrowserSessions,
        admission: Admission,
        streams: StreamsOfEvents,
    ) -> None:
        self._settings = settings
        self._named = "*" not in settings.allowed_hosts
        self._routes = routes
        self._door = door
        self._exchanges = exchanges
        self._browsers = browsers
        self._admission = admission
        self._answers = Answers(silence_s=settings.upstream_timeout_s, streams=streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope[PATH]
        ip = scope["client"][0] if scope["client"] else "unknown"
        left = await self._admission.address(ip)
        route = self._routes.match(scope["method"], path)
        record = RequestRecord.find(scope)
        assert record is not None, "the chassis watches over every request"
        record.route = route.template
        headers = dict(scope["headers"])
        token, caller, follower = None, None, Follower(ip, ip)
        if route.public:
            await self._admission.stranger(route.template, route.method, ip)
        elif _only_signed(headers) and not route.upload:
            # Over the body as well, so the service checks it, which has the keys; here it is anybody at this address.
            await self._admission.signed(ip, route.risk)
        else:
            # A browser that lost a stream comes back by itself: nobody did anything.
            passive = route.stream and b"last-event-id" in headers
            token, caller = await self.let_in(headers, scope["method"], passive=passive)
            bind(actor=f"{caller.kind}:{caller.id}")
            follower = Follower.of(caller)
            left = await self._admission.caller(caller, route.risk)
            if route.stream:
                await self._admission.stream(follower.person)
        most = route.most_bytes or (self._settings.upload_bytes if route.upload else self._settings.max_body_bytes)
        if route.most_bytes is not None:
            scope[MAX_BODY_SIZE_SCOPE_KEY] = most
        body = await body_of(scope, receive, upload=route.upload, most=most)
        who = account(route.template, body) if route.method == "POST" and route.template in LOG_INS else None
        if who is not None:
            await self._admission.log_in(who, ip)
        elif route.template == TOKENS:
            await self._admission.program(program(body), ip)
        asked = self._asked(scope, route, headers, path, body, token, record)
        exchange = await self._exchanges.ask(asked)
        try:
            record.decision = f"forwarded to {route.service}"
            if who is not None and exchange.answer.status < 300:
                self._admission.entered(who, ip)
            if route.service == "security" and route.method not in _SAFE:
                # Logged out, or proved anew: the token of before says what is no longer so.
                self._browsers.forget(headers)
            await self._answers.pass_on(
                exchange,
                receive,
                send,
                head=scope["method"] == "HEAD",
                added=left,
                follower=follower,
                lasts=lambda: self.lasts(scope, caller),
                origin=self._origin(scope, headers),
            )
        finally:
            exchange.close()

    def _origin(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bytes | None:
        """By which of our names we were reached; None where any name would do."""
        if not self._named or scope["scheme"] not in ("http", "https"):
            return None
        return b"%s://%s" % (scope["scheme"].encode(), headers[b"host"].lower())

    async def lasts(self, scope: Scope, caller: Caller | None) -> bool:
        """Whether a stream may go on: this process is not about to end, nor is the session of whoever follows over."""
        if scope["app"].state.drain.draining:
            return False
        try:
            if caller is not None:
                await self._door.still(caller)
        except (Unauthenticated, PolicyStale):
            return False
        return True

    async def caller(self, headers: Mapping[bytes, bytes], method: str) -> Caller | None:
        """Whoever the token or the cookie names; None when neither came, Unauthenticated when they name nobody."""
        if b"authorization" not in headers and SESSION.encode() not in headers.get(b"cookie", b""):
            return None
        return (await self.let_in(headers, method))[1]

    async def let_in(
        self, headers: Mapping[bytes, bytes], method: str, *, passive: bool = False, besides: str | None = None
    ) -> tuple[str, Caller]:
        """The access token that came, or else that of the session whose cookie came, and whose it is.

        Args:
            passive: nobody did anything, a stream goes on: the session's time of rest is not interrupted.
            besides: a session's token that is over.

        Raises:
            Unauthenticated: none came, or its session or account is over.
            PolicyStale: nobody can say at present.
        """
        given, reads = headers.get(b"authorization"), method in _SAFE
        if given is not None:
            scheme, _, word = given.partition(b" ")
            if scheme.lower() != b"bearer" or not word or b" " in word or not word.isascii():
                raise Unauthenticated
            token = word.decode("ascii")
            return token, await self._door.bearer(token, reads=reads)
        swapped = await self._browsers.token(headers, method, passive=passive, besides=besides)
        if swapped is None:
            raise Unauthenticated
        try:
            return swapped, await self._door.bearer(swapped, reads=reads)
        except Unauthenticated:
            self._browsers.forget(headers)
            raise

    def _asked(
        self,
        scope: Scope,
        route: Route,
        headers: Mapping[bytes, bytes],
        path: str,
        body: Body,
        token: str | None,
        record: RequestRecord,
    ) -> Asked:
        query = quote(scope["query_string"], safe="!$&'()*+,;=:@/?%-._~") if scope["query_string"] else ""
        fair_s = self._settings.upstream_timeout_s
        given = headers.get(DEADLINE)
        wanted_s = fair_s if given is None else check_deadline(given) / 1000
        kept = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
        return Asked(
            service=route.service,
            method=scope["method"],
            target=forwarded_path(path) + (f"?{query}" if query else ""),
            headers=inbound(kept, _ours(scope, token, record)),
            body=body,
            repeatable=isinstance(body, bytes)
            and (scope["method"] in _SAFE or (route.keyed and b"idempotency-key" in headers)),
            patience_s=min(wanted_s, fair_s),
            fair=wanted_s >= fair_s,
        )


def _only_signed(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request claims to be signed by a partner's program (RFC 9421), and to be nobody else's."""
    if b"authorization" in headers or SESSION.encode() in headers.get(b"cookie", b""):
        return False
    return b"signature" in headers and b"signature-input" in headers


def _ours(scope: Scope, token: str | None, record: RequestRecord) -> list[tuple[str, str]]:
    added = [("X-Request-Id", str(record.request_id)), ("X-Forwarded-Proto", scope["scheme"])]
    if scope["client"]:
        added.append(("X-Forwarded-For", scope["client"][0]))
    if token is not None:
        added.append(("Authorization", f"Bearer {token}"))
    traceparent = current_traceparent()
    if traceparent:
        added.append(("traceparent", traceparent))
    return added
