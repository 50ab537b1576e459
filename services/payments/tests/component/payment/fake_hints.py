"""Providers for tests whose notifications say where to look alone. They sign by their own code."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from truelayer_signing import HttpMethod, sign_with_pem

from payments.application.ports import HttpAnswer, HttpCall

from .fake_paysafe import PAYSAFE, WALLET

SECRET = "a-secret-of-the-tests-0123456789"
_SECOND_HALVES = ("/payments", "/payment-methods", "/standalonecredits")
Wire = tuple[bytes, dict[str, str]]


def _json(status: int, body: Any) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(body).encode())


@dataclass
class Hinting:
    """Keeps one deposit of 50.00 EUR, which is `open`, `expired`, `paid` or `undone`.

    A question may have two halves, and counts once. `trouble`: what the next questions are answered with instead, one
    after the other; the first for ever where it `lasts`. `asked` counts the questions.
    """

    host: ClassVar[str]
    account: ClassVar[dict[str, Any]]
    details: ClassVar[dict[str, str]] = {}
    missing: ClassVar[tuple[int, Any]]
    status: str = "open"
    trouble: list[str] = field(default_factory=list)
    lasts: bool = False
    asked: int = 0
    now: str = ""
    ours: str = ""
    player: str = ""

    def answer(self, call: HttpCall) -> HttpAnswer | None:
        path = urlsplit(call.url).path
        if not self.is_question(call, path):
            return _json(*self.made(call, path))
        if not path.endswith(_SECOND_HALVES):
            self.asked += 1
            self.now = "" if not self.trouble else self.trouble[0] if self.lasts else self.trouble.pop(0)
        match self.now:
            case "not there":
                return _json(*self.missing)
            case "502":
                return HttpAnswer(502, b"bad gateway")
            case "timeout":
                return None
            case _:
                return _json(200, self.found(path))

    def is_question(self, call: HttpCall, path: str) -> bool:
        return call.method == "GET"

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        raise NotImplementedError

    def found(self, path: str) -> Any:
        raise NotImplementedError

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        """The one of this number, genuine; it says that the deposit is `paid` or `undone`."""
        raise NotImplementedError


@dataclass
class HintingPraxis(Hinting):
    host = "praxis"
    account: ClassVar[dict[str, Any]] = {
        "settings": {"base_url": "https://pci-gw-test.praxispay.com", "merchant_id": "us", "application_key": "here"},
        "secrets": {"merchant_secret": SECRET},
    }
    missing = (200, {"status": 1, "description": "Order not found"})
    _states: ClassVar[dict[str, str]] = {"paid": "approved", "undone": "chargeback"}

    def is_question(self, call: HttpCall, path: str) -> bool:
        return "find-order" in path

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        body = json.loads(call.body)
        self.ours, self.player = body["order_id"], body["cid"]
        return 200, {"status": 0, "redirect_url": "https://praxis.example/p", "session": self.session()}

    def session(self) -> dict[str, Any]:
        state = {"open": "open", "expired": "expired"}.get(self.status, "successful")
        kept = {"order_id": self.ours, "cid": self.player, "currency": "EUR", "amount": 50_00}
        return {"auth_token": "t", "intent": "payment", "session_status": state, **kept}

    def transaction(self, status: str) -> dict[str, Any] | None:
        if status not in self._states:
            return None
        money = {"currency": "EUR", "amount": 50_00, "processed_currency": "EUR", "processed_amount": 50_00}
        return {"transaction_type": "sale", "transaction_status": self._states[status], "tid": 7, **money}

    def found(self, path: str) -> Any:
        return {"status": 0, "session": self.session(), "transaction": self.transaction(self.status)}

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        at = int(now.timestamp()) - number
        told: dict[str, Any] = {"merchant_id": "us", "application_key": "here", "version": "1.3", "timestamp": at}
        told |= {
            "customer": {"customer_token": "c"},
            "session": self.session(),
            "transaction": self.transaction(status),
        }
        signed = ["us", "here", at, "c", self.ours, 7, "EUR", 50_00, "EUR", 50_00, SECRET]
        signature = hashlib.sha384("".join(map(str, signed)).encode()).hexdigest()
        return json.dumps(told).encode(), {"GT-Authentication": signature}


@dataclass
class HintingPaysafe(Hinting):
    host = "paysafe"
    account = PAYSAFE
    details = WALLET
    missing = (200, {"paymentHandles": [], "payments": []})

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        self.ours = json.loads(call.body)["merchantRefNum"]
        return 201, self.handle("INITIATED")

    def handle(self, status: str) -> dict[str, Any]:
        page = [{"rel": "redirect_payment", "href": "https://api.test.paysafe.com/redirect"}]
        money = {"amount": 50_00, "currencyCode": "EUR"}
        return {"paymentHandleToken": "PH", "merchantRefNum": self.ours, **money, "status": status, "links": page}

    def found(self, path: str) -> Any:
        if path.endswith("/payments"):
            money = {"amount": 50_00, "currencyCode": "EUR"}
            paid = {"id": "pay", "merchantRefNum": self.ours, **money, "status": "COMPLETED"}
            return {"payments": [paid] if self.status == "paid" else []}
        return {"paymentHandles": [self.handle({"open": "INITIATED", "paid": "COMPLETED"}.get(self.status, "EXPIRED"))]}

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        payload = {"id": f"pay{number}", "merchantRefNum": self.ours, "status": "COMPLETED"}
        raw = json.dumps({"payload": payload, "eventType": "PAYMENT_COMPLETED"}).encode()
        return raw, {"Signature": base64.b64encode(hmac.new(b"k" * 32, raw, hashlib.sha256).digest()).decode()}


def _key_pair() -> tuple[str, dict[str, str]]:
    key = ec.generate_private_key(ec.SECP521R1())
    point = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(66)).rstrip(b"=").decode() for n in (point.x, point.y))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem, {"kty": "EC", "crv": "P-521", "x": x, "y": y}


TRUELAYER_PEM, _JWK = _key_pair()


@dataclass
class HintingTrueLayer(Hinting):
    host = "truelayer"
    account: ClassVar[dict[str, Any]] = {
        "settings": {
            "base_url": "https://api.truelayer-sandbox.com",
            "auth_url": "https://auth.truelayer-sandbox.com",
            "client_id": "us",
            "key_id": "ours",
            "webhook_keys": json.dumps({"keys": [{"kid": "theirs", **_JWK}]}),
            "merchant_account_eur": "a61acaef-ee05-4077-92f3-25543a11bd8d",
        },
        "secrets": {"client_secret": SECRET, "private_key": TRUELAYER_PEM},
    }
    details: ClassVar[dict[str, str]] = {"name": "Sue Hopper", "email": "sue@example.com"}
    missing = (404, {"type": "https://docs.truelayer.com/docs/error-types#not-found"})
    _states: ClassVar[dict[str, str]] = {"open": "authorization_required", "paid": "settled"}

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        if path.endswith("/connect/token"):
            return 200, {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
        self.ours = json.loads(call.body)["metadata"]["deposit_id"]
        return 201, self.found(path)

    def found(self, path: str) -> Any:
        money = {"amount_in_minor": 50_00, "currency": "EUR"}
        return {"id": "pay-1", **money, "status": self._states.get(self.status, "failed")}

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        told = {"type": "payment_settled", "event_id": f"e{number}", "payment_id": "pay-1"}
        raw = json.dumps({**told, "metadata": {"deposit_id": self.ours}}).encode()
        headers = {"X-Tl-Webhook-Timestamp": now.isoformat()}
        signer = sign_with_pem("theirs", TRUELAYER_PEM).set_method(HttpMethod.POST).set_path(path).add_headers(headers)
        return raw, {**headers, "Tl-Signature": signer.set_body(raw.decode()).sign()}


@dataclass
class HintingBtcpay(Hinting):
    host = "btcpay.example"
    account: ClassVar[dict[str, Any]] = {
        "settings": {"base_url": "https://btcpay.example", "store_id": "s1"},
        "secrets": {"api_key": "key1", "webhook_secret": SECRET},
    }
    missing = (404, {"code": "invoice-not-found"})
    seen_s = 1_772_000_900  # In time, whenever the chain confirms them.
    _states: ClassVar[dict[str, str]] = {"open": "New", "paid": "Settled"}

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        if not path.endswith("/status"):
            self.ours = json.loads(call.body)["metadata"]["orderId"]
        return 200, self.found(path)

    def found(self, path: str) -> Any:
        if path.endswith("/payment-methods"):
            coins = {"id": "t", "value": "0.001", "fee": "0", "status": "Settled", "receivedDate": self.seen_s}
            paid = [coins] if self.status == "paid" else []
            return [{"paymentMethodId": "BTC-CHAIN", "currency": "BTC", "rate": "50000", "payments": paid}]
        kept = {"amount": "50.00", "currency": "EUR", "metadata": {"orderId": self.ours}, "expirationTime": self.seen_s}
        page = "https://btcpay.example/i/inv1"
        return {"id": "inv1", "checkoutLink": page, "status": self._states.get(self.status, "Expired"), **kept}

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        told = {"deliveryId": f"d{number}", "type": "InvoiceSettled", "timestamp": int(now.timestamp())}
        raw = json.dumps({**told, "invoiceId": "inv1", "metadata": {"orderId": self.ours}}).encode()
        return raw, {"BTCPay-Sig": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}


@dataclass
class HintingCoinGate(Hinting):
    host = "coingate"
    account: ClassVar[dict[str, Any]] = {
        "settings": {"base_url": "https://api-sandbox.coingate.com"},
        "secrets": {"api_token": "token-1", "callback_secret": SECRET},
    }
    missing = (404, {"reason": "OrderNotFound"})
    _states: ClassVar[dict[str, str]] = {"open": "new", "undone": "refunded"}

    def made(self, call: HttpCall, path: str) -> tuple[int, Any]:
        self.ours = dict(one.split("=", 1) for one in call.body.decode().split("&"))["order_id"]
        return 200, self.found(path)

    def found(self, path: str) -> Any:
        price = {"price_currency": "EUR", "price_amount": "50.0", "underpaid_amount": "0", "overpaid_amount": "0"}
        state = self._states.get(self.status, self.status)
        return {"id": 343, "status": state, "order_id": self.ours, "pay_amount": "0.001", **price}

    def webhook(self, number: int, status: str, now: datetime, path: str) -> Wire:
        token = hmac.new(SECRET.encode(), self.ours.encode(), hashlib.sha256).hexdigest()
        told = {"id": 343 + number, "status": self._states.get(status, status), "order_id": self.ours, "token": token}
        return urlencode(told).encode(), {}


HOUSES: dict[str, type[Hinting]] = {
    "praxis": HintingPraxis,
    "paysafe": HintingPaysafe,
    "truelayer": HintingTrueLayer,
    "btcpay": HintingBtcpay,
    "coingate": HintingCoinGate,
}
