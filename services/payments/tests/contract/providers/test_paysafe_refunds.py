"""Refunds through Paysafe: of a settlement, once for each of our references."""

import json

import pytest

from payments.application.look_port import LookAtRefund, Told
from payments.application.ports import HttpAnswer, NotThere
from payments.domain.refund import words as refund

from .refund_suite import ORDER, REFUND
from .test_paysafe import API, TestPaysafe, answer, refund_there

HOUSE = TestPaysafe()


def asked(said: HttpAnswer | None) -> refund.RefundWord | NotThere:
    return HOUSE.refunds.parse_question(ORDER, said)


def test_the_settlement_of_the_payment_is_refunded_under_our_reference() -> None:
    call = HOUSE.refunds.build_call(HOUSE.account, ORDER)
    assert (call.method, call.url) == ("POST", f"{API}/settlements/pay_1/refunds")
    assert json.loads(call.body) == {"merchantRefNum": str(REFUND), "amount": 50_00, "dupCheck": True}


def test_it_is_looked_up_by_either_reference() -> None:
    urls = [call.url for one in (None, "ref/1") if (call := HOUSE.refunds.build_question(HOUSE.account, ORDER, one))]
    assert urls == [f"{API}/refunds?merchantRefNum={REFUND}", f"{API}/refunds/ref%2F1"]


def test_what_is_done_at_once_is_done() -> None:
    done = answer(refund_there(currencyCode="EUR"))
    assert HOUSE.refunds.parse_answer(done) == refund.Refunded(reference="ref_1", amount_minor=50_00, currency="EUR")


@pytest.mark.parametrize(
    ("status", "code"),
    [("FAILED", "refund_failed"), ("ERROR", "refund_errored"), ("CANCELLED", "refund_cancelled"),
     ("EXPIRED", "expired")],
)  # fmt: skip
def test_one_that_came_to_nothing_says_why(status: str, code: str) -> None:
    assert asked(answer(refund_there(status))) == refund.Refused(reference="ref_1", code=code)
    told = refund_there(status, error={"code": "3412"})
    assert asked(answer(told)) == refund.Refused(reference="ref_1", code="error_3412")


@pytest.mark.parametrize("status", ["RECEIVED", "INITIATED", "PENDING", "PROCESSING", "HELD", "TELEPORTED", None])
def test_a_status_that_decides_nothing_is_undecided(status: str | None) -> None:
    assert asked(answer({**refund_there(), "status": status})) == refund.Accepted(reference="ref_1")


@pytest.mark.parametrize("amount", [None, 0, -5, "5000", True, 10**17])
def test_an_amount_that_cannot_be_read_is_no_refund(amount: object) -> None:
    assert asked(answer(refund_there(amount=amount))) == refund.Accepted(reference="ref_1")


@pytest.mark.parametrize(
    ("status", "code"), [(409, "7503"), (402, "1000"), (400, "9999"), (429, "1200"), (500, "1000")]
)
def test_an_error_that_may_be_that_of_a_repeat_is_no_refusal(status: int, code: str) -> None:
    said = answer({"error": {"code": code, "message": "no"}}, status)
    assert HOUSE.refunds.parse_answer(said) == refund.Unanswered()
    assert asked(said) == refund.Unanswered()


def test_a_refund_nobody_ordered_under_this_reference_is_not_believed() -> None:
    other = refund_there(merchantRefNum="another")
    for said in (answer(other), answer({"refunds": [other]}), answer({"refunds": [refund_there(), refund_there()]})):
        assert asked(said) == refund.Unanswered()


def test_a_reference_it_does_not_know_was_never_taken() -> None:
    assert asked(answer({"error": {"code": "5269", "message": "not found"}}, 404)) == NotThere()
    assert asked(answer({"error": {"code": "5270", "message": "no"}}, 404)) == refund.Unanswered()


def test_a_refund_made_in_its_portal_names_none_of_ours() -> None:
    said = HOUSE.read(HOUSE.event("REFUND_COMPLETED", id="ref_9", merchantRefNum="by hand")).said
    assert said == LookAtRefund(refund_id=None, reference="ref_9", told=Told.DONE)
