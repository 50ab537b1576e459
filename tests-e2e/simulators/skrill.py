"""A wallet provider that speaks Skrill's older protocol: Quick Checkout, pay.pl and query.pl.

What a player does on the page of his session is said to `/skrill/checkout/api/?sid=...`: `status` is the one of the
report, and an `email` is told as the payer's. A wallet whose e-mail begins with `nobody` is unknown: what is sent to it
is scheduled, and cancelled when `/skrill/unclaimed` is told.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from simulators.courier import Courier, Parcel


@dataclass
class Shop:
    """One casino's merchant account, kept in euros."""

    email: str
    merchant_id: str = field(default_factory=lambda: str(secrets.randbelow(9 * 10**7) + 10**7))
    secret_word: str = field(default_factory=lambda: secrets.token_hex(5))
    api_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    reports: dict[str, dict[str, str]] = field(default_factory=dict)
    transfers: dict[str, dict[str, str]] = field(default_factory=dict)

    def contract(self, url: str) -> dict[str, Any]:
        """What its operator has to configure."""
        servers = {"base_url": f"{url}/api", "checkout_url": f"{url}/checkout/api"}
        return {
            "settings": {**servers, "pay_to_email": self.email, "merchant_id": self.merchant_id},
            "secrets": {"secret_word": self.secret_word, "api_password": self.api_password},
        }

    def knows(self, form: Any) -> bool:
        """Whether whoever calls is this merchant."""
        digest = hashlib.md5(self.api_password.encode(), usedforsecurity=False).hexdigest()
        return bool(form.get("email") == self.email and form.get("password") == digest)


