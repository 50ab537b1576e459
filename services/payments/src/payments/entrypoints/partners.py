"""Providers' notifications, and the questions of cashiers that are not ours. Raw ASGI, for a signature covers bytes.

    POST /partner/payments/{provider}/{casino_id}/notifications
    POST /partner/payments/{cashier}/{casino_id}/{verifyuser,authorize,transfer,cancel}

A body is measured, and otherwise left to the provider's strategy, which checks its signature first. What our own
clients may not send, such as NUL, a payer may have written into what a provider signs: refused, it would come again as
it is until the provider gives up, and nobody would know.
"""

from dataclasses import dataclass
from typing import Final, get_args
from uuid import UUID

import structlog
from starlette.datastructures import Headers
from starlette.middleware.body_limit import MAX_BODY_SIZE_SCOPE_KEY
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chassis.http.problems import RequestProblem
from chassis.store import ConcurrentChange
from chassis.telemetry.record import RequestRecord
from payments.application.desk import Desk
from payments.application.hosted_cashier import answer_cashier
from payments.application.inverted import Step
from payments.application.notifications import RECEIVED, Mail, receive_notification
from payments.application.ports import Reply

log = structlog.get_logger(__name__)

LARGEST_BODY: Final = 1024 * 1024
"""Bytes. Adyen's and Stripe's largest events have some dozens of KiB; none of them names a limit. Where verifying takes
more than a hash of the bytes the strategy has a limit of its own, for who has no key may send as much.
"""

_NOTIFICATIONS: Final = "notifications"
_STEPS: Final[dict[str, Step]] = {step: step for step in get_args(Step)}


@dataclass(frozen=True, slots=True)
class _Target:
    """Who calls for which casino. `step`: of a cashier's question; None: it is a notification."""

    provider: str
    casino_id: UUID
    step: Step | None


class PartnerApi:
    """The ASGI application below `/partner/payments`. Anything but a 2xx makes a notification come again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = self._target(scope)
        if target is None:
            raise RequestProblem(404, "not_found", "There is no such thing.")
        if scope["method"] != "POST":
            raise RequestProblem(405, "method_not_allowed", "Only POST is understood.", headers={"Allow": "POST"})
        _name_route(scope, target)
        reply = await self._answer(target, await self._mail(target, scope, receive))
        response = Response(reply.body, media_type=reply.media_type, headers=dict(reply.headers))
        await response(scope, receive, send)

    async def _answer(self, target: _Target, mail: Mail) -> Reply:
        if target.step is None:
            return await receive_notification(self._desk, mail)
        try:
            return await answer_cashier(self._desk, mail, target.step)
        except ConcurrentChange as busy:
            raise RequestProblem(503, busy.code, "Ask again in a moment.", headers={"Retry-After": "1"}) from None

    def _target(self, scope: Scope) -> _Target | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        provider, _, rest = path.lstrip("/").partition("/")
        casino, _, what = rest.partition("/")
        step = _STEPS.get(what) if provider in self._desk.cashiers else None
        if what != _NOTIFICATIONS and step is None:
            return None
        try:
            return _Target(provider, UUID(casino), step)
        except ValueError:
            return None

    async def _mail(self, target: _Target, scope: Scope, receive: Receive) -> Mail:
        scope[MAX_BODY_SIZE_SCOPE_KEY] = LARGEST_BODY
        try:
            raw = await _body(receive)
        except RequestProblem as refused:
            if refused.status_code == 413:
                known = target.provider if target.provider in self._desk.providers else "unknown"
                RECEIVED.labels(known, "too_large").inc()
                log.warning("notification_too_large", provider=known, casino_id=str(target.casino_id))
            raise
        caller = scope.get("client")
        return Mail(
            casino_id=target.casino_id,
            provider=target.provider,
            raw=raw,
            headers={name.lower(): value for name, value in Headers(scope=scope).items()},
            ip=caller[0] if caller else None,
        )


def _name_route(scope: Scope, target: _Target) -> None:
    """Metrics and logs know the call by its template, never by the raw path."""
    record = RequestRecord.find(scope)
    if record is not None:
        whose = "{provider}" if target.step is None else target.provider
        record.route = f"/partner/payments/{whose}/{{casino_id}}/{target.step or _NOTIFICATIONS}"


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestProblem(400, "body_incomplete", "The caller went away.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
