"""The way through: check, limit, find the route, forward, stream the answer back.

Bodies are taken in whole and sent on with a length of our own, so that no reader behind us frames them differently;
only uploads are streamed. Answers are streamed as they come. An answer that breaks off upstream breaks off here too:
half of it must never look like the whole.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from chassis.auth import Caller, Unauthenticated, Verifier
from chassis.http import RequestProblem
from chassis.logging import bind
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import current_traceparent
from gateway.headers import inbound, outbound
from gateway.limits import Buckets, require
from gateway.routes import Route, RouteTable
from gateway.settings import Settings
from gateway.target import canonical_path, forwarded_path

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_LOG_INS = frozenset({"/api/security/v1/staff-sessions", "/api/security/v1/player-sessions"})
_REGISTRATION = "/api/backoffice/v1/players"
_PEOPLE_BEHIND_ONE_ADDRESS = 20
"""A bucket for log-ins or registrations holds this much at least: an office or a hotel has one address for many."""


class Proxy:
    """The ASGI application beneath `/api`."""

    def __init__(self, settings: Settings, routes: RouteTable, verifier: Verifier) -> None:
        self._settings = settings
        self._routes = routes
        self._verifier = verifier
        self._upstreams = settings.upstreams()
        self._by_ip = Buckets(per_second=settings.requests_per_second_per_ip)
        self._by_session = Buckets(per_second=settings.requests_per_second_per_session)
        # Bodies are not read here, so these know addresses alone; security locks accounts that are guessed at.
        self._log_ins = _per_minute(settings.log_ins_per_minute_per_ip)
        self._registrations = _per_minute(settings.registrations_per_minute_per_ip)
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connections to the services."""
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=256, ttl_dns_cache=10),
            timeout=aiohttp.ClientTimeout(total=None, connect=2, sock_read=self._settings.upstream_timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Content-Type"),
        )

    async def stop(self) -> None:
        """Close them."""
        if self._client is not None:
            await self._client.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in _METHODS:
            raise RequestProblem(405, "method_not_allowed", "This method is not known here.")
        path = canonical_path(scope["raw_path"])
        ip = scope["client"][0] if scope["client"] else "unknown"
        require(self._by_ip, ip)
        route = self._routes.match(scope["method"], path)
        record = RequestRecord.find(scope)
        assert record is not None, "the chassis watches over every request"
        record.route = route.template
        if route.public:
            if route.method == "POST":
                self._limit_strangers(route.template, ip)
        else:
            caller = await self._caller(scope)
            require(self._by_session, caller.session_id or caller.id)
        most = self._settings.upload_bytes if route.upload else self._settings.max_body_bytes
        if _declared(scope) > most:
            raise _too_large(most)
        body = Upload(receive) if route.upload else await _whole(receive, most)
        await self._forward(scope, send, route, path, body, record)

    def _limit_strangers(self, template: str, ip: str) -> None:
        if template in _LOG_INS:
            require(self._log_ins, ip)
        elif template == _REGISTRATION:
            require(self._registrations, ip)

    async def _caller(self, scope: Scope) -> Caller:
        """Whoever the token says. Services check it again and decide what is permitted."""
        for name, value in scope["headers"]:
            scheme, _, token = value.partition(b" ")
            if name == b"authorization" and scheme.lower() == b"bearer" and token:
                caller = await self._verifier.verify(token.strip().decode("latin-1"))
                bind(actor=f"{caller.kind}:{caller.id}")
                return caller
        raise Unauthenticated

    async def _forward(
        self,
        scope: Scope,
        send: Send,
        route: Route,
        path: str,
        body: "bytes | Upload",
        record: RequestRecord,
    ) -> None:
        assert self._client is not None, "start() comes first"
        query = quote(scope["query_string"], safe="!$&'()*+,;=:@/?%-._~")
        target = self._upstreams[route.service] + forwarded_path(path) + (f"?{query}" if query else "")
        request = self._client.request(
            scope["method"],
            URL(target, encoded=True),
            data=body.chunks() if isinstance(body, Upload) else body or None,
            # A service that refuses an upload says so before it is sent: answers during a body get lost on the way.
            expect100=isinstance(body, Upload),
            headers=inbound(scope["headers"], _ours(scope, record)),
            allow_redirects=False,
        )
        try:
            response = await request
        except aiohttp.ClientConnectorError as error:
            problem = RequestProblem(503, "service_unavailable", f"{route.service} cannot be reached just now.")
            problem.headers = {"Retry-After": "1"}
            raise problem from error
        except TimeoutError as error:
            detail = f"{route.service} did not answer in time; what you asked may have happened."
            raise RequestProblem(504, "service_timeout", detail) from error
        except aiohttp.ClientError as error:
            if isinstance(body, Upload) and body.problem is not None:
                raise body.problem from error
            detail = f"{route.service} broke off; what you asked may have happened. Repeat it with the same key."
            raise RequestProblem(502, "service_failed", detail) from error
        record.decision = f"forwarded to {route.service}"
        try:
            await _answer(response, send, head=scope["method"] == "HEAD")
        finally:
            response.close()


def _per_minute(per_minute: float) -> Buckets:
    return Buckets(per_second=per_minute / 60, burst=max(per_minute / 3, _PEOPLE_BEHIND_ONE_ADDRESS))


def _ours(scope: Scope, record: RequestRecord) -> Mapping[str, str]:
    added = {"X-Request-Id": str(record.request_id), "X-Forwarded-Proto": scope["scheme"]}
    if scope["client"]:
        added["X-Forwarded-For"] = scope["client"][0]
    traceparent = current_traceparent()
    return {**added, "traceparent": traceparent} if traceparent else added


async def _streamed(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it comes. A client who leaves in the middle has sent nothing at all."""
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise RequestProblem(400, "body_incomplete", "The body ended before its end.")
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def _whole(receive: Receive, most: int) -> bytes:
    body = bytearray()
    async for chunk in _streamed(receive):
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


class Upload:
    """A file on its way through. What is wrong with it at the client's end is kept in `problem`: whoever sends the
    chunks on knows no more than that they ended.
    """

    def __init__(self, receive: Receive) -> None:
        self.problem: RequestProblem | None = None
        self._receive = receive

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in _streamed(self._receive):
                yield chunk
        except RequestProblem as problem:
            self.problem = problem
            raise


def _declared(scope: Scope) -> int:
    """The length that was announced; the server has read it as a number already, and once."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


def _too_large(most: int) -> RequestProblem:
    return RequestProblem(413, "body_too_large", f"At most {most} bytes are accepted here.")


async def _answer(response: aiohttp.ClientResponse, send: Send, *, head: bool) -> None:
    headers = outbound((bytes(name), bytes(value)) for name, value in response.raw_headers)
    if len([name for name, _ in headers if name == b"content-length"]) > 1:
        raise RequestProblem(502, "service_failed", "The service framed its answer in two ways.")
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if not head:
        async for chunk in response.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
