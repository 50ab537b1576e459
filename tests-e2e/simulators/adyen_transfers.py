"""A provider that speaks the protocol of Adyen's Transfers API: idempotency keys, statuses, webhooks signed as a whole.

What the bank does with a transfer, `POST /adyen_transfers/transfers/{id}/{status}` says: `booked`, `failed` and so on.
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

PRIORITIES = ("regular", "fast", "wire", "instant", "crossBorder", "internal")
REASONS = {"failed": "counterpartyAccountNotFound", "refused": "notEnoughBalance"}


@dataclass
class Platform:
    """One casino's balance account, and what left it."""

    account: str
    webhook_url: str
    api_key: str = field(default_factory=lambda: f"AQE{secrets.token_urlsafe(24)}")
    hmac_key: str = field(default_factory=lambda: secrets.token_hex(32).upper())
    balance: int = 1_000_000_00
    transfers: dict[str, dict[str, Any]] = field(default_factory=dict)
    remembered: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def contract(self, base_url: str) -> dict[str, Any]:
        """What the casino has to configure."""
        return {
            "settings": {"base_url": base_url, "balance_account": self.account},
            "secrets": {"api_key": self.api_key, "hmac_key": self.hmac_key},
        }


class AdyenTransfers:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier) -> None:
        self.platforms: dict[str, Platform] = {}
        self._session = session
        self._courier = courier

    def sign_up(self, casino: str, webhook_url: str) -> Platform:
        """A new balance account."""
        account = f"BA{secrets.token_hex(12).upper()}"
        platform = self.platforms[casino] = Platform(account, webhook_url)
        return platform

    def booked(self, casino: str) -> list[dict[str, Any]]:
        """What it has in its books for a casino."""
        platform = self.platforms.get(casino)
        return list(platform.transfers.values()) if platform else []

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/adyen_transfers/btl/v4/transfers", self.order),
            web.get("/adyen_transfers/btl/v4/transfers/{transfer}", self.retrieve),
            web.post("/adyen_transfers/transfers/{transfer}/{status}", self.move),
            web.put("/adyen_transfers/transfers/{transfer}/reference", self.rename),
            web.get("/adyen_transfers/bcl/v2/balanceAccounts/{account}", self.balance_account),
            web.put("/adyen_transfers/balance/{casino}", self.fund),
        ]

    async def order(self, request: web.Request) -> web.Response:
        """POST /btl/v4/transfers. The same key is answered as the first time, whatever the body."""
        platform = self._platform(request)
        if platform is None:
            return web.json_response(_problem(401, "00_401", "Unauthorized"), status=401)
        if self._courier.chaos().strikes("refusals"):
            return web.json_response(_problem(422, "30_081", "Not now"), status=422)
        key = request.headers.get("Idempotency-Key", "")
        if key not in platform.remembered:
            platform.remembered[key] = self._ordered(platform, await request.json())
        status, body = platform.remembered[key]
        return web.json_response(body, status=status, headers={"Idempotency-Key": key})

    def _ordered(self, platform: Platform, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        mistake = _mistake(platform, wish)
        if mistake is not None:
            return 422, _problem(422, "30_081", mistake)
        number = secrets.token_hex(8).upper()
        enough = wish["amount"]["value"] <= platform.balance
        transfer = platform.transfers[number] = {
            "id": number,
            "status": "received" if enough else "refused",
            "reason": "approved" if enough else REASONS["refused"],
            "category": "bank",
            "type": "bankTransfer",
            "direction": "outgoing",
            "balanceAccount": {"id": platform.account},
            "amount": wish["amount"],
            "counterparty": wish["counterparty"],
            "reference": wish["reference"],
            "description": wish.get("description", ""),
            "creationDate": datetime.now(UTC).isoformat(timespec="seconds"),
            "sequenceNumber": 1,
        }
        answered = {name: value for name, value in transfer.items() if name != "sequenceNumber"}
        self._tell(platform, transfer, "created", 1)
        if enough:
            platform.balance -= wish["amount"]["value"]
            transfer |= {"status": "authorised", "sequenceNumber": 2}
            self._tell(platform, transfer, "updated", 1)
        return 202, answered

    async def retrieve(self, request: web.Request) -> web.Response:
        """GET /btl/v4/transfers/{id}."""
        platform = self._platform(request)
        transfer = platform.transfers.get(request.match_info["transfer"]) if platform else None
        if transfer is None:
            return web.json_response(_problem(404, "30_112", "Not found"), status=404)
        return web.json_response(transfer)

    async def balance_account(self, request: web.Request) -> web.Response:
        """GET /bcl/v2/balanceAccounts/{id}. It holds euros."""
        platform = self._platform(request)
        if platform is None or platform.account != request.match_info["account"]:
            return web.json_response(_problem(403, "30_005", "Not allowed"), status=403)
        held = {"available": platform.balance, "balance": platform.balance, "currency": "EUR", "pending": 0}
        told = {"id": platform.account, "status": "active", "defaultCurrencyCode": "EUR"}
        return web.json_response({**told, "balances": [{**held, "reserved": 0}]})

    async def move(self, request: web.Request) -> web.Response:
        """The bank does something with a transfer: `{"webhook_copies": 1}`."""
        platform, transfer = self._any(request)
        status = request.match_info["status"]
        if status in ("failed", "returned"):
            platform.balance += transfer["amount"]["value"]
        reason = REASONS.get(status, "approved")
        transfer |= {"status": status, "reason": reason, "sequenceNumber": transfer["sequenceNumber"] + 1}
        wish = await request.json() if request.can_read_body else {}
        self._tell(platform, transfer, "updated", int(wish.get("webhook_copies", 1)))
        return web.json_response(transfer)

    async def rename(self, request: web.Request) -> web.Response:
        """Somebody else's transfer, as it were: `{"reference": "salaries"}`."""
        _, transfer = self._any(request)
        transfer["reference"] = (await request.json())["reference"]
        return web.json_response(transfer)

    async def fund(self, request: web.Request) -> web.Response:
        """The balance account holds as much as is said: `{"minor": 0}`."""
        platform = self.platforms[request.match_info["casino"]]
        platform.balance = int((await request.json())["minor"])
        return web.json_response(platform.balance)

    def _any(self, request: web.Request) -> tuple[Platform, dict[str, Any]]:
        number = request.match_info["transfer"]
        for platform in self.platforms.values():
            if number in platform.transfers:
                return platform, platform.transfers[number]
        raise web.HTTPNotFound

    def _platform(self, request: web.Request) -> Platform | None:
        given = request.headers.get("X-API-Key", "")
        return next((one for one in self.platforms.values() if given == one.api_key), None)

    def _tell(self, platform: Platform, transfer: dict[str, Any], what: str, copies: int) -> None:
        event = {"type": f"balancePlatform.transfer.{what}", "environment": "test", "data": transfer}
        body = json.dumps(event).encode()

        async def attempt() -> bool:
            headers = {"Content-Type": "application/json", "HmacSignature": signature(platform.hmac_key, body)}
            async with self._session.post(platform.webhook_url, data=body, headers=headers) as answer:
                return 200 <= answer.status < 300 and (await answer.text()).startswith("[accepted]")

        self._courier.send(Parcel(f"adyen_transfers {transfer['status']} {transfer['id']}", attempt, copies))


def signature(key_hex: str, body: bytes) -> str:
    """`HmacSignature` of a webhook."""
    return base64.b64encode(hmac.new(bytes.fromhex(key_hex), body, hashlib.sha256).digest()).decode()


def _mistake(platform: Platform, wish: dict[str, Any]) -> str | None:
    """What is wrong with an order, if anything."""
    bank = wish.get("counterparty", {}).get("bankAccount", {})
    identified = bank.get("accountIdentification", {})
    value = wish.get("amount", {}).get("value")
    wrong = {
        "balanceAccountId": wish.get("balanceAccountId") != platform.account,
        "category": wish.get("category") != "bank",
        "priority": wish.get("priority") not in PRIORITIES,
        "amount": type(value) is not int or value <= 0,
        "fullName": not bank.get("accountHolder", {}).get("fullName"),
        "iban": identified.get("type") != "iban" or not _is_iban(str(identified.get("iban"))),
        "reference": not 0 < len(str(wish.get("reference", ""))) <= 80,
    }
    return next((name for name, is_wrong in wrong.items() if is_wrong), None)


def _is_iban(text: str) -> bool:
    """ISO 13616: the rest by 97 is 1."""
    turned = "".join(str(int(one, 36)) for one in text[4:] + text[:4] if one.isalnum() and one.isascii())
    return len(text) > 4 and turned.isdecimal() and int(turned) % 97 == 1


def _problem(status: int, code: str, detail: str) -> dict[str, Any]:
    return {"type": "https://docs.adyen.com/errors", "title": "Invalid", "status": status, "detail": detail,
            "requestId": secrets.token_hex(8), "errorCode": code}  # fmt: skip
