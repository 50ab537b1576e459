"""A wallet provider that speaks Paysafe's Payments API: handles, payments, standalone credits, refunds, webhooks.

A wallet whose owner begins with `poor` has no money; what goes back to one that begins with `slow` is pending at first.
What the player does on the page of a handle, and what becomes of a credit later, is said to `/paysafe/pay/...`, what
becomes of a refund to `/paysafe/refunds/...`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from simulators.courier import Courier, Parcel

HUB = "/paysafe/paymenthub/v1"
LISTS = {
    "paymenthandles": "paymentHandles",
    "payments": "payments",
    "standalonecredits": "standaloneCredits",
    "refunds": "refunds",
}
DUPLICATE = "7503"
WALLETS = ("skrill", "neteller", "paysafecard", "interacEtransfer")


@dataclass
class Merchant:
    """One casino's account."""

    username: str
    url: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    hmac_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    made: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {path: {} for path in LISTS})

    @property
    def authorization(self) -> str:
        """What its calls carry."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


class Paysafe:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, own_url: str) -> None:
        self.merchants: dict[str, Merchant] = {}
        self._session, self._courier, self._own_url = session, courier, own_url

    def sign_up(self, casino: str, url: str) -> Merchant:
        """A new merchant, with the address of its webhooks."""
        merchant = self.merchants[casino] = Merchant(casino, url)
        return merchant

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post(f"{HUB}/settlements/{{settlement}}/refunds", self.refund),
            web.get(f"{HUB}/refunds/{{refund}}", self.find_refund),
            web.post("/paysafe/refunds/{casino}/{refund}/{outcome}", self.move_refund),
            web.post(f"{HUB}/{{path}}", self.make),
            web.get(f"{HUB}/{{path}}", self.find),
            web.post("/paysafe/pay/{casino}/{reference}", self.pay),
        ]

    def _merchant(self, request: web.Request) -> Merchant | None:
        given = request.headers.get("Authorization", "")
        return next((one for one in self.merchants.values() if one.authorization == given), None)

    async def make(self, request: web.Request) -> web.Response:
        """A handle, a payment or a standalone credit; one of each kind for a reference."""
        merchant, path = self._merchant(request), request.match_info["path"]
        if merchant is None:
            return problem(401, "5279")
        body = await request.json()
        if body.get("transactionType") == "STANDALONE_CREDIT" and self._courier.chaos().strikes("refusals"):
            return problem(400, "5068")
        reference = str(body.get("merchantRefNum", ""))
        if (
            path not in LISTS
            or path == "refunds"
            or not reference
            or not isinstance(body.get("amount"), int)
            or body["amount"] <= 0
        ):
            return problem(400, "5068")
        if reference in merchant.made[path]:
            return problem(409, DUPLICATE)
        thing = {"id": secrets.token_hex(8), **body, "txnTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        if path == "paymenthandles":
            return self._handle(merchant, thing)
        handle = merchant.made["paymenthandles"].get(reference)
        same = handle is not None and all(handle[name] == body[name] for name in ("amount", "currencyCode"))
        if handle is None or not same or handle["status"] != "PAYABLE":
            return problem(400, "5068")
        handle["status"] = "COMPLETED"
        self._use(merchant, path, thing, owner(handle))
        return web.json_response(thing, status=201)

    def _handle(self, merchant: Merchant, thing: dict[str, Any]) -> web.Response:
        if not owner(thing):
            return problem(400, "5068")
        pays = thing["transactionType"] == "PAYMENT"
        page = f"{self._own_url}/paysafe/pay/{merchant.username}/{thing['merchantRefNum']}"
        thing |= {
            "paymentHandleToken": f"PH{secrets.token_hex(6)}",
            "status": "INITIATED" if pays else "PAYABLE",
            "action": "REDIRECT" if pays else "NONE",
            "links": [{"rel": "redirect_payment", "href": page}] if pays else [],
        }
        merchant.made["paymenthandles"][thing["merchantRefNum"]] = thing
        if not pays:
            self._tell(merchant, "PAYMENT_HANDLE_PAYABLE", thing)
        return web.json_response(thing, status=201)

    def _use(self, merchant: Merchant, path: str, thing: dict[str, Any], owner_id: str) -> None:
        merchant.made[path][thing["merchantRefNum"]] = thing
        if path == "payments":
            poor = owner_id.startswith("poor")
            chaos = self._courier.chaos()
            taken = {"amount": chaos.captured(thing["amount"]), "currencyCode": chaos.paid_in(thing["currencyCode"])}
            thing |= {"status": "FAILED" if poor else "COMPLETED", "availableToSettle": 0, **taken}
            if poor:
                thing["error"] = {"code": "3022", "message": "insufficient funds"}
            self._tell(merchant, f"PAYMENT_{thing['status']}", thing)
            if chaos.strikes("contradictions"):
                self._tell(merchant, "PAYMENT_FAILED", {**thing, "status": "FAILED"})
            return
        thing["status"] = "COMPLETED"
        self._tell(merchant, "SA_CREDIT_COMPLETED", thing)

    async def refund(self, request: web.Request) -> web.Response:
        """Money of a settlement goes back, as far as there is some; of one reference, once."""
        merchant = self._merchant(request)
        if merchant is None:
            return problem(401, "5279")
        body, payments = await request.json(), merchant.made["payments"].values()
        settled = next((one for one in payments if one["id"] == request.match_info["settlement"]), None)
        reference, amount = str(body.get("merchantRefNum", "")), body.get("amount")
        if settled is None:
            return problem(404, "5269")
        if reference in merchant.made["refunds"]:
            return problem(409, DUPLICATE)
        given = sum(one["amount"] for one in merchant.made["refunds"].values() if one["of"] == settled["id"])
        if not reference or not isinstance(amount, int) or amount <= 0:
            return problem(400, "5068")
        if given + amount > settled["amount"]:
            return problem(402, "3402")
        slow = owner(merchant.made["paymenthandles"][settled["merchantRefNum"]]).startswith("slow")
        merchant.made["refunds"][reference] = refund = {
            "id": secrets.token_hex(8),
            "of": settled["id"],
            **body,
            "currencyCode": settled["currencyCode"],
            "txnTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "status": "PENDING" if slow else "COMPLETED",
        }
        self._tell(merchant, f"REFUND_{refund['status']}", refund)
        return web.json_response(refund, status=201)

    async def find_refund(self, request: web.Request) -> web.Response:
        """A refund by its own id."""
        merchant = self._merchant(request)
        if merchant is None:
            return problem(401, "5279")
        return next(
            (
                web.json_response(one)
                for one in merchant.made["refunds"].values()
                if one["id"] == request.match_info["refund"]
            ),
            problem(404, "5269"),
        )

    async def move_refund(self, request: web.Request) -> web.Response:
        """A refund of our reference is `COMPLETED` or `FAILED` later."""
        merchant, outcome = self.merchants[request.match_info["casino"]], request.match_info["outcome"]
        refund = merchant.made["refunds"][request.match_info["refund"]]
        refund["status"] = outcome
        wanted = await request.json()
        copies, silent = int(wanted.get("webhook_copies", 1)), bool(wanted.get("silent"))
        self._tell(merchant, f"REFUND_{outcome}", refund, copies=copies, silent=silent)
        return web.json_response(refund)

    async def find(self, request: web.Request) -> web.Response:
        """What there is under a reference."""
        merchant, path = self._merchant(request), request.match_info["path"]
        if merchant is None:
            return problem(401, "5279")
        found = merchant.made[path].get(request.query.get("merchantRefNum", ""))
        return web.json_response({LISTS[path]: [found] if found else []})

    async def pay(self, request: web.Request) -> web.Response:
        """The player agrees (`PAYABLE`) or not (`FAILED`, `EXPIRED`); or a credit comes back (`SA_CREDIT_FAILED`)."""
        merchant = self.merchants.get(request.match_info["casino"])
        wanted = await request.json()
        outcome, copies = str(wanted.get("outcome", "PAYABLE")), int(wanted.get("webhook_copies", 1))
        path = "standalonecredits" if outcome.startswith("SA_CREDIT_") else "paymenthandles"
        thing = merchant.made[path].get(request.match_info["reference"]) if merchant else None
        if merchant is None or thing is None:
            return problem(404, "5269")
        thing["status"] = outcome.removeprefix("SA_CREDIT_")
        kind = outcome if path == "standalonecredits" else f"PAYMENT_HANDLE_{outcome}"
        self._tell(merchant, kind, thing, copies=copies, silent=bool(wanted.get("silent")))
        return web.json_response(thing)

    def _tell(
        self, merchant: Merchant, kind: str, thing: dict[str, Any], *, copies: int = 1, silent: bool = False
    ) -> None:
        if silent:
            return
        payload = {name: thing[name] for name in ("id", "merchantRefNum", "amount", "currencyCode", "status")}
        event = {"eventType": kind, "eventDate": thing["txnTime"], "attemptNumber": "1", "payload": payload}
        raw = json.dumps(event).encode()
        signature = base64.b64encode(hmac.new(merchant.hmac_key.encode(), raw, hashlib.sha256).digest()).decode()

        async def attempt() -> bool:
            headers = {"Signature": signature, "Content-Type": "application/json"}
            async with self._session.post(merchant.url, data=raw, headers=headers) as answer:
                return answer.status == 200

        self._courier.send(Parcel(f"paysafe {kind} {thing['merchantRefNum']}", attempt, copies, delay_s=0.2))


def owner(handle: dict[str, Any]) -> str:
    """Whose wallet it is."""
    return next((str(handle[name].get("consumerId", "")) for name in WALLETS if name in handle), "")


def problem(status: int, code: str) -> web.Response:
    """An error as it writes them."""
    return web.json_response({"error": {"code": code, "message": "no"}}, status=status)
