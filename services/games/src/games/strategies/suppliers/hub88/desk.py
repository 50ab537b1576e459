"""Hub88's wallet protocol, both directions: their call becomes a neutral one, our neutral answer becomes theirs.

Choices the published material leaves open, made once here:
- A bet and a win draw their `transaction_uuid` from one series (it is "once only"), so a win that reuses a bet's is a
  duplicate, and a rollback finds what it undoes without being told whether that was a bet or a win.
- A field that is missing, empty, too long or out of range is wrong syntax; a field of another type is a wrong type.
- An amount that is no whole number of the currency's minor units is wrong syntax: nothing is ever rounded.
- `is_free` and `is_supplier_promo` bets stake nothing; what they win is paid.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from contracts.money import MAX_MINOR, MoneyMistake, exponent, from_scaled, to_scaled
from games.application.ports import Headers
from games.application.wallet_calls import CallRefused, Verdict, WalletAnswer, WalletCall
from games.strategies.suppliers.hub88 import signature
from games.strategies.suppliers.hub88.wire import (
    SCALE,
    BalanceRequest,
    BetRequest,
    Echo,
    InfoRequest,
    Reply,
    RollbackRequest,
    WinRequest,
)
from games.strategies.suppliers.hub88.words import STATUS

PLAY, UNDO = "play", "rollback"
"""Number ranges of `transaction_uuid`: bets and wins share one, rollbacks have their own."""

_ENCODER = msgspec.json.Encoder()
_ECHO = msgspec.json.Decoder(Echo)
_NUL, _NUL_IN_JSON = "\x00", b"\\u0000"
_SYNTAX_SAYINGS = ("Object missing required field", "Expected `str` of length", "Integer value out of range")


class Hub88Desk:
    """Speaks for one casino's account; `key` is Hub88's public key for it."""

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key

    def read(self, operation: str, headers: Headers, body: bytes) -> WalletCall:
        """See PartnerDesk."""
        given = next((value for name, value in headers if name == signature.RAW_HEADER), None)
        if not signature.verified(self._key, given, body):
            raise CallRefused(Verdict.INVALID_SIGNATURE)
        decode, translate = _OPERATIONS[operation]
        request = _decoded(decode, body)
        if _NUL_IN_JSON in body and _holds_nul(request):
            raise CallRefused(Verdict.WRONG_SYNTAX)
        return translate(request)

    def word(self, call: WalletCall, answer: WalletAnswer) -> bytes:
        """See PartnerDesk."""
        status = STATUS[answer.verdict]
        if answer.player is not None:
            return _ENCODER.encode(_info_reply(call, status, answer))
        if answer.balance_minor is None or answer.currency is None:
            return _ENCODER.encode(Reply(call.user, status, call.echo))
        balance = to_scaled(answer.balance_minor, SCALE, answer.currency)
        return _ENCODER.encode(Reply(call.user, status, call.echo, answer.currency, balance))


def refusal(body: bytes, verdict: Verdict) -> bytes:
    """The answer to a call that was not understood, with what of it can be repeated."""
    try:
        echo = _ECHO.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        echo = Echo()
    return _ENCODER.encode(Reply(echo.user[:255], STATUS[verdict], echo.request_uuid[:255]))


def _decoded(decode: Callable[[bytes], Any], body: bytes) -> Any:
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        missing = str(error).startswith(_SYNTAX_SAYINGS)
        raise CallRefused(Verdict.WRONG_SYNTAX if missing else Verdict.WRONG_TYPES) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise CallRefused(Verdict.WRONG_SYNTAX) from error


def _holds_nul(request: Any) -> bool:
    """No text of ours may hold the character that PostgreSQL cannot store."""
    values = (getattr(request, name) for name in request.__struct_fields__)
    return any(isinstance(value, str) and _NUL in value for value in values)


def _info(request: InfoRequest) -> WalletCall:
    return WalletCall(kind="info", user=request.user, echo=request.request_uuid)


def _balance(request: BalanceRequest) -> WalletCall:
    return WalletCall(
        kind="balance",
        user=request.user,
        echo=request.request_uuid,
        token=request.token,
        game_code=request.game_code,
    )


def _bet(request: BetRequest) -> WalletCall:
    promo = bool(request.is_supplier_promo)
    return WalletCall(
        kind="bet",
        user=request.user,
        echo=request.request_uuid,
        token=request.token,
        game_code=request.game_code,
        currency=request.currency,
        amount_minor=_minor(request.amount, request.currency),
        transaction=request.transaction_uuid,
        series=PLAY,
        round_ref=request.round,
        round_closed=bool(request.round_closed),
        free=request.is_free or promo,
        stale_session_allowed=promo,
    )


def _win(request: WinRequest) -> WalletCall:
    promo = bool(request.is_supplier_promo)
    if request.reference_transaction_uuid is None and not promo:
        raise CallRefused(Verdict.WRONG_SYNTAX)
    return WalletCall(
        kind="win",
        user=request.user,
        echo=request.request_uuid,
        token=request.token,
        game_code=request.game_code,
        currency=request.currency,
        amount_minor=_minor(request.amount, request.currency),
        transaction=request.transaction_uuid,
        series=PLAY,
        reference=request.reference_transaction_uuid,
        reference_series=PLAY,
        requires_reference=not promo,
        round_ref=request.round,
        round_closed=bool(request.round_closed),
        free=request.is_free or promo,
        stale_session_allowed=True,
    )


def _rollback(request: RollbackRequest) -> WalletCall:
    return WalletCall(
        kind="rollback",
        user=request.user,
        echo=request.request_uuid,
        token=request.token,
        game_code=request.game_code,
        transaction=request.transaction_uuid,
        series=UNDO,
        reference=request.reference_transaction_uuid,
        reference_series=PLAY,
        round_ref=request.round,
        round_closed=bool(request.round_closed),
        stale_session_allowed=True,
    )


_OPERATIONS: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], WalletCall]]] = {
    "user/info": (msgspec.json.Decoder(InfoRequest).decode, _info),
    "user/balance": (msgspec.json.Decoder(BalanceRequest).decode, _balance),
    "transaction/bet": (msgspec.json.Decoder(BetRequest).decode, _bet),
    "transaction/win": (msgspec.json.Decoder(WinRequest).decode, _win),
    "transaction/rollback": (msgspec.json.Decoder(RollbackRequest).decode, _rollback),
}

OPERATIONS = frozenset(_OPERATIONS)


def _minor(scaled: int, currency: str) -> int:
    try:
        exponent(currency)
    except MoneyMistake as error:
        raise CallRefused(Verdict.WRONG_CURRENCY) from error
    try:
        amount = from_scaled(scaled, SCALE, currency)
    except MoneyMistake as error:
        raise CallRefused(Verdict.WRONG_SYNTAX) from error
    if not 0 <= amount <= MAX_MINOR:
        raise CallRefused(Verdict.WRONG_SYNTAX)
    return amount


def _info_reply(call: WalletCall, status: str, answer: WalletAnswer) -> Reply:
    player = answer.player
    if player is None:
        raise ValueError("an answer about nobody")
    return Reply(
        call.user,
        status,
        call.echo,
        country=player.country,
        jurisdiction=answer.jurisdiction or msgspec.UNSET,
        registration_date=player.registered_at.date().isoformat(),
    )
