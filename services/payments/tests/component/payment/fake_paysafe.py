"""Paysafe for tests, as far as deposits from wallets go: a handle, and the payment that is made of it."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from payments.application.ports import HttpAnswer, HttpCall

PAYSAFE: dict[str, Any] = {
    "settings": {"base_url": "https://api.test.paysafe.com", "username": "us"},
    "secrets": {"password": "hunter22hunter22", "hmac_key": "k" * 32},
}
WALLET = {"method": "skrill", "consumer_id": "ann@example.com"}


@dataclass
class FakePaysafe:
    """Not reached at all until it is `there`; handles are agreed to at once, but for those that are made while nobody
    `agrees`, and no payment is ever made of one.
    """

    there: bool = False
    agrees: bool = True
    handles: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments_asked_for: int = 0

    def answer(self, call: HttpCall) -> HttpAnswer | None:
        if not self.there:
            return None
        parts = urlsplit(call.url)
        if call.method == "GET":
            (reference,) = parse_qs(parts.query)["merchantRefNum"]
            if parts.path.endswith("/payments"):
                return _json(200, {"payments": []})
            if parts.path.endswith("/standalonecredits"):
                return _json(200, {"standaloneCredits": []})
            handle = self.handles.get(reference)
            return _json(200, {"paymentHandles": [handle] if handle else []})
        body = json.loads(call.body)
        if parts.path.endswith("/payments"):
            self.payments_asked_for += 1
            return _json(500, {"error": {"code": "1000"}})
        handle = {
            "paymentHandleToken": f"PH{len(self.handles)}",
            "merchantRefNum": body["merchantRefNum"],
            "amount": body["amount"],
            "currencyCode": body["currencyCode"],
            "status": "PAYABLE" if self.agrees else "INITIATED",
            "links": [{"rel": "redirect_payment", "href": "https://api.test.paysafe.com/redirect"}],
        }
        self.handles[body["merchantRefNum"]] = handle
        return _json(201, {**handle, "status": "INITIATED"})


def _json(status: int, body: Any) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(body).encode())
