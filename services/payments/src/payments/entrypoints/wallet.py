"""The wallet hop: games' bets, wins and rollbacks, many per request. Raw ASGI and msgspec, for this is the hot path.

    POST /internal/v1/wallet/transfers   [[id, kind, casino_id, player_id, currency, amount_minor, fingerprint,
                                           round_ref, game_code, supplier, session_id, reference_id, supplier_tx,
                                           requires_reference, round_closed, repeat_only], ...]
        -> [[code, balance_minor], ...]  in the same order, after the commit; codes: contracts.payments.wallet;
                                         the balance is what the player may bet, cash and bonus
    POST /internal/v1/wallet/balances    [[player_id, currency], ...] -> [balance_minor or null, ...]

A request that cannot be read is answered 422 as a whole and nothing of it is posted. 503 means: not known, ask again.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from starlette.types import Receive, Scope, Send

from contracts.money import MAX_MINOR
from contracts.payments.wallet import WalletCode
from payments.adapters.ledger.batcher import LARGEST_BATCH, LedgerUnavailable
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Answer, GameMove, GameMoveKind

_MOST_BYTES = 1024 * 1024

_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
_Supplier = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_.-]*$", max_length=64)]
_Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3,5}$")]
_Amount = Annotated[int, msgspec.Meta(ge=0, le=MAX_MINOR)]
_Fingerprint = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Item(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    id: UUID
    kind: GameMoveKind
    casino_id: UUID
    player_id: UUID
    currency: _Currency
    amount_minor: _Amount
    fingerprint: _Fingerprint
    round_ref: _Text
    game_code: _Text
    supplier: _Supplier
    session_id: UUID | None
    reference_id: UUID | None
    supplier_tx: _Text
    requires_reference: bool
    round_closed: bool
    repeat_only: bool = False


_items = msgspec.json.Decoder(Annotated[list[_Item], msgspec.Meta(max_length=LARGEST_BATCH)])
_players = msgspec.json.Decoder(Annotated[list[tuple[UUID, _Currency]], msgspec.Meta(max_length=LARGEST_BATCH)])
_encode = msgspec.json.Encoder().encode


class _Refused(Exception):
    """The request is answered with a problem document."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class WalletHop:
    """The ASGI application. The chassis asks for a service token before it."""

    def __init__(self, ledger: PostgresLedger) -> None:
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, body = 200, await self._answer(scope, receive)
            kind = b"application/json"
        except _Refused as refused:
            status, kind = refused.status, b"application/problem+json"
            problem = {"type": "about:blank", "title": refused.code, "status": status, "code": refused.code}
            body = _encode({**problem, "detail": refused.detail})
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise _Refused(405, "method_not_allowed", "Only POST is understood.")
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        if path == "/transfers":
            return await self._transfers(await _body(receive))
        if path == "/balances":
            return await self._balances(await _body(receive))
        raise _Refused(404, "not_found", "There is no such thing.")

    async def _transfers(self, body: bytes) -> bytes:
        try:
            items = _items.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _Refused(422, "malformed", str(error)) from None
        if b"\\u0000" in body:
            raise _Refused(422, "malformed", "Text must not contain NUL.")
        try:
            answers = await self._ledger.move([_move(item) for item in items])
        except LedgerUnavailable as unavailable:
            raise _Refused(503, unavailable.code, unavailable.detail) from None
        return _encode([_pair(answer) for answer in answers])

    async def _balances(self, body: bytes) -> bytes:
        try:
            wanted = _players.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _Refused(422, "malformed", str(error)) from None
        return _encode(await self._ledger.balances(wanted))


def _move(item: _Item) -> GameMove:
    return GameMove(
        item.id,
        item.kind,
        WalletKey(item.casino_id, item.player_id, item.currency),
        item.amount_minor,
        item.fingerprint,
        item.reference_id,
        item.requires_reference,
        item.supplier,
        item.supplier_tx,
        item.game_code,
        item.round_ref,
        item.round_closed,
        item.session_id,
        item.repeat_only,
    )


def _pair(answer: Answer | Exception) -> tuple[int, int | None]:
    if isinstance(answer, Exception):
        return WalletCode.UNANSWERED, None
    return answer.code, None if answer.cash_minor is None else answer.cash_minor + answer.bonus_minor


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(499, "disconnected", "The caller went away.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > _MOST_BYTES:
            raise _Refused(413, "too_large", f"A request has {_MOST_BYTES} bytes at most.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
