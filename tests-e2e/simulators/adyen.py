"""A provider that speaks Adyen's protocol: payment links, idempotency keys, signed webhooks that want `[accepted]`.

A player's browser pays at `POST /adyen/pay/{link}`. As in Adyen's own test environment the holder's name decides: a
reason to refuse ("NOT_ENOUGH_BALANCE"), anything else is accepted. Of a `card` that is named webhooks tell, as of an
account with all additional data switched on.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from simulators.adyen_disputes import Disputes
from simulators.cards import EXPIRES, country, mark
from simulators.courier import LATER, ONCE, Courier, Manner, Parcel
from simulators.settlements import Book, share

REFUSALS = {"DECLINED": "Refused", "NOT_ENOUGH_BALANCE": "Not enough balance", "CARD_EXPIRED": "Expired Card"}
OPEN = ("active", "paymentPending")
FEE_BPS = 90
AFTERWARDS = {"CHARGEBACK": ("Chargeback", -1), "SECOND_CHARGEBACK": ("SecondChargeback", -1),
              "CHARGEBACK_REVERSED": ("ChargebackReversed", 1)}  # fmt: skip
"""What moves money later: how the settlement calls it, and which way it goes."""
UNRECOGNISED = "AUTHENTICATION_REQUIRED"
"""A holder whose bank says no unless the link has him authenticated."""


@dataclass
class Merchant:
    """One casino's merchant account."""

    name: str
    webhook_url: str
    api_key: str = field(default_factory=lambda: f"AQE{secrets.token_urlsafe(24)}")
    hmac_key: str = field(default_factory=lambda: secrets.token_hex(32).upper())
    links: dict[str, dict[str, Any]] = field(default_factory=dict)
    cards: dict[str, dict[str, str]] = field(default_factory=dict)
    disputes: Disputes = field(default_factory=Disputes)
    remembered: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    suspended: bool = False
    book: Book = field(default_factory=Book)


