"""A provider that speaks Praxis's protocol: sessions of a cashier, orders found by the merchant's id, signed both ways.

A player pays at `POST /praxis/pay/{session}`: `{"outcome": "approved"}`, or any other state of a transaction. `expire`
is the end of the session. In a session for a withdrawal he says there where his money shall go, and it waits for the
merchant; what becomes of it after that is said to `/praxis/pay/{session}/payout`. A request may be 60 seconds old; one
from the future is let in, for tests let time pass.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from simulators.courier import Courier, Parcel

VERSION, OLDEST_S = "1.3", 60
AFTER_APPROVAL = ("chargeback", "reversed")
INTENTS = ("payment", "withdrawal")


@dataclass
class Merchant:
    """One casino. `told`: where it wants to hear of an order."""

    id: str
    application_key: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    completed: list[int] = field(default_factory=list)
    distrusted_answers: int = 0


class Praxis:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, own_url: str, payments_url: str) -> None:
        self.merchants: dict[str, Merchant] = {}
        self._session = session
        self._courier = courier
        self._own_url = own_url
        self._payments_url = payments_url

    def sign_up(self, name: str) -> dict[str, Any]:
        """A new merchant: what the casino configures."""
        merchant = self.merchants[name] = Merchant(f"API-{name}", f"app-{name[:8]}")
        who = {"merchant_id": merchant.id, "application_key": merchant.application_key}
        settings = {"base_url": f"{self._own_url}/praxis", **who}
        return {"settings": settings, "secrets": {"merchant_secret": merchant.secret}}

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/praxis/cashier/cashier", self.open),
            web.post("/praxis/agent/find-order", self.find),
            web.post("/praxis/agent/find-transaction", self.find_transaction),
            web.post("/praxis/agent/manage-withdrawal-request", self.manage),
            web.post("/praxis/pay/{session}", self.pay),
            web.post("/praxis/pay/{session}/expire", self.expire),
            web.post("/praxis/pay/{session}/payout", self.pay_out),
        ]

    async def open(self, request: web.Request) -> web.Response:
        """POST /cashier/cashier: a session. An order's id counts once."""
        wish = await request.json()
        signed = ("merchant_id", "application_key", "timestamp", "intent", "cid", "order_id")
        merchant, refused = self._who(request, wish, signed)
        if merchant is None:
            return refused
        order = str(wish["order_id"])
        if order in merchant.orders:
            return _answer(merchant, 400, "The order_id value is not unique!")
        if not isinstance(wish.get("amount"), int) or wish["amount"] <= 0 or wish.get("intent") not in INTENTS:
            return _answer(merchant, 400, "Invalid amount.")
        merchant.told[order] = wish["notification_url"]
        merchant.orders[order] = {
            "session": {
                "auth_token": secrets.token_hex(16),
                "intent": wish["intent"],
                "session_status": "open",
                "order_id": order,
                "currency": wish["currency"],
                "amount": wish["amount"],
                "cid": wish["cid"],
            },
            "transaction": None,
        }
        session = merchant.orders[order]["session"]
        url = f"{self._own_url}/praxis/pay/{session['auth_token']}"
        return _answer(merchant, 0, "OK", redirect_url=url, session=session, customer=_customer())

    async def find(self, request: web.Request) -> web.Response:
        """POST /agent/find-order."""
        wish = await request.json()
        merchant, refused = self._who(request, wish, ("merchant_id", "application_key", "timestamp", "order_id"))
        if merchant is None:
            return refused
        found = merchant.orders.get(str(wish["order_id"]))
        if found is None:
            return _answer(merchant, 400, "Transaction not found!")
        return _answer(merchant, 0, "OK", customer=_customer(), **_shown(found))

    async def find_transaction(self, request: web.Request) -> web.Response:
        """POST /agent/find-transaction."""
        wish = await request.json()
        merchant, refused = self._who(request, wish, ("merchant_id", "application_key", "timestamp", "tid"))
        if merchant is None:
            return refused
        for found in merchant.orders.values():
            if (found["transaction"] or {}).get("tid") == wish["tid"]:
                return _answer(merchant, 0, "OK", customer=_customer(), **_shown(found))
        return _answer(merchant, 400, "Transaction not found!")

    async def manage(self, request: web.Request) -> web.Response:
        """POST /agent/manage-withdrawal-request: only what waits is carried out or cancelled, and only once."""
        wish = await request.json()
        signed = ("merchant_id", "application_key", "timestamp", "intent", "withdrawal_request_id")
        merchant, refused = self._who(request, wish, signed)
        if merchant is None:
            return refused
        found = next(
            (one for one in merchant.orders.values() if one.get("request") == wish["withdrawal_request_id"]), None
        )
        if found is None:
            return _answer(merchant, 400, "Transaction not found!")
        if found["transaction"]["transaction_status"] != "requested":
            return _answer(merchant, 400, "Withdrawal request has been processed already.")
        complete = wish["intent"] == "complete-withdrawal-request"
        if complete and (found["refuses"] or self._courier.chaos().strikes("refusals")):
            return _answer(merchant, 400, "Gateway is not available.")
        found["transaction"]["transaction_status"] = "pending" if complete else "cancelled"
        if complete:
            merchant.completed.append(found["request"])
            if found["traced"]:
                found["transaction"]["tid"] = secrets.randbelow(10**9) + 1
        self._tell(merchant, found["session"]["order_id"], 1)
        return _answer(merchant, 0, "OK", customer=_customer(), **_shown(found))

    async def pay_out(self, request: web.Request) -> web.Response:
        """What becomes of a request that was completed, or what an agent there does of himself.

        `processed_amount` and `currency`: how much was paid, or came back, as somebody behind it has them.
        """
        merchant, found = self._found(request)
        wish, paid = await request.json(), found["transaction"]
        paid["transaction_status"] = wish.get("outcome", "approved")
        if paid["transaction_status"] in ("approved", *AFTER_APPROVAL):
            paid["currency"] = paid["processed_currency"] = wish.get("currency", paid["currency"])
            paid["processed_amount"] = wish.get("processed_amount", paid["amount"])
        self._tell(merchant, found["session"]["order_id"], int(wish.get("webhook_copies", 1)))
        return web.json_response({"transaction_status": paid["transaction_status"]})

    def _wants_out(self, merchant: Merchant, found: dict[str, Any], wish: dict[str, Any]) -> web.Response:
        """The player says where his money shall go. `traced`: another transaction pays it; `refuses`: none will."""
        session = found["session"]
        if session["session_status"] != "open" or found["transaction"] is not None:
            raise web.HTTPConflict
        found["request"] = secrets.randbelow(10**9) + 1
        found["traced"], found["refuses"] = bool(wish.get("traced")), bool(wish.get("refuses"))
        found["transaction"] = {
            "transaction_type": "payout",
            "transaction_status": "requested",
            "tid": found["request"],
            "currency": session["currency"],
            "amount": wish.get("amount", session["amount"]),
            "conversion_rate": None,
            "processed_currency": None,
            "processed_amount": None,
            "wallet": {"account_identifier": wish.get("account", "rich@player.example"), "wallet_token": "w-77"},
        }
        session["gateway"] = "gw-wallets"
        self._tell(merchant, session["order_id"], int(wish.get("webhook_copies", 1)))
        return web.json_response({"transaction_status": "requested"})

    async def pay(self, request: web.Request) -> web.Response:
        """What becomes of a payment. `processed_amount`, `amount` and `currency`: as somebody behind it has them."""
        merchant, found = self._found(request)
        wish, session = await request.json(), found["session"]
        if session["intent"] == "withdrawal":
            return self._wants_out(merchant, found, wish)
        outcome, paid, chaos = wish.get("outcome", "approved"), found["transaction"], self._courier.chaos()
        if outcome in AFTER_APPROVAL:
            paid["transaction_status"] = outcome
        else:
            if session["session_status"] != "open":
                raise web.HTTPConflict
            amount, currency = wish.get("amount", session["amount"]), wish.get("currency", session["currency"])
            currency = chaos.paid_in(currency)
            taken = chaos.captured(amount)
            paid = found["transaction"] = {
                "transaction_type": "sale",
                "transaction_status": outcome,
                "tid": secrets.randbelow(10**9) + 1,
                "currency": currency,
                "amount": amount,
                "conversion_rate": None,
                "processed_currency": wish.get("processed_currency", currency) if outcome == "approved" else None,
                "processed_amount": wish.get("processed_amount", taken) if outcome == "approved" else None,
            }
            session["session_status"] = "successful" if outcome == "approved" else "open"
        self._tell(merchant, session["order_id"], int(wish.get("webhook_copies", 1)))
        if outcome == "approved" and chaos.strikes("contradictions"):
            paid["transaction_status"] = "rejected"
            self._tell(merchant, session["order_id"], 1)
            paid["transaction_status"] = outcome
        return web.json_response({"transaction_status": paid["transaction_status"]})

    async def expire(self, request: web.Request) -> web.Response:
        """Its 15 minutes are over."""
        merchant, found = self._found(request)
        if found["session"]["session_status"] == "open":
            found["session"]["session_status"] = "expired"
            self._tell(merchant, found["session"]["order_id"], 1)
        return web.json_response({"session_status": found["session"]["session_status"]})

    def _who(
        self, request: web.Request, wish: dict[str, Any], signed: tuple[str, ...]
    ) -> tuple[Merchant | None, web.Response]:
        for merchant in self.merchants.values():
            if (wish.get("merchant_id"), wish.get("application_key")) == (merchant.id, merchant.application_key):
                given = request.headers.get("GT-Authentication")
                if given != signature(merchant.secret, *(wish.get(name) for name in signed)):
                    return None, _answer(merchant, 400, "Invalid signature.")
                if self._courier.chaos().now() - int(wish["timestamp"]) > OLDEST_S:
                    return None, _answer(merchant, 400, "Timestamp expired: should be at most 60s old")
                return merchant, web.Response()
        return None, web.json_response({"status": 401, "description": "Wrong credentials."}, status=401)

    def _found(self, request: web.Request) -> tuple[Merchant, dict[str, Any]]:
        for merchant in self.merchants.values():
            for found in merchant.orders.values():
                if found["session"]["auth_token"] == request.match_info["session"]:
                    return merchant, found
        raise web.HTTPNotFound

    def _tell(self, merchant: Merchant, order: str, copies: int) -> None:
        """The order as it is now, until it is answered with status 0 and the merchant's signature."""
        now = json.loads(json.dumps(_shown(merchant.orders[order])))
        paid = now["transaction"] or {}
        names = ("tid", "currency", "amount", "conversion_rate", "processed_currency", "processed_amount")
        to = self._payments_url + urlsplit(merchant.told[order]).path

        async def attempt() -> bool:
            message = {
                "merchant_id": merchant.id,
                "application_key": merchant.application_key,
                "conversion_rate": None,
                "customer": _customer(),
                **now,
                "version": VERSION,
                "timestamp": int(self._courier.chaos().now()),
            }
            facts = (merchant.id, merchant.application_key, message["timestamp"], _customer()["customer_token"], order)
            headers = {"GT-Authentication": signature(merchant.secret, *facts, *(paid.get(one) for one in names))}
            async with self._session.post(to, json=message, headers=headers) as answer:
                if answer.status != 200:
                    return False
                told = await answer.json()
                given = answer.headers.get("GT-Authentication")
                if given != signature(merchant.secret, told["status"], told["timestamp"]):
                    merchant.distrusted_answers += 1
                    return False
                return bool(told["status"] == 0)

        self._courier.send(Parcel(f"praxis {paid.get('transaction_status')} {order}", attempt, copies))


def signature(secret: str, *values: object) -> str:
    """What stands in GT-Authentication."""
    text = "".join(str(value) for value in values if value is not None) + secret
    return hashlib.sha384(text.encode()).hexdigest()


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    """What anybody is told of an order."""
    return {name: order[name] for name in ("session", "transaction")}


def _customer() -> dict[str, Any]:
    return {"customer_token": "aaa111", "country": "MT", "first_name": "Sue", "last_name": "Hopper"}


def _answer(merchant: Merchant, status: int, why: str, **more: Any) -> web.Response:
    body = {"status": status, "description": why, "version": VERSION, "timestamp": int(time.time()), **more}
    headers = {"GT-Authentication": signature(merchant.secret, status, body["timestamp"])}
    return web.json_response(body, headers=headers)
