"""A bank provider that speaks Trustly's protocol: JSON-RPC 1.1, every message signed with RSA.

Accounts whose id begins with `closed-` cannot be paid: the payout is taken and fails later. Players from the country
`XX` cannot pay in. What a player does on the page of his deposit, and what his bank does later, is said to
`/trustly/pay/...`; that a refund comes back, to `/trustly/refund_back/...`. What it holds of a casino's money it tells
when it is asked; `PUT /trustly/balance/{username}` sends it more, or takes some away.
"""

import base64
import json
import logging
import secrets
import uuid as uuids
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from simulators.courier import Courier, Parcel
from simulators.keys import KeyPair
from simulators.settlements import Book

log = logging.getLogger(__name__)

RS256 = "alg=RS256;"
CLOSED = "closed-"
DEPOSIT, REFUND, BALANCE = "Deposit", "Refund", "Balance"
PAYOUTS = ("AccountPayout", "RegisterAccountPayout")
SENT_AHEAD = Decimal(1_000_000)
"""What each casino has there to begin with, in each of these currencies."""
CURRENCIES = ("DKK", "EUR", "GBP", "NOK", "SEK")
NOWHERE = "XX"
PAGE = ("pending", "credit", "debit", "cancel", "payoutconfirmation")
"""What can become of a deposit, in any order: banks are not orderly."""


class Executed(NamedTuple):
    """A payout that was carried out, or could not be.

    Attributes:
        message_id: what the operator calls it.
        amount: in the currency's main unit, as it was ordered.
    """

    order_id: str
    message_id: str
    end_user_id: str
    amount: str
    currency: str
    paid: bool


@dataclass
class Merchant:
    """One casino's account; `keys` are the operator's, `own` are the provider's."""

    username: str
    keys: KeyPair
    own: KeyPair
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    answers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    executed: list[Executed] = field(default_factory=list)
    deposits: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    distrusted_answers: int = 0
    holds: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(CURRENCIES, SENT_AHEAD))
    book: Book = field(default_factory=Book)

    def moves(self, amount: str, currency: str, sign: int) -> None:
        """Money of the casino comes in, or leaves."""
        self.holds[currency] = self.holds.get(currency, Decimal()) + sign * Decimal(amount)

    def told(self) -> list[dict[str, Any]]:
        """What left the bank, and what could not, in the order in which it happened."""
        return [one._asdict() for one in self.executed]


