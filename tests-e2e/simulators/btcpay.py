"""A BTCPay Server: invoices paid in bitcoin at a rate of their own, payouts, and signed webhooks that tell no amounts.

A player's wallet pays at `POST /btcpay/i/{invoice}/pay`; `/confirm` is the next block, `/expire` the end of the time in
which the invoice can be paid, and `POST /btcpay/p/{payout}/{state}` is whoever sends payouts there.
"""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import aiohttp
from aiohttp import web

from simulators.courier import Courier, Parcel

CENT = Decimal("0.01")
SATOSHI = Decimal("0.00000001")
MINUTES = 15
"""How long an invoice can be paid, at the rate it was made with."""
STATES = ("AwaitingPayment", "InProgress", "Completed", "Cancelled")


@dataclass
class Store:
    """One casino's store. `rate`: what a bitcoin costs in the invoice's currency; None: nobody knows at the moment."""

    id: str
    webhook_url: str
    api_key: str = field(default_factory=lambda: secrets.token_hex(20))
    webhook_secret: str = field(default_factory=lambda: secrets.token_urlsafe(20))
    rate: Decimal | None = Decimal("50000.00")
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)


class Btcpay:
    """The server."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier) -> None:
        self.stores: dict[str, Store] = {}
        self._session = session
        self._courier = courier

    def sign_up(self, name: str, webhook_url: str) -> Store:
        """A new store with its webhook."""
        store = self.stores[name] = Store(name, webhook_url)
        return store

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        at = "/btcpay/api/v1/stores/{store}"
        return [
            web.post(f"{at}/invoices", self.create),
            web.get(f"{at}/invoices", self.search),
            web.get(f"{at}/invoices/{{invoice}}", self.retrieve),
            web.get(f"{at}/invoices/{{invoice}}/payment-methods", self.payment_methods),
            web.post(f"{at}/invoices/{{invoice}}/status", self.mark),
            web.post(f"{at}/payouts", self.order),
            web.get(f"{at}/payouts", self.payouts),
            web.get(f"{at}/payouts/{{payout}}", self.payout),
            web.post("/btcpay/i/{invoice}/pay", self.pay),
            web.post("/btcpay/i/{invoice}/confirm", self.confirm),
            web.post("/btcpay/i/{invoice}/expire", self.expire),
            web.post("/btcpay/stores/{store}/rateless", self.forget_rate),
            web.post("/btcpay/p/{payout}/{state}", self.move),
        ]

    # -- invoices, as the operator sees them -----------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.Response:
        """POST invoices: a page to pay on, at the rate of this moment. The same call again is another invoice."""
        store, wish = self._store(request), await request.json()
        if store.rate is None:
            return _error(400, "generic-error", "No rate could be fetched.")
        if not isinstance(wish.get("amount"), str) or Decimal(wish["amount"]) <= 0:
            return web.json_response([{"path": "amount", "message": "The amount should be more than 0."}], status=422)
        number = secrets.token_hex(11)
        rate = Decimal(1) if wish["currency"] == "BTC" else store.rate
        store.invoices[number] = {
            "id": number,
            "storeId": store.id,
            "amount": wish["amount"],
            "paidAmount": "0",
            "currency": wish["currency"],
            "type": "Standard",
            "checkoutLink": f"{request.scheme}://{request.host}/btcpay/i/{number}",
            "createdTime": int(time.time()),
            "expirationTime": int(time.time()) + MINUTES * 60,
            "status": "New",
            "additionalStatus": "None",
            "archived": False,
            "metadata": wish.get("metadata", {}),
        }
        store.methods[number] = {"paymentMethodId": "BTC-CHAIN", "currency": "BTC", "rate": str(rate), "payments": []}
        self._tell(store, "InvoiceCreated", number)
        return web.json_response(store.invoices[number])

    async def search(self, request: web.Request) -> web.Response:
        """GET invoices?orderId=..."""
        wanted = request.query.getall("orderId", [])
        found = [one for one in self._store(request).invoices.values() if one["metadata"].get("orderId") in wanted]
        return web.json_response(found)

    async def retrieve(self, request: web.Request) -> web.Response:
        """GET invoices/{id}."""
        return _one(self._store(request).invoices, request.match_info["invoice"], "invoice-not-found")

    async def payment_methods(self, request: web.Request) -> web.Response:
        """GET invoices/{id}/payment-methods: the rate, and every payment with its own state."""
        method = self._store(request).methods.get(request.match_info["invoice"])
        return web.json_response([method]) if method else _error(404, "invoice-not-found", "The invoice was not found")

    async def mark(self, request: web.Request) -> web.Response:
        """POST invoices/{id}/status: Invalid or Settled by hand."""
        store, number = self._store(request), request.match_info["invoice"]
        invoice, status = store.invoices[number], (await request.json())["status"]
        if invoice["status"] in ("Settled", status):
            return web.json_response([{"path": "status", "message": "Not under these conditions."}], status=422)
        invoice.update(status=status, additionalStatus="Marked")
        self._tell(store, f"Invoice{status}", number, manuallyMarked=True)
        return web.json_response(invoice)

    # -- payouts ---------------------------------------------------------------------------------------------------

    async def order(self, request: web.Request) -> web.Response:
        """POST payouts: one at a time to an address."""
        store, wish = self._store(request), await request.json()
        if self._courier.chaos().strikes("refusals"):
            return _error(400, "amount-too-low", "The payout amount is too low.")
        moving = (one for one in store.payouts.values() if one["state"] not in ("Completed", "Cancelled"))
        if any(one["destination"] == wish["destination"] for one in moving):
            return _error(400, "duplicate-destination", "This destination has already been used for another payout.")
        if Decimal(wish["amount"]) < Decimal("0.00001"):
            return _error(400, "amount-too-low", "The payout amount is too low.")
        number, currency = secrets.token_hex(11), wish["payoutMethodId"].partition("-")[0]
        store.payouts[number] = {
            "id": number,
            "destination": wish["destination"],
            "originalCurrency": currency,
            "originalAmount": wish["amount"],
            "payoutCurrency": currency,
            "payoutAmount": wish["amount"] if wish["approved"] else None,
            "payoutMethodId": wish["payoutMethodId"],
            "state": "AwaitingPayment" if wish["approved"] else "AwaitingApproval",
            "metadata": wish.get("metadata", {}),
        }
        self._tell_payout(store, "PayoutCreated", number)
        return web.json_response(store.payouts[number])

    async def payouts(self, request: web.Request) -> web.Response:
        """GET payouts?includeCancelled=true."""
        everything = request.query.get("includeCancelled") == "true"
        shown = [one for one in self._store(request).payouts.values() if everything or one["state"] != "Cancelled"]
        return web.json_response(shown)

    async def payout(self, request: web.Request) -> web.Response:
        """GET payouts/{id}."""
        return _one(self._store(request).payouts, request.match_info["payout"], "payout-not-found")

    async def move(self, request: web.Request) -> web.Response:
        """Somebody there approves, sends or cancels a payout, or the chain confirms it."""
        number, state = request.match_info["payout"], request.match_info["state"]
        store = next((one for one in self.stores.values() if number in one.payouts), None)
        if store is None or state not in STATES:
            raise web.HTTPNotFound
        store.payouts[number]["state"] = state
        self._tell_payout(store, "PayoutUpdated", number)
        return web.json_response(store.payouts[number])

    # -- what the player's wallet and the chain do -----------------------------------------------------------------

    async def pay(self, request: web.Request) -> web.Response:
        """A payment: `{"value": "0.001", "confirmed": true, "webhook_copies": 1}`."""
        store, number, wish = self._paid(request), request.match_info["invoice"], await request.json()
        settled, chaos = bool(wish.get("confirmed", True)), self._courier.chaos()
        over = store.invoices[number]["expirationTime"] if store.invoices[number]["status"] == "Expired" else 0
        payment = {
            "id": f"{secrets.token_hex(32)}-0",
            "value": f"{Decimal(wish['value']) * (Decimal('1.5') if chaos.strikes('excess') else 1):.8f}",
            "receivedDate": max(int(time.time()), over + 1),
            "fee": "0",
            "status": "Settled" if settled else "Processing",
        }
        store.methods[number]["payments"].append(payment)
        self._tell(store, "InvoiceReceivedPayment", number, paymentMethodId="BTC-CHAIN", payment=payment)
        self._settle(store, number, int(wish.get("webhook_copies", 1)))
        if settled and chaos.strikes("contradictions"):
            self._tell(store, "InvoiceExpired", number, partiallyPaid=False)
        return web.json_response({"status": store.invoices[number]["status"]})

    async def confirm(self, request: web.Request) -> web.Response:
        """A block that holds every payment of the invoice."""
        store, number = self._paid(request), request.match_info["invoice"]
        for payment in store.methods[number]["payments"]:
            payment["status"] = "Settled"
        self._tell(store, "InvoicePaymentSettled", number)
        self._settle(store, number)
        return web.json_response({"status": store.invoices[number]["status"]})

    async def expire(self, request: web.Request) -> web.Response:
        """The time is over in which it can be paid."""
        store, number = self._paid(request), request.match_info["invoice"]
        if store.invoices[number]["status"] == "New":
            partly = bool(store.methods[number]["payments"])
            store.invoices[number].update(
                status="Expired",
                additionalStatus="PaidPartial" if partly else "None",
                expirationTime=int(time.time()),
            )
            self._tell(store, "InvoiceExpired", number, partiallyPaid=partly)
        return web.json_response({"status": store.invoices[number]["status"]})

    def _settle(self, store: Store, number: str, copies: int = 1) -> None:
        """What follows from the payments an invoice has. Only their sum decides, as on the real one."""
        invoice, payments = store.invoices[number], store.methods[number]["payments"]
        rate, due = Decimal(store.methods[number]["rate"]), Decimal(invoice["amount"])
        total = sum((Decimal(one["value"]) for one in payments), Decimal(0)) * rate
        firm = sum((Decimal(one["value"]) for one in payments if one["status"] == "Settled"), Decimal(0)) * rate
        unit = SATOSHI if invoice["currency"] == "BTC" else CENT
        invoice["paidAmount"] = f"{total.quantize(unit, ROUND_HALF_EVEN):f}"
        if invoice["status"] not in ("New", "Processing", "Expired"):
            return
        late = invoice["status"] == "Expired"
        if total < due:
            invoice["additionalStatus"] = "PaidPartial"
            return
        if late:  # It stays expired, however much comes.
            invoice["additionalStatus"] = "PaidLate"
            return
        invoice["additionalStatus"] = "PaidOver" if total > due else "None"
        invoice["status"] = "Settled" if firm >= due else "Processing"
        self._tell(store, f"Invoice{invoice['status']}", number, copies, overPaid=total > due)

    async def forget_rate(self, request: web.Request) -> web.Response:
        """The exchange that is asked for rates does not answer any more."""
        self.stores[request.match_info["store"]].rate = None
        return web.json_response({})

    # -- the rest --------------------------------------------------------------------------------------------------

    def _store(self, request: web.Request) -> Store:
        store = self.stores.get(request.match_info["store"])
        if store is None or request.headers.get("Authorization") != f"token {store.api_key}":
            body = json.dumps({"code": "unauthenticated", "message": "Authentication is required."})
            raise web.HTTPUnauthorized(text=body, content_type="application/json")
        return store

    def _paid(self, request: web.Request) -> Store:
        for store in self.stores.values():
            if request.match_info["invoice"] in store.invoices:
                return store
        raise web.HTTPNotFound

    def _tell(self, store: Store, kind: str, number: str, copies: int = 1, **more: Any) -> None:
        about = {"invoiceId": number, "metadata": store.invoices[number]["metadata"], **more}
        self._send(store, kind, about, copies)

    def _tell_payout(self, store: Store, kind: str, number: str) -> None:
        self._send(store, kind, {"payoutId": number, "payoutState": store.payouts[number]["state"]}, 1)

    def _send(self, store: Store, kind: str, about: dict[str, Any], copies: int) -> None:
        """Every delivery has an id of its own, and names the first one."""
        original = secrets.token_hex(11)
        tried: list[str] = []

        async def attempt() -> bool:
            delivery = secrets.token_hex(11) if tried else original
            event = {
                "deliveryId": delivery,
                "webhookId": f"webhook-{store.id}",
                "originalDeliveryId": original,
                "isRedelivery": bool(tried),
                "type": kind,
                "timestamp": int(time.time()),
                "storeId": store.id,
                **about,
            }
            tried.append(delivery)
            body = json.dumps(event).encode()
            headers = {"BTCPay-Sig": signature(store.webhook_secret, body), "Content-Type": "application/json"}
            async with self._session.post(store.webhook_url, data=body, headers=headers) as answer:
                return 200 <= answer.status < 300

        self._courier.send(Parcel(f"btcpay {kind} {original}", attempt, copies))


def signature(secret: str, body: bytes) -> str:
    """The header BTCPay-Sig of a delivery."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)


def _one(things: dict[str, dict[str, Any]], number: str, missing: str) -> web.Response:
    return web.json_response(things[number]) if number in things else _error(404, missing, "It was not found.")
