"""What Stripe's answers and deliveries look like, apart from what they are about."""

import hashlib
import hmac
from typing import Any

from aiohttp import web

from simulators.cards import EXPIRES, country, mark


def signature(secret: str, body: bytes, moment: int) -> str:
    """The header Stripe-Signature of a delivery at this second."""
    digest = hmac.new(secret.encode(), str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def error(status: int, kind: str, code: str | None, message: str) -> web.Response:
    return web.json_response(error_body(kind, code, message), status=status)


def error_body(kind: str, code: str | None, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}


def method_of(merchant: str, card: str, holder: str) -> dict[str, Any]:
    """The payment method that a payment was tried with."""
    month, year = EXPIRES
    told = {"fingerprint": mark(merchant, card), "iin": card[:6], "last4": card[-4:], "country": country(card)}
    return {
        "type": "card",
        "card": {**told, "exp_month": month, "exp_year": year},
        "billing_details": {"name": holder},
    }


def charge_of(intent: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    """The charge of an intent that was paid: it alone tells with what."""
    return {
        "id": f"ch_{intent['id']}",
        "object": "charge",
        "amount": intent["amount_received"],
        "currency": intent["currency"],
        "payment_intent": intent["id"],
        "metadata": intent["metadata"],
        "status": "succeeded",
        "billing_details": method["billing_details"],
        "payment_method_details": {"type": method["type"], "card": method["card"]},
    }
