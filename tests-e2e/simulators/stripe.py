"""A card provider that speaks Stripe's protocol: PaymentIntents, idempotency keys, signed webhooks.

A player's browser pays at `POST /stripe/pay/{client_secret}` with one of Stripe's published test cards.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from simulators.chaos import Chaos
from simulators.courier import LATER, ONCE, Courier, Manner, Parcel
from simulators.settlements import Book, share
from simulators.stripe_disputes import Disputes, form_of
from simulators.stripe_words import charge_of, error, error_body, method_of, signature

GOOD_CARD = "4242424242424242"
DECLINED = {"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds"}
ASKS_FIRST = "4000002500003155"
"""A card whose bank wants to see its owner (3-D Secure); `POST /stripe/confirm/{client_secret}` is the owner."""

FEE_BPS, FEE_MINOR, DISPUTE_FEE_MINOR = 140, 25, 15_00
DISPUTED = {"funds_withdrawn": ("dispute", -1, DISPUTE_FEE_MINOR), "funds_reinstated": ("dispute_reversal", 1, 0)}
"""What moves money in a dispute: how the report calls it, which way it goes, what is kept for it."""


SOFT_DECLINED = "4000002760003184"
"""A card whose bank says no unless its owner is asked: what Stripe's test card for it does off session."""


@dataclass
class Account:
    """One casino's account."""

    name: str
    webhook_url: str
    api_key: str = field(default_factory=lambda: f"sk_test_{secrets.token_hex(16)}")
    webhook_secret: str = field(default_factory=lambda: f"whsec_{secrets.token_hex(16)}")
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: Disputes = field(default_factory=Disputes)
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)
    remembered: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    book: Book = field(default_factory=Book)

    def note(self, kind: str, intent: dict[str, Any], amount_minor: int, fee_minor: int = 0) -> None:
        """Money of an intent moved."""
        reference = intent["metadata"].get("order_id", "")
        self.book.note(kind, intent["id"], reference, amount_minor, fee_minor, intent["currency"])


