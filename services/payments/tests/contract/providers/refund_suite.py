"""What holds for every provider that refunds at our order; subclasses say how it writes."""

import json
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.application.look_port import LookAtRefund, Told
from payments.application.ports import AboutDeposit, AboutRefund, HttpAnswer, HttpCall, NotThere
from payments.application.refund_port import AboutRefundOf, RefundFlow, RefundOrder
from payments.domain.refund import words as refund

from .suite import OURS, QUICK, ProviderContract, Wire

REFUND = UUID("018f3a5e-7c1d-7000-8000-000000000004")
ORDER = RefundOrder(refund_id=REFUND, deposit_id=OURS, payment="pay_1", amount_minor=50_00, currency="EUR")

NO_ANSWERS = [
    None, HttpAnswer(500, b"{}"), HttpAnswer(503, b"<html>"), HttpAnswer(200, b""), HttpAnswer(200, b"[]"),
    HttpAnswer(200, b"{}"), HttpAnswer(201, b"{}"), HttpAnswer(429, b"{}"), HttpAnswer(302, b""),
    HttpAnswer(401, b"{}"), HttpAnswer(200, b"[" * 100_000),
]  # fmt: skip


class RefundsOrders(ProviderContract):
    """It refunds what we order. Subclass `TellsRefunds`, `NamesThePayment` or `HintsAtRefunds`, whichever its
    notifications do.
    """

    taken: ClassVar[HttpAnswer]
    """The answer to an order that the provider took."""
    refused: ClassVar[HttpAnswer]
    """The answer to an order that it surely did not."""

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        """The notification that says what became of it."""
        raise NotImplementedError

    def key_in(self, call: HttpCall) -> str:
        """By what the provider knows a repeat, as it is written in the call."""
        return call.headers["Idempotency-Key"]

    @property
    def refunds(self) -> RefundFlow:
        flow = self.provider.refunds
        assert flow is not None
        return flow

    def test_the_same_refund_always_builds_the_same_bytes_under_its_id(self) -> None:
        first, again = (self.refunds.build_call(self.account, ORDER) for _ in range(2))
        assert first == again
        assert first.key == str(REFUND)
        assert self.key_in(first) == str(REFUND)

    def test_secrets_are_not_in_the_address_of_an_order(self) -> None:
        call = self.refunds.build_call(self.account, ORDER)
        assert not any(secret in call.url + repr(call) for secret in self.secrets.values())

    @pytest.mark.parametrize("answer", NO_ANSWERS)
    def test_an_order_without_a_believable_answer_is_no_refusal(self, answer: HttpAnswer | None) -> None:
        assert self.refunds.parse_answer(answer) == refund.Unanswered()

    @QUICK
    @given(status=st.integers(100, 599), body=st.binary(max_size=200))
    def test_no_rubbish_says_anything_of_a_refund(self, status: int, body: bytes) -> None:
        assert self.refunds.parse_answer(HttpAnswer(status, body)) == refund.Unanswered()
        said = self.refunds.parse_question(ORDER, HttpAnswer(status, body))
        assert not isinstance(said, NotThere | refund.Refunded | refund.Refused)

    def test_an_order_that_was_taken_has_the_providers_name_for_it(self) -> None:
        said = self.refunds.parse_answer(self.taken)
        assert isinstance(said, refund.Accepted | refund.Refunded)
        assert said.reference == "ref_1"

    def test_an_order_that_was_surely_not_taken_is_refused_with_a_reason(self) -> None:
        said = self.refunds.parse_answer(self.refused)
        assert isinstance(said, refund.Refused)
        assert said.code

    def test_its_refusal_is_in_the_table(self) -> None:
        said = self.refunds.parse_answer(self.refused)
        assert isinstance(said, refund.Refused)
        assert said.code in self.provider.codes


class TellsRefunds(RefundsOrders):
    """Its notifications say what became of a refund."""

    def test_a_notification_names_our_refund_and_says_what_became_of_it(self) -> None:
        done = self.read(self.refund_told(success=True)).said
        assert isinstance(done, AboutRefund)
        assert (done.refund_id, done.word) == (
            REFUND,
            refund.Refunded(reference="ref_1", amount_minor=50_00, currency="EUR"),
        )
        failed = self.read(self.refund_told(success=False)).said
        assert isinstance(failed, AboutRefund)
        assert isinstance(failed.word, refund.Refused)
        assert failed.word.reference == "ref_1"


class NamesThePayment(RefundsOrders):
    """Its notifications say what became of a refund of a payment, and name the payment alone."""

    def test_a_notification_names_the_payment_and_says_what_became_of_a_refund(self) -> None:
        done = self.read(self.refund_told(success=True, reference="pay_1")).said
        assert isinstance(done, AboutRefundOf)
        assert (done.payment, done.word.amount_minor, done.word.currency) == ("pay_1", 50_00, "EUR")
        failed = self.read(self.refund_told(success=False, reference="pay_1")).said
        assert isinstance(failed, AboutDeposit)
        assert isinstance(failed.refund, refund.Refused)
        assert failed.refund.code in self.provider.codes


class HintsAtRefunds(RefundsOrders):
    """Its notifications say that something happened; what it was, it is asked, by its own reference or by ours."""

    def found(self, *, success: bool | None, reference: str = "ref_1", **fields: Any) -> Any:
        """Our refund as it stands there; None: undecided."""
        raise NotImplementedError

    def by_reference(self, refund_there: Any) -> HttpAnswer:
        """The answer to a question by its own reference."""
        raise NotImplementedError

    def by_ours(self, *refunds_there: Any) -> HttpAnswer:
        """The answer to a question by ours."""
        raise NotImplementedError

    def answers(self, refund_there: Any) -> list[HttpAnswer]:
        return [self.by_reference(refund_there), self.by_ours(refund_there)]

    def test_a_notification_names_our_refund_and_makes_us_ask(self) -> None:
        for success in (True, False):
            said = self.read(self.refund_told(success=success)).said
            told = Told.DONE if success else Told.UNDONE
            assert said == LookAtRefund(refund_id=REFUND, reference="ref_1", told=told)

    def test_it_is_asked_by_its_reference_or_by_ours(self) -> None:
        for reference in ("ref_1", None):
            call = self.refunds.build_question(self.account, ORDER, reference)
            assert call is not None
            assert (call.key, "ref_1" in call.url) == (None, reference is not None)

    def test_what_became_of_a_refund_is_found(self) -> None:
        for answer in self.answers(self.found(success=True)):
            done = refund.Refunded(reference="ref_1", amount_minor=50_00, currency="EUR")
            assert self.refunds.parse_question(ORDER, answer) == done
        for answer in self.answers(self.found(success=False)):
            failed = self.refunds.parse_question(ORDER, answer)
            assert isinstance(failed, refund.Refused)
            assert (failed.reference, failed.code in self.provider.codes) == ("ref_1", True)
        for answer in self.answers(self.found(success=None)):
            assert self.refunds.parse_question(ORDER, answer) == refund.Accepted(reference="ref_1")

    def test_where_there_is_none_it_was_never_taken(self) -> None:
        assert self.refunds.parse_question(ORDER, self.by_ours()) == NotThere()


def answered(status: int, body: Any) -> HttpAnswer:
    """An answer in JSON."""
    return HttpAnswer(status, json.dumps(body).encode())
