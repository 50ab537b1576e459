"""The payer's authentication by his bank: what each provider promises, and how it is asked for on the wire."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from payments.application.ports import Category, DepositFlow, DepositIntent, HttpAnswer, ProviderAccount, StepUp
from payments.domain.deposit import words as deposit
from payments.domain.deposit.states import SteppedUp
from payments.strategies.providers.registry import PROVIDERS

OURS = UUID("018f3a5e-7c1d-7000-8000-000000000001")
PLAYER = UUID("018f3a5e-7c1d-7000-8000-000000000003")
ACCOUNTS: dict[str, Any] = {
    "stripe": (
        {"base_url": "https://api.stripe.com"},
        {"api_key": "sk_test", "webhook_secret": "whsec_of_this_test"},
    ),
    "adyen": (
        {"base_url": "https://checkout-test.adyen.com", "merchant_account": "CasinoCOM"},
        {"api_key": "AQE", "hmac_key": "4D" * 32},
    ),
}
"""Of every provider that authenticates where it is asked to."""

TAKING = sorted(name for name, one in PROVIDERS.items() if one.deposits is not None)


def account(name: str) -> ProviderAccount:
    settings, secrets = ACCOUNTS.get(name, ({}, {}))
    return ProviderAccount(
        casino_id=UUID(int=7), provider=name, enabled=True, currencies=frozenset(), settings=settings, secrets=secrets
    )


def flow(name: str) -> DepositFlow:
    found = PROVIDERS[name].deposits
    assert found is not None
    return found


def intent(**more: Any) -> DepositIntent:
    return DepositIntent(
        deposit_id=OURS, player_id=PLAYER, amount_minor=50_00, currency="EUR", return_url="https://c.example/", **more
    )


def before(reference: str | None = "one", *, closed: bool = False) -> SteppedUp:
    return SteppedUp(reference=reference, closed=closed, at=datetime(2026, 3, 1, tzinfo=UTC))


def test_whoever_authenticates_when_asked_is_tried_here() -> None:
    assert {name for name in TAKING if flow(name).step_up(account(name)) is StepUp.ON_REQUEST} == set(ACCOUNTS)


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_a_no_for_want_of_authentication_is_among_its_codes(name: str) -> None:
    turned = [one for one in PROVIDERS[name].codes.values() if one.step_up]
    assert turned
    assert {one.category for one in turned} == {Category.AUTHENTICATION}


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_it_is_asked_for_in_the_call_and_only_then(name: str) -> None:
    plain, asked = (flow(name).build_call(account(name), intent(step_up=wanted)) for wanted in (False, True))
    assert (plain.url, plain.key) == (asked.url, asked.key)
    assert plain.body != asked.body
    assert b"hallenge" not in plain.body
    assert flow(name).build_call(account(name), intent(step_up=True)) == asked, "the same bytes for the same facts"


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
@pytest.mark.parametrize("again", [before(None), before(closed=True)], ids=["never named", "over"])
def test_what_is_asked_once_more_is_no_repeat(name: str, again: SteppedUp) -> None:
    first, second = (
        flow(name).build_call(account(name), one) for one in (intent(), intent(step_up=True, before=again))
    )
    assert (second.method, second.url, second.then) == (first.method, first.url, None)
    assert second.key != first.key
    assert second.headers["Idempotency-Key"] == second.key


def test_stripe_asks_for_cards_alone_and_for_a_challenge() -> None:
    form = parse_qs(flow("stripe").build_call(account("stripe"), intent(step_up=True)).body.decode())
    assert form["payment_method_types[]"] == ["card"]
    assert form["payment_method_options[card][request_three_d_secure]"] == ["challenge"]
    assert "automatic_payment_methods[enabled]" not in form


def test_stripe_is_told_to_change_the_intent_that_was_refused() -> None:
    call = flow("stripe").build_call(account("stripe"), intent(step_up=True, before=before("pi_1")))
    assert (call.method, call.url) == ("POST", "https://api.stripe.com/v1/payment_intents/pi_1")
    assert parse_qs(call.body.decode()) == {"payment_method_options[card][request_three_d_secure]": ["challenge"]}


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("succeeded", deposit.Settled(reference="pi_1", amount_minor=50_00, currency="EUR")),
        ("processing", deposit.Underway(reference="pi_1")),
        ("canceled", deposit.Declined(reference="pi_1", code="payment_intent_unexpected_state", final=True)),
    ],
)
def test_an_intent_that_was_decided_before_it_could_be_changed_says_so(status: str, word: deposit.DepositWord) -> None:
    made = {"id": "pi_1", "status": status, "amount_received": 50_00, "currency": "eur"}
    error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state", "payment_intent": made}
    assert flow("stripe").parse_answer(HttpAnswer(400, json.dumps({"error": error}).encode())) == word


def test_adyen_asks_for_cards_alone_and_for_a_challenge() -> None:
    body = json.loads(flow("adyen").build_call(account("adyen"), intent(step_up=True)).body)
    assert body["allowedPaymentMethods"] == ["scheme"]
    assert body["threeDS2RequestData"] == {"threeDSRequestorChallengeInd": "04"}


def test_adyen_makes_another_link_once_the_one_before_can_be_paid_no_more() -> None:
    call = flow("adyen").build_call(account("adyen"), intent(step_up=True, before=before("PL1")))
    assert (call.method, call.url) == ("PATCH", "https://checkout-test.adyen.com/v71/paymentLinks/PL1")
    assert json.loads(call.body) == {"status": "expired"}
    assert call.then is not None
    following = call.then(link("expired"))
    assert following is not None
    assert (following.method, following.key) == ("POST", f"{OURS}-step-up")
    assert call.then(replace(link("active"), earlier=link("expired"))) is None, "the answer to the second"


@pytest.mark.parametrize("status", ["active", "completed", "paymentPending"])
def test_adyen_makes_no_other_link_while_the_one_before_may_be_paid(status: str) -> None:
    call = flow("adyen").build_call(account("adyen"), intent(step_up=True, before=before("PL1")))
    assert call.then is not None
    assert call.then(link(status)) is None
    assert call.then(HttpAnswer(422, b'{"errorCode":"000"}')) is None
    refused = HttpAnswer(422, b'{"errorCode":"000"}', to=call)
    assert flow("adyen").parse_answer(refused) == deposit.Unanswered(), "which is no refusal of the deposit"


def link(status: str) -> HttpAnswer:
    return HttpAnswer(200, json.dumps({"id": "PL1", "status": status, "url": "https://x.example/"}).encode())
