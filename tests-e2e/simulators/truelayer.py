"""A provider that speaks TrueLayer's protocol: access tokens, signed requests, payments, payouts, refunds, webhooks.

A player's bank pays at `POST /truelayer/pay/{payment}`, and `POST /truelayer/payouts/{payout}/{outcome}` is the bank
that executes a payout, fails it, or sends it back; `POST /truelayer/refunds/{refund}/{outcome}` the same of a refund.
`POST /truelayer/clients/{client}` changes what the provider thinks of a client: how long its tokens last, whether they
are forgotten, whether it may sign in at all.
"""

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from simulators.courier import Courier, Parcel
from simulators.jws import CurvePair, is_signed, make_curve_pair, signature

CURRENCIES = ("EUR", "GBP", "PLN")
PENDING, OVER = ("authorization_required", "authorizing"), ("settled", "failed")


@dataclass
class Client:
    """One casino. `remembered`: what was answered to a key, and what was sent with it."""

    id: str
    webhook_url: str
    key: EllipticCurvePublicKey
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    merchant_account: str = field(default_factory=lambda: str(uuid4()))
    tokens: dict[str, float] = field(default_factory=dict)
    lifetime_s: int = 3_600
    locked: bool = False
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent_ahead_minor: int = 1_000_000_00
    remembered: dict[str, tuple[bytes, int, dict[str, Any]]] = field(default_factory=dict)

    @property
    def available_minor(self) -> int:
        """Of the merchant account: what came in, less what leaves or shall leave."""
        came = sum(one["amount_in_minor"] for one in self.payments.values() if one["status"] == "settled")
        gone = [one for many in (self.payouts, self.refunds) for one in many.values() if one["status"] != "failed"]
        return int(self.sent_ahead_minor + came - sum(one["amount_in_minor"] for one in gone))

    def source_of(self, user: object) -> set[str]:
        """The accounts from which a user has paid."""
        settled = (one for one in self.payments.values() if one["status"] == "settled")
        return {one["payment_source"]["id"] for one in settled if one["user"]["id"] == user}


