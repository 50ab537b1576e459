"""Adyen for tests: payment links, and notifications signed by code of its own."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from payments.application.ports import HttpAnswer, HttpCall

HMAC_KEY = "4D" * 32
MERCHANT = "CasinoCOM"
ADYEN: dict[str, Any] = {
    "settings": {"base_url": "https://checkout-test.adyen.com", "merchant_account": MERCHANT},
    "secrets": {"api_key": "AQE_test", "hmac_key": HMAC_KEY},
}


@dataclass
class FakeAdyen:
    """Keeps the links and refunds it was asked for.

    `refuse` names an error code; `down`: that many calls are answered with 500; `killed`: that many callers die before
    they hear the answer.
    """

    refuse: str | None = None
    down: int = 0
    killed: int = 0
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    refunds: list[str] = field(default_factory=list)
    calls: list[HttpCall] = field(default_factory=list)

    def answer(self, call: HttpCall) -> HttpAnswer:
        self.calls.append(call)
        if self.down:
            self.down -= 1
            return HttpAnswer(500, b"{}")
        if call.url.endswith("/refunds"):
            self.refunds.append(json.loads(call.body)["reference"])
            taken = {"status": "received", "pspReference": f"REFUND{len(self.refunds)}"}
            return HttpAnswer(201, json.dumps(taken).encode())
        if call.method == "POST":
            made = self._create(call)
            if self.killed:
                self.killed -= 1
                raise RuntimeError("our process was killed while it waited")
            return made
        link = self.links.get(call.url.rsplit("/", 1)[1])
        if link is None:
            return HttpAnswer(404, b"{}")
        if call.method == "PATCH":
            link["status"] = "expired"
        return HttpAnswer(200, json.dumps(link).encode())

    def _create(self, call: HttpCall) -> HttpAnswer:
        if self.refuse:
            return HttpAnswer(422, json.dumps({"errorCode": self.refuse, "status": 422}).encode())
        key, body = call.headers["Idempotency-Key"], json.loads(call.body)
        if key not in self.by_key:
            link_id = f"PL{uuid4().hex[:12]}"
            self.by_key[key] = link_id
            self.links[link_id] = {
                "id": link_id, "status": "active", "url": f"https://test.adyen.link/{link_id}",
                "reference": body["reference"], "amount": body["amount"], "reusable": False,
            }  # fmt: skip
        return HttpAnswer(201, json.dumps(self.links[self.by_key[key]]).encode())

    def authorised(
        self, deposit_id: Any, amount_minor: int = 50_00, *, psp: str = "PSP000000000000A", refused: str = ""
    ) -> bytes:
        """The notification that a payment of the deposit's link was made, or why it was `refused`."""
        return self.says("AUTHORISATION", deposit_id, amount_minor, psp=psp, refused=refused)

    def says(
        self, kind: str, deposit_id: Any, amount_minor: int = 50_00, *, psp: str, of: str = "", refused: str = ""
    ) -> bytes:
        """A notification about a payment, or under a name of its own about what became `of` one."""
        success = "false" if refused else "true"
        item: dict[str, Any] = {
            "pspReference": psp, "originalReference": of, "merchantAccountCode": MERCHANT,
            "merchantReference": str(deposit_id), "amount": {"value": amount_minor, "currency": "EUR"},
            "eventCode": kind, "success": success, "eventDate": "2026-03-01T12:30:00+01:00",
            "paymentMethod": "visa", "reason": refused,
        }  # fmt: skip
        text = ":".join([psp, of, MERCHANT, str(deposit_id), str(amount_minor), "EUR", kind, success]).encode()
        digest = hmac.new(bytes.fromhex(HMAC_KEY), text, hashlib.sha256).digest()
        item["additionalData"] = {"hmacSignature": base64.b64encode(digest).decode()}
        return json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}).encode()
