"""A deposit that is asked for once more at the same provider, with its payer authenticated by his bank."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.testing.spec import Spec
from payments.domain.deposit import events as e
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.cascade import PASSED_ON_WITHIN
from payments.domain.deposit.commands import DepositCommand, HearProvider, NextProvider
from payments.domain.deposit.events import DepositEvent
from payments.domain.deposit.states import Deposit
from payments.domain.deposit.words import ActionNeeded, Declined, DepositWord, Settled

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
AT_A: e.DepositFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "a",
    "amount_minor": 50_00,
    "currency": "EUR",
}
AT_B: e.DepositFields = {**AT_A, "provider": "b"}
REQUESTED = e.DepositRequested(
    **AT_A, return_url="sealed", sent_as="us-a", requested_at=NOW, method="card", route=("b",), attempts_max=2
)
WAITS = e.DepositActionRequired(**AT_A, reference="a1", next_action="sealed")
STEPPED_UP = e.DepositSteppedUp(
    **AT_A, reference="a1", code="authentication_required", closed=False, stepped_up_at=LATER
)
SOFT = Declined(reference="a1", code="authentication_required")
B = NextProvider(provider="b", sent_as="us-b")

DepositSpec = Spec[DepositCommand, Deposit, DepositEvent]


@pytest.fixture
def spec() -> DepositSpec:
    return Spec(deposit)


def hear(word: DepositWord, at: datetime = LATER, *, step_up: bool = True) -> HearProvider:
    return HearProvider(word=word, said_at=at, provider="a", step_up=step_up)


def failed(code: str = "authentication_required", reference: str | None = "a1") -> e.DepositFailed:
    return e.DepositFailed(**AT_A, reference=reference, code=code)


def test_a_no_that_authentication_may_turn_is_asked_once_more(spec: DepositSpec) -> None:
    spec.given(REQUESTED, WAITS).when(hear(SOFT)).then(STEPPED_UP)


def test_it_comes_before_another_provider_does(spec: DepositSpec) -> None:
    final = replace(SOFT, final=True)
    spec.given(REQUESTED).when(replace(hear(final), next=B)).then(replace(STEPPED_UP, closed=True))


def test_another_no_stands(spec: DepositSpec) -> None:
    spec.given(REQUESTED, WAITS).when(hear(SOFT, step_up=False)).then(failed())


def test_it_is_done_once(spec: DepositSpec) -> None:
    again = hear(SOFT, LATER + timedelta(minutes=1))
    spec.given(REQUESTED, WAITS, STEPPED_UP, WAITS).when(again).then(failed())


def test_what_was_asked_with_authentication_is_not_asked_again(spec: DepositSpec) -> None:
    spec.given(replace(REQUESTED, step_up=True), WAITS).when(hear(SOFT)).then(failed())


def test_nobody_waits_for_it_any_more(spec: DepositSpec) -> None:
    late = NOW + PASSED_ON_WITHIN + timedelta(seconds=1)
    spec.given(REQUESTED, WAITS).when(hear(SOFT, late)).then(failed())


def test_what_was_said_of_the_attempt_before_comes_too_late(spec: DepositSpec) -> None:
    spec.given(REQUESTED, WAITS, STEPPED_UP).when(hear(SOFT, NOW)).then()
    other = replace(WAITS, reference="a2")
    ended = Declined(reference="a1", code="offer_closed")
    spec.given(REQUESTED, WAITS, STEPPED_UP, other).when(hear(ended, LATER + timedelta(minutes=1))).then()


def test_what_is_said_of_the_new_attempt_counts(spec: DepositSpec) -> None:
    other, at = replace(WAITS, reference="a2"), LATER + timedelta(minutes=1)
    no = Declined(reference="a2", code="do_not_honor")
    spec.given(REQUESTED, WAITS, STEPPED_UP).when(hear(ActionNeeded(reference="a2", next_action="sealed"))).then(other)
    spec.given(REQUESTED, WAITS, STEPPED_UP, other).when(hear(no, at)).then(failed("do_not_honor", "a2"))


def test_a_no_for_good_counts_whenever_it_was_said(spec: DepositSpec) -> None:
    no = Declined(reference=None, code="invalid_amount", final=True)
    spec.given(REQUESTED, WAITS, STEPPED_UP).when(hear(no, NOW)).then(
        failed("invalid_amount", None), e.DepositClosed(**AT_A)
    )


@pytest.mark.parametrize("reference", ["a1", "a2"])
def test_money_of_either_attempt_is_credited(spec: DepositSpec, reference: str) -> None:
    paid = Settled(reference=reference, amount_minor=50_00, currency="EUR", names_payment=True)
    spec.given(REQUESTED, WAITS, STEPPED_UP).when(hear(paid)).then(
        e.DepositSucceeded(**AT_A, reference=reference, requested_minor=50_00, late=False, said_at=LATER)
    )


def test_the_next_provider_is_told_as_well(spec: DepositSpec) -> None:
    passed_on = e.DepositPassedOn(
        **AT_B,
        declined_by="a", reference="a1", code="no", closed=True, sent_as="us-b", passed_on_at=LATER,
    )  # fmt: skip
    no = Declined(reference="b1", code="authentication_required", final=True)
    at_b = replace(hear(no), provider="b")
    spec.given(REQUESTED, WAITS, STEPPED_UP, passed_on).when(at_b).then(
        e.DepositFailed(**AT_B, reference="b1", code="authentication_required"), e.DepositClosed(**AT_B)
    )
