"""A refund that staff order, told as given/when/then: every state, every word."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import NotFound
from chassis.testing.spec import Spec
from payments.domain.refund import events as e
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import (
    HearRefund,
    HoldRefund,
    OrderRefund,
    RefundCommand,
    RejectRefund,
    StartRefund,
    StopRefund,
)
from payments.domain.refund.errors import (
    RefundAlreadyOrdered,
    RefundAlreadySent,
    RefundExceedsDeposit,
    RefundNotCovered,
    UnlawfulRefundWord,
)
from payments.domain.refund.events import RefundEvent, RefundFact
from payments.domain.refund.states import Refund
from payments.domain.refund.words import Accepted, Refunded, RefundWord, Refused, Unanswered

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACT = RefundFact(
    deposit_id=UUID(int=7),
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="stripe",
    payment="pi_1",
    amount_minor=30_00,
    currency="EUR",
)
ORDER = OrderRefund(fact=FACT, left_minor=50_00, cash_minor=40_00, now=NOW)
ORDERED = e.RefundOrdered(fact=FACT, from_cash_minor=30_00, ordered_at=NOW)
STARTED = e.RefundStarted(fact=FACT, sent_as="us")
UNKNOWN = e.RefundOutcomeUnknown(fact=FACT)
ACCEPTED = e.RefundAccepted(fact=FACT, reference="re_1")
SUCCEEDED = e.RefundSucceeded(fact=FACT, reference="re_1")
FAILED = e.RefundFailed(fact=FACT, reference="re_1", code="declined", recovered_minor=0)
RETURNED = e.RefundReturned(fact=FACT, reference="re_1", code="lost_or_stolen_card")
DONE = Refunded(reference="re_1", amount_minor=30_00, currency="EUR")
NO = Refused(reference="re_1", code="declined")

RefundSpec = Spec[RefundCommand, Refund, RefundEvent]
UNDERWAY: list[tuple[RefundEvent, ...]] = [(), (UNKNOWN,), (ACCEPTED,), (UNKNOWN, ACCEPTED)]


@pytest.fixture
def spec() -> RefundSpec:
    return Spec(refund)


def hear(word: RefundWord, owed: int = 0) -> HearRefund:
    return HearRefund(word=word, owed_minor=owed)


def test_the_players_cash_is_put_aside_when_it_is_ordered(spec: RefundSpec) -> None:
    spec.given().when(ORDER).then(ORDERED)


def test_ordering_the_same_again_adds_nothing(spec: RefundSpec) -> None:
    spec.given(ORDERED).when(replace(ORDER, left_minor=0, cash_minor=0)).then_nothing()


def test_an_id_is_of_one_refund(spec: RefundSpec) -> None:
    other = replace(ORDER, fact=replace(FACT, amount_minor=1))
    spec.given(ORDERED).when(other).then_raises(RefundAlreadyOrdered)


@pytest.mark.parametrize("left", [29_99, 0])
def test_no_more_is_refunded_than_is_left_of_the_deposit(spec: RefundSpec, left: int) -> None:
    spec.given().when(replace(ORDER, left_minor=left)).then_raises(RefundExceedsDeposit)
    spec.given().when(replace(ORDER, left_minor=30_00)).then(ORDERED)


def test_what_the_player_has_spent_is_not_refunded(spec: RefundSpec) -> None:
    spec.given().when(replace(ORDER, cash_minor=29_99)).then_raises(RefundNotCovered)


@pytest.mark.parametrize("cash", [0, 12_00])
def test_unless_somebody_chose_that_he_shall_owe_it(spec: RefundSpec, cash: int) -> None:
    fact = replace(FACT, may_owe=True)
    spec.given().when(replace(ORDER, fact=fact, cash_minor=cash)).then(
        replace(ORDERED, fact=fact, from_cash_minor=cash)
    )


def test_that_the_provider_will_be_called_is_recorded_once(spec: RefundSpec) -> None:
    spec.given(ORDERED).when(StartRefund(sent_as="us")).then(STARTED)
    spec.given(ORDERED, STARTED).when(StartRefund(sent_as="others")).then_nothing()


def test_what_holds_it_is_recorded_when_it_is_another_reason_and_once_it_goes_there_is_none(spec: RefundSpec) -> None:
    off, hit = (e.RefundHeld(fact=FACT, why=why) for why in ("provider_off", "under_review"))
    spec.given(ORDERED).when(HoldRefund(why="provider_off")).then(off)
    spec.given(ORDERED, off).when(HoldRefund(why="provider_off")).then_nothing()
    spec.given(ORDERED, off).when(HoldRefund(why="under_review")).then(hit)
    spec.given(ORDERED, off).when(StartRefund(sent_as="us")).then(STARTED)
    spec.given(ORDERED, STARTED).when(HoldRefund(why="provider_off")).then_nothing()
    spec.given().when(HoldRefund(why="provider_off")).then_nothing()


@pytest.mark.parametrize(("owed", "recovered"), [(0, 0), (10_00, 10_00), (99_00, 30_00)])
def test_what_must_not_be_sent_any_more_is_the_players_again(spec: RefundSpec, owed: int, recovered: int) -> None:
    stopped = e.RefundFailed(fact=FACT, reference=None, code="deposit_taken_back", recovered_minor=recovered)
    stop = StopRefund(code="deposit_taken_back", owed_minor=owed)
    spec.given(ORDERED).when(stop).then(stopped)
    spec.given(ORDERED, stopped).when(stop).then_nothing()
    spec.given(ORDERED, stopped).when(StartRefund(sent_as="us")).then_nothing()
    spec.given(ORDERED, STARTED).when(stop).then_nothing()


def test_a_person_stops_what_was_not_sent_and_nothing_else(spec: RefundSpec) -> None:
    part = replace(FACT, withdrawal_id=UUID(int=9))
    ordered, stopped = replace(ORDERED, fact=part), replace(FAILED, fact=part, reference=None, code="rejected")
    spec.given(ordered).when(RejectRefund(owed_minor=10_00)).then(stopped)
    spec.given(ordered, stopped).when(RejectRefund()).then_nothing()
    spec.given().when(RejectRefund()).then_raises(NotFound)
    for later in ((), (UNKNOWN,), (ACCEPTED,), (SUCCEEDED,), (FAILED,)):
        spec.given(ORDERED, STARTED, *later).when(RejectRefund()).then_raises(RefundAlreadySent)


@pytest.mark.parametrize("history", UNDERWAY)
def test_the_providers_word_decides(spec: RefundSpec, history: tuple[RefundEvent, ...]) -> None:
    spec.given(ORDERED, STARTED, *history).when(hear(DONE)).then(SUCCEEDED)
    spec.given(ORDERED, STARTED, *history).when(hear(NO)).then(FAILED)


def test_an_unknown_outcome_is_no_failure(spec: RefundSpec) -> None:
    spec.given(ORDERED, STARTED).when(hear(Unanswered())).then(UNKNOWN)
    for history in UNDERWAY[1:]:
        spec.given(ORDERED, STARTED, *history).when(hear(Unanswered())).then_nothing()


def test_that_it_was_taken_is_news_once(spec: RefundSpec) -> None:
    spec.given(ORDERED, STARTED).when(hear(Accepted(reference="re_1"))).then(ACCEPTED)
    spec.given(ORDERED, STARTED, ACCEPTED).when(hear(Accepted(reference="re_1"))).then_nothing()


@pytest.mark.parametrize(("owed", "recovered"), [(0, 0), (10_00, 10_00), (99_00, 30_00)])
def test_what_comes_back_pays_first_what_the_player_owes(spec: RefundSpec, owed: int, recovered: int) -> None:
    spec.given(ORDERED, STARTED).when(hear(NO, owed)).then(replace(FAILED, recovered_minor=recovered))


def test_a_refund_that_fails_after_it_succeeded_comes_back(spec: RefundSpec) -> None:
    word = Refused(reference="re_1", code="lost_or_stolen_card")
    spec.given(ORDERED, STARTED, SUCCEEDED).when(hear(word)).then(RETURNED)
    spec.given(ORDERED, STARTED, SUCCEEDED, RETURNED).when(hear(word)).then_nothing()


@pytest.mark.parametrize("history", [(SUCCEEDED,), (SUCCEEDED, RETURNED), (FAILED,)])
@pytest.mark.parametrize("word", [DONE, Accepted(reference="re_1"), Unanswered()])
def test_a_word_that_was_overtaken_changes_nothing(
    spec: RefundSpec, history: tuple[RefundEvent, ...], word: RefundWord
) -> None:
    spec.given(ORDERED, STARTED, *history).when(hear(word)).then_nothing()


@pytest.mark.parametrize(
    ("history", "word", "why"),
    [
        ((), DONE, "unknown_reference"),
        ((ORDERED,), DONE, "refund_never_sent"),
        ((ORDERED, STARTED), replace(DONE, amount_minor=1), "amount_differs"),
        ((ORDERED, STARTED), replace(DONE, currency="USD"), "amount_differs"),
        ((ORDERED, STARTED, ACCEPTED), replace(DONE, reference="re_2"), "reference_differs"),
        ((ORDERED, STARTED, SUCCEEDED), replace(NO, reference="re_2"), "reference_differs"),
        ((ORDERED, STARTED, replace(FAILED, reference=None)), DONE, "refunded_after_failed"),
        ((ORDERED, STARTED, ACCEPTED), replace(NO, reference=None), "refused_after_accepted"),
        ((ORDERED, STARTED, SUCCEEDED), replace(NO, reference=None), "refused_after_accepted"),
        ((ORDERED, STARTED, SUCCEEDED, RETURNED), replace(NO, reference=None), "refused_after_accepted"),
    ],
)
def test_a_word_that_contradicts_what_is_known_is_set_aside(
    spec: RefundSpec, history: Any, word: RefundWord, why: str
) -> None:
    assert spec.given(*history).when(hear(word)).then_raises(UnlawfulRefundWord).why == why
