"""The provider of bank transfers: whom it lets in, what it signs, repeats and refuses."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from truelayer_signing import HttpMethod, extract_jws_header, sign_with_pem, verify_with_jwks

from journey.client import eventually
from simulators.app import World, build_app

NOBODY = "http://127.0.0.1:1"
HOOK = "/partner/payments/truelayer/tests/notifications"


@dataclass
class Operator:
    """A casino's side, with the official library for its signatures."""

    session: aiohttp.ClientSession
    settings: dict[str, str]
    secrets: dict[str, str]
    heard: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def token(self, **change: str) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "client_credentials", "client_id": self.settings["client_id"],
            "client_secret": self.secrets["client_secret"], "scope": "payments", **change,
        }  # fmt: skip
        async with self.session.post("/truelayer/connect/token", data=form) as answer:
            return answer.status, await answer.json()

    async def order(self, path: str, body: Any, key: str = "k1", *, token: str, signed: bool = True) -> tuple[int, Any]:
        raw, path = json.dumps(body), f"/truelayer{path}"
        signer = sign_with_pem(self.settings["key_id"], self.secrets["private_key"]).set_method(HttpMethod.POST)
        signature = signer.set_path(path).add_header("Idempotency-Key", key).set_body(raw if signed else "{}").sign()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Tl-Signature": signature}
        async with self.session.post(path, data=raw, headers=headers) as answer:
            return answer.status, await answer.json()

    def payment(self, **fields: Any) -> dict[str, Any]:
        to = {"type": "merchant_account", "merchant_account_id": self.settings["merchant_account_eur"]}
        method = {"type": "bank_transfer", "provider_selection": {"type": "user_selected"}, "beneficiary": to}
        payer = {"name": "Sue", "email": "s@c.example"}
        return {"amount_in_minor": 100, "currency": "EUR", "payment_method": method, "user": payer, **fields}


async def served(stack: AsyncExitStack, app: web.Application) -> str:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    """The simulators and a casino's address, on free ports."""
    async with AsyncExitStack() as stack:
        heard: list[tuple[bytes, dict[str, str]]] = []

        async def take(request: web.Request) -> web.Response:
            heard.append((await request.read(), dict(request.headers)))
            return web.Response()

        ours = web.Application()
        ours.router.add_post("/{path:.*}", take)
        theirs = await served(stack, await build_app(World(NOBODY, NOBODY, await served(stack, ours))))
        session = await stack.enter_async_context(aiohttp.ClientSession(theirs))
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            contract = (await answer.json())["truelayer"]
        yield Operator(session, contract["settings"], contract["secrets"], heard)


async def test_only_who_knows_the_secret_is_let_in(operator: Operator) -> None:
    assert (await operator.token())[0] == 200
    assert (await operator.token(client_secret="guessed"))[0] == 400
    assert (await operator.order("/v3/payments", operator.payment(), token="guessed"))[0] == 401


async def test_what_is_not_signed_is_refused_and_a_repeat_is_the_same_payment(operator: Operator) -> None:
    token = (await operator.token())[1]["access_token"]
    assert (await operator.order("/v3/payments", operator.payment(), token=token, signed=False))[0] == 401
    first = await operator.order("/v3/payments", operator.payment(), token=token)
    assert first[0] == 201
    assert await operator.order("/v3/payments", operator.payment(), token=token) == first
    assert (await operator.order("/v3/payments", operator.payment(amount_in_minor=1), token=token))[0] == 422


@pytest.mark.parametrize("change", [{"amount_in_minor": 0}, {"currency": "USD"}, {"user": {}}, {"payment_method": {}}])
async def test_a_payment_that_makes_no_sense_is_refused(operator: Operator, change: dict[str, Any]) -> None:
    token = (await operator.token())[1]["access_token"]
    status, problem = await operator.order("/v3/payments", operator.payment(**change), token=token)
    assert (status, problem["title"]) == (400, "invalid-parameters")


async def test_the_official_library_believes_its_webhooks(operator: Operator) -> None:
    token = (await operator.token())[1]["access_token"]
    wish = operator.payment(metadata={"deposit_id": "7"})
    _, payment = await operator.order("/v3/payments", wish, token=token)
    page = urlsplit(payment["hosted_page"]["uri"]).path
    async with operator.session.post(page, json={"outcome": "settled"}) as answer:
        assert answer.status == 200

    async def heard() -> bool:
        return bool(operator.heard)

    await eventually("it is told", heard)
    [(raw, headers)] = operator.heard
    signature = headers["Tl-Signature"]
    checker = verify_with_jwks(json.loads(operator.settings["webhook_keys"]), extract_jws_header(signature))
    checker = checker.set_method(HttpMethod.POST).set_path(HOOK).add_headers(headers).set_body(raw.decode())
    checker.add_required_header("X-Tl-Webhook-Timestamp").verify(signature)
    event = json.loads(raw)
    assert (event["type"], event["metadata"]) == ("payment_settled", {"deposit_id": "7"})
    assert "amount_in_minor" not in event
