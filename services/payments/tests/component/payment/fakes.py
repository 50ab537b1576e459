"""Providers for tests. They sign and count by their own code, not by that of the strategies."""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payments.application.ports import HttpAnswer, HttpCall, NotSent

from .fake_adyen import FakeAdyen
from .fake_disputes import FakeDisputes
from .fake_hints import Hinting
from .fake_paysafe import FakePaysafe

WEBHOOK_SECRET = "whsec_of_the_tests"


def pem_pair() -> tuple[rsa.RSAPrivateKey, str, str]:
    key = rsa.generate_private_key(65_537, 2_048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key, private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


OUR_KEY, OUR_PRIVATE, OUR_PUBLIC = pem_pair()
THEIR_KEY, THEIR_PRIVATE, THEIR_PUBLIC = pem_pair()


@dataclass
class FakeStripe:
    """Keeps what it was told. `next_status` is what a new intent begins with; `lost` swallows that many answers.

    `refuse`: the bank's code with which every new payment is turned down at once. `lost_from`: after that many calls
    no answer arrives. While something is `unsent` no call arrives. `before_answer`: happens once a payment is made,
    before whoever asked for it hears.
    """

    refuse: str | None = None
    next_status: str = "requires_action"
    lost: int = 0
    lost_from: int | None = None
    down: int = 0
    unsent: NotSent | None = None
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    calls: list[HttpCall] = field(default_factory=list)
    before_answer: Callable[[str], Awaitable[None]] | None = None
    refund_status: str = "succeeded"
    refund_error: str | None = None
    on_refused: Callable[[], None] | None = None
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: FakeDisputes = field(default_factory=FakeDisputes)

    def answer(self, call: HttpCall) -> HttpAnswer | None:
        self.calls.append(call)
        if self.down:
            self.down -= 1
            return HttpAnswer(500, b'{"error":{"type":"api_error"}}')
        if "/v1/disputes" in call.url or "/v1/files" in call.url:
            made = self.disputes.answer(call)
        elif "/v1/refunds" in call.url:
            made = self._refund(call) if call.method == "POST" else self._look_at_refunds(call)
        elif call.url.endswith("/cancel"):
            made = self._cancel(call)
        elif "/v1/payment_intents/" in call.url and call.method == "POST":
            made = self._update(call)
        else:
            made = self._create(call) if call.method == "POST" else self._look(call)
        if self.lost_from is not None and len(self.calls) > self.lost_from:
            return None
        if self.lost:
            self.lost -= 1
            return None
        return made

    def _update(self, call: HttpCall) -> HttpAnswer:
        """The intent is changed, and what was said of it before is no more."""
        intent = self.intents[call.url.rsplit("/", 1)[1]]
        if intent["status"] in ("succeeded", "canceled", "processing"):
            error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}
            return HttpAnswer(400, json.dumps({"error": {**error, "payment_intent": intent}}).encode())
        intent |= {"status": "requires_payment_method", "last_payment_error": None}
        return self._json(intent)

    def _create(self, call: HttpCall) -> HttpAnswer:
        key = call.headers["Idempotency-Key"]
        if self.refuse is not None:
            error = {"type": "card_error", "code": "card_declined", "decline_code": self.refuse}
            return HttpAnswer(402, json.dumps({"error": error}).encode())
        if key not in self.by_key:
            form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
            intent_id = f"pi_{len(self.intents) + 1}_{uuid4().hex[:8]}"
            self.by_key[key] = intent_id
            self.intents[intent_id] = {
                "id": intent_id, "object": "payment_intent", "amount": int(form["amount"]), "amount_received": 0,
                "currency": form["currency"], "status": self.next_status, "client_secret": f"{intent_id}_secret_{key}",
                "metadata": {"order_id": form["metadata[order_id]"]},
            }  # fmt: skip
        return self._json(self.intents[self.by_key[key]])

    def _cancel(self, call: HttpCall) -> HttpAnswer:
        intent = self.intents[call.url.rsplit("/", 2)[1]]
        if intent["status"] in ("succeeded", "canceled", "processing"):
            error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}
            return HttpAnswer(400, json.dumps({"error": {**error, "payment_intent": intent}}).encode())
        intent["status"] = "canceled"
        return self._json(intent)

    def _refund(self, call: HttpCall) -> HttpAnswer:
        if self.refund_error:
            if self.on_refused is not None:
                self.on_refused()
            error = {"type": "invalid_request_error", "code": self.refund_error}
            return HttpAnswer(400, json.dumps({"error": error}).encode())
        key = call.headers["Idempotency-Key"]
        if key not in self.by_key:
            form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
            refund_id = f"re_{len(self.refunds) + 1}_{uuid4().hex[:8]}"
            self.by_key[key] = refund_id
            self.refunds[refund_id] = {
                "id": refund_id, "object": "refund", "amount": int(form["amount"]), "status": self.refund_status,
                "currency": self.intents[form["payment_intent"]]["currency"], "payment_intent": form["payment_intent"],
                "metadata": {"refund_id": form["metadata[refund_id]"]},
            }  # fmt: skip
        return self._json(self.refunds[self.by_key[key]])

    def _look_at_refunds(self, call: HttpCall) -> HttpAnswer:
        parts = urlsplit(call.url)
        if parts.path.endswith("/refunds"):
            wanted = parse_qs(parts.query)["payment_intent"][0]
            found = [one for one in self.refunds.values() if one["payment_intent"] == wanted]
            return self._json({"object": "list", "data": found, "has_more": False})
        refund = self.refunds.get(parts.path.rsplit("/", 1)[1])
        return self._json(refund) if refund else HttpAnswer(404, b"{}")

    def _look(self, call: HttpCall) -> HttpAnswer:
        parts = urlsplit(call.url)
        if parts.path.endswith("/search"):
            wanted = parse_qs(parts.query)["query"][0].rsplit("'", 2)[1]
            found = [one for one in self.intents.values() if one["metadata"]["order_id"] == wanted]
            return self._json({"object": "search_result", "data": found})
        intent = self.intents.get(parts.path.rsplit("/", 1)[1])
        return self._json(intent) if intent else HttpAnswer(404, b"{}")

    def _json(self, body: Any) -> HttpAnswer:
        return HttpAnswer(200, json.dumps(body).encode())

    def intent_of(self, deposit_id: Any) -> dict[str, Any]:
        return next(one for one in self.intents.values() if one["metadata"]["order_id"] == str(deposit_id))

    def settle(self, deposit_id: Any, amount: int | None = None) -> dict[str, Any]:
        intent = self.intent_of(deposit_id)
        intent.update(status="succeeded", amount_received=intent["amount"] if amount is None else amount)
        return intent

    @staticmethod
    def webhook(
        kind: str, intent: dict[str, Any], at: int, *, event_id: str | None = None, secret: str = WEBHOOK_SECRET
    ) -> tuple[bytes, dict[str, str]]:
        event = {"id": event_id or f"evt_{uuid4().hex}", "type": kind, "created": at, "data": {"object": intent}}
        raw = json.dumps(event).encode()
        digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return raw, {"Stripe-Signature": f"t={at},v1={digest}", "Content-Type": "application/json"}


