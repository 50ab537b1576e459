"""A withdrawal's life, told as given/when/then."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError, NotFound
from chassis.store import EventTypes
from chassis.testing.spec import Spec
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.checks import may_be_debited
from payments.domain.withdrawal.commands import (
    ApproveWithdrawal,
    CancelWithdrawal,
    HearProvider,
    RejectWithdrawal,
    RequestWithdrawal,
    StartPayout,
    WithdrawalCommand,
)
from payments.domain.withdrawal.errors import (
    AmountOutsidePolicy,
    CancellationNotAllowed,
    SecondPersonRequired,
    UnlawfulPayoutWord,
    VerificationRequired,
    WithdrawalAlreadyDecided,
    WithdrawalAlreadyRequested,
    WithdrawalAlreadySent,
)
from payments.domain.withdrawal.events import WithdrawalEvent
from payments.domain.withdrawal.policy import STRICTEST, WithdrawalPolicy, WithdrawalStanding
from payments.domain.withdrawal.states import Withdrawal
from payments.domain.withdrawal.words import Confirmed, Declined, PayoutWord, SentBack, Taken, Unanswered

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACT: dict[str, Any] = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "trustly",
    "amount_minor": 100_00,
    "currency": "EUR",
}
ONE_PERSON = WithdrawalPolicy(second_person_above_minor=100_00)
REQUEST = RequestWithdrawal(
    **FACT, destination="sealed", shown_as="****1234", policy=ONE_PERSON, standing=WithdrawalStanding(), now=NOW
)
SHOWN: dict[str, Any] = {"destination": "sealed", "shown_as": "****1234", "stopped_by": ("never_automatic",)}
REQUESTED = e.WithdrawalRequested(**FACT, **SHOWN, approvals_needed=1, requested_at=NOW)
TWO_NEEDED = replace(REQUESTED, approvals_needed=2)
APPROVED = e.WithdrawalApproved(**FACT, approved_by="ann", final=True, approved_at=NOW)
FIRST = e.WithdrawalApproved(**FACT, approved_by="ann", final=False, approved_at=NOW)
SECOND = e.WithdrawalApproved(**FACT, approved_by="bob", final=True, approved_at=NOW)
REJECTED = e.WithdrawalRejected(**FACT, rejected_by="ann", reason="name differs")
CANCELLED = e.WithdrawalCancelled(**FACT)
STARTED = e.PayoutStarted(**FACT, request_id=UUID(int=9), sent_as="us")
UNKNOWN = e.PayoutOutcomeUnknown(**FACT)
SENT = e.PayoutSent(**FACT, reference="4711")
PAID = e.WithdrawalPaid(**FACT)
FAILED = e.WithdrawalFailed(**FACT, code="account_closed")
RETURNED = e.WithdrawalReturned(**FACT, returned_minor=100_00, back_minor=100_00, code="account_closed")
PART_BACK = e.WithdrawalReturned(**FACT, returned_minor=30_00, back_minor=30_00, code="fee")

APPROVE = ApproveWithdrawal(approver="ann", now=NOW)
BOB = ApproveWithdrawal(approver="bob", now=NOW)
REJECT = RejectWithdrawal(rejecter="ann", reason="name differs")
CANCEL = CancelWithdrawal(allowed=True)
START = StartPayout(request_id=UUID(int=9), sent_as="us")
TAKEN = HearProvider(word=Taken(reference="4711"))
DECLINED = HearProvider(word=Declined(code="account_closed"))
UNANSWERED = HearProvider(word=Unanswered())
LEFT = Confirmed(amount_minor=100_00, currency="EUR")
CONFIRMED = HearProvider(word=LEFT)
BACK = SentBack(amount_minor=100_00, currency="EUR", code="account_closed")
SENT_BACK = HearProvider(word=BACK)

WithdrawalSpec = Spec[WithdrawalCommand, Withdrawal, WithdrawalEvent]
AT_PROVIDER = [(STARTED,), (STARTED, UNKNOWN), (STARTED, SENT), (STARTED, UNKNOWN, SENT)]


@pytest.fixture
def spec() -> WithdrawalSpec:
    return Spec(withdrawal)


def test_a_withdrawal_up_to_the_threshold_waits_for_one_person(spec: WithdrawalSpec) -> None:
    spec.given().when(REQUEST).then(REQUESTED)


def test_a_withdrawal_above_the_threshold_waits_for_two(spec: WithdrawalSpec) -> None:
    above = replace(REQUEST, policy=WithdrawalPolicy(second_person_above_minor=99_99))
    spec.given().when(above).then(TWO_NEEDED)


def test_a_casino_without_a_policy_has_two_people_look(spec: WithdrawalSpec) -> None:
    spec.given().when(replace(REQUEST, policy=STRICTEST)).then(TWO_NEEDED)


def test_a_small_withdrawal_is_approved_by_the_policy_where_it_says_so(spec: WithdrawalSpec) -> None:
    policy = WithdrawalPolicy(second_person_above_minor=100_00, automatic_up_to_minor=100_00)
    spec.given().when(replace(REQUEST, policy=policy)).then(
        replace(REQUESTED, approvals_needed=0, stopped_by=()), replace(APPROVED, approved_by="policy", approved_at=None)
    )


def test_an_unverified_player_must_be_verified_first_where_the_rules_say_so(spec: WithdrawalSpec) -> None:
    standing = WithdrawalStanding(level="basic", required_level="verified")
    spec.given().when(replace(REQUEST, standing=standing)).then_raises(VerificationRequired)


@pytest.mark.parametrize("bounds", [{"minimum_minor": 100_01}, {"maximum_minor": 99_99}])
def test_an_amount_outside_the_policy_is_refused(spec: WithdrawalSpec, bounds: dict[str, Any]) -> None:
    policy = replace(ONE_PERSON, **bounds)
    assert spec.given().when(replace(REQUEST, policy=policy)).then_raises(AmountOutsidePolicy).field == "amount_minor"


def test_requesting_twice_adds_nothing(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED).when(REQUEST).then_nothing()


def test_the_id_of_another_withdrawal_is_refused(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED).when(replace(REQUEST, amount_minor=1)).then_raises(WithdrawalAlreadyRequested)
    spec.given(REQUESTED).when(replace(REQUEST, destination="elsewhere")).then_raises(WithdrawalAlreadyRequested)


def test_one_approval_is_enough_up_to_the_threshold(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED).when(APPROVE).then(APPROVED)


def test_above_the_threshold_the_first_approval_is_not_final(spec: WithdrawalSpec) -> None:
    spec.given(TWO_NEEDED).when(APPROVE).then(FIRST)


def test_nobody_is_his_own_second(spec: WithdrawalSpec) -> None:
    spec.given(TWO_NEEDED, FIRST).when(APPROVE).then_raises(SecondPersonRequired)


def test_a_second_person_makes_it_final(spec: WithdrawalSpec) -> None:
    spec.given(TWO_NEEDED, FIRST).when(BOB).then(SECOND)


@pytest.mark.parametrize("hours", [24, 24 * 20])
def test_a_first_yes_counts_for_a_day(spec: WithdrawalSpec, hours: int) -> None:
    later = NOW + timedelta(hours=hours)
    first_again = replace(SECOND, final=False, approved_at=later, lapsed=("ann",))
    spec.given(TWO_NEEDED, FIRST).when(replace(BOB, now=later)).then(first_again)
    just_before = NOW + timedelta(hours=24, seconds=-1)
    spec.given(TWO_NEEDED, FIRST).when(replace(BOB, now=just_before)).then(replace(SECOND, approved_at=just_before))


def test_whoever_may_not_approve_any_more_is_no_first(spec: WithdrawalSpec) -> None:
    alone = replace(BOB, lost=frozenset({"ann"}))
    spec.given(TWO_NEEDED, FIRST).when(alone).then(replace(SECOND, final=False, lapsed=("ann",)))


def test_whose_yes_is_over_may_say_it_again(spec: WithdrawalSpec) -> None:
    later = NOW + timedelta(hours=24)
    again = replace(FIRST, approved_at=later, lapsed=("ann",))
    spec.given(TWO_NEEDED, FIRST).when(replace(APPROVE, now=later)).then(again)
    spec.given(TWO_NEEDED, FIRST, again).when(replace(BOB, now=later)).then(replace(SECOND, approved_at=later))


def test_a_yes_from_before_its_time_was_kept_does_not_count(spec: WithdrawalSpec) -> None:
    old = replace(FIRST, approved_at=None)
    spec.given(TWO_NEEDED, old).when(BOB).then(replace(SECOND, final=False, lapsed=("ann",)))


def test_whoever_gets_the_money_does_not_approve_it(spec: WithdrawalSpec) -> None:
    himself = ApproveWithdrawal(approver=str(FACT["player_id"]), now=NOW)
    spec.given(TWO_NEEDED).when(himself).then_raises(SecondPersonRequired)


def test_approving_twice_adds_nothing(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, APPROVED).when(APPROVE).then_nothing()


@pytest.mark.parametrize("history", [(APPROVED,), (REJECTED,), (CANCELLED,), (APPROVED, STARTED)])
def test_a_decided_withdrawal_is_not_approved_by_others(
    spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...]
) -> None:
    late = BOB
    spec.given(REQUESTED, *history).when(late).then_raises(WithdrawalAlreadyDecided)


@pytest.mark.parametrize("history", [(), (APPROVED,)])
def test_a_withdrawal_is_rejected_until_it_is_sent(spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...]) -> None:
    spec.given(REQUESTED, *history).when(REJECT).then(REJECTED)


@pytest.mark.parametrize("history", [(), (APPROVED,)])
def test_a_player_takes_it_back_until_it_is_sent(spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...]) -> None:
    spec.given(REQUESTED, *history).when(CANCEL).then(CANCELLED)


def test_no_player_takes_it_back_where_that_is_forbidden(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED).when(CancelWithdrawal(allowed=False)).then_raises(CancellationNotAllowed)


@pytest.mark.parametrize("command", [REJECT, CANCEL])
@pytest.mark.parametrize("history", AT_PROVIDER)
def test_once_sent_only_the_provider_decides(
    spec: WithdrawalSpec, command: WithdrawalCommand, history: tuple[WithdrawalEvent, ...]
) -> None:
    spec.given(REQUESTED, APPROVED, *history).when(command).then_raises(WithdrawalAlreadySent)


@pytest.mark.parametrize(("command", "last"), [(REJECT, REJECTED), (CANCEL, CANCELLED)])
def test_saying_no_twice_adds_nothing(spec: WithdrawalSpec, command: WithdrawalCommand, last: WithdrawalEvent) -> None:
    spec.given(REQUESTED, last).when(command).then_nothing()


@pytest.mark.parametrize("command", [APPROVE, REJECT, CANCEL])
def test_there_is_nothing_to_decide_about_what_nobody_asked_for(
    spec: WithdrawalSpec, command: WithdrawalCommand
) -> None:
    spec.given().when(command).then_raises(NotFound)


def test_an_approved_withdrawal_is_recorded_as_sending_before_the_call(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, APPROVED).when(START).then(STARTED)


@pytest.mark.parametrize("history", [(), (REJECTED,), (CANCELLED,), (APPROVED, STARTED), (APPROVED, STARTED, SENT)])
def test_only_an_approved_withdrawal_is_started(spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...]) -> None:
    spec.given(REQUESTED, *history).when(START).then_nothing()


@pytest.mark.parametrize("history", [(STARTED,), (STARTED, UNKNOWN)])
@pytest.mark.parametrize(("command", "event"), [(TAKEN, SENT), (DECLINED, FAILED)])
def test_the_answer_to_the_order_is_recorded(
    spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...], command: HearProvider, event: WithdrawalEvent
) -> None:
    spec.given(REQUESTED, APPROVED, *history).when(command).then(event)


def test_an_order_without_an_answer_is_an_unknown_outcome_not_a_failure(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, APPROVED, STARTED).when(UNANSWERED).then(UNKNOWN)


@pytest.mark.parametrize("history", AT_PROVIDER)
@pytest.mark.parametrize(("command", "event"), [(CONFIRMED, PAID), (SENT_BACK, FAILED)])
def test_a_notification_decides_whatever_the_answer_was(
    spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...], command: HearProvider, event: WithdrawalEvent
) -> None:
    spec.given(REQUESTED, APPROVED, *history).when(command).then(event)


NAMED = replace(LEFT, reference="4711")
NAMED_BACK = replace(BACK, reference="4711")


@pytest.mark.parametrize("history", [(STARTED,), (STARTED, UNKNOWN)])
@pytest.mark.parametrize(("word", "event"), [(NAMED, PAID), (NAMED_BACK, FAILED)])
def test_a_notification_that_overtakes_the_answer_names_the_order(
    spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...], word: PayoutWord, event: WithdrawalEvent
) -> None:
    spec.given(REQUESTED, APPROVED, *history).when(HearProvider(word=word)).then(SENT, event)
    spec.given(REQUESTED, APPROVED, *history, SENT).when(HearProvider(word=word)).then(event)


def test_money_that_comes_back_after_it_was_paid_is_a_new_credit(spec: WithdrawalSpec) -> None:
    spec.given(REQUESTED, APPROVED, STARTED, SENT, PAID).when(SENT_BACK).then(RETURNED)


def test_part_of_the_money_can_only_come_back_of_what_left(spec: WithdrawalSpec) -> None:
    part = HearProvider(word=SentBack(amount_minor=99_00, currency="EUR", code="fee"))
    spec.given(REQUESTED, APPROVED, STARTED, SENT).when(part).then(
        PAID, e.WithdrawalReturned(**FACT, returned_minor=99_00, back_minor=99_00, code="fee")
    )


def sent_back(amount_minor: int, currency: str = "EUR") -> HearProvider:
    return HearProvider(word=SentBack(amount_minor=amount_minor, currency=currency, code="fee"))


def test_what_comes_back_in_parts_adds_up_to_the_whole(spec: WithdrawalSpec) -> None:
    history = (REQUESTED, APPROVED, STARTED, SENT, PAID, PART_BACK)
    rest = e.WithdrawalReturned(**FACT, returned_minor=70_00, back_minor=100_00, code="fee")
    spec.given(*history).when(sent_back(70_00)).then(rest)
    spec.given(*history, rest).when(SENT_BACK).then_nothing()
    assert spec.given(*history, rest).when(sent_back(70_00)).then_raises(UnlawfulPayoutWord).why == "returned_too_much"


@pytest.mark.parametrize("command", [CONFIRMED, SENT_BACK, TAKEN, UNANSWERED])
def test_a_returned_withdrawal_hears_nothing_new(spec: WithdrawalSpec, command: HearProvider) -> None:
    spec.given(REQUESTED, APPROVED, STARTED, SENT, PAID, RETURNED).when(command).then_nothing()


@pytest.mark.parametrize(
    ("history", "word", "why"),
    [
        ((), Confirmed(amount_minor=1, currency="EUR"), "unknown_reference"),
        ((REQUESTED,), CONFIRMED.word, "payout_never_sent"),
        ((REQUESTED, REJECTED), CONFIRMED.word, "payout_never_sent"),
        ((REQUESTED, CANCELLED), SENT_BACK.word, "payout_never_sent"),
        ((REQUESTED, APPROVED, STARTED, FAILED), CONFIRMED.word, "paid_after_failed"),
        ((REQUESTED, APPROVED, STARTED, SENT), Declined(code="x"), "declined_after_taken"),
        ((REQUESTED, APPROVED, STARTED, SENT), Taken(reference="4712"), "reference_differs"),
        ((REQUESTED, APPROVED, STARTED, SENT), replace(NAMED, reference="4712"), "reference_differs"),
        ((REQUESTED, APPROVED, STARTED, SENT, PAID), Declined(code="x"), "declined_after_paid"),
        ((REQUESTED, APPROVED, STARTED), Confirmed(amount_minor=1, currency="EUR"), "amount_differs"),
        ((REQUESTED, APPROVED, STARTED), Confirmed(amount_minor=100_00, currency="SEK"), "amount_differs"),
        ((REQUESTED, APPROVED, STARTED, PAID, PART_BACK), sent_back(70_01).word, "returned_too_much"),
        ((REQUESTED, APPROVED, STARTED, PAID, PART_BACK), SENT_BACK.word, "returned_too_much"),
        (
            (REQUESTED, APPROVED, STARTED, PAID, PART_BACK),
            SentBack(amount_minor=30_00, currency="EUR", code="told otherwise"),
            "return_told_twice",
        ),
        ((REQUESTED, APPROVED, STARTED, PAID, PART_BACK), sent_back(70_00, "SEK").word, "amount_differs"),
        ((REQUESTED, APPROVED, STARTED, PAID, RETURNED), sent_back(999_99).word, "amount_differs"),
        ((REQUESTED, APPROVED, STARTED, PAID, RETURNED), sent_back(1).word, "returned_too_much"),
        ((REQUESTED, APPROVED, STARTED, PAID, RETURNED), replace(LEFT, amount_minor=999_99), "amount_differs"),
        ((REQUESTED, APPROVED, STARTED, PAID, RETURNED), Declined(code="x"), "declined_after_paid"),
        ((REQUESTED, APPROVED, STARTED, FAILED), sent_back(99_99).word, "amount_differs"),
        ((REQUESTED, APPROVED, STARTED, PAID), replace(BACK, amount_minor=100_01), "amount_differs"),
    ],
)
def test_a_word_that_fits_no_transition_is_set_aside(
    spec: WithdrawalSpec, history: tuple[WithdrawalEvent, ...], word: PayoutWord, why: str
) -> None:
    refusal = spec.given(*history).when(HearProvider(word=word)).then_raises(UnlawfulPayoutWord)
    assert refusal.why == why


@pytest.mark.parametrize(
    ("history", "answer"),
    [
        ((), False),
        ((REQUESTED, APPROVED), False),
        ((REQUESTED, APPROVED, STARTED), True),
        ((REQUESTED, APPROVED, STARTED, UNKNOWN), True),
        ((REQUESTED, APPROVED, STARTED, SENT), True),
        ((REQUESTED, APPROVED, STARTED, FAILED), False),
    ],
)
def test_a_provider_that_asks_may_take_only_what_is_on_hold_for_it(
    history: tuple[WithdrawalEvent, ...], answer: bool
) -> None:
    state = withdrawal.fold(history)
    assert may_be_debited(state, 100_00, "EUR") is answer
    assert not may_be_debited(state, 100_01, "EUR")


COMMANDS = [
    REQUEST, APPROVE, BOB, REJECT, CANCEL, START, TAKEN, DECLINED, UNANSWERED, CONFIRMED,
    SENT_BACK,
]  # fmt: skip


def play(commands: list[WithdrawalCommand]) -> list[WithdrawalEvent]:
    """The history these commands make, refusals left out."""
    history: list[WithdrawalEvent] = []
    for command in commands:
        try:
            history += withdrawal.decide(command, withdrawal.fold(history))
        except DomainError:
            continue
    return history


@given(st.lists(st.sampled_from(COMMANDS), max_size=16))
def test_whatever_the_order_there_is_at_most_one_decision_and_one_end(commands: list[WithdrawalCommand]) -> None:
    history = play(commands)
    kinds = [type(event) for event in history]
    approved = sum(isinstance(event, e.WithdrawalApproved) and event.final for event in history)
    assert approved <= 1
    assert kinds.count(e.PayoutStarted) <= approved
    ends = (e.WithdrawalRejected, e.WithdrawalCancelled, e.WithdrawalFailed, e.WithdrawalPaid)
    assert sum(kinds.count(end) for end in ends) <= 1
    assert kinds.count(e.WithdrawalReturned) <= kinds.count(e.WithdrawalPaid)


@given(st.permutations([TAKEN, CONFIRMED, SENT_BACK, SENT_BACK, UNANSWERED]))
def test_notifications_in_any_order_leave_the_player_with_his_money(words: list[HearProvider]) -> None:
    history = play([REQUEST, APPROVE, START, *words])
    assert isinstance(history[-1], e.WithdrawalFailed | e.WithdrawalReturned)


def test_events_from_before_parts_and_identities_were_kept_are_read() -> None:
    """Their text as it was stored then."""
    types = EventTypes(*e.WITHDRAWAL_EVENTS)
    name, version, text = types.encode(PART_BACK)
    older = {key: value for key, value in json.loads(text).items() if key != "back_minor"}
    assert types.decode(name, version, json.dumps(older)).all_back_minor == PART_BACK.back_minor
    name, version, text = types.encode(STARTED)
    older = {key: value for key, value in json.loads(text).items() if key != "sent_as"}
    assert types.decode(name, version, json.dumps(older)).sent_as == ""
