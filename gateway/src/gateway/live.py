"""`GET /api/live?lists=payments.withdrawals,backoffice.players`: the live lists of all services in one stream."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth import Caller
from chassis.auth.markers import Door
from chassis.http import RequestProblem
from chassis.logging import bind
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import current_traceparent
from gateway.admission import Admission
from gateway.answers import BUFFERING
from gateway.exchange import Asked, Exchanges
from gateway.following import Entry, Merged
from gateway.headers import PATH
from gateway.merging import Part, read_parts
from gateway.own import LIVE
from gateway.settings import Settings
from gateway.streams import Follower, StreamsOfEvents

_OPENING_S: Final = 5.0
_HEADERS: Final = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), BUFFERING]


class LiveLists:
    """The ASGI application at that address.

    A service that is away costs the client its lists alone: `trouble` says so, and they go on once it is back.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        let_in: Callable[..., Awaitable[tuple[str, Caller]]],
        door: Door,
        exchanges: Exchanges,
        admission: Admission,
        streams: StreamsOfEvents,
    ) -> None:
        self._settings = settings
        self._let_in = let_in
        self._door = door
        self._exchanges = exchanges
        self._admission = admission
        self._streams = streams
        self._services = frozenset(settings.addresses())

    def before(self, proxy: ASGIApp) -> ASGIApp:
        """All that is beneath `/api`: the proxy, but for this one address."""

        async def api(scope: Scope, receive: Receive, send: Send) -> None:
            await (self if scope[PATH] == LIVE else proxy)(scope, receive, send)

        return api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record = RequestRecord.find(scope)
        assert record is not None, "the chassis watches over every request"
        await self._admission.address(scope["client"][0] if scope["client"] else "unknown")
        record.route = LIVE
        if scope["method"] != "GET":
            problem = RequestProblem(405, "method_not_allowed", "This address is not asked this way.")
            problem.headers = {"Allow": "GET"}
            raise problem
        headers = dict(scope["headers"])
        last = headers.get(b"last-event-id")
        # A browser that lost the stream comes back by itself: nobody did anything.
        token, caller = await self._let_in(headers, "GET", passive=last is not None)
        bind(actor=f"{caller.kind}:{caller.id}")
        left = await self._admission.caller(caller, None)
        asked = QueryParams(scope["query_string"]).multi_items()
        parts = read_parts(asked, self._services, None if last is None else last.decode("latin-1"))
        follower = Follower.of(caller)
        with self._streams.one_more(follower):
            await self._admission.stream(follower.person)
            merged = self._merged(scope, parts, token, caller, record)
            try:
                await merged.open(min(_OPENING_S, self._settings.upstream_timeout_s))
                record.decision = "forwarded to " + ", ".join(part.service for part in parts)
                await send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *left]})
                await merged.run(receive, send)
            finally:
                merged.close()

    def _merged(self, scope: Scope, parts: list[Part], token: str, caller: Caller, record: RequestRecord) -> Merged:
        headers = dict(scope["headers"])

        async def again(stale: str) -> tuple[str, Caller]:
            return await self._let_in(headers, "GET", passive=True, besides=stale)

        def asked(part: Part, token: str) -> Asked:
            sent = [
                ("Accept", "text/event-stream"),
                ("Authorization", f"Bearer {token}"),
                ("X-Request-Id", str(record.request_id)),
                ("X-Forwarded-Proto", scope["scheme"]),
                *([("X-Forwarded-For", scope["client"][0])] if scope["client"] else []),
                *([("Last-Event-ID", part.last_id)] if part.last_id is not None else []),
            ]
            traceparent = current_traceparent()
            return Asked(
                service=part.service,
                method="GET",
                target=part.target,
                headers=[*sent, *([("traceparent", traceparent)] if traceparent else [])],
                body=b"",
                repeatable=True,
                patience_s=self._settings.upstream_timeout_s,
            )

        entry = Entry(token, caller, again=None if b"authorization" in headers else again, still=self._door.still)
        drain = scope["app"].state.drain
        return Merged(parts, entry, asked=asked, ask=self._exchanges.ask, ends=lambda: drain.draining)
