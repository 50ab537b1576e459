"""With what was paid, or tried, as Stripe's events tell it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from payments.application.instruments.ports import AboutInstrument
from payments.application.ports import AboutDeposit, Nothing, ProviderAccount
from payments.domain.deposit import words as deposit
from payments.domain.instrument.words import Kind
from payments.strategies.providers.registry import PROVIDERS
from payments.strategies.providers.stripe.signature import sign

from .suite import NOW, OURS

CARD: dict[str, Any] = {
    "brand": "visa", "country": "mt", "exp_month": 3, "exp_year": 2030, "fingerprint": "Xt5EWLLDS7FJjR1c",
    "funding": "credit", "last4": "4242", "iin": "424242",
}  # fmt: skip
ACCOUNT = ProviderAccount(
    casino_id=UUID(int=7),
    provider="stripe",
    enabled=True,
    currencies=frozenset({"EUR"}),
    settings={"base_url": "https://api.stripe.com"},
    secrets={"api_key": "sk_test_1", "webhook_secret": "whsec_of_this_test"},
)


def said_of(kind: str, thing: Mapping[str, Any]) -> Any:
    at = int(NOW.timestamp())
    raw = json.dumps({"id": "evt_1", "type": kind, "created": at, "data": {"object": thing}}).encode()
    headers = {"stripe-signature": f"t={at},v1={sign('whsec_of_this_test', at, raw)}"}
    return PROVIDERS["stripe"].read_notification(ACCOUNT, raw, headers, NOW).said


def charge(**fields: Any) -> dict[str, Any]:
    common = {"id": "ch_1", "object": "charge", "amount": 50_00, "currency": "eur", "payment_intent": "pi_1"}
    return {**common, "metadata": {"order_id": str(OURS)}, **fields}


def test_a_charge_says_with_what_was_paid() -> None:
    """As in the reference of the API: payment_method_details.card, and whose it is in billing_details."""
    paid = {"type": "card", "card": CARD}
    said = said_of("charge.succeeded", charge(payment_method_details=paid, billing_details={"name": "Ana García"}))
    assert isinstance(said, AboutInstrument)
    told = said.instrument
    assert (said.payment_id, told.kind, told.bin, told.last_four) == (OURS, Kind.CARD, "424242", "4242")
    assert (told.expires_on, told.country, told.holder) == (date(2030, 3, 31), "MT", "Ana García")
    assert told.identity == "card:stripe:Xt5EWLLDS7FJjR1c"


def test_a_declined_payment_says_with_what_it_was_tried() -> None:
    method = {"type": "card", "card": {**CARD, "last4": "0002"}, "billing_details": {}}
    error = {"type": "card_error", "decline_code": "stolen_card", "payment_method": method}
    intent = {"id": "pi_1", "object": "payment_intent", "metadata": {"order_id": str(OURS)}}
    said = said_of("payment_intent.payment_failed", {**intent, "last_payment_error": error})
    assert isinstance(said, AboutDeposit)
    assert isinstance(said.word, deposit.Declined)
    assert said.word.instrument is not None
    assert said.word.instrument.last_four == "0002"


@pytest.mark.parametrize(
    "details",
    [{}, {"type": "card"}, {"type": "klarna", "klarna": {}}, {"type": 7}, {"type": "paypal", "paypal": None}],
)
def test_a_charge_that_names_nothing_to_recognise_is_read_all_the_same(details: Any) -> None:
    said = said_of("charge.succeeded", charge(payment_method_details=details))
    assert said == Nothing() or (isinstance(said, AboutInstrument) and said.instrument.identity is None)


def test_a_number_where_a_name_should_be_is_not_kept() -> None:
    whose = {"name": "4242 4242 4242 4242"}
    told = charge(payment_method_details={"type": "card", "card": CARD}, billing_details=whose)
    assert said_of("charge.succeeded", told) == Nothing()
