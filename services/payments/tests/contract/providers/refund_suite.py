"""What holds for every provider that refunds at our order; subclasses say how it writes."""

import json
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.application.ports import AboutRefund, HttpAnswer, NotThere
from payments.application.refund_port import RefundFlow, RefundOrder
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
    """It refunds what we order."""

    taken: ClassVar[HttpAnswer]
    """The answer to an order that the provider took."""
    refused: ClassVar[HttpAnswer]
    """The answer to an order that it surely did not."""

    def refund_told(self, *, success: bool, ours: UUID = REFUND, reference: str = "ref_1") -> Wire:
        """The notification that says what became of it."""
        raise NotImplementedError

    @property
    def refunds(self) -> RefundFlow:
        flow = self.provider.refunds
        assert flow is not None
        return flow

    def test_the_same_refund_always_builds_the_same_bytes_under_its_id(self) -> None:
        first, again = (self.refunds.build_call(self.account, ORDER) for _ in range(2))
        assert first == again
        assert first.key == str(REFUND)
        assert first.headers["Idempotency-Key"] == str(REFUND)

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


def answered(status: int, body: Any) -> HttpAnswer:
    """An answer in JSON."""
    return HttpAnswer(status, json.dumps(body).encode())