class TrueLayer:
    """The provider."""

    def __init__(self, session: aiohttp.ClientSession, courier: Courier, own_url: str) -> None:
        self.clients: dict[str, Client] = {}
        self.keys: CurvePair = make_curve_pair()
        self._session = session
        self._courier = courier
        self._own_url = own_url

    def sign_up(self, name: str, webhook_url: str) -> dict[str, Any]:
        """A new client: what the casino configures."""
        pair = make_curve_pair(f"key-of-{name}")
        client = self.clients[name] = Client(name, webhook_url, pair.private.public_key())
        at = f"{self._own_url}/truelayer"
        return {
            "settings": {
                "base_url": at,
                "auth_url": at,
                "client_id": client.id,
                "key_id": pair.key_id,
                "webhook_keys": json.dumps({"keys": [self.keys.jwk]}),
                "merchant_account_eur": client.merchant_account,
            },
            "secrets": {"client_secret": client.secret, "private_key": pair.pem},
        }

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.post("/truelayer/connect/token", self.sign_in),
            web.post("/truelayer/v3/payments", self.create),
            web.get("/truelayer/v3/payments/{thing}", self.payment),
            web.post("/truelayer/v3/payments/{thing}/actions/cancel", self.cancel),
            web.post("/truelayer/v3/payments/{thing}/refunds", self.refund),
            web.get("/truelayer/v3/payments/{thing}/refunds", self.refunds),
            web.get("/truelayer/v3/payments/{payment}/refunds/{thing}", self.one_refund),
            web.post("/truelayer/v3/payouts", self.order),
            web.get("/truelayer/v3/payouts/{thing}", self.payout),
            web.get("/truelayer/v3/merchant-accounts", self.accounts),
            web.post("/truelayer/pay/{thing}", self.pay),
            web.post("/truelayer/{kind:payouts|refunds}/{thing}/{outcome}", self.move),
            web.post("/truelayer/clients/{client}", self.change),
        ]

    # -- what the operator calls -----------------------------------------------------------------------------------

    async def sign_in(self, request: web.Request) -> web.Response:
        """POST /connect/token: the client credentials grant."""
        form = await request.post()
        client = self.clients.get(str(form.get("client_id")))
        known = client is not None and form.get("client_secret") == client.secret and not client.locked
        if client is None or not known or form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "invalid_client"}, status=400)
        token = secrets.token_urlsafe(32)
        client.tokens[token] = time.monotonic() + client.lifetime_s
        told = {"access_token": token, "expires_in": client.lifetime_s, "token_type": "Bearer", "scope": "payments"}
        return web.json_response(told)

    async def create(self, request: web.Request) -> web.Response:
        """POST /v3/payments: a payment and its page. The same key is the same payment."""
        client, body = await self._signed(request)
        repeat = _repeat(client, request, body)
        if repeat is not None:
            return repeat
        wish = json.loads(body)
        method, user = wish.get("payment_method", {}), wish.get("user", {})
        wrong = _wrong_amount(wish) or [
            *(
                []
                if method.get("beneficiary", {}).get("merchant_account_id") == client.merchant_account
                else ["payment_method"]
            ),
            *([] if user.get("name") and (user.get("email") or user.get("phone")) else ["user"]),
        ]
        if wrong:
            return _problem(400, "invalid-parameters", errors={name: ["Value is invalid."] for name in wrong})
        number = str(uuid4())
        client.payments[number] = {
            "id": number,
            "amount_in_minor": wish["amount_in_minor"],
            "currency": wish["currency"],
            "user": {"id": user.get("id") or str(uuid4())},
            "payment_method": method,
            "created_at": _now(),
            "status": "authorization_required",
            "metadata": wish.get("metadata", {}),
        }
        made = {
            "id": number,
            "user": client.payments[number]["user"],
            "resource_token": secrets.token_urlsafe(8),
            "status": "authorization_required",
            "hosted_page": {"uri": f"{self._own_url}/truelayer/pay/{number}"},
        }
        return _answered(client, request, body, 201, made)

    async def payment(self, request: web.Request) -> web.Response:
        """GET /v3/payments/{id}."""
        return _one(self._client(request).payments, request)

    async def cancel(self, request: web.Request) -> web.Response:
        """POST /v3/payments/{id}/actions/cancel: as long as the player's bank has not heard of it."""
        client, _ = await self._signed(request)
        payment = client.payments.get(request.match_info["thing"])
        if payment is None:
            return _problem(404, "not-found")
        if payment["status"] not in PENDING:
            return _problem(400, "invalid-state")
        self._fail(client, payment, "canceled")
        return web.Response(status=202)

    async def order(self, request: web.Request) -> web.Response:
        """POST /v3/payouts. The same key is the same payout."""
        client, body = await self._signed(request)
        if self._courier.chaos().strikes("refusals"):
            return _problem(400, "invalid-state")
        repeat = _repeat(client, request, body)
        if repeat is not None:
            return repeat
        wish = json.loads(body)
        to = wish.get("beneficiary", {})
        wrong = _wrong_amount(wish)
        if wish.get("merchant_account_id") != client.merchant_account:
            wrong.append("merchant_account_id")
        if to.get("type") == "payment_source" and to.get("payment_source_id") not in client.source_of(
            to.get("user_id")
        ):
            wrong.append("beneficiary")
        if wrong:
            return _problem(400, "invalid-parameters", errors={name: ["Value is invalid."] for name in wrong})
        number = str(uuid4())
        client.payouts[number] = {"id": number, "status": "pending", "created_at": _now(), **wish}
        return _answered(client, request, body, 202, {"id": number})

    async def payout(self, request: web.Request) -> web.Response:
        """GET /v3/payouts/{id}."""
        return _one(self._client(request).payouts, request)

    async def accounts(self, request: web.Request) -> web.Response:
        """GET /v3/merchant-accounts."""
        client = self._client(request)
        held = {
            "available_balance_in_minor": client.available_minor,
            "current_balance_in_minor": client.available_minor,
        }
        told = {"id": client.merchant_account, "currency": "EUR", "account_identifiers": [], **held}
        return web.json_response({"items": [told]})

    async def refund(self, request: web.Request) -> web.Response:
        """POST /v3/payments/{id}/refunds: as much of a settled payment as is left. The same key is the same refund."""
        client, body = await self._signed(request)
        repeat = _repeat(client, request, body)
        if repeat is not None:
            return repeat
        wish, payment = json.loads(body), client.payments.get(request.match_info["thing"])
        if payment is None:
            return _problem(404, "not-found")
        alive = (one for one in client.refunds.values() if one["of"] == payment["id"] and one["status"] != "failed")
        wrong = _wrong_amount({**wish, "currency": payment["currency"]})
        if wrong or not wish.get("reference"):
            return _problem(400, "invalid-parameters", errors={name: ["Value is invalid."] for name in wrong})
        left = payment["amount_in_minor"] - sum(one["amount_in_minor"] for one in alive)
        if payment["status"] != "settled" or wish["amount_in_minor"] > left:
            return _problem(400, "invalid-state")
        number, kept = str(uuid4()), {"of": payment["id"], "currency": payment["currency"], "created_at": _now()}
        client.refunds[number] = {"id": number, "status": "pending", "metadata": {}, **kept, **wish}
        return _answered(client, request, body, 202, {"id": number})

    async def refunds(self, request: web.Request) -> web.Response:
        """GET /v3/payments/{id}/refunds."""
        client, payment = self._client(request), request.match_info["thing"]
        if payment not in client.payments:
            return _problem(404, "not-found")
        return web.json_response({"items": [one for one in client.refunds.values() if one["of"] == payment]})

    async def one_refund(self, request: web.Request) -> web.Response:
        """GET /v3/payments/{id}/refunds/{id}."""
        return _one(self._client(request).refunds, request)

    # -- what banks do ---------------------------------------------------------------------------------------------

    async def pay(self, request: web.Request) -> web.Response:
        """The player's bank: `{"outcome": "settled", "webhook_copies": 1}`; also `executed`, or `failed` with `reason`.

        `amount_in_minor` and `currency`: what arrives is something else than what was asked for.
        """
        client, payment = self._found(request, "payments")
        wish = await request.json()
        outcome, copies = wish.get("outcome", "settled"), int(wish.get("webhook_copies", 1))
        chaos = self._courier.chaos()
        if payment["status"] in OVER:
            raise web.HTTPConflict
        if outcome == "failed":
            self._fail(client, payment, wish.get("reason", "provider_rejected"), copies)
        else:
            payment["amount_in_minor"] = wish.get("amount_in_minor", chaos.captured(payment["amount_in_minor"]))
            payment["currency"] = wish.get("currency", chaos.paid_in(payment["currency"]))
            payment.update(status=outcome, **{f"{outcome}_at": _now()})
            source = {"id": str(uuid4()), "account_identifiers": [], "account_holder_name": "S. HOPPER"}
            payment.setdefault("payment_source", source)
            self._tell(client, f"payment_{outcome}", payment, copies, payment_source=payment["payment_source"])
            if outcome == "settled" and chaos.strikes("contradictions"):
                self._tell(client, "payment_failed", payment, 1, failure_stage="executed", failure_reason="blocked")
        return web.json_response({"status": payment["status"], "payment_source": payment.get("payment_source")})

    async def move(self, request: web.Request) -> web.Response:
        """A payout or refund is `executed`, `failed`, or `returned`: then it goes on saying that it was executed."""
        kind = request.match_info["kind"]
        client, thing = self._found(request, kind)
        outcome, copies = request.match_info["outcome"], int((await request.json()).get("webhook_copies", 1))
        named = kind.removesuffix("s")
        if outcome == "returned":
            self._tell(client, f"{named}_failed", thing, copies, failure_reason="returned")
        elif outcome == "failed":
            thing.update(status="failed", failure_reason="scheme_error", failed_at=_now())
            self._tell(client, f"{named}_failed", thing, copies, failure_reason="scheme_error")
        elif outcome == "executed":
            thing.update(status="executed", executed_at=_now())
            self._tell(client, f"{named}_executed", thing, copies)
        else:
            raise web.HTTPNotFound
        return web.json_response({"status": thing["status"]})

    async def change(self, request: web.Request) -> web.Response:
        """`{"lifetime_s": 3600, "forget_tokens": true, "locked": false}`."""
        client, wish = self.clients[request.match_info["client"]], await request.json()
        client.lifetime_s = int(wish.get("lifetime_s", client.lifetime_s))
        client.locked = bool(wish.get("locked", False))
        if wish.get("forget_tokens"):
            client.tokens.clear()
        return web.json_response({})

    def _fail(self, client: Client, payment: dict[str, Any], reason: str, copies: int = 1) -> None:
        stage = payment["status"]
        payment.update(status="failed", failed_at=_now(), failure_stage=stage, failure_reason=reason)
        self._tell(client, "payment_failed", payment, copies, failure_stage=stage, failure_reason=reason)

    # -- the rest --------------------------------------------------------------------------------------------------

    def _client(self, request: web.Request) -> Client:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for client in self.clients.values():
            if client.tokens.get(token, 0.0) > time.monotonic():
                return client
        raise _stranger("The access token is missing, unknown or over.")

    async def _signed(self, request: web.Request) -> tuple[Client, bytes]:
        """Who calls, when he signed what he sends, with its key."""
        client, body = self._client(request), await request.read()
        header, keyed = request.headers.get("Tl-Signature", ""), "Idempotency-Key" in request.headers
        if not keyed or not is_signed(client.key, header, request.method, request.path, request.headers, body):
            raise _stranger("Invalid request signature.")
        return client, body

    def _found(self, request: web.Request, kind: str) -> tuple[Client, dict[str, Any]]:
        for client in self.clients.values():
            things: dict[str, dict[str, Any]] = getattr(client, kind)
            if request.match_info["thing"] in things:
                return client, things[request.match_info["thing"]]
        raise web.HTTPNotFound

    def _tell(self, client: Client, kind: str, about: dict[str, Any], copies: int, **more: Any) -> None:
        """A webhook: no amounts, but the metadata. Every delivery says anew when it was sent, and is signed anew."""
        name = f"{kind.split('_', 1)[0]}_id"
        more |= {"payment_id": about["of"]} if "of" in about else {}
        event = {"type": kind, "event_version": 1, "event_id": str(uuid4()), name: about["id"], **more}
        body = json.dumps({**event, "metadata": about["metadata"]}).encode()
        path = urlsplit(client.webhook_url).path

        async def attempt() -> bool:
            signed = {"X-Tl-Webhook-Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
            headers = {**signed, "Tl-Signature": signature(self.keys, "POST", path, signed, body)}
            headers["Content-Type"] = "application/json"
            async with self._session.post(client.webhook_url, data=body, headers=headers) as answer:
                return 200 <= answer.status < 300

        self._courier.send(Parcel(f"truelayer {kind} {about['id']}", attempt, copies))


def _wrong_amount(wish: dict[str, Any]) -> list[str]:
    minor = wish.get("amount_in_minor")
    wrong = [] if isinstance(minor, int) and minor > 0 else ["amount_in_minor"]
    return wrong if wish.get("currency") in CURRENCIES else [*wrong, "currency"]


def _repeat(client: Client, request: web.Request, body: bytes) -> web.Response | None:
    """What was answered to this key before; a refusal when something else is sent with it now."""
    before = client.remembered.get(request.headers["Idempotency-Key"])
    if before is None:
        return None
    sent, status, told = before
    return web.json_response(told, status=status) if sent == body else _problem(422, "idempotency-key-reuse")


def _answered(client: Client, request: web.Request, body: bytes, status: int, told: dict[str, Any]) -> web.Response:
    client.remembered[request.headers["Idempotency-Key"]] = (body, status, told)
    return web.json_response(told, status=status)


def _one(things: dict[str, dict[str, Any]], request: web.Request) -> web.Response:
    found = things.get(request.match_info["thing"])
    return web.json_response(found) if found else _problem(404, "not-found")


def _stranger(why: str) -> web.HTTPUnauthorized:
    text = _problem(401, "unauthenticated", detail=why).text
    return web.HTTPUnauthorized(text=text, content_type="application/problem+json")


def _problem(status: int, name: str, **more: Any) -> web.Response:
    address = f"https://docs.truelayer.com/docs/error-types#{name}"
    return web.json_response({"type": address, "title": name, "status": status, **more}, status=status)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
