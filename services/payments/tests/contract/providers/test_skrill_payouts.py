"""Payouts through Skrill: prepared, carried out, and found by our reference."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer, HttpCall, NotThere, PayoutFlow, PayoutOrder, ProviderAccount
from payments.domain.withdrawal import words as payout
from payments.strategies.providers.registry import PROVIDERS

from .suite import OURS, PLAYER, REQUEST_ID
from .test_skrill import asked as report_asked

REF = str(OURS)
PAY = "https://www.skrill.com/app/pay.pl"
ACCOUNT = ProviderAccount(
    casino_id=UUID(int=7),
    provider="skrill",
    enabled=True,
    currencies=frozenset({"EUR"}),
    settings={"base_url": "https://www.skrill.com", "pay_to_email": "casino@us.example", "merchant_id": "4637827"},
    secrets={"secret_word": "Answer One", "api_password": "Pass1234"},
)
ORDER = PayoutOrder(
    withdrawal_id=OURS,
    request_id=REQUEST_ID,
    player_id=PLAYER,
    amount_minor=50_00,
    currency="EUR",
    destination={"email": "s@player.example"},
    notification_url="https://us.example/n",
)
PREPARED = HttpAnswer(
    200, b'<?xml version="1.0" encoding="UTF-8"?><response><sid>5e281d1376d92ba789ca7f0583</sid></response>'
)


def asked(**more: Any) -> HttpAnswer:
    """The answer of the Merchant Query Interface about the payout."""
    return report_asked(**{"transaction_id": REF, **more})


def flow() -> PayoutFlow:
    found = PROVIDERS["skrill"].payouts
    assert found is not None
    return found


def refused(code: str, earlier: HttpAnswer | None = None) -> HttpAnswer:
    body = f"<response><error><error_msg>{code}</error_msg></error></response>"
    return HttpAnswer(200, body.encode(), earlier=earlier)


def done(status: str, amount: str = "50.00", currency: str = "EUR") -> HttpAnswer:
    body = (
        f"<response><transaction><amount>{amount}</amount><currency>{currency}</currency><id>497029</id>"
        f"<status>{status}</status><status_msg>x</status_msg></transaction></response>"
    )
    return HttpAnswer(200, body.encode(), earlier=PREPARED)


def said(answer: HttpAnswer | None) -> Any:
    return flow().parse_answer(ACCOUNT, ORDER, answer)


def form(call: HttpCall) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(call.body.decode()).items()}


def test_a_transfer_is_prepared_under_our_reference_and_carried_out_in_its_session() -> None:
    call = flow().build_call(ACCOUNT, ORDER)
    assert call == flow().build_call(ACCOUNT, ORDER)
    assert (call.method, call.url, call.key) == ("POST", PAY, REF)
    asked_for = form(call)
    assert (asked_for["action"], asked_for["frn_trn_id"], asked_for["bnf_email"]) == (
        "prepare",
        REF,
        "s@player.example",
    )
    assert (asked_for["amount"], asked_for["currency"]) == ("50.00", "EUR")
    assert call.then is not None
    then = call.then(PREPARED)
    assert then is not None
    assert (then.url, then.key, form(then)) == (PAY, REF, {"action": "transfer", "sid": "5e281d1376d92ba789ca7f0583"})


@pytest.mark.parametrize(
    "answer",
    [refused("CANNOT_LOGIN"), HttpAnswer(200, b"<html>"),
     HttpAnswer(200, b'<!DOCTYPE x [<!ENTITY a "b">]><sid>&a;</sid>'),
     HttpAnswer(200, '<!DOCTYPE x [<!ENTITY a "b">]><sid>&a;</sid>'.encode("utf-16")),
     done("2"), HttpAnswer(200, PREPARED.body, earlier=PREPARED)],
)  # fmt: skip
def test_nothing_is_carried_out_but_what_was_prepared(answer: HttpAnswer) -> None:
    then = flow().build_call(ACCOUNT, ORDER).then
    assert then is not None
    assert then(answer) is None


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (done("2"), payout.Confirmed(amount_minor=50_00, currency="EUR", reference=REF)),
        (done("1"), payout.Taken(reference=REF)),
        (done("2", currency="USD"), payout.Taken(reference=REF)),
        (done("2", amount="x"), payout.Taken(reference=REF)),
        (done("7"), payout.Unanswered()),
        (PREPARED, payout.Unanswered()),
        (refused("BALANCE_NOT_ENOUGH"), payout.Declined(code="balance_not_enough")),
        (refused("INVALID_BNF_EMAIL"), payout.Declined(code="invalid_bnf_email")),
        (refused("ALREADY_EXECUTED", PREPARED), payout.Taken(reference=REF)),
        (refused("EXECUTION_PENDING", PREPARED), payout.Unanswered()),
        (refused("BRAND_NEW"), payout.Unanswered()),
        (HttpAnswer(500, done("2").body, earlier=PREPARED), payout.Unanswered()),
        (HttpAnswer(200, b"<html>"), payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_only_an_answer_that_is_understood_decides(answer: HttpAnswer | None, word: Any) -> None:
    assert said(answer) == word


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (asked(status="2"), payout.Confirmed(amount_minor=50_00, currency="EUR", reference=REF)),
        (asked(status="0"), payout.Taken(reference=REF)),
        (asked(status="-1"), payout.SentBack(amount_minor=50_00, currency="EUR", code="cancelled", reference=REF)),
        (asked(status="-2"), payout.SentBack(amount_minor=50_00, currency="EUR", code="failed", reference=REF)),
        (asked(status="2", transaction_id="another"), payout.Unanswered()),
        (HttpAnswer(200, b"403\t\tTransaction not found: 1"), NotThere()),
        (HttpAnswer(200, b"401\t\tCannot login"), payout.Unanswered()),
        (None, payout.Unanswered()),
    ],
)
def test_it_is_found_by_our_reference(answer: HttpAnswer | None, word: Any) -> None:
    call = flow().build_question(ACCOUNT, ORDER, None)
    assert call is not None
    assert form(call)["trn_id"] == REF
    assert flow().parse_question(ACCOUNT, ORDER, answer) == word


@pytest.mark.parametrize("destination", [{}, {"email": "nobody"}, {"email": "a@b", "iban": "x"}, {"email": "a@b\n"}])
def test_a_destination_that_cannot_be_paid_is_refused(destination: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        flow().check_destination(destination)


def test_staff_see_the_end_of_it() -> None:
    assert flow().check_destination({"email": "s@player.example"}) == "****mple"