class Trustly:
    """The provider. `ingress` turns the public address of a notification into the one that answers here."""

    def __init__(
        self, session: aiohttp.ClientSession, courier: Courier, ingress: dict[str, str], own_url: str = ""
    ) -> None:
        self.merchants: dict[str, Merchant] = {}
        self.confirm_after_s = 0.3
        self._session = session
        self._courier = courier
        self._ingress = ingress
        self._own_url = own_url

    def sign_up(self, username: str, keys: KeyPair, own: KeyPair) -> Merchant:
        """A new merchant."""
        merchant = self.merchants[username] = Merchant(username, keys, own)
        return merchant

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/trustly/api/1", self.call),
            web.post("/trustly/pay/{username}/{order_id}", self.pay),
            web.post("/trustly/refund_back/{username}/{number}", self.refund_back),
            web.put("/trustly/balance/{username}", self.fund),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """One JSON-RPC call."""
        try:
            message = json.loads(await request.read(), parse_float=str, parse_int=str)
            method, params = message["method"], message["params"]
            uuid, data, given = params["UUID"], params["Data"], params["Signature"]
            merchant = self.merchants.get(data["Username"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"version": "1.1", "error": {"message": "ERROR_MALFORMED"}}, status=400)
        if merchant is None or data.get("Password") != merchant.password:
            return web.json_response({"version": "1.1", "error": {"message": "ERROR_INVALID_CREDENTIALS"}}, status=401)
        if not verified(merchant.keys.public, given, method, uuid, data):
            return web.json_response(_failure(merchant, method, uuid, "ERROR_INVALID_SIGNATURE"))
        return web.json_response(self._answer(merchant, method, uuid, data))

    async def pay(self, request: web.Request) -> web.Response:
        """What becomes of a deposit: `outcome` is a notification's name; `amount` and `webhook_copies` as one likes.

        `account`, its `accountid` and what is known of it, is told beside what becomes of the deposit.
        """
        merchant = self.merchants.get(request.match_info["username"])
        order = merchant.deposits.get(request.match_info["order_id"]) if merchant else None
        wanted = await request.json()
        outcome = wanted.get("outcome", "credit")
        if merchant is None or order is None or outcome not in PAGE:
            return web.json_response({"error": "no such order, or nothing that can become of one"}, status=404)
        order["told"].append(outcome)
        if "account" in wanted:
            self._notify(merchant, order, order["orderid"], "account", dict(wanted["account"]))
        chaos = self._courier.chaos()
        amount, currency = wanted.get("amount", chaos.captured_of(order["Amount"])), chaos.paid_in(order["Currency"])
        told = {**order, "Amount": amount, "Currency": currency}
        if outcome in ("credit", "debit"):
            merchant.moves(told["Amount"], currency, 1 if outcome == "credit" else -1)
        self._notify(merchant, told, order["orderid"], outcome, {}, copies=int(wanted.get("webhook_copies", 1)))
        if outcome == "credit" and chaos.strikes("contradictions"):
            self._notify(merchant, told, order["orderid"], "cancel", {})
        return web.json_response({"orderid": order["orderid"], "told": order["told"]})

    async def fund(self, request: web.Request) -> web.Response:
        """It holds so much from now on: `{"currency": "EUR", "amount": "0.00"}`."""
        merchant, wanted = self.merchants[request.match_info["username"]], await request.json()
        merchant.holds[wanted["currency"]] = Decimal(wanted["amount"])
        return web.json_response(_held(merchant))

    async def refund_back(self, request: web.Request) -> web.Response:
        """The bank could not take a refund: `webhook_copies` as one likes, `explained`: why is told as well."""
        merchant = self.merchants[request.match_info["username"]]
        made, wanted = merchant.refunds[int(request.match_info["number"])], await request.json()
        told = {**merchant.deposits[made["orderid"]], "Amount": made["amount"]}
        if wanted.get("explained"):
            self._notify(merchant, told, made["orderid"], "payoutfailed", {"errorcode": "account_closed"})
        self._notify(merchant, told, made["orderid"], "credit", {}, copies=int(wanted.get("webhook_copies", 1)))
        return web.json_response(made)

    def _answer(self, merchant: Merchant, method: str, uuid: str, data: dict[str, Any]) -> dict[str, Any]:
        if method in PAYOUTS and self._courier.chaos().strikes("refusals"):
            return _failure(merchant, method, uuid, "ERROR_HOST_ACCESS_DENIED")
        facts = method + serialize(data)
        if uuid in merchant.answers:
            earlier, answer = merchant.answers[uuid]
            return answer if earlier == facts else _failure(merchant, method, uuid, "ERROR_DUPLICATE_UUID")
        problem = _problem(merchant, method, data)
        if problem:
            answer = _failure(merchant, method, uuid, problem)
        elif method == BALANCE:
            answer = _result(merchant, method, uuid, _held(merchant))
        elif method == DEPOSIT:
            answer = _result(merchant, method, uuid, self._begin(merchant, data))
        elif method == REFUND:
            answer = _result(merchant, method, uuid, self._give_back(merchant, data))
        else:
            order_id = str(secrets.randbelow(9 * 10**9) + 10**9)
            merchant.orders[data["MessageID"]] = {"orderid": order_id, **data}
            answer = _result(merchant, method, uuid, {"orderid": order_id, "result": "1"})
            self._conclude(merchant, data, order_id)
        merchant.answers[uuid] = (facts, answer)
        return answer

    def _begin(self, merchant: Merchant, data: dict[str, Any]) -> dict[str, Any]:
        order_id = str(secrets.randbelow(9 * 10**9) + 10**9)
        attributes = data["Attributes"]
        money = {"Amount": attributes["Amount"], "Currency": attributes["Currency"]}
        merchant.deposits[order_id] = {"orderid": order_id, "told": [], **data, **money}
        return {"orderid": order_id, "url": f"{self._own_url}/trustly/pay/{merchant.username}/{order_id}"}

    def _give_back(self, merchant: Merchant, data: dict[str, Any]) -> dict[str, Any]:
        """To the account that paid; told by the deposit's order, at the address that came with it."""
        order = merchant.deposits[data["OrderID"]]
        merchant.refunds.append({"orderid": data["OrderID"], "amount": data["Amount"], "number": len(merchant.refunds)})
        out_minor = -int(Decimal(data["Amount"]) * 100)
        merchant.book.note("Refund", order["orderid"], order["MessageID"], out_minor, 0, data["Currency"])
        merchant.moves(data["Amount"], data["Currency"], -1)
        told = {**order, "Amount": data["Amount"]}
        self._notify(merchant, told, order["orderid"], "payoutconfirmation", {})
        return {"orderid": data["OrderID"], "result": "1"}

    def _conclude(self, merchant: Merchant, data: dict[str, Any], order_id: str) -> None:
        paid = not str(data.get("AccountID", "")).startswith(CLOSED)
        facts = (data["MessageID"], data["EndUserID"], data["Amount"], data["Currency"])
        merchant.executed.append(Executed(order_id, *facts, paid=paid))
        if paid:
            merchant.moves(data["Amount"], data["Currency"], -1)
            out_minor = -int(Decimal(data["Amount"]) * 100)
            merchant.book.note("AccountPayout", order_id, data["MessageID"], out_minor, 0, data["Currency"])
            self._notify(merchant, data, order_id, "payoutconfirmation", {})
        else:
            self._notify(merchant, data, order_id, "payoutfailed", {"errorcode": "account_closed"})

    def _notify(
        self,
        merchant: Merchant,
        order: dict[str, Any],
        order_id: str,
        method: str,
        more: dict[str, Any],
        copies: int = 1,
    ) -> None:
        uuid = str(uuids.uuid4())
        data = {
            "notificationid": str(secrets.randbelow(9 * 10**9) + 10**9),
            "messageid": order["MessageID"],
            "orderid": order_id,
            "enduserid": order["EndUserID"],
            "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}+00",
            "amount": order["Amount"],
            "currency": order["Currency"],
            **more,
        }
        params = {"signature": signed(merchant.own.private, method, uuid, data), "uuid": uuid, "data": data}
        body = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        url = self._inside(str(order["NotificationURL"]))

        async def attempt() -> bool:
            async with self._session.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
                return answer.status == 200 and self._trusts(merchant, method, uuid, await answer.read())

        self._courier.send(Parcel(f"trustly {method} {order_id}", attempt, copies, delay_s=self.confirm_after_s))

    def _trusts(self, merchant: Merchant, method: str, uuid: str, raw: bytes) -> bool:
        """Whether the operator's answer is its own, and OK."""
        try:
            result = json.loads(raw)["result"]
            status = result["data"]["status"]
        except (ValueError, KeyError, TypeError):
            log.warning("the operator's answer to %s is none: %s", method, raw[:200])
            return False
        genuine = (result["method"], result["uuid"]) == (method, uuid) and verified(
            merchant.keys.public, result["signature"], method, uuid, result["data"]
        )
        merchant.distrusted_answers += not genuine
        return genuine and status == "OK"

    def _inside(self, public_url: str) -> str:
        path = "/" + public_url.split("/", 3)[3]
        for prefix, base in self._ingress.items():
            if path.startswith(prefix):
                return base + path
        return public_url