@dataclass
class FakeTrustly:
    """Takes each UUID once and answers a repeat as it answered first.

    `refuse` names an error; `turn_away` one that is answered to repeats as well; `lost` and `unsent` as above;
    `killed`: that many callers die before they hear the answer. `balance`: in euros, told so often, by somebody else
    where it `forges`.
    """

    refuse: str | None = None
    turn_away: str | None = None
    unsent: NotSent | None = None
    lost: int = 0
    killed: int = 0
    balance: str = "1000000.00"
    balances_told: int = 0
    forges: bool = False
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    calls: list[HttpCall] = field(default_factory=list)

    def answer(self, call: HttpCall) -> HttpAnswer | None:
        self.calls.append(call)
        message = json.loads(call.body)
        params = message["params"]
        self._check(message["method"], params)
        uuid = params["UUID"]
        if self.turn_away is not None:
            return HttpAnswer(200, self._no(message["method"], uuid, self.turn_away))
        if uuid not in self.answers:
            self.answers[uuid] = self._take(message["method"], uuid, params["Data"])
        if self.killed:
            self.killed -= 1
            raise RuntimeError("our process was killed while it waited")
        if self.lost:
            self.lost -= 1
            return None
        return HttpAnswer(200, self.answers[uuid])

    def _check(self, method: str, params: dict[str, Any]) -> None:
        text = f"{method}{params['UUID']}{flat(params['Data'])}".encode()
        signature = base64.b64decode(params["Signature"].removeprefix("alg=RS256;"))
        OUR_KEY.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())

    def _take(self, method: str, uuid: str, data: dict[str, Any]) -> bytes:
        if self.refuse:
            return self._no(method, uuid, self.refuse)
        if method == "Balance":
            self.balances_told += 1
            told = self.signed(method, uuid, [{"currency": "EUR", "balance": self.balance}])
            told["uuid"] = str(uuid4()) if self.forges else uuid
            return json.dumps({"version": "1.1", "result": told}).encode()
        order_id = str(4_000 + len(self.orders))
        self.orders[data["MessageID"]] = {"orderid": order_id, **data}
        part = self.signed(method, uuid, {"orderid": order_id, "result": "1", "url": "https://trustly.example/pay"})
        return json.dumps({"version": "1.1", "result": part}).encode()

    def _no(self, method: str, uuid: str, error: str) -> bytes:
        part = self.signed(method, uuid, {"code": "1", "message": error})
        return json.dumps({"version": "1.1", "error": {"error": part, "code": 1}}).encode()

    @staticmethod
    def signed(method: str, uuid: str, data: Any) -> dict[str, Any]:
        raw = THEIR_KEY.sign(f"{method}{uuid}{flat(data)}".encode(), padding.PKCS1v15(), SHA256())
        signature = "alg=RS256;" + base64.b64encode(raw).decode()
        return {"signature": signature, "uuid": uuid, "method": method, "data": data}

    def notification(self, method: str, withdrawal_id: Any, **fields: Any) -> tuple[bytes, dict[str, str]]:
        order = self.orders.get(str(withdrawal_id), {})
        data = {
            "notificationid": f"n{uuid4().hex[:12]}",
            "messageid": str(withdrawal_id), "orderid": order.get("orderid", "1"),
            "amount": order.get("Amount", "100.00"), "currency": order.get("Currency", "EUR"),
            "timestamp": "2026-03-01 12:00:00.1+00", **fields,
        }  # fmt: skip
        part = self.signed(method, f"u-{uuid4()}", data)
        params = {"signature": part["signature"], "uuid": part["uuid"], "data": data}
        raw = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        return raw, {"Content-Type": "application/json"}

    @staticmethod
    def read_answer(body: bytes) -> str:
        result = json.loads(body)["result"]
        text = f"{result['method']}{result['uuid']}{flat(result['data'])}".encode()
        signature = base64.b64decode(result["signature"].removeprefix("alg=RS256;"))
        OUR_KEY.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())
        return str(result["data"]["status"])