class Stripe:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, chaos: Chaos) -> None:
        self.accounts: dict[str, Account] = {}
        self._session = session
        self._courier = courier
        self.chaos = chaos

    def sign_up(self, name: str, webhook_url: str) -> Account:
        """A new merchant."""
        account = self.accounts[name] = Account(name, webhook_url)
        return account

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/stripe/v1/payment_intents", self.create),
            web.get("/stripe/v1/payment_intents/search", self.search),
            web.get("/stripe/v1/payment_intents/{intent}", self.retrieve),
            web.post("/stripe/v1/payment_intents/{intent}", self.update),
            web.post("/stripe/v1/payment_intents/{intent}/cancel", self.cancel),
            web.post("/stripe/v1/refunds", self.refund),
            web.get("/stripe/v1/refunds", self.refunds),
            web.get("/stripe/v1/refunds/{refund}", self.retrieve_refund),
            web.post("/stripe/v1/files", self.upload),
            web.get("/stripe/v1/disputes/{dispute}", self.retrieve_dispute),
            web.post("/stripe/v1/disputes/{dispute}", self.submit),
            web.post("/stripe/v1/disputes/{dispute}/close", self.close_dispute),
            web.post("/stripe/pay/{secret}", self.pay),
            web.post("/stripe/fail_refund/{refund}", self.fail_refund),
            web.post("/stripe/dispute/{secret}", self.dispute),
            web.post("/stripe/confirm/{secret}", self.confirm),
        ]

    # -- what the operator calls -----------------------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.Response:
        """POST /v1/payment_intents, form-encoded."""
        account = self._account(request)
        if account is None:
            return error(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided.")
        return await self._once(account, request, lambda form: self._created(account, form))

    async def cancel(self, request: web.Request) -> web.Response:
        """POST /v1/payment_intents/{id}/cancel: possible until it is decided."""
        account = self._account(request)
        intent = account.intents.get(request.match_info["intent"]) if account else None
        if account is None or intent is None:
            return error(404, "invalid_request_error", "resource_missing", "No such payment_intent.")
        return await self._once(account, request, lambda form: self._canceled(account, intent, form))

    async def update(self, request: web.Request) -> web.Response:
        """POST /v1/payment_intents/{id}: how the card is asked about is changed, and the error before is forgotten."""
        account = self._account(request)
        intent = account.intents.get(request.match_info["intent"]) if account else None
        if account is None or intent is None:
            return error(404, "invalid_request_error", "resource_missing", "No such payment_intent.")
        return await self._once(account, request, lambda form: self._updated(intent, form))

    def _updated(self, intent: dict[str, Any], form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if intent["status"] in ("succeeded", "canceled", "processing"):
            body = error_body("invalid_request_error", "payment_intent_unexpected_state", "It is decided already.")
            body["error"]["payment_intent"] = dict(intent)
            return 400, body
        intent |= {"last_payment_error": None, "payment_method_options": _options(form)}
        return 200, dict(intent)

    async def _once(
        self, account: Account, request: web.Request, act: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
    ) -> web.Response:
        """The same key with the same parameters is answered as the first time, and does nothing."""
        form = await form_of(request)
        key = request.headers.get("Idempotency-Key", "")
        facts = json.dumps([request.path, form], sort_keys=True, default=bytes.hex)
        if key in account.remembered:
            earlier, status, body = account.remembered[key]
            if earlier != facts:
                return error(400, "idempotency_error", None, "Keys can only be used with the same parameters.")
            return web.json_response(body, status=status, headers={"Idempotent-Replayed": "true"})
        status, body = act(form)
        if key:
            account.remembered[key] = (facts, status, body)
        return web.json_response(body, status=status)

    def _canceled(self, account: Account, intent: dict[str, Any], form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if intent["status"] in ("succeeded", "canceled", "processing"):
            body = error_body("invalid_request_error", "payment_intent_unexpected_state", "It is decided already.")
            body["error"]["payment_intent"] = dict(intent)
            return 400, body
        intent.update(status="canceled", cancellation_reason=form.get("cancellation_reason"), next_action=None)
        self._tell(account, "payment_intent.canceled", intent)
        return 200, dict(intent)

    def _created(self, account: Account, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        amount, currency = form.get("amount", ""), form.get("currency", "")
        if not amount.isdigit() or int(amount) <= 0 or len(currency) != 3 or currency != currency.lower():
            return 400, error_body("invalid_request_error", "parameter_invalid_integer", "Invalid amount or currency.")
        intent_id = f"pi_{secrets.token_hex(12)}"
        metadata = {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}
        intent = {
            "id": intent_id,
            "object": "payment_intent",
            "amount": int(amount),
            "amount_received": 0,
            "currency": currency,
            "status": "requires_payment_method",
            "client_secret": f"{intent_id}_secret_{secrets.token_hex(8)}",
            "last_payment_error": None,
            "next_action": None,
            "cancellation_reason": None,
            "metadata": metadata,
            "payment_method_options": _options(form),
            "created": int(time.time()),
        }
        account.intents[intent_id] = intent
        self._tell(account, "payment_intent.created", intent)
        return 200, dict(intent)

    async def refund(self, request: web.Request) -> web.Response:
        """POST /v1/refunds: as much of a payment as is left."""
        account = self._account(request)
        if account is None:
            return error(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided.")
        return await self._once(account, request, lambda form: self._refunded(account, form))

    def _refunded(self, account: Account, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        intent = account.intents.get(form.get("payment_intent", ""))
        if intent is None or intent["status"] != "succeeded":
            return 404, error_body("invalid_request_error", "resource_missing", "No such payment_intent.")
        amount, of = int(form["amount"]), (one for one in account.refunds.values() if one["status"] != "failed")
        before = sum(one["amount"] for one in of if one["payment_intent"] == intent["id"])
        if before + amount > intent["amount_received"]:
            return 400, error_body("invalid_request_error", "charge_already_refunded", "Too much.")
        refund = {
            "id": f"re_{secrets.token_hex(12)}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "reason": form.get("reason"),
            "status": "succeeded",
            "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
        }
        account.refunds[refund["id"]] = refund
        account.note("refund", intent, -amount)
        self._tell(account, "refund.created", refund)
        return 200, dict(refund)

    async def refunds(self, request: web.Request) -> web.Response:
        """GET /v1/refunds?payment_intent=...."""
        account, wanted = self._account(request), request.query.get("payment_intent")
        found = [one for one in account.refunds.values() if one["payment_intent"] == wanted] if account else []
        return web.json_response({"object": "list", "data": found, "has_more": False})

    async def retrieve_refund(self, request: web.Request) -> web.Response:
        """GET /v1/refunds/{id}."""
        account = self._account(request)
        refund = account.refunds.get(request.match_info["refund"]) if account else None
        if refund is None:
            return error(404, "invalid_request_error", "resource_missing", "No such refund.")
        return web.json_response(refund)

    async def upload(self, request: web.Request) -> web.Response:
        """POST /v1/files, in parts."""
        account = self._account(request)
        if account is None:
            return error(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided.")
        return await self._once(account, request, account.disputes.upload)

    async def retrieve_dispute(self, request: web.Request) -> web.Response:
        """GET /v1/disputes/{id}."""
        return web.json_response(self._own_dispute(request)[1])

    async def submit(self, request: web.Request) -> web.Response:
        """POST /v1/disputes/{id}: its evidence."""
        account, dispute = self._own_dispute(request)
        return await self._answered(request, "updated", lambda form: account.disputes.submit(dispute, form))

    async def close_dispute(self, request: web.Request) -> web.Response:
        """POST /v1/disputes/{id}/close."""
        account, dispute = self._own_dispute(request)
        return await self._answered(request, "closed", lambda _: account.disputes.close(dispute))

    async def _answered(
        self, request: web.Request, kind: str, act: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
    ) -> web.Response:
        """An answer to a dispute. Where it changes something, that is told."""
        account, dispute = self._own_dispute(request)
        before = dispute["status"]
        answer = await self._once(account, request, act)
        if dispute["status"] != before:
            self._tell(account, f"charge.dispute.{kind}", dispute)
        return answer

    def _own_dispute(self, request: web.Request) -> tuple[Account, dict[str, Any]]:
        account = self._account(request)
        dispute = account.disputes.all.get(request.match_info["dispute"]) if account else None
        if account is None or dispute is None:
            raise web.HTTPNotFound(text="{}", content_type="application/json")
        return account, dispute

    async def retrieve(self, request: web.Request) -> web.Response:
        """GET /v1/payment_intents/{id}."""
        account = self._account(request)
        intent = account.intents.get(request.match_info["intent"]) if account else None
        if intent is None:
            return error(404, "invalid_request_error", "resource_missing", "No such payment_intent.")
        return web.json_response(intent)

    async def search(self, request: web.Request) -> web.Response:
        """GET /v1/payment_intents/search?query=metadata['order_id']:'...'."""
        account = self._account(request)
        if account is None:
            return error(401, "invalid_request_error", "api_key_invalid", "Invalid API Key provided.")
        name, _, value = request.query["query"].partition(":")
        name, value = name.removeprefix("metadata['").removesuffix("']"), value.strip("'")
        found = [intent for intent in account.intents.values() if intent["metadata"].get(name) == value]
        return web.json_response({"object": "search_result", "data": found, "has_more": False})

    def _account(self, request: web.Request) -> Account | None:
        given = request.headers.get("Authorization", "")
        return next((one for one in self.accounts.values() if given == f"Bearer {one.api_key}"), None)

    # -- what the player's browser calls ---------------------------------------------------------------------------

    async def pay(self, request: web.Request) -> web.Response:
        """Pay with a card: `{"card": ..., "holder": ..., "webhook_copies": 1, "webhook_delay_s": 0}`."""
        account, intent = self._by_secret(request.match_info["secret"])
        if intent["status"] in ("succeeded", "canceled"):
            return error(400, "invalid_request_error", "payment_intent_unexpected_state", "It is decided already.")
        wish = await request.json()
        manner = Manner(int(wish.get("webhook_copies", 1)), float(wish.get("webhook_delay_s", 0)))
        card, tried = str(wish["card"]), {}
        if "holder" in wish:
            tried = account.methods[intent["id"]] = method_of(account.name, card, str(wish["holder"]))
        authenticated = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
        code = DECLINED.get(card) or (
            "authentication_required" if card == SOFT_DECLINED and not authenticated else None
        )
        if code is not None:
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {"type": "card_error", "code": "card_declined", "decline_code": code}
            intent["last_payment_error"] |= {"payment_method": tried} if tried else {}
            self._tell(account, "payment_intent.payment_failed", intent, manner)
        elif card == ASKS_FIRST or authenticated:
            intent["status"] = "requires_action"
            url = f"{request.scheme}://{request.host}/stripe/confirm/{intent['client_secret']}"
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"url": url}}
            self._tell(account, "payment_intent.requires_action", intent, manner)
        else:
            self._succeed(account, intent, manner)
        return web.json_response({"status": intent["status"]})

    async def confirm(self, request: web.Request) -> web.Response:
        """The owner of the card says yes to his bank."""
        account, intent = self._by_secret(request.match_info["secret"])
        if intent["status"] == "requires_action":
            self._succeed(account, intent)
        return web.json_response({"status": intent["status"]})

    async def fail_refund(self, request: web.Request) -> web.Response:
        """The card's bank does not take the refunded money: it comes back."""
        for account in self.accounts.values():
            refund = account.refunds.get(request.match_info["refund"])
            if refund is not None:
                refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
                account.note("refund_failure", account.intents[refund["payment_intent"]], refund["amount"])
                self._tell(account, "refund.failed", refund)
                return web.json_response(refund)
        raise web.HTTPNotFound

    async def dispute(self, request: web.Request) -> web.Response:
        """The payer's bank acts: `{"kinds": ["created", "funds_withdrawn"], "status": "needs_response"}`."""
        account, intent = self._by_secret(request.match_info["secret"])
        wish = await request.json()
        amount, currency = intent["amount"], intent["currency"]
        taken = {"id": f"txn_{intent['id']}", "amount": -amount, "fee": DISPUTE_FEE_MINOR, "currency": currency}
        dispute = {
            "id": f"dp_{intent['id']}",
            "object": "dispute",
            "amount": intent["amount_received"],
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "reason": "fraudulent",
            "status": str(wish["status"]),
            "evidence_details": {"due_by": int(time.time()) + 10 * 86_400, "submission_count": 0},
            "balance_transactions": [taken] if wish["status"] != "warning_needs_response" else [],
            "metadata": {},
        }
        known = account.disputes.all.setdefault(dispute["id"], dispute)
        known |= {"status": dispute["status"], "balance_transactions": dispute["balance_transactions"]}
        for kind in wish["kinds"]:
            if kind in DISPUTED:
                name, sign, fee_minor = DISPUTED[kind]
                account.note(name, intent, sign * amount, fee_minor)
            if kind == "funds_reinstated":
                known["balance_transactions"] = [taken, {**taken, "amount": known["amount"], "fee": 0}]
            self._tell(account, f"charge.dispute.{kind}", known, Manner(int(wish.get("copies", 1))))
        return web.json_response(dispute)

    def _succeed(self, account: Account, intent: dict[str, Any], manner: Manner = ONCE) -> None:
        taken = self.chaos.captured(intent["amount"])
        intent["currency"] = self.chaos.paid_in(intent["currency"])
        intent.update(status="succeeded", amount_received=taken, next_action=None, last_payment_error=None)
        account.note("charge", intent, taken, share(taken, FEE_BPS, FEE_MINOR))
        self._tell(account, "payment_intent.succeeded", intent, manner)
        if intent["id"] in account.methods:
            self._tell(account, "charge.succeeded", charge_of(intent, account.methods[intent["id"]]))
        if self.chaos.strikes("contradictions"):
            failed = {**intent, "status": "requires_payment_method", "amount_received": 0}
            self._tell(account, "payment_intent.payment_failed", failed, LATER)

    def _by_secret(self, secret: str) -> tuple[Account, dict[str, Any]]:
        for account in self.accounts.values():
            for intent in account.intents.values():
                if intent["client_secret"] == secret:
                    return account, intent
        raise web.HTTPNotFound

    # -- webhooks --------------------------------------------------------------------------------------------------

    def _tell(self, account: Account, kind: str, intent: dict[str, Any], manner: Manner = ONCE) -> None:
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "type": kind,
            "created": int(self.chaos.now()),
            "data": {"object": dict(intent)},
        }
        body = json.dumps(event).encode()

        async def attempt() -> bool:
            header = signature(account.webhook_secret, body, int(self.chaos.now()))  # Each delivery is signed anew.
            headers = {"Stripe-Signature": header, "Content-Type": "application/json"}
            async with self._session.post(account.webhook_url, data=body, headers=headers) as answer:
                return 200 <= answer.status < 300

        self._courier.send(Parcel(f"stripe {kind} {intent['id']}", attempt, *manner))


def _options(form: dict[str, str]) -> dict[str, Any]:
    wanted = form.get("payment_method_options[card][request_three_d_secure]", "automatic")
    return {"card": {"request_three_d_secure": wanted}}
