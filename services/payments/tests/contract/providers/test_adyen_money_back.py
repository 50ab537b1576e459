"""What Adyen's webhooks say of refunds that others made, and of disputes."""

from typing import Any

import pytest

from payments.application.dispute_port import AboutDispute
from payments.application.ports import AboutDeposit, AboutRefund, Nothing, Unclear
from payments.domain.deposit import words as deposit
from payments.domain.dispute.words import Stage, Status

from . import test_adyen
from .suite import OURS, whose

PAY: dict[str, Any] = {"reference": "pay_1", "amount_minor": 50_00, "currency": "EUR"}


def said(kind: str, success: str = "true", **fields: Any) -> Any:
    adyen = test_adyen.TestAdyen()
    names = {"pspReference": "dis_1", "originalReference": "pay_1", "eventCode": kind, "success": success}
    return adyen.read(adyen.genuine(**{**names, **fields})).said


def test_a_refund_made_there_takes_the_money_of_the_payment() -> None:
    word = said("REFUND", merchantReference="not ours")
    assert word == AboutDeposit(deposit_id=None, word=deposit.TakenBack(**PAY, movement="dis_1", code="refunded"))
    assert said("REFUND", "false", merchantReference="not ours") == Nothing()


@pytest.mark.parametrize("kind", ["REFUND_FAILED", "REFUNDED_REVERSED"])
def test_a_refund_made_there_that_comes_back_gives_it_again(kind: str) -> None:
    again = AboutDeposit(deposit_id=None, word=deposit.GivenBack(**PAY, movement="dis_1", code=kind.lower()))
    assert said(kind) == again
    of_before = said(kind, merchantReference=str(OURS))
    assert isinstance(of_before, AboutRefund)
    assert of_before.else_ == again


@pytest.mark.parametrize(
    ("kind", "stage", "status"),
    [
        ("NOTIFICATION_OF_FRAUD", Stage.FRAUD_WARNING, Status.OPENED),
        ("REQUEST_FOR_INFORMATION", Stage.INQUIRY, Status.OPENED),
        ("NOTIFICATION_OF_CHARGEBACK", Stage.CHARGEBACK, Status.OPENED),
        ("DISPUTE_OPENED_WITH_CHARGEBACK", Stage.CHARGEBACK, Status.OPENED),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", Stage.CHARGEBACK, Status.EXPIRED),
        ("PREARBITRATION_OPEN", Stage.PRE_ARBITRATION, Status.OPENED),
        ("PREARBITRATION_WON", Stage.PRE_ARBITRATION, Status.WON),
        ("PREARBITRATION_LOST", Stage.PRE_ARBITRATION, Status.LOST),
    ],
)
def test_a_stage_is_told_without_money(kind: str, stage: Stage, status: Status) -> None:
    word = said(kind)
    assert isinstance(word, AboutDispute)
    assert (word.reference, word.deposit_id, word.money) == ("dis_1", OURS, None)
    assert (word.word.payment, word.word.stage, word.word.status) == ("pay_1", stage, status)


def test_a_chargeback_its_reversal_and_a_second_one_belong_together() -> None:
    taken, given, again = (said(kind) for kind in ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK"))
    assert taken.money == deposit.TakenBack(**PAY, movement="dis_1", code="chargeback", charged_back=True)
    assert given.money == deposit.GivenBack(**PAY, movement="dis_1", code="chargeback_reversed")
    assert again.money == deposit.TakenBack(
        **PAY, movement="dis_1:2", code="second_chargeback", after="dis_1", charged_back=True
    )
    assert [one.word.status for one in (taken, given, again)] == [Status.OPENED, Status.WON, Status.LOST]


def test_why_and_until_when_are_shown_though_nobody_signed_them() -> None:
    beside = {"chargebackReasonCode": "10.4", "defensePeriodEndsAt": "2026-04-01T12:00:00+02:00"}
    word = said("NOTIFICATION_OF_CHARGEBACK", additionalData=beside).word
    assert (word.code, word.due_at.isoformat()) == ("10.4", "2026-04-01T10:00:00+00:00")
    vague = said("NOTIFICATION_OF_CHARGEBACK", additionalData={"defensePeriodEndsAt": "soon"}).word
    assert (vague.code, vague.due_at) == ("notification_of_chargeback", None)


@pytest.mark.parametrize("kind", ["REFUND", "REFUND_FAILED", "CHARGEBACK", "NOTIFICATION_OF_FRAUD"])
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"originalReference": ""}, "reference_unreadable"),
        ({"amount": {"value": -1, "currency": "EUR"}}, "amount_unreadable"),
        ({"amount": {"value": 1}}, "amount_unreadable"),
    ],
)
def test_what_cannot_be_read_is_for_a_person_to_see(kind: str, fields: dict[str, Any], why: str) -> None:
    assert said(kind, **fields) == Unclear(why)


def test_a_dispute_that_did_not_come_about_is_for_a_person_to_see() -> None:
    assert said("CHARGEBACK", "false") == Unclear("event_not_handled")


def test_the_payment_is_named_by_our_reference_as_well() -> None:
    assert whose(AboutDeposit(deposit_id=said("CHARGEBACK").deposit_id, word=deposit.Unanswered())) == OURS
