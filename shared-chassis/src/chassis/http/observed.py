"""The outermost layer of a service: every request gets an id, a span, metrics, one log line and safe headers."""

import re
import time
from collections.abc import Mapping
from logging import DEBUG, getLogger
from typing import Any, Final
from uuid import UUID

from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import logging
from chassis.auth.markers import Guarded
from chassis.domain import uuid7
from chassis.http.drain import Drain
from chassis.http.problems import problem_response
from chassis.store.failures import transient, unwell
from chassis.telemetry.metrics import HTTP_DURATION, HTTP_IN_FLIGHT, HTTP_REQUESTS
from chassis.telemetry.record import RequestRecord
from chassis.telemetry.tracing import linked_span, span_from_traceparent

_log = logging.get_logger("chassis.http")
_standard = getLogger("chassis.http")

REQUEST_ID: Final = b"x-request-id"
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
UNWELL: Final = "X-Internal-Unwell"
"""On an answer 503: it is the process that cannot work, whatever is asked. The gateway leaves such a one alone."""

UNMATCHED: Final = "(unmatched)"

_SAFE_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_CLIENTS_OWN_ID: Final = re.compile(rb"^[A-Za-z0-9_-]{8,64}$")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observed:
    """Watches over requests, and lets no success out that nobody allowed.

    Args:
        templates: the path template of each endpoint; metrics and logs know routes by it, never by raw paths.
        drain: counts what is in flight.
        edge: whether strangers call: their request ids and traces are not gone on with, but noted beside our own.
    """

    def __init__(self, app: ASGIApp, *, templates: Mapping[Any, str], drain: Drain, edge: bool = False) -> None:
        self.app = app
        self._edge = edge
        self._templates = templates
        self._drain = drain
        self._metrics: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(REQUEST_ID)
        record = RequestRecord(uuid7() if self._edge else _request_id(given))
        record.attach(scope)
        logging.clear()
        logging.bind(request_id=str(record.request_id))
        if self._edge and given is not None and _CLIENTS_OWN_ID.match(given):
            logging.bind(client_request_id=given.decode())
        traceparent = headers.get(b"traceparent", b"").decode("latin-1")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        with self._drain.request(), HTTP_IN_FLIGHT.track_inprogress():
            begin = linked_span if self._edge else span_from_traceparent
            with begin(method, traceparent, kind=SpanKind.SERVER) as span:
                answer = _Answer(record, send, closing=self._drain.draining)
                started = time.perf_counter()
                try:
                    await self._answered(scope, receive, answer, record)
                finally:
                    seconds = time.perf_counter() - started
                    route = self._route(scope, record)
                    span.update_name(f"{method} {route}")
                    span.set_attributes({"http.route": route, "http.response.status_code": answer.status})
                    self._measure(method, route, answer.status, seconds)
                    self._log(scope, method, route, answer, seconds)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer", record: RequestRecord) -> None:
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            # A database that is away is no mistake of the request's: it may be repeated, and should be.
            status, headers = (503, {"Retry-After": "1"}) if transient(error) else (500, {})
            if status == 503 and unwell(error):
                headers[UNWELL] = "1"
            _log.exception("unhandled_exception", route=self._route(scope, record))
            if answer.started:
                raise  # The connection is cut: half an answer must not look like a whole one.
            await problem_response(scope, status, headers=headers)(scope, receive, answer.send)
            return
        if answer.withheld:
            _log.error("success_without_a_decision", route=self._route(scope, record))
            answer.withheld = False
            await problem_response(scope, 500)(scope, receive, answer.send)

    def _route(self, scope: Scope, record: RequestRecord) -> str:
        return record.route or self._templates.get(scope.get("endpoint"), UNMATCHED)

    def _measure(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count it. The labelled children are kept: looking them up costs more than counting."""
        kept = self._metrics.get((method, route, status))
        if kept is None:
            kept = HTTP_REQUESTS.labels(method, route, str(status)), HTTP_DURATION.labels(method, route)
            self._metrics[method, route, status] = kept
        kept[0].inc()
        kept[1].observe(seconds)

    def _log(self, scope: Scope, method: str, route: str, answer: "_Answer", seconds: float) -> None:
        # Probes, and machines that call all the time: their successes are counted, not told.
        quiet = answer.status < 400 and (route in _PROBES or isinstance(scope.get("endpoint"), Guarded))
        if quiet and not _standard.isEnabledFor(DEBUG):
            return
        write = _log.debug if quiet else _log.info if answer.status < 500 else _log.error
        write(
            "http_request",
            method=method,
            route=route,
            status=answer.status,
            duration_ms=round(seconds * 1000, 1),
            bytes_sent=answer.size,
        )


class _Answer:
    """An answer on its way out."""

    def __init__(self, record: RequestRecord, send: Send, *, closing: bool) -> None:
        self._record = record
        self._send = send
        self._closing = closing
        self.status = 500
        self.size = 0
        self.started = False
        self.withheld = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if 200 <= message["status"] < 300 and self._record.decision is None:
                self.withheld = True
                return
            self.started = True
            self.status = message["status"]
            message["headers"] = self._headers(message.get("headers", ()))
        elif self.withheld:
            return
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)

    def _headers(self, given: Any) -> list[tuple[bytes, bytes]]:
        headers = [(name, value) for name, value in given if name.lower() not in (b"server", REQUEST_ID)]
        names = {name.lower() for name, _ in headers}
        headers.extend((name, value) for name, value in _SAFE_HEADERS if name not in names)
        headers.append((REQUEST_ID, str(self._record.request_id).encode()))
        if self._closing:
            headers.append((b"connection", b"close"))
        return headers


def _request_id(given: bytes | None) -> UUID:
    if given is not None and len(given) == 36:
        try:
            return UUID(given.decode("ascii"))
        except ValueError:
            pass
    return uuid7()
