"""Suppliers' wallet calls: a raw ASGI application, because this is the hottest path of the product.

`POST /partner/{supplier}/{casino_id}/{operation}`. Whatever happens, the answer is in the supplier's own words; an
exception of ours reads "unknown", which makes the supplier ask again or roll back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from prometheus_client import Counter
from starlette.types import Message, Receive, Scope, Send

from chassis.http import RequestProblem
from chassis.telemetry.metrics import REGISTRY
from chassis.telemetry.record import RequestRecord
from games.application.ports import Directory, GameSupplier
from games.application.wallet import WalletService
from games.application.wallet_calls import CallRefused, Verdict

log = structlog.get_logger(__name__)

LARGEST_BODY = 64 * 1024
"""Bytes. The largest call any supplier makes is a few hundred."""

WALLET_CALLS = Counter(
    "games_wallet_calls_total",
    "Suppliers' wallet calls, by what we answered",
    ["supplier", "operation", "verdict"],
    registry=REGISTRY,
)

_JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Target:
    """Whose protocol, at which casino, which call."""

    supplier: GameSupplier
    casino_id: UUID
    operation: str


class PartnerApi:
    """The ASGI application below `/partner`."""

    def __init__(self, suppliers: Mapping[str, GameSupplier], directory: Directory, wallet: WalletService) -> None:
        self._suppliers = suppliers
        self._directory = directory
        self._wallet = wallet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        target = self._target(scope)
        if target is None:
            await _answer(send, 404, b'{"error":"There is nothing here."}')
        elif scope["method"] != "POST":
            await _answer(send, 405, b'{"error":"Only POST is answered here."}', (b"allow", b"POST"))
        else:
            _name_route(scope, target)
            answer, verdict = await self._handle(target, scope, await _body(receive))
            WALLET_CALLS.labels(target.supplier.name, target.operation, verdict.value).inc()
            await _answer(send, 200, answer)

    async def _handle(self, target: Target, scope: Scope, body: bytes | None) -> tuple[bytes, Verdict]:
        supplier = target.supplier
        try:
            return await self._understood(target, scope, body)
        except CallRefused as refused:
            log.info("wallet_call_refused", supplier=supplier.name, operation=target.operation, verdict=refused.verdict)
            return supplier.refusal(body or b"", refused.verdict), refused.verdict
        except Exception:
            log.exception("wallet_call_failed", supplier=supplier.name, operation=target.operation)
            return supplier.refusal(body or b"", Verdict.UNKNOWN), Verdict.UNKNOWN

    async def _understood(self, target: Target, scope: Scope, body: bytes | None) -> tuple[bytes, Verdict]:
        if body is None:
            raise CallRefused(Verdict.WRONG_SYNTAX)
        found = await self._directory.account(target.casino_id, target.supplier.name)
        if found is None:
            raise CallRefused(Verdict.INVALID_PARTNER)
        account, desk = found
        call = desk.read(target.operation, scope["headers"], body)
        answer = await self._wallet.handle(account, call)
        return desk.word(call, answer), answer.verdict

    def _target(self, scope: Scope) -> Target | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        name, _, rest = path.lstrip("/").partition("/")
        casino, _, operation = rest.partition("/")
        supplier = self._suppliers.get(name)
        if supplier is None or operation not in supplier.operations:
            return None
        try:
            return Target(supplier, UUID(casino), operation)
        except ValueError:
            return None


def _name_route(scope: Scope, target: Target) -> None:
    """Metrics and logs know the call by its template, never by the raw path."""
    record = RequestRecord.find(scope)
    if record is not None:
        record.route = f"/partner/{target.supplier.name}/{{casino_id}}/{target.operation}"


async def _body(receive: Receive) -> bytes | None:
    """The body; None when it is too large or the caller hung up."""
    try:
        message: Message = await receive()
        whole: bytes = message.get("body", b"")
        while message.get("more_body") and len(whole) <= LARGEST_BODY:
            message = await receive()
            whole += message.get("body", b"")
    except RequestProblem:
        return None  # Larger than anything may be here; a supplier must hear it in its own words.
    return whole if message["type"] == "http.request" and len(whole) <= LARGEST_BODY else None


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [_JSON, length, *headers]})
    await send({"type": "http.response.body", "body": body})