class Adyen:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, own_url: str) -> None:
        self.merchants: dict[str, Merchant] = {}
        self._session = session
        self._courier = courier
        self._own_url = own_url

    def sign_up(self, name: str, webhook_url: str) -> Merchant:
        """A new merchant."""
        merchant = self.merchants[name] = Merchant(name, webhook_url)
        return merchant

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/adyen/v71/paymentLinks", self.create),
            web.get("/adyen/v71/paymentLinks/{link}", self.retrieve),
            web.patch("/adyen/v71/paymentLinks/{link}", self.expire),
            web.post("/adyen/pay/{link}", self.pay),
            web.post("/adyen/settle/{link}", self.settle),
            web.post("/adyen/v71/payments/{payment}/refunds", self.refund),
            web.post("/adyen/ca/services/DisputeService/v30/{what}", self.dispute),
            web.post("/adyen/afterwards/{link}", self.afterwards),
            web.put("/adyen/suspended/{merchant}", self.suspend),
        ]

    # -- what the operator calls -----------------------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.Response:
        """POST /v71/paymentLinks. The same key is answered as the first time, whatever the body."""
        merchant = self._merchant(request)
        if merchant is None:
            return _error(401, "000", "HTTP Status Response - Unauthorized", "security")
        key = request.headers.get("Idempotency-Key", "")
        if key not in merchant.remembered:
            status, body = self._created(merchant, await request.json())
            if not key:
                return web.json_response(body, status=status)
            merchant.remembered[key] = (status, body)
        status, body = merchant.remembered[key]
        return web.json_response(body, status=status, headers={"Idempotency-Key": key})

    def _created(self, merchant: Merchant, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        amount = wish.get("amount") or {}
        value, currency = amount.get("value"), amount.get("currency")
        if merchant.suspended:
            return 403, _error_body(403, "010", "Not allowed", "security")
        if wish.get("merchantAccount") != merchant.name:
            return 403, _error_body(403, "901", "Invalid Merchant Account", "security")
        if type(value) is not int or value <= 0:
            return 422, _error_body(422, "137", "Invalid amount specified", "validation")
        if not isinstance(currency, str) or len(currency) != 3 or currency != currency.upper():
            return 422, _error_body(422, "138", "Unsupported currency specified", "validation")
        if not wish.get("reference"):
            return 422, _error_body(422, "130", "Required field 'reference' is not provided.", "validation")
        link_id = f"PL{secrets.token_hex(8).upper()}"
        link = {
            **wish,
            "id": link_id,
            "status": "active",
            "url": f"{self._own_url}/adyen/pay/{link_id}",
            "expiresAt": (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds"),
        }
        merchant.links[link_id] = link
        return 201, dict(link)

    async def refund(self, request: web.Request) -> web.Response:
        """POST /v71/payments/{pspReference}/refunds: taken down; what comes of it a webhook says."""
        merchant = self._merchant(request)
        if merchant is None:
            return _error(401, "000", "HTTP Status Response - Unauthorized", "security")
        payment, key = request.match_info["payment"], request.headers.get("Idempotency-Key", "")
        if key not in merchant.remembered:
            status, body = self._refunded(merchant, payment, await request.json())
            if not key:
                return web.json_response(body, status=status)
            merchant.remembered[key] = (status, body)
        status, body = merchant.remembered[key]
        return web.json_response(body, status=status, headers={"Idempotency-Key": key})

    def _refunded(self, merchant: Merchant, payment: str, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        link = next((one for one in merchant.links.values() if one.get("payment") == payment), None)
        if link is None:
            return 422, _error_body(422, "167", "Original pspReference required for this operation", "validation")
        value = wish["amount"]["value"]
        done = sum(link.get("refunds", {}).values()) + value <= link["amount"]["value"]
        reference = secrets.token_hex(8).upper()
        if done:
            link.setdefault("refunds", {})[reference] = value
            merchant.book.note("Refunded", payment, link["reference"], -value, 10, link["amount"]["currency"])
        about = {
            "pspReference": reference,
            "originalReference": payment,
            "merchantReference": wish.get("reference", ""),
        }
        success = "true" if done else "false"
        self._tell(merchant, link, "REFUND", ONCE, success=success, about={**about, "amount": wish["amount"]})
        return 201, {**wish, "paymentPspReference": payment, "pspReference": reference, "status": "received"}

    async def dispute(self, request: web.Request) -> web.Response:
        """POST /DisputeService/v30/...: the same key is answered as the first time. A defence is told of as well."""
        merchant = self._merchant(request)
        if merchant is None:
            return _error(401, "000", "HTTP Status Response - Unauthorized", "security")
        what, key, wish = request.match_info["what"], request.headers.get("Idempotency-Key", ""), await request.json()
        if wish.get("merchantAccountCode") != merchant.name:
            return _error(422, "901", "Invalid Merchant Account", "validation")
        if key and key in merchant.remembered:
            return web.json_response(merchant.remembered[key][1])
        body = merchant.disputes.act(what, wish)
        if key:
            merchant.remembered[key] = (200, body)
        if what == "defendDispute" and body["disputeServiceResult"]["success"]:
            reference = wish["disputePspReference"]
            link = next(one for one in merchant.links.values() if reference in one.get("disputes", ()))
            about = {"originalReference": link["payment"], "pspReference": reference}
            self._tell(merchant, link, "INFORMATION_SUPPLIED", ONCE, about=about)
        return web.json_response(body)

    async def afterwards(self, request: web.Request) -> web.Response:
        """Something happens to a payment that was made: `{"kind": "CHARGEBACK", "reference": ..., "copies": 1}`, and
        for a refund that fails `{"kind": "REFUND_FAILED", "refund_id": ours}`."""
        merchant, link = self._any_link(request.match_info["link"])
        wish = await request.json()
        about: dict[str, Any] = {"originalReference": link["payment"], "pspReference": wish["reference"]}
        if "CHARGEBACK" in wish["kind"]:
            merchant.disputes.open.add(wish["reference"])
            link.setdefault("disputes", []).append(wish["reference"])
        if "our_refund" in wish:
            about |= {"merchantReference": wish["our_refund"], "amount": wish["amount"]}
        if wish["kind"] in AFTERWARDS:
            name, sign = AFTERWARDS[wish["kind"]]
            moved_minor = sign * link["amount"]["value"]
            merchant.book.note(name, link["payment"], link["reference"], moved_minor, 0, link["amount"]["currency"])
        self._tell(merchant, link, str(wish["kind"]), Manner(int(wish.get("copies", 1))), about=about)
        return web.json_response({"refunds": link.get("refunds", {})})

    async def retrieve(self, request: web.Request) -> web.Response:
        """GET /v71/paymentLinks/{id}."""
        _, link = self._own_link(request)
        return web.json_response(link)

    async def expire(self, request: web.Request) -> web.Response:
        """PATCH /v71/paymentLinks/{id}: what is paid, or being paid, does not expire any more."""
        _, link = self._own_link(request)
        if await request.json() != {"status": "expired"} or link["status"] not in ("active", "expired"):
            return _error(422, "000", "The payment link cannot be updated.", "validation")
        link["status"] = "expired"
        return web.json_response(link)

    def _merchant(self, request: web.Request) -> Merchant | None:
        given = request.headers.get("X-API-Key", "")
        return next((one for one in self.merchants.values() if given == one.api_key), None)

    def _own_link(self, request: web.Request) -> tuple[Merchant, dict[str, Any]]:
        merchant = self._merchant(request)
        link = merchant.links.get(request.match_info["link"]) if merchant else None
        if merchant is None or link is None:
            raise web.HTTPNotFound(text="{}", content_type="application/json")
        return merchant, link

    async def suspend(self, request: web.Request) -> web.Response:
        """Adyen lets a merchant take no payments, or again: `{"suspended": true}`."""
        merchant = self.merchants[request.match_info["merchant"]]
        merchant.suspended = (await request.json())["suspended"] is True
        return web.json_response(merchant.suspended)

    # -- what the player's browser calls ---------------------------------------------------------------------------

    async def pay(self, request: web.Request) -> web.Response:
        """Pay: `{"holder_name": ..., "card": ..., "webhook_copies": 1, "webhook_delay_s": 0, "pending": false}`."""
        merchant, link = self._any_link(request.match_info["link"])
        if link["status"] != "active":
            return _error(422, "000", "The payment link is not active.", "validation")
        wish = await request.json()
        manner = Manner(int(wish.get("webhook_copies", 1)), float(wish.get("webhook_delay_s", 0)))
        holder = str(wish.get("holder_name"))
        if "card" in wish:
            merchant.cards[link["id"]] = _told_of(merchant.name, str(wish["card"]), holder)
        challenged = link.get("threeDS2RequestData", {}).get("threeDSRequestorChallengeInd") in ("03", "04")
        unrecognised = holder == UNRECOGNISED and not challenged
        reason = "Authentication required" if unrecognised else REFUSALS.get(holder)
        if wish.get("pending"):
            link["status"] = "paymentPending"
            self._tell(merchant, link, "PENDING", manner)
        elif reason:
            self._tell(merchant, link, "AUTHORISATION", manner, success="false", reason=reason)
        else:
            self._succeed(merchant, link, manner)
        return web.json_response({"status": link["status"]})

    async def settle(self, request: web.Request) -> web.Response:
        """The player's bank has the money of a pending payment: `{}`; or it never came: `{"late": true}`."""
        merchant, link = self._any_link(request.match_info["link"])
        if link["status"] == "paymentPending":
            if (await request.json()).get("late"):
                link["status"] = "expired"
                self._tell(merchant, link, "OFFER_CLOSED", ONCE)
            else:
                self._succeed(merchant, link, ONCE)
        return web.json_response({"status": link["status"]})

    def _succeed(self, merchant: Merchant, link: dict[str, Any], manner: Manner) -> None:
        link |= {"status": "completed", "payment": secrets.token_hex(8).upper()}
        chaos = self._courier.chaos()
        value, currency = chaos.captured(link["amount"]["value"]), chaos.paid_in(link["amount"]["currency"])
        merchant.book.note("Settled", link["payment"], link["reference"], value, share(value, FEE_BPS), currency)
        paid = {"pspReference": link["payment"], "amount": {"value": value, "currency": currency}}
        self._tell(merchant, link, "AUTHORISATION", manner, reason="076181:1111:03/2030", about=paid)
        if chaos.strikes("contradictions"):
            self._tell(merchant, link, "AUTHORISATION", LATER, success="false", reason="Refused", about=paid)

    def _any_link(self, link_id: str) -> tuple[Merchant, dict[str, Any]]:
        for merchant in self.merchants.values():
            if link_id in merchant.links:
                return merchant, merchant.links[link_id]
        raise web.HTTPNotFound

    # -- webhooks --------------------------------------------------------------------------------------------------

    def _tell(
        self,
        merchant: Merchant,
        link: dict[str, Any],
        kind: str,
        manner: Manner,
        *,
        success: str = "true",
        reason: str = "",
        about: dict[str, Any] | None = None,
    ) -> None:
        item: dict[str, Any] = {
            "pspReference": secrets.token_hex(8).upper(),
            "merchantAccountCode": merchant.name,
            "merchantReference": link["reference"],
            "amount": {"value": link["amount"]["value"], "currency": link["amount"]["currency"]},
            "eventCode": kind,
            "success": success,
            "eventDate": datetime.now(UTC).isoformat(timespec="seconds"),
            "paymentMethod": "visa",
            "reason": reason,
            **(about or {}),
        }
        signed = {"hmacSignature": signature(merchant.hmac_key, item), "paymentLinkId": link["id"]}
        item["additionalData"] = {**signed, **merchant.cards.get(link["id"], {})}
        body = json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}).encode()

        async def attempt() -> bool:
            headers = {"Content-Type": "application/json"}
            async with self._session.post(merchant.webhook_url, data=body, headers=headers) as answer:
                return 200 <= answer.status < 300 and (await answer.text()).startswith("[accepted]")

        self._courier.send(Parcel(f"adyen {kind} {link['id']}", attempt, *manner))


def _told_of(merchant: str, card: str, holder: str) -> dict[str, str]:
    """Of the card a payment was made, or tried, with."""
    month, year = EXPIRES
    return {
        "alias": mark(merchant, card),
        "cardSummary": card[-4:],
        "cardBin": card[:6],
        "expiryDate": f"{month:02}/{year}",
        "cardHolderName": holder,
        "cardIssuingCountry": country(card),
    }


def signature(key_hex: str, item: dict[str, Any]) -> str:
    """`hmacSignature` of an item."""
    amount = item.get("amount", {})
    parts = [item.get(name, "") for name in ("pspReference", "originalReference", "merchantAccountCode")]
    parts += [item.get("merchantReference", ""), str(amount.get("value", "")), amount.get("currency", "")]
    parts += [item.get("eventCode", ""), item.get("success", "")]
    digest = hmac.new(bytes.fromhex(key_hex), ":".join(parts).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _error(status: int, code: str, message: str, kind: str) -> web.Response:
    return web.json_response(_error_body(status, code, message, kind), status=status)


def _error_body(status: int, code: str, message: str, kind: str) -> dict[str, Any]:
    return {"status": status, "errorCode": code, "message": message, "errorType": kind}