def flat(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(name + flat(value[name]) for name in sorted(value, key=lambda text: text.encode()))
    if isinstance(value, list):
        return "".join(map(flat, value))
    return "" if value is None else str(value)


class FakeWire:
    """Brings each call to the fake it is addressed to."""

    def __init__(self) -> None:
        self.stripe = FakeStripe()
        self.trustly = FakeTrustly()
        self.adyen = FakeAdyen()
        self.paysafe = FakePaysafe()
        self.hinting: list[Hinting] = []

    async def send(self, call: HttpCall) -> HttpAnswer | NotSent | None:
        for house in self.hinting:
            if house.host in call.url:
                return house.answer(call)
        if "adyen" in call.url:
            return self.adyen.answer(call)
        if "paysafe" in call.url:
            return self.paysafe.answer(call)
        if "paymentiq" in call.url:
            return None  # It asks us before it answers, if ever.
        if "stripe" not in call.url:
            return self.trustly.unsent or self.trustly.answer(call)
        if self.stripe.unsent is not None:
            return self.stripe.unsent
        answer = self.stripe.answer(call)
        if self.stripe.before_answer and call.method == "POST" and call.url.endswith("/payment_intents"):
            await self.stripe.before_answer(str(UUID(call.headers["Idempotency-Key"])))
        return answer

    async def close(self) -> None:
        return
