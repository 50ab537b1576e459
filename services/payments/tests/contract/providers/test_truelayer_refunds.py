"""Refunds through TrueLayer: of a payment, found among all of that payment's by our id."""

import json

import pytest

from payments.application.look_port import LookAtRefund, Told
from payments.application.ports import AboutRefund, NotThere, Unclear
from payments.domain.refund import words as refund

from .refund_suite import ORDER, REFUND
from .test_truelayer import TestTrueLayer
from .truelayer_wire import API, ERRORS, answer, signed

HOUSE = TestTrueLayer()
PATH = f"{API}/v3/payments/pay_1/refunds"


def test_the_payment_is_refunded_under_our_key_and_names_our_refund() -> None:
    call = HOUSE.refunds.build_call(HOUSE.account, ORDER)
    assert (call.method, call.url) == ("POST", PATH)
    assert json.loads(call.body) == {
        "amount_in_minor": 50_00, "reference": "Refund", "metadata": {"refund_id": str(REFUND)}
    }  # fmt: skip
    assert call.headers["Tl-Signature"]


def test_it_is_looked_for_among_those_of_its_payment_or_by_its_id() -> None:
    urls = [call.url for one in (None, "ref/1") if (call := HOUSE.refunds.build_question(HOUSE.account, ORDER, one))]
    assert urls == [PATH, f"{PATH}/ref%2F1"]


@pytest.mark.parametrize(
    ("status", "name"),
    [(409, "idempotency-key-concurrency-conflict"), (422, "idempotency-key-reuse"), (401, "unauthenticated"),
     (403, "forbidden"), (404, "not-found")],
)  # fmt: skip
def test_an_error_that_says_nothing_of_an_earlier_order_is_no_refusal(status: int, name: str) -> None:
    assert HOUSE.refunds.parse_answer(answer(status, {"type": f"{ERRORS}{name}"})) == refund.Unanswered()


@pytest.mark.parametrize("status", ["pending", "authorized", "teleported", None])
def test_a_status_that_decides_nothing_is_undecided(status: str | None) -> None:
    there = {**HOUSE.found(success=True), "status": status}
    assert HOUSE.refunds.parse_question(ORDER, answer(200, there)) == refund.Accepted(reference="ref_1")


@pytest.mark.parametrize("amount", [None, 0, -5, "5000", True, 10**17])
def test_an_amount_that_cannot_be_read_is_no_refund(amount: object) -> None:
    there = HOUSE.found(success=True, amount_in_minor=amount)
    assert HOUSE.refunds.parse_question(ORDER, answer(200, there)) == refund.Accepted(reference="ref_1")


def test_a_refund_of_somebody_elses_is_not_believed() -> None:
    other = HOUSE.found(success=True, metadata={"refund_id": "another"})
    assert HOUSE.refunds.parse_question(ORDER, answer(200, other)) == refund.Unanswered()
    assert HOUSE.refunds.parse_question(ORDER, answer(200, {"items": [other]})) == NotThere()
    twice = [HOUSE.found(success=True), HOUSE.found(success=None, reference="ref_2")]
    assert HOUSE.refunds.parse_question(ORDER, answer(200, {"items": twice})) == refund.Unanswered()
    assert HOUSE.refunds.parse_question(ORDER, answer(200, {"items": "none"})) == refund.Unanswered()


def test_one_that_a_bank_returned_is_told_by_its_webhook_alone() -> None:
    event = HOUSE.event(type="refund_failed", refund_id="ref_1", failure_reason="returned")
    said = HOUSE.read(signed({**event, "metadata": {"refund_id": str(REFUND)}})).said
    back = refund.Refused(reference="ref_1", code="returned")
    assert said == AboutRefund(refund_id=REFUND, word=back, else_=Unclear("refund_not_ours"))


def test_a_refund_made_in_its_console_names_none_of_ours() -> None:
    for reason in (None, "returned"):
        event = HOUSE.event(type="refund_failed", refund_id="ref_9", failure_reason=reason, metadata={})
        assert HOUSE.read(signed(event)).said == LookAtRefund(refund_id=None, reference="ref_9", told=Told.UNDONE)
