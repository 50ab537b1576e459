"""Adyen's official client calls the same addresses as we do, in the same way."""

import json
from typing import Any
from uuid import UUID

import pytest
from Adyen.client import AdyenClient
from Adyen.services.checkout.payment_links_api import PaymentLinksApi

from payments.application.ports import DepositIntent, HttpCall, NotThere, ProviderAccount
from payments.strategies.providers.adyen.links import AdyenDeposits

OURS, PLAYER = UUID(int=1), UUID(int=2)
TEST, LIVE = "https://checkout-test.adyen.com", "https://a1b2-Casino-checkout-live.adyenpayments.com/checkout"


class Listener:
    """Stands where the client has its HTTP, and remembers what would have been sent."""

    user_agent = "tests"

    def request(self, method: str, url: str, **sent: Any) -> tuple[str, str, int, dict[str, str]]:
        self.sent = (method, url, sent["json"], sent["xapikey"], sent["headers"].get("Idempotency-Key"))
        return "{}", "", 200, {}


def sent(call: HttpCall | NotThere) -> tuple[Any, ...]:
    assert isinstance(call, HttpCall)
    body = json.loads(call.body) if call.body else None
    return call.method, call.url, body, call.headers["X-API-Key"], call.headers.get("Idempotency-Key")


@pytest.mark.parametrize(("platform", "base_url"), [("test", TEST), ("live", LIVE)])
def test_the_official_client_sends_what_we_send(platform: str, base_url: str) -> None:
    settings = {"base_url": base_url, "merchant_account": "CasinoCOM"}
    account = ProviderAccount(
        casino_id=UUID(int=7), provider="adyen", enabled=True, currencies=frozenset({"EUR"}), settings=settings,
        secrets={"api_key": "AQE_test"},
    )  # fmt: skip
    intent = DepositIntent(
        deposit_id=OURS, player_id=PLAYER, amount_minor=50_00, currency="EUR", return_url="https://c.example/back"
    )
    listener = Listener()
    client = AdyenClient(
        platform=platform, xapikey="AQE_test", live_endpoint_prefix="a1b2-Casino", api_checkout_version=71
    )
    client.http_client, client.http_init = listener, True
    theirs, ours = PaymentLinksApi(client), AdyenDeposits()

    created = sent(ours.build_call(account, intent))
    theirs.payment_links(created[2], idempotency_key=OURS.hex)
    assert listener.sent == created
    theirs.get_payment_link("PL1")
    assert listener.sent == sent(ours.build_question(account, OURS, "PL1"))
    theirs.update_payment_link({"status": "expired"}, "PL1")
    assert listener.sent == sent(ours.build_cancel(account, OURS, "PL1", 1))
