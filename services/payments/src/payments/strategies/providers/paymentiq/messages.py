"""PaymentIQ's messages: what a call says, and how it is answered. Numbers are read as they were written."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from contracts.money import MAX_MINOR, MoneyMistake, to_major_string, to_minor
from payments.application.inverted import CashierCall, Movement, Step, Verdict
from payments.strategies.providers.paymentiq.accounts import account_of
from payments.strategies.providers.paymentiq.codes import BY_PLAYER, NUMBERS, OTHER
from payments.strategies.providers.paymentiq.orders import order_marked
from payments.strategies.providers.reading import our_id, section, word

PROFILE = {"country": "country", "locale": "locale"}
"""What it is told of a player, in our names and in its own. Nothing that he could have made up about who he is."""

_NUMBER = re.compile(r"(-?)([0-9]{1,15}(?:\.[0-9]{1,10})?)", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_TX_ID = re.compile(r"[!-9;-~]{1,80}")
"""Without a colon, which parts it from the rest in what we keep."""
_SHOWN = 4
_SHOWN_PART = 3
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def parsed(raw: bytes) -> Mapping[str, Any] | None:
    """The JSON object of a call, numbers as texts; None when it is none, or names a key twice."""
    try:
        value = json.loads(raw.decode(), parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def call_of(step: Step, body: Mapping[str, Any] | None) -> CashierCall:
    """What a genuine call says."""
    user = word((body or {}).get("userId")) or ""
    if body is None:
        return CashierCall(step=step, user=user, player_id=None, problem="call_unreadable")
    player_id = our_id(user)
    if step == "verifyuser":
        session = body.get("sessionId")
        return CashierCall(
            step=step, user=user, player_id=player_id, session=session if isinstance(session, str) else ""
        )
    movement = _movement(step, body)
    problem = "amount_unreadable" if movement is None else None
    return CashierCall(step=step, user=user, player_id=player_id, movement=movement, problem=problem)


def _movement(step: Step, body: Mapping[str, Any]) -> Movement | None:
    tx_id, currency = word(body.get("txId")), word(body.get("txAmountCy"))
    money = amount_of(body.get("txAmount"), currency)
    if tx_id is None or not _TX_ID.fullmatch(tx_id) or currency is None or money is None:
        return None
    settled = _settled(step, body, money, currency)
    if settled is None:
        return None
    codes = [one for name in ("pspStatusCode", "statusCode") if (one := _code(body.get(name)))]
    code = codes[0] if codes else "cancelled"
    return Movement(
        tx_id=tx_id,
        out=money < 0,
        amount_minor=abs(money),
        currency=currency,
        code=code,
        shown_as=_shown(word(body.get("maskedAccount")) or ""),
        instrument=account_of(body),
        settled_minor=None if settled == abs(money) else settled,
        by_player=step == "cancel" and not BY_PLAYER.isdisjoint(codes),
        facts={
            "our_reference": None,
            "reference": tx_id,
            "amount": word(body.get("txAmount")),
            "currency": currency,
            "psp": word(body.get("provider")),
            "psp_reference": word(body.get("txRefId")),
            "psp_amount": word(body.get("txPspAmount")),
            "psp_currency": word(body.get("txPspAmountCy")),
            "fee": word(body.get("fee")),
            "code": code,
        },
    )


def _settled(step: Step, body: Mapping[str, Any], told: int, currency: str) -> int | None:
    """What the provider behind moved, without a sign, where it tells that in the wallet's currency; else as told by the
    call, and so is a difference that is the fee. None: it cannot be read.
    """
    incoming, told = told > 0, abs(told)
    if step != "transfer" or word(body.get("txPspAmountCy")) != currency:
        return told
    settled = amount_of(body.get("txPspAmount"), currency)
    if settled is None or (settled < 0 and incoming):
        return None
    fee = amount_of(body.get("fee"), currency) if word(body.get("feeCy")) == currency else None
    return told if fee is not None and abs(abs(settled) - told) == abs(fee) else abs(settled)


def order_of(secrets: tuple[str, ...], casino_id: UUID, step: Step, body: Mapping[str, Any] | None) -> UUID | None:
    """The order of ours that a call is about; None: the player began it in the cashier, as far as the call tells.

    What we let through is named by the code that we answered with (`authCode`), whoever began it.
    """
    told = body or {}
    marked = told.get("sessionId") if step == "verifyuser" else section(told.get("attributes")).get("merchantTxId")
    order = order_marked(secrets, casino_id, marked)
    return our_id(told.get("authCode")) if order is None and step in ("transfer", "cancel") else order


def code_said(step: Step, body: Mapping[str, Any] | None) -> str | None:
    """The code of ours that a call names, once we have said yes; None: it names none, as not all of its versions do."""
    code = (body or {}).get("authCode")
    return None if step not in ("transfer", "cancel") or code in (None, "") else word(code) or "unreadable"


def amount_of(value: object, currency: str | None) -> int | None:
    """A signed amount in minor units; None when it cannot be read exactly, or is nothing.

    >>> amount_of("-60", "EUR"), amount_of("0.50", "EUR"), amount_of("100.0", "JPY"), amount_of("1.001", "EUR")
    (-6000, 50, 100, None)
    """
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if found is None or currency is None:
        return None
    plain = found[2].rstrip("0").rstrip(".") if "." in found[2] else found[2]
    try:
        minor = to_minor(plain or "0", currency)
    except MoneyMistake:
        return None
    return (-minor if found[1] else minor) if 0 < minor <= MAX_MINOR else None


def answer(call: CashierCall, verdict: Verdict) -> bytes:
    """A yes or a no in PaymentIQ's words; both with status 200."""
    if verdict.refused is not None:
        number = NUMBERS.get(verdict.refused, OTHER)
        return _ENCODER.encode({"success": False, "userId": call.user, "errCode": number, "errMsg": verdict.refused})
    yes: dict[str, Any] = {"success": True, "userId": call.user}
    if call.movement is None:
        yes |= {PROFILE[name]: value for name, value in sorted(verdict.profile.items()) if name in PROFILE}
        currency = verdict.currency or ""
        yes |= {
            "kycStatus": "Approved" if verdict.verified else "Pending",
            "balance": Decimal(to_major_string(verdict.balance_minor or 0, currency)),
            "balanceCy": currency,
        }
        if call.order is not None:
            yes["attributes"] = {"merchantTxId": call.session}
    else:
        yes |= {"txId": call.movement.tx_id, "merchantTxId": str(verdict.reference)}
        if call.step == "authorize":
            yes["authCode"] = str(verdict.reference)
    return _ENCODER.encode(yes)


def _code(value: object) -> str | None:
    text = word(value)
    return text.lower() if text and _CODE.fullmatch(text) else None


def _shown(account: str) -> str:
    shown = min(_SHOWN, len(account) // _SHOWN_PART)
    return f"****{account[-shown:]}" if shown else "****"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is named twice")
    return found
