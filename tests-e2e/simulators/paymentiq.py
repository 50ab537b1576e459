"""A cashier that speaks PaymentIQ's protocol: it asks the casino who somebody is and whether money may move, and tells
what became of it. The proxy that signs its calls is in here as well.

What a player does in it is said to `/paymentiq/<casino>/pay`. A call whose answer is lost is made again, as it was.
What becomes of the casino's own orders to pay (`withdrawal/process`) is said before to `/paymentiq/<casino>/orders`.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import aiohttp
from aiohttp import web

from simulators.chaos import Chaos

PATIENCE = 20


@dataclass
class Operator:
    """One casino; `told` is each step of each transaction and how it was answered."""

    casino: str
    url: str
    merchant_id: str = field(default_factory=lambda: str(secrets.randbelow(9 * 10**8) + 10**8))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    told: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = "paid"

    def contract(self, url: str) -> dict[str, Any]:
        """What the operator has to configure; calls come from this machine."""
        return {
            "settings": {"base_url": url, "merchant_id": self.merchant_id, "allowed_networks": "127.0.0.0/8"},
            "secrets": {"signing_secret": self.secret},
        }


class PaymentIQ:
    """The cashier. `now`: its clock, in seconds; `chaos`: how its line to casinos behaves."""

    def __init__(self, session: aiohttp.ClientSession, chaos: Callable[[], Chaos]) -> None:
        self.operators: dict[str, Operator] = {}
        self._session, self._chaos = session, chaos
        self.now: Callable[[], float] = lambda: self._chaos().now()

    def sign_up(self, casino: str, url: str) -> Operator:
        """A new merchant, and where it is asked."""
        operator = self.operators[casino] = Operator(casino, url)
        return operator

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/paymentiq/paymentiq/api/{service}/withdrawal/process", self.process),
            web.post("/paymentiq/{casino}/pay", self.pay),
            web.post("/paymentiq/{casino}/orders", self.direct),
            web.post("/paymentiq/{casino}/{step}", self.once),
        ]

    async def direct(self, request: web.Request) -> web.Response:
        """What becomes of orders from now on: `paid`, `refused`, `silence` after the yes, or `unknown_account`."""
        operator = self.operators[request.match_info["casino"]]
        operator.outcome = (await request.json()).get("outcome", operator.outcome)
        return web.json_response({"outcome": operator.outcome, "orders": operator.orders})

    async def process(self, request: web.Request) -> web.Response:
        """POST /api/<service>/withdrawal/process: asks the casino about its own order, then pays it or does not."""
        wish = await request.json()
        operator = next(one for one in self.operators.values() if one.merchant_id == wish["merchantId"])
        if operator.outcome == "unknown_account" or self._chaos().strikes("refusals"):
            return web.json_response({"success": False, "errors": [{"key": "ACCOUNT_UNKNOWN", "msg": "No account."}]})
        user = {"userId": wish["userId"]}
        order = {"txId": secrets.token_hex(8), "amount": wish["amount"], "account": wish["accountId"], "steps": []}
        operator.orders.append(order)
        known = await self._ask(operator, "verifyuser", {**user, "sessionId": wish["sessionId"]})
        if not known.get("success"):
            return web.json_response({"success": False, "txId": order["txId"], "errors": []})
        details = {"accountId": wish["accountId"], "attributes": {**wish["attributes"], **known.get("attributes", {})}}
        movement = {**user, **movement_of({"amount": f"-{wish['amount']}", "tx_id": order["txId"]}), **details}
        allowed = await self._ask(operator, "authorize", movement)
        order["steps"].append(allowed)
        if not allowed.get("success"):
            return web.json_response({"success": False, "txId": order["txId"], "errors": []})
        movement["authCode"] = allowed["authCode"]
        if operator.outcome != "silence":
            paid = operator.outcome == "paid"
            end = {"txRefId": secrets.token_hex(6)} if paid else {"statusCode": "DECLINED_BY_PSP"}
            order["steps"].append(await self._ask(operator, "transfer" if paid else "cancel", {**movement, **end}))
        return web.json_response({"success": operator.outcome != "refused", "txId": order["txId"], "errors": []})

    async def pay(self, request: web.Request) -> web.Response:
        """A whole transaction: `amount`, below nothing for a withdrawal; `outcome` is the provider's, or `silence`."""
        operator, wanted = self.operators[request.match_info["casino"]], await request.json()
        user = {"userId": wanted["user_id"]}
        known = await self._ask(operator, "verifyuser", {**user, "sessionId": wanted["session_id"]})
        if not known.get("success"):
            return web.json_response({"verifyuser": known})
        movement = {**user, **movement_of(wanted)}
        allowed = await self._ask(operator, "authorize", {**movement, "maskedAccount": "s****@player.example"})
        steps = {"verifyuser": known, "authorize": allowed}
        if allowed.get("success"):
            movement["authCode"] = allowed["authCode"]
            paid = wanted.get("outcome", "paid") == "paid"
            step = "transfer" if paid else "cancel"
            end = {"txRefId": secrets.token_hex(6), "fee": 0.5} if paid else {"statusCode": "DECLINED_BY_PSP"}
            if wanted.get("outcome") != "silence":
                steps[step] = await self._ask(operator, step, {**movement, **end})
        return web.json_response({**steps, "txId": movement["txId"]})

    async def once(self, request: web.Request) -> web.Response:
        """One step by itself, whatever came before it."""
        operator, wanted = self.operators[request.match_info["casino"]], await request.json()
        body = {"userId": wanted["user_id"], **movement_of(wanted), **wanted.get("more", {})}
        return web.json_response(await self._ask(operator, request.match_info["step"], body))

    async def _ask(self, operator: Operator, step: str, body: dict[str, Any]) -> dict[str, Any]:
        raw = json.dumps(body).encode()
        answers = []
        for _ in range(PATIENCE):
            await self._chaos().dawdle()
            answers.append(await self._post(operator, step, raw))
            if not self._chaos().strikes("lost_answers") and not self._chaos().strikes("duplicates"):
                break
        operator.told.append({"step": step, "txId": body.get("txId"), "answers": answers})
        return dict(answers[-1])

    async def _post(self, operator: Operator, step: str, raw: bytes) -> dict[str, Any]:
        at = int(self.now())
        text = f"{at}.{operator.casino}.{step}.".encode() + raw
        signature = f"t={at},v1={hmac.new(operator.secret.encode(), text, hashlib.sha256).hexdigest()}"
        headers = {"Content-Type": "application/json", "X-Signature": signature}
        async with self._session.post(f"{operator.url}/{step}", data=raw, headers=headers) as answer:
            return {**json.loads(await answer.read()), "status": answer.status}


def movement_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """A transaction as each step names it."""
    amount = Decimal(str(wanted["amount"]))
    return {
        "txAmount": float(amount),
        "txAmountCy": wanted.get("currency", "EUR"),
        "txId": wanted.get("tx_id", secrets.token_hex(8)),
        "txTypeId": 101,
        "txName": "NetellerDeposit" if amount > 0 else "NetellerWithdrawal",
        "provider": "Neteller",
    }