def _problem(merchant: Merchant, method: str, data: dict[str, Any]) -> str | None:
    if method == BALANCE:
        return None
    if method not in (*PAYOUTS, DEPOSIT, REFUND):
        return "ERROR_UNKNOWN_METHOD"
    money = data.get("Attributes", {}) if method == DEPOSIT else data
    try:
        amount = Decimal(money["Amount"])
        if not isinstance(money["Amount"], str) or amount <= 0 or len(money["Currency"]) != 3:
            return "ERROR_INVALID_AMOUNT"
    except (InvalidOperation, KeyError):
        return "ERROR_INVALID_AMOUNT"
    if method == REFUND:
        return _no_refund(merchant, data, amount)
    if method == DEPOSIT and not all(money.get(name) for name in ("Firstname", "Lastname", "Email", "Locale")):
        return "ERROR_INVALID_PARAMETERS"
    if method == DEPOSIT and money.get("Country", NOWHERE) == NOWHERE:
        return "ERROR_INVALID_PARAMETERS"
    known = (one["MessageID"] for one in merchant.deposits.values())
    return "ERROR_DUPLICATE_MESSAGE_ID" if data["MessageID"] in (*merchant.orders, *known) else None


def _no_refund(merchant: Merchant, data: dict[str, Any], amount: Decimal) -> str | None:
    order = merchant.deposits.get(str(data.get("OrderID")))
    if order is None or "credit" not in order["told"] or order["Currency"] != data["Currency"]:
        return "ERROR_INVALID_ORDER_ID"
    given = sum((Decimal(one["amount"]) for one in merchant.refunds if one["orderid"] == data["OrderID"]), Decimal())
    return "ERROR_INVALID_AMOUNT" if given + amount > Decimal(order["Amount"]) else None


def _held(merchant: Merchant) -> list[dict[str, str]]:
    """With two decimals, all currencies it holds anything in."""
    return [{"currency": name, "balance": f"{amount:.2f}"} for name, amount in sorted(merchant.holds.items())]


def _result(merchant: Merchant, method: str, uuid: str, data: dict[str, Any] | list[dict[str, str]]) -> dict[str, Any]:
    signature = signed(merchant.own.private, method, uuid, data)
    return {"version": "1.1", "result": {"signature": signature, "uuid": uuid, "method": method, "data": data}}


def _failure(merchant: Merchant, method: str, uuid: str, message: str) -> dict[str, Any]:
    data = {"code": 620, "message": message}
    error = {
        "signature": signed(merchant.own.private, method, uuid, data),
        "uuid": uuid,
        "method": method,
        "data": data,
    }
    return {
        "version": "1.1",
        "error": {"name": "JSONRPCError", "code": 620, "message": message, "error": error},
    }


def serialize(value: Any) -> str:
    """Keys and values one after the other, keys in the order of their code points; null is nothing."""
    match value:
        case dict():
            return "".join(key + serialize(value[key]) for key in sorted(value))
        case list():
            return "".join(map(serialize, value))
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def signed(key: RSAPrivateKey, method: str, uuid: str, data: Any) -> str:
    """A signature in the newer form."""
    raw = key.sign((method + uuid + serialize(data)).encode(), PKCS1v15(), SHA256())
    return RS256 + base64.b64encode(raw).decode()


def verified(key: RSAPublicKey, signature: str, method: str, uuid: str, data: Any) -> bool:
    """Whether a message is the other side's."""
    try:
        raw = base64.b64decode(signature.removeprefix(RS256), validate=True)
        key.verify(raw, (method + uuid + serialize(data)).encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return signature.startswith(RS256)
