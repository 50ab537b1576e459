"""The providers of crypto currencies: what they sign, repeat and refuse."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from journey.client import eventually
from simulators.app import World, build_app

NOBODY = "http://127.0.0.1:1"


@dataclass
class Operator:
    """A casino's side: it refuses the first delivery of everything."""

    session: aiohttp.ClientSession
    contracts: dict[str, Any]
    heard: list[tuple[bytes, str]] = field(default_factory=list)

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.session.request(method, path, **how) as answer:
            return answer.status, await answer.json()

    async def btcpay(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"token {self.contracts['btcpay']['secrets']['api_key']}"}
        return await self.ask(method, f"/btcpay/api/v1/stores/tests{path}", json=body, headers=headers)

    async def coingate(self, form: dict[str, str]) -> tuple[int, Any]:
        headers = {"Authorization": f"Token {self.contracts['coingate']['secrets']['api_token']}"}
        return await self.ask("POST", "/coingate/v2/orders", data=form, headers=headers)


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    """The simulators and a casino's address, on free ports."""
    async with AsyncExitStack() as stack:
        heard: list[tuple[bytes, str]] = []

        async def take(request: web.Request) -> web.Response:
            heard.append((await request.read(), request.headers.get("BTCPay-Sig", "")))
            return web.Response(status=200 if len(heard) > 1 else 503)

        ours = web.Application()
        ours.router.add_post("/{path:.*}", take)
        url = await served(stack, ours)
        theirs = await served(stack, await build_app(World(NOBODY, NOBODY, url)))
        session = await stack.enter_async_context(aiohttp.ClientSession(theirs))
        async with session.post("/control/casinos", json={"casino_id": "tests"}) as answer:
            yield Operator(session, await answer.json(), heard)


async def served(stack: AsyncExitStack, app: web.Application) -> str:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_a_redelivery_is_signed_and_names_the_first_delivery(operator: Operator) -> None:
    await operator.btcpay("POST", "/invoices", {"amount": "50.00", "currency": "EUR", "metadata": {"orderId": "7"}})

    async def heard_twice() -> bool:
        return len(operator.heard) == 2

    await eventually("it is delivered again", heard_twice)
    first, again = (json.loads(raw) for raw, _ in operator.heard)
    assert (first["isRedelivery"], again["isRedelivery"]) == (False, True)
    assert first["deliveryId"] == first["originalDeliveryId"] == again["originalDeliveryId"] != again["deliveryId"]
    assert (first["type"], first["metadata"]) == ("InvoiceCreated", {"orderId": "7"})
    secret = operator.contracts["btcpay"]["secrets"]["webhook_secret"].encode()
    for raw, header in operator.heard:
        assert header == "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()


async def test_what_an_invoice_received_stands_with_its_payments(operator: Operator) -> None:
    _, invoice = await operator.btcpay("POST", "/invoices", {"amount": "50.00", "currency": "EUR"})
    page = f"/btcpay/i/{invoice['id']}"
    await operator.ask("POST", f"{page}/pay", json={"value": "0.002", "confirmed": False})
    _, seen = await operator.btcpay("GET", f"/invoices/{invoice['id']}")
    assert (seen["status"], seen["additionalStatus"], seen["paidAmount"]) == ("Processing", "PaidOver", "100.00")
    _, [method] = await operator.btcpay("GET", f"/invoices/{invoice['id']}/payment-methods")
    assert (method["rate"], [one["status"] for one in method["payments"]]) == ("50000.00", ["Processing"])
    assert (await operator.ask("POST", f"{page}/confirm"))[1] == {"status": "Settled"}
    assert (await operator.btcpay("POST", f"/invoices/{invoice['id']}/status", {"status": "Invalid"}))[0] == 422


async def test_an_address_has_one_payout_at_a_time(operator: Operator) -> None:
    wish = {"destination": "bc1q", "amount": "0.01", "payoutMethodId": "BTC-CHAIN", "approved": False}
    status, payout = await operator.btcpay("POST", "/payouts", wish)
    assert (status, payout["state"]) == (200, "AwaitingApproval")
    status, refusal = await operator.btcpay("POST", "/payouts", wish)
    assert (status, refusal["code"]) == (400, "duplicate-destination")
    await operator.ask("POST", f"/btcpay/p/{payout['id']}/Cancelled")
    assert await operator.btcpay("GET", "/payouts") == (200, [])
    _, [listed] = await operator.btcpay("GET", "/payouts?includeCancelled=true")
    assert listed["state"] == "Cancelled"
    assert (await operator.btcpay("POST", "/payouts", wish))[0] == 200


async def test_a_callback_brings_the_orders_token_and_what_is_missing(operator: Operator) -> None:
    form = {
        "order_id": "7", "price_amount": "50.00", "price_currency": "EUR", "title": "Deposit", "token": "abc",
        "callback_url": "https://casino.example/partner/payments/coingate/1/notifications",
    }  # fmt: skip
    _, order = await operator.coingate(form)
    await operator.ask("POST", f"/coingate/invoice/{order['id']}/pay", json={"part": "0.5"})

    async def heard_twice() -> bool:
        return len(operator.heard) == 2

    await eventually("it is called again", heard_twice)
    for raw, _ in operator.heard:
        assert b"order_id=7" in raw
        assert b"token=abc" in raw
        assert b"underpaid_amount=0.00050000" in raw


async def test_who_has_no_key_is_told_so(operator: Operator) -> None:
    assert (await operator.ask("GET", "/btcpay/api/v1/stores/tests/payouts"))[0] == 401
    assert (await operator.ask("GET", "/coingate/v2/orders/7"))[1]["reason"] == "BadCredentials"
    assert (await operator.coingate({"price_amount": "x"}))[1]["reason"] == "OrderIsNotValid"
