"""A withdrawal that goes out in parts, told as given/when/then."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError, NotFound
from chassis.testing.spec import Spec
from payments.application.postings import withdrawal_transfers
from payments.domain.ledger.accounts import AccountType
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import (
    CancelWithdrawal,
    HaltWithdrawal,
    HearPart,
    HearProvider,
    OrderPart,
    RejectWithdrawal,
    ReleasePayout,
    RetryWithdrawal,
    SplitWithdrawal,
    StartPayout,
    WithdrawalCommand,
)
from payments.domain.withdrawal.errors import (
    NothingToRetry,
    PartsDiffer,
    UnlawfulPayoutWord,
    WithdrawalAlreadyDecided,
    WithdrawalAlreadySent,
)
from payments.domain.withdrawal.events import WithdrawalEvent
from payments.domain.withdrawal.going import PartFact, Way, Why
from payments.domain.withdrawal.states import Divided, Split, Stand, Withdrawal
from payments.domain.withdrawal.words import Confirmed, Declined, PartCameBack, PartFellThrough, PartWasPaid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHOLE = UUID(int=77)
FACT: e.WithdrawalFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "trustly",
    "amount_minor": 100_00,
    "currency": "EUR",
}
REQUESTED = e.WithdrawalRequested(
    **FACT, destination="sealed", shown_as="****1234", approvals_needed=1, requested_at=NOW
)
APPROVED = e.WithdrawalApproved(**FACT, approved_by="ann", final=True, approved_at=NOW)
CARD = PartFact(part_id=UUID(int=11), way=Way.REFUND, why=Why.DEPOSITED, provider="stripe", amount_minor=60_00)
BANK = PartFact(part_id=UUID(int=12), way=Way.PAYOUT, why=Why.WINNINGS, provider="trustly", amount_minor=40_00)
AGAIN = PartFact(part_id=UUID(int=13), way=Way.PAYOUT, why=Why.WINNINGS, provider="trustly", amount_minor=60_00)
SPLIT = e.WithdrawalSplit(**FACT, parts=(CARD, BANK))
CARD_PAID = e.WithdrawalPartPaid(**FACT, part_id=CARD.part_id, part_minor=60_00, paid_minor=60_00, refunded_minor=60_00)
BANK_PAID = e.WithdrawalPartPaid(**FACT, part_id=BANK.part_id, part_minor=40_00, paid_minor=40_00, refunded_minor=0)
ALL_PAID = replace(BANK_PAID, paid_minor=100_00, refunded_minor=60_00)
CARD_FAILED = e.WithdrawalPartFailed(**FACT, part_id=CARD.part_id, part_minor=60_00, code="expired_card")
HALTED = e.WithdrawalHalted(**FACT, rest_minor=60_00)
RELEASED = e.WithdrawalRestReleased(
    **FACT, rest_minor=60_00, paid_minor=40_00, refunded_minor=0, released_by="ann", reason="card expired"
)
RETRIED = e.WithdrawalRetried(**FACT, rest_minor=60_00, retried_by="ann", reason="their bank is up again")
RETRY = RetryWithdrawal(retrier="ann", reason="their bank is up again", now=NOW)
REJECT = RejectWithdrawal(rejecter="ann", reason="card expired")

PartsSpec = Spec[WithdrawalCommand, Withdrawal, WithdrawalEvent]
UNDER_WAY = (REQUESTED, APPROVED, SPLIT)
STUCK = (*UNDER_WAY, CARD_FAILED, BANK_PAID, HALTED)


@pytest.fixture
def spec() -> PartsSpec:
    return Spec(withdrawal)


def paid(part: PartFact) -> HearPart:
    return HearPart(part_id=part.part_id, word=PartWasPaid())


def fell_through(part: PartFact) -> HearPart:
    return HearPart(part_id=part.part_id, word=PartFellThrough(code="expired_card"))


def test_an_approved_withdrawal_is_divided(spec: PartsSpec) -> None:
    spec.given(REQUESTED, APPROVED).when(SplitWithdrawal(parts=(CARD, BANK))).then(SPLIT)


@pytest.mark.parametrize(
    "parts",
    [(CARD, BANK, AGAIN), (CARD, CARD), (), (replace(CARD, amount_minor=0),), (replace(CARD, amount_minor=-1), BANK)],
    ids=["more", "twice", "none", "nothing", "less_than_nothing"],
)
def test_parts_that_are_not_of_the_whole_are_refused(spec: PartsSpec, parts: tuple[PartFact, ...]) -> None:
    spec.given(REQUESTED, APPROVED).when(SplitWithdrawal(parts=parts)).then_raises(PartsDiffer)


def test_what_was_not_approved_is_not_divided_and_what_was_sent_neither(spec: PartsSpec) -> None:
    split = SplitWithdrawal(parts=(CARD, BANK))
    spec.given(REQUESTED).when(split).then_nothing()
    started = e.PayoutStarted(**FACT, request_id=UUID(int=9), sent_as="us")
    spec.given(REQUESTED, APPROVED, started).when(split).then_nothing()
    spec.given(*UNDER_WAY).when(split).then_nothing()


def test_what_goes_out_in_parts_is_not_sent_as_a_whole(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY).when(StartPayout(request_id=UUID(int=9), sent_as="us")).then_nothing()
    word = HearProvider(word=Confirmed(amount_minor=100_00, currency="EUR"))
    spec.given(*UNDER_WAY).when(word).then_raises(UnlawfulPayoutWord)


def test_it_is_paid_when_every_part_is(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY).when(paid(CARD)).then(CARD_PAID)
    spec.given(*UNDER_WAY, CARD_PAID).when(paid(BANK)).then(ALL_PAID)
    spec.given(*UNDER_WAY, CARD_PAID, ALL_PAID).when(REJECT).then_raises(WithdrawalAlreadyDecided)


def test_what_became_of_a_part_counts_once(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY, CARD_PAID).when(paid(CARD)).then_nothing()
    spec.given(*UNDER_WAY, CARD_PAID).when(fell_through(CARD)).then_nothing()
    spec.given(*UNDER_WAY, CARD_FAILED).when(paid(CARD)).then_nothing()
    spec.given(*UNDER_WAY).when(paid(AGAIN)).then_nothing()


def test_what_fell_through_goes_another_way(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY, CARD_FAILED).when(SplitWithdrawal(parts=(AGAIN,))).then(
        e.WithdrawalSplit(**FACT, parts=(AGAIN,))
    )
    spec.given(*UNDER_WAY, CARD_FAILED).when(SplitWithdrawal(parts=(AGAIN, BANK))).then_raises(PartsDiffer)


def test_people_decide_when_nothing_is_under_way_and_nothing_else_is_left(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY, CARD_FAILED).when(HaltWithdrawal()).then_nothing()
    spec.given(*UNDER_WAY, CARD_FAILED, BANK_PAID).when(HaltWithdrawal()).then(HALTED)
    spec.given(*STUCK).when(REJECT).then(RELEASED)
    spec.given(*STUCK).when(CancelWithdrawal(allowed=True)).then_raises(WithdrawalAlreadySent)


def test_what_waits_for_people_is_tried_again_when_one_wants_it(spec: PartsSpec) -> None:
    spec.given(*STUCK).when(RETRY).then(RETRIED)
    spec.given(*STUCK, RETRIED).when(RETRY).then_raises(NothingToRetry)
    spec.given(*STUCK, RETRIED).when(SplitWithdrawal(parts=(AGAIN,))).then(e.WithdrawalSplit(**FACT, parts=(AGAIN,)))
    spec.given(*STUCK, RETRIED).when(HaltWithdrawal()).then(HALTED)


def test_what_waits_for_nobody_is_not_tried_again(spec: PartsSpec) -> None:
    spec.given().when(RETRY).then_raises(NotFound)
    for history in ((REQUESTED,), UNDER_WAY, (*UNDER_WAY, CARD_FAILED), (*UNDER_WAY, CARD_PAID, ALL_PAID)):
        spec.given(*history).when(RETRY).then_raises(NothingToRetry)


def test_what_people_found_never_paid_waits_for_one_even_while_other_parts_are_open(spec: PartsSpec) -> None:
    found = HearPart(part_id=CARD.part_id, word=PartFellThrough(code="never_paid", by_hand=True))
    failed = replace(CARD_FAILED, code="never_paid", by_hand=True)
    spec.given(*UNDER_WAY).when(found).then(failed)
    state = withdrawal.fold([*UNDER_WAY, failed])
    assert isinstance(state, Split)
    assert state.parts.found_failed
    spec.given(*UNDER_WAY, failed).when(RETRY).then(RETRIED)
    after = withdrawal.fold([*UNDER_WAY, failed, RETRIED])
    assert isinstance(after, Split)
    assert not after.parts.found_failed
    assert (after.rest_minor, after.parts.minor(Stand.OPEN)) == (60_00, 40_00)


def test_while_a_part_may_be_on_its_way_nobody_gives_anything_back(spec: PartsSpec) -> None:
    spec.given(*UNDER_WAY, CARD_FAILED).when(REJECT).then_raises(WithdrawalAlreadySent)


def test_what_comes_back_of_a_part_is_told_with_what_came_back_before(spec: PartsSpec) -> None:
    back = HearPart(part_id=BANK.part_id, word=PartCameBack(amount_minor=15_00))
    first = e.WithdrawalPartReturned(**FACT, part_id=BANK.part_id, returned_minor=15_00, back_minor=15_00)
    spec.given(*UNDER_WAY, CARD_PAID, ALL_PAID).when(back).then(first)
    spec.given(*UNDER_WAY, CARD_PAID, ALL_PAID, first).when(back).then(replace(first, back_minor=30_00))


PART = OrderPart(
    parent_id=WHOLE,
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="trustly",
    amount_minor=40_00,
    currency="EUR",
    destination="sealed",
    shown_as="****1234",
    instrument_id=None,
    now=NOW,
)
OF_PART: e.WithdrawalFields = {**FACT, "amount_minor": 40_00, "parent_id": WHOLE}
ORDERED = e.WithdrawalPartOrdered(**OF_PART, destination="sealed", shown_as="****1234", ordered_at=NOW)


def test_a_part_may_be_sent_at_once_and_is_not_divided_again(spec: PartsSpec) -> None:
    spec.given().when(PART).then(ORDERED)
    spec.given(ORDERED).when(PART).then_nothing()
    started = e.PayoutStarted(**OF_PART, request_id=UUID(int=9), sent_as="us")
    spec.given(ORDERED).when(StartPayout(request_id=UUID(int=9), sent_as="us")).then(started)
    spec.given(ORDERED).when(SplitWithdrawal(parts=(replace(BANK, amount_minor=1),))).then_nothing()
    spec.given(ORDERED, started).when(HearProvider(word=Declined(code="no"))).then(
        e.WithdrawalFailed(**OF_PART, code="no")
    )


def test_the_player_takes_no_part_back(spec: PartsSpec) -> None:
    spec.given(ORDERED).when(CancelWithdrawal(allowed=True)).then_raises(WithdrawalAlreadySent)


def test_a_part_that_fails_leaves_its_money_on_hold_for_the_whole() -> None:
    assert withdrawal_transfers(UUID(int=12), [e.WithdrawalFailed(**OF_PART, code="no")]) == []
    (moved,) = withdrawal_transfers(UUID(int=12), [e.WithdrawalPaid(**OF_PART)])
    assert (moved.reference_id, moved.group, moved.amount_minor) == (WHOLE, UUID(int=12), 40_00)


def test_what_did_not_leave_pays_the_debt_when_it_is_released_and_a_part_that_fails_pays_none(spec: PartsSpec) -> None:
    owing = replace(REJECT, owed_minor=70_00)
    spec.given(*STUCK).when(owing).then(replace(RELEASED, recovered_minor=60_00))
    failed = HearProvider(word=Declined(code="no"), owed_minor=70_00)
    started = e.PayoutStarted(**OF_PART, request_id=UUID(int=9), sent_as="us")
    spec.given(ORDERED, started).when(failed).then(e.WithdrawalFailed(**OF_PART, code="no"))


def test_what_comes_back_of_a_part_pays_the_debt_for_the_whole() -> None:
    part = UUID(int=12)
    back = e.WithdrawalReturned(**OF_PART, returned_minor=40_00, back_minor=40_00, code="closed", recovered_minor=30_00)
    moved = withdrawal_transfers(part, [back])
    assert [(str(one.kind), one.amount_minor, one.reference_id, one.group) for one in moved] == [
        ("withdrawal_returned", 40_00, WHOLE, part), ("receivable_recovery", 30_00, WHOLE, part),
    ]  # fmt: skip


def test_a_batch_releases_what_was_approved_once(spec: PartsSpec) -> None:
    release = ReleasePayout(batch_id=UUID(int=5))
    released = e.PayoutReleased(**FACT, batch_id=UUID(int=5))
    spec.given(REQUESTED, APPROVED).when(release).then(released)
    spec.given(REQUESTED, APPROVED, released).when(ReleasePayout(batch_id=UUID(int=6))).then_nothing()
    spec.given(REQUESTED).when(release).then_nothing()
    spec.given(REQUESTED, APPROVED, released).when(REJECT).then(
        e.WithdrawalRejected(**FACT, rejected_by="ann", reason="card expired")
    )


PARTS = st.sampled_from([UUID(int=number) for number in range(11, 19)])
STEPS: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda amounts, first: SplitWithdrawal(
            parts=tuple(
                PartFact(
                    part_id=UUID(int=11 + (first + place) % 8),
                    way=Way.REFUND,
                    why=Why.DEPOSITED,
                    provider="stripe",
                    amount_minor=amount,
                )
                for place, amount in enumerate(amounts)
            )
        ),
        st.lists(st.sampled_from([10_00, 30_00, 40_00, 60_00]), min_size=1, max_size=3),
        st.integers(0, 7),
    ),
    st.builds(
        HearPart,
        part_id=PARTS,
        word=st.sampled_from(
            [
                PartWasPaid(),
                PartFellThrough(code="no"),
                PartFellThrough(code="never_paid", by_hand=True),
                PartCameBack(amount_minor=5_00),
            ]
        ),
    ),
    st.just(HaltWithdrawal()),
    st.just(REJECT),
    st.just(RETRY),
)


@given(st.lists(STEPS, max_size=25))
def test_whatever_becomes_of_the_parts_they_and_the_rest_are_the_whole(steps: list[Any]) -> None:
    history: list[WithdrawalEvent] = [REQUESTED, APPROVED]
    for step in steps:
        try:
            history += withdrawal.decide(step, withdrawal.fold(history))
        except DomainError:
            continue
        state = withdrawal.fold(history)
        if not isinstance(state, Divided):
            continue
        live = state.parts.minor(Stand.OPEN, Stand.PAID)
        released = sum(one.rest_minor for one in history if isinstance(one, e.WithdrawalRestReleased))
        rest = state.rest_minor if isinstance(state, Split) else 100_00 - live
        assert live + rest == 100_00
        assert rest >= 0
        assert released in (0, rest)
        off_hold = sum(
            one.amount_minor
            for one in withdrawal_transfers(WHOLE, history)
            if one.debit.type is AccountType.WITHDRAWAL_HOLD
        )
        assert off_hold + state.parts.minor(Stand.PAID) <= 100_00