class Skrill:
    """The provider. `ingress` turns the public address of a report into the one that answers here."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, ingress: str) -> None:
        self.shops: dict[str, Shop] = {}
        self._sessions: dict[str, tuple[Shop, dict[str, str]]] = {}
        self._http, self._courier, self._ingress = session, courier, ingress

    def sign_up(self, casino: str) -> Shop:
        """A new merchant."""
        shop = self.shops[casino] = Shop(f"{casino}@us.example")
        return shop

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/skrill/checkout/api/", self.checkout),
            web.post("/skrill/api/app/pay.pl", self.send_money),
            web.post("/skrill/api/app/query.pl", self.query),
            web.post("/skrill/unclaimed/{casino}/{reference}", self.unclaimed),
        ]

    async def checkout(self, request: web.Request) -> web.Response:
        """A merchant prepares a session, or the player does something on its page."""
        sid = request.query.get("sid")
        return await self._prepare(request) if sid is None else await self._pay(request, sid)

    async def _prepare(self, request: web.Request) -> web.Response:
        """A session for one payment."""
        form = await request.post()
        shop = next((one for one in self.shops.values() if one.email == form.get("pay_to_email")), None)
        needed = ("transaction_id", "amount", "currency", "status_url")
        if shop is None or not all(form.get(name) for name in needed):
            return web.json_response({"code": "BAD_REQUEST", "message": "no"}, status=400)
        sid = secrets.token_hex(16)
        self._sessions[sid] = shop, {name: str(value) for name, value in form.items()}
        return web.Response(text=sid)

    async def _pay(self, request: web.Request, sid: str) -> web.Response:
        """What becomes of the payment of a session."""
        if sid not in self._sessions:
            return web.Response(status=404)
        shop, form = self._sessions[sid]
        wanted = await request.json()
        status, chaos = str(wanted.get("status", "2")), self._courier.chaos()
        report = shop.reports[form["transaction_id"]] = {
            "pay_to_email": shop.email,
            "merchant_id": shop.merchant_id,
            "transaction_id": form["transaction_id"],
            "mb_transaction_id": str(secrets.randbelow(9 * 10**8) + 10**8),
            "mb_amount": str(wanted.get("mb_amount", chaos.captured_of(form["amount"]))),
            "mb_currency": str(wanted.get("mb_currency", chaos.paid_in(form["currency"]))),
            "status": status,
            "amount": form["amount"],
            "currency": form["currency"],
        }
        if "email" in wanted:
            report["pay_from_email"] = str(wanted["email"])
        if status == "-2":
            report["failed_reason_code"] = str(wanted.get("code", "05"))
        if not wanted.get("silent"):
            self._tell(shop, report, form["status_url"], int(wanted.get("webhook_copies", 1)))
        if status == "2" and chaos.strikes("contradictions"):
            self._tell(shop, {**report, "status": "-2", "failed_reason_code": "05"}, form["status_url"], 1)
        return web.json_response(report)

    def _tell(self, shop: Shop, report: dict[str, str], status_url: str, copies: int) -> None:
        secret = hashlib.sha256(shop.secret_word.encode()).hexdigest().upper()
        text = shop.merchant_id + report["transaction_id"] + secret
        text += report["mb_amount"] + report["mb_currency"] + report["status"]
        signed = {**report, "sha2sig": hashlib.sha256(text.encode()).hexdigest().upper()}
        url = self._ingress + "/" + status_url.split("/", 3)[3]

        async def attempt() -> bool:
            async with self._http.post(url, data=signed) as answer:
                return answer.status == 200

        self._courier.send(Parcel(f"skrill {report['transaction_id']}", attempt, copies, delay_s=0.2))

    async def send_money(self, request: web.Request) -> web.Response:
        """A transfer in two steps; of one reference, one."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("action") == "transfer":
            return self._transfer(form.get("sid", ""))
        shop = next((one for one in self.shops.values() if one.knows(form)), None)
        if shop is None:
            return refusal("CANNOT_LOGIN")
        if "@" not in form.get("bnf_email", ""):
            return refusal("INVALID_BNF_EMAIL")
        if form.get("bnf_email", "").startswith("barred"):
            return refusal("DISALLOWED_RECIPIENT")
        if self._courier.chaos().strikes("refusals"):
            return refusal("BALANCE_NOT_ENOUGH")
        sid = secrets.token_hex(16)
        self._sessions[sid] = shop, form
        return xml(f"<sid>{sid}</sid>")

    def _transfer(self, sid: str) -> web.Response:
        if sid not in self._sessions:
            return refusal("SESSION_EXPIRED")
        shop, form = self._sessions.pop(sid)
        reference = form["frn_trn_id"]
        if reference in shop.transfers:
            return refusal("ALREADY_EXECUTED")
        status = "1" if form["bnf_email"].startswith("nobody") else "2"
        shop.transfers[reference] = {"amount": form["amount"], "currency": form["currency"], "status": status}
        shop.reports[reference] = {
            "transaction_id": reference,
            "mb_amount": form["amount"],
            "mb_currency": form["currency"],
            "status": "0" if status == "1" else "2",
        }
        money = f"<amount>{form['amount']}</amount><currency>{form['currency']}</currency>"
        return xml(f"<transaction>{money}<id>{secrets.randbelow(10**9)}</id><status>{status}</status></transaction>")

    async def unclaimed(self, request: web.Request) -> web.Response:
        """Nobody opened the wallet that was sent money: it is cancelled."""
        shop = self.shops[request.match_info["casino"]]
        shop.reports[request.match_info["reference"]]["status"] = "-1"
        return web.json_response({})

    async def query(self, request: web.Request) -> web.Response:
        """The status report of a transaction."""
        form = await request.post()
        shop = next((one for one in self.shops.values() if one.knows(form)), None)
        if shop is None:
            return web.Response(text="401\t\tCannot login")
        reference = str(form.get("trn_id", ""))
        report = shop.reports.get(reference)
        if form.get("action") != "status_trn" or report is None:
            return web.Response(text=f"403\t\tTransaction not found: {reference}")
        return web.Response(text=f"200\t\tOK\n{urlencode(report)}\n")


def refusal(message: str) -> web.Response:
    """An error as pay.pl writes them."""
    return xml(f"<error><error_msg>{message}</error_msg></error>")


def xml(inner: str) -> web.Response:
    """An answer of pay.pl."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><response>{inner}</response>'
    return web.Response(text=text, content_type="text/xml")
