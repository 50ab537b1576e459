"""What two people found out where the provider said nothing, told as given/when/then; and what contradicts them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import DomainError, Invalid, NotFound
from chassis.testing.spec import Spec
from payments.domain.deposit import events as d
from payments.domain.deposit import words as said_of_deposit
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import DepositCommand
from payments.domain.deposit.commands import HearProvider as HearAboutDeposit
from payments.domain.deposit.errors import DepositNotCredited, DepositOutcomeKnown, UnlawfulDepositWord
from payments.domain.deposit.states import Deposit, Succeeded, asked
from payments.domain.refund import events as r
from payments.domain.refund import words as said_of_refund
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import HearRefund, RefundCommand
from payments.domain.refund.errors import RefundOutcomeKnown, UnlawfulRefundWord
from payments.domain.refund.states import Refund
from payments.domain.withdrawal import events as p
from payments.domain.withdrawal import words as said_of_payout
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import HearProvider, WithdrawalCommand
from payments.domain.withdrawal.errors import PayoutOutcomeKnown, UnlawfulPayoutWord
from payments.domain.withdrawal.states import Withdrawal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHOSE: p.WithdrawalFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "trustly",
    "amount_minor": 100_00,
    "currency": "EUR",
}
REQUESTED = p.WithdrawalRequested(
    **WHOSE, destination="sealed", shown_as="****1234", approvals_needed=1, requested_at=NOW
)
APPROVED = p.WithdrawalApproved(**WHOSE, approved_by="ann", final=True, approved_at=NOW)
STARTED = p.PayoutStarted(**WHOSE, request_id=UUID(int=9), sent_as="us")
NOBODY_KNOWS = p.PayoutOutcomeUnknown(**WHOSE)
SENT = p.PayoutSent(**WHOSE, reference="4711")
PAID = p.WithdrawalPaid(**WHOSE, by_hand=True)
UNPAID = p.WithdrawalFailed(**WHOSE, code="never_paid", by_hand=True)
BEGUN: list[p.WithdrawalEvent] = [REQUESTED, APPROVED, STARTED]

FACT = r.RefundFact(
    deposit_id=UUID(int=7),
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="adyen",
    payment="psp_1",
    amount_minor=30_00,
    currency="EUR",
)
REFUND: list[r.RefundEvent] = [
    r.RefundOrdered(fact=FACT, from_cash_minor=30_00, ordered_at=NOW),
    r.RefundStarted(fact=FACT, sent_as="us"),
]
REFUND_UNKNOWN = r.RefundOutcomeUnknown(fact=FACT)
REFUND_TAKEN = r.RefundAccepted(fact=FACT, reference="re_1")
REFUNDED = r.RefundSucceeded(fact=FACT, reference="re_1", by_hand=True)
UNREFUNDED = r.RefundFailed(fact=FACT, reference=None, code="never_paid", recovered_minor=0, by_hand=True)
DONE = said_of_refund.Refunded(reference="re_1", amount_minor=30_00, currency="EUR")


PayoutSpec = Spec[WithdrawalCommand, Withdrawal, p.WithdrawalEvent]
RefundSpec = Spec[RefundCommand, Refund, r.RefundEvent]


@pytest.fixture
def payout() -> PayoutSpec:
    return Spec(withdrawal)


@pytest.fixture
def refunds() -> RefundSpec:
    return Spec(refund)


def of_payout(word: said_of_payout.PayoutWord) -> HearProvider:
    return HearProvider(word=word)


def of_refund(word: said_of_refund.RefundWord, owed: int = 0) -> HearRefund:
    return HearRefund(word=word, owed_minor=owed)


FOUND_PAID = of_payout(said_of_payout.FoundPaid(reference="4711"))
FOUND_UNPAID = of_payout(said_of_payout.FoundUnpaid())
FOUND_REFUNDED = of_refund(said_of_refund.FoundPaid(reference="re_1"))
FOUND_UNREFUNDED = of_refund(said_of_refund.FoundUnpaid())


@pytest.mark.parametrize("history", [(), (NOBODY_KNOWS,)])
def test_a_payout_that_was_found_paid_left_under_the_name_that_was_found(
    payout: PayoutSpec, history: list[p.WithdrawalEvent]
) -> None:
    payout.given(*BEGUN, *history).when(FOUND_PAID).then(SENT, PAID)
    payout.given(*BEGUN, *history, SENT).when(FOUND_PAID).then(PAID)


@pytest.mark.parametrize("history", [(), (NOBODY_KNOWS,), (SENT,)])
def test_the_money_of_a_payout_that_was_never_made_is_the_players_again(
    payout: PayoutSpec, history: list[p.WithdrawalEvent]
) -> None:
    payout.given(*BEGUN, *history).when(FOUND_UNPAID).then(UNPAID)


def test_a_payout_is_found_out_by_the_name_the_provider_gave_it(payout: PayoutSpec) -> None:
    other = of_payout(said_of_payout.FoundPaid(reference="4712"))
    assert payout.given(*BEGUN, SENT).when(other).then_raises(UnlawfulPayoutWord).why == "reference_differs"


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((), NotFound),
        ((REQUESTED,), PayoutOutcomeKnown),
        ((REQUESTED, APPROVED), PayoutOutcomeKnown),
        ((*BEGUN, SENT, replace(PAID, by_hand=False)), PayoutOutcomeKnown),
        ((*BEGUN, SENT, PAID), PayoutOutcomeKnown),
        ((*BEGUN, UNPAID), PayoutOutcomeKnown),
    ],
)
@pytest.mark.parametrize("found", [FOUND_PAID, FOUND_UNPAID])
def test_there_is_nothing_to_find_out_of_a_payout_that_was_not_sent_or_is_decided(
    payout: PayoutSpec, history: list[p.WithdrawalEvent], refusal: type[DomainError], found: HearProvider
) -> None:
    payout.given(*history).when(found).then_raises(refusal)


@pytest.mark.parametrize(
    ("found", "word", "why"),
    [
        (UNPAID, said_of_payout.Taken(reference="4711"), "contradicts_people"),
        (UNPAID, said_of_payout.Confirmed(amount_minor=100_00, currency="EUR"), "contradicts_people"),
        (PAID, said_of_payout.Taken(reference="4712"), "contradicts_people"),
        (PAID, said_of_payout.Confirmed(amount_minor=100_00, currency="EUR", reference="1"), "contradicts_people"),
        (PAID, said_of_payout.Confirmed(amount_minor=99_99, currency="EUR"), "amount_differs"),
        (PAID, said_of_payout.Declined(code="no"), "declined_after_paid"),
    ],
)
def test_what_contradicts_people_is_set_aside_and_moves_nothing(
    payout: PayoutSpec, found: p.WithdrawalEvent, word: said_of_payout.PayoutWord, why: str
) -> None:
    assert payout.given(*BEGUN, SENT, found).when(of_payout(word)).then_raises(UnlawfulPayoutWord).why == why


@pytest.mark.parametrize(
    "word",
    [
        said_of_payout.Confirmed(amount_minor=100_00, currency="EUR"),
        said_of_payout.Confirmed(amount_minor=100_00, currency="EUR", reference="4711"),
        said_of_payout.Taken(reference="4711"),
        said_of_payout.Unanswered(),
    ],
)
def test_that_the_provider_says_the_same_is_no_news(payout: PayoutSpec, word: said_of_payout.PayoutWord) -> None:
    payout.given(*BEGUN, SENT, PAID).when(of_payout(word)).then_nothing()


def test_a_payout_that_was_found_paid_may_come_back(payout: PayoutSpec) -> None:
    back = said_of_payout.SentBack(amount_minor=100_00, currency="EUR", code="account_closed")
    returned = p.WithdrawalReturned(**WHOSE, returned_minor=100_00, back_minor=100_00, code="account_closed")
    payout.given(*BEGUN, SENT, PAID).when(of_payout(back)).then(returned)


@pytest.mark.parametrize("history", [(), (REFUND_UNKNOWN,), (REFUND_TAKEN,)])
def test_a_refund_that_was_found_made_is_gone(refunds: RefundSpec, history: list[r.RefundEvent]) -> None:
    refunds.given(*REFUND, *history).when(FOUND_REFUNDED).then(REFUNDED)


@pytest.mark.parametrize(("owed", "recovered"), [(0, 0), (10_00, 10_00), (99_00, 30_00)])
def test_what_was_never_refunded_pays_first_what_the_player_owes(
    refunds: RefundSpec, owed: int, recovered: int
) -> None:
    found = of_refund(said_of_refund.FoundUnpaid(), owed)
    refunds.given(*REFUND, REFUND_UNKNOWN).when(found).then(replace(UNREFUNDED, recovered_minor=recovered))
    known = replace(UNREFUNDED, reference="re_1", recovered_minor=recovered)
    refunds.given(*REFUND, REFUND_TAKEN).when(found).then(known)


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((), NotFound),
        (REFUND[:1], RefundOutcomeKnown),
        ((*REFUND, replace(REFUNDED, by_hand=False)), RefundOutcomeKnown),
        ((*REFUND, REFUNDED), RefundOutcomeKnown),
        ((*REFUND, UNREFUNDED), RefundOutcomeKnown),
    ],
)
@pytest.mark.parametrize("found", [FOUND_REFUNDED, FOUND_UNREFUNDED])
def test_there_is_nothing_to_find_out_of_a_refund_that_was_not_sent_or_is_decided(
    refunds: RefundSpec, history: list[r.RefundEvent], refusal: type[DomainError], found: HearRefund
) -> None:
    refunds.given(*history).when(found).then_raises(refusal)


@pytest.mark.parametrize(
    ("found", "word", "why"),
    [
        (UNREFUNDED, DONE, "contradicts_people"),
        (replace(UNREFUNDED, reference="re_1"), DONE, "contradicts_people"),
        (UNREFUNDED, said_of_refund.Accepted(reference="re_1"), "contradicts_people"),
        (REFUNDED, replace(DONE, reference="re_2"), "reference_differs"),
        (REFUNDED, said_of_refund.Accepted(reference="re_2"), "reference_differs"),
        (REFUNDED, said_of_refund.Refused(code="no"), "refused_after_accepted"),
    ],
)
def test_what_contradicts_people_about_a_refund_is_set_aside(
    refunds: RefundSpec, found: r.RefundEvent, word: said_of_refund.RefundWord, why: str
) -> None:
    assert refunds.given(*REFUND, found).when(of_refund(word)).then_raises(UnlawfulRefundWord).why == why


def test_a_refund_that_was_found_made_may_fail_after_that(refunds: RefundSpec) -> None:
    word = said_of_refund.Refused(reference="re_1", code="lost_or_stolen_card")
    returned = r.RefundReturned(fact=FACT, reference="re_1", code="lost_or_stolen_card")
    refunds.given(*REFUND, REFUNDED).when(of_refund(word)).then(returned)
    refunds.given(*REFUND, REFUNDED).when(of_refund(DONE)).then_nothing()


DepositSpec = Spec[DepositCommand, Deposit, d.DepositEvent]
PAID_IN: d.DepositFields = {
    "player_id": UUID(int=1),
    "casino_id": UUID(int=2),
    "provider": "a",
    "amount_minor": 50_00,
    "currency": "EUR",
}
AT_B: d.DepositFields = {**PAID_IN, "provider": "b"}
ASKED = d.DepositRequested(**PAID_IN, return_url="sealed", sent_as="us", requested_at=NOW)
DEPOSIT_UNKNOWN = d.DepositOutcomeUnknown(**PAID_IN)
EXPIRED = d.DepositExpired(**PAID_IN)
GONE_ON = d.DepositPassedOn(
    **AT_B, declined_by="a", reference=None, code="no", closed=False, sent_as="us-b",
    passed_on_at=NOW,
)  # fmt: skip
CREDITED = d.DepositSucceeded(**PAID_IN, reference="a1", requested_minor=50_00, late=False, said_at=NOW, by_hand=True)
CREDITED_AT_B = d.DepositSucceeded(**AT_B, reference="b1", requested_minor=50_00, late=False, said_at=NOW)
NEVER = d.DepositFailed(**PAID_IN, reference=None, code="never_paid")
CLOSED = d.DepositClosed(**PAID_IN, by_hand=True)
PAYMENT = said_of_deposit.FoundPaid(reference="a1", amount_minor=50_00)
NO_PAYMENT = said_of_deposit.FoundUnpaid()


@pytest.fixture
def deposits() -> DepositSpec:
    return Spec(deposit)


def of_deposit(word: said_of_deposit.DepositWord | said_of_deposit.Found, provider: str = "a") -> HearAboutDeposit:
    return HearAboutDeposit(word=word, said_at=NOW, provider=provider, second_id=UUID(int=9))


@pytest.mark.parametrize("history", [(), (DEPOSIT_UNKNOWN,), (d.DepositSubmitted(**PAID_IN, reference="page"),)])
def test_a_deposit_that_was_found_paid_is_credited(deposits: DepositSpec, history: tuple[d.DepositEvent, ...]) -> None:
    deposits.given(ASKED, *history).when(of_deposit(PAYMENT)).then(CREDITED)
    known = d.DepositSucceeded(**PAID_IN, reference="a1", requested_minor=50_00, late=True, said_at=NOW, by_hand=True)
    deposits.given(ASKED, *history, EXPIRED).when(of_deposit(PAYMENT)).then(known)


def test_a_deposit_that_nobody_paid_is_over(deposits: DepositSpec) -> None:
    deposits.given(ASKED, DEPOSIT_UNKNOWN).when(of_deposit(NO_PAYMENT)).then(NEVER, CLOSED)
    deposits.given(ASKED, EXPIRED).when(of_deposit(NO_PAYMENT)).then(CLOSED)


def test_what_comes_in_all_the_same_is_the_players_and_remembered_as_a_contradiction(deposits: DepositSpec) -> None:
    settled = said_of_deposit.Settled(reference="a1", amount_minor=50_00, currency="EUR")
    late = d.DepositSucceeded(**PAID_IN, reference="a1", requested_minor=50_00, late=True, said_at=NOW)
    deposits.given(ASKED, NEVER, CLOSED).when(of_deposit(settled)).then(late)
    state = deposit.fold([ASKED, NEVER, CLOSED, late])
    assert isinstance(state, Succeeded)
    assert asked(state).found_unpaid == ("a",)


def test_a_provider_behind_is_found_out_as_well(deposits: DepositSpec) -> None:
    history = (ASKED, GONE_ON, CREDITED_AT_B)
    twice = d.DepositPaidTwice(**PAID_IN, reference="a1", second_id=UUID(int=9))
    deposits.given(*history).when(of_deposit(PAYMENT)).then(twice)
    deposits.given(*history).when(of_deposit(NO_PAYMENT)).then(CLOSED)
    deposits.given(*history, CLOSED).when(of_deposit(NO_PAYMENT)).then_raises(DepositOutcomeKnown)


@pytest.mark.parametrize(
    ("history", "found", "refusal"),
    [
        ((), PAYMENT, NotFound),
        ((d.DepositRefused(**PAID_IN, code="self_excluded"),), NO_PAYMENT, DepositOutcomeKnown),
        ((ASKED, CREDITED), PAYMENT, DepositOutcomeKnown),
        ((ASKED, CREDITED), NO_PAYMENT, DepositOutcomeKnown),
        ((ASKED, NEVER, CLOSED), NO_PAYMENT, DepositOutcomeKnown),
    ],
)
def test_there_is_nothing_to_find_out_of_a_deposit_that_is_decided(
    deposits: DepositSpec, history: Any, found: said_of_deposit.Found, refusal: type[DomainError]
) -> None:
    deposits.given(*history).when(of_deposit(found)).then_raises(refusal)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (said_of_deposit.Declined(reference=None, code="no", final=True), "declined_after_success"),
        (said_of_deposit.Settled(reference="a2", amount_minor=50_00, currency="EUR"), "settled_twice"),
        (said_of_deposit.Settled(reference="a1", amount_minor=49_00, currency="EUR"), "settled_twice"),
    ],
)
def test_what_contradicts_people_about_a_deposit_is_set_aside(
    deposits: DepositSpec, word: said_of_deposit.DepositWord, why: str
) -> None:
    assert deposits.given(ASKED, CREDITED).when(of_deposit(word)).then_raises(UnlawfulDepositWord).why == why
    same = said_of_deposit.Settled(reference="a1", amount_minor=50_00, currency="EUR")
    deposits.given(ASKED, CREDITED).when(of_deposit(same)).then_nothing()


NOTHING_CAME = said_of_deposit.FoundUncollected()


def taken_back(amount_minor: int, nth: int = 1, **fields: int) -> d.DepositReversed:
    back: dict[str, Any] = {
        "all_reversed_minor": amount_minor,
        "from_cash_minor": amount_minor,
        "owed_minor": 0,
        **fields,
    }
    return d.DepositReversed(
        **PAID_IN, reference="a1", movement=f"never_collected:{nth}", reversed_minor=amount_minor,
        code="never_collected", **back,
    )  # fmt: skip


def found_gone(amount_minor: int | None = None, *, cash: int = 80_00) -> HearAboutDeposit:
    word = said_of_deposit.FoundUncollected(amount_minor=amount_minor)
    return replace(of_deposit(word), cash_minor=cash)


def test_a_deposit_that_was_never_collected_is_taken_back_and_what_is_spent_is_owed(deposits: DepositSpec) -> None:
    deposits.given(ASKED, CREDITED).when(found_gone()).then(taken_back(50_00))
    spent = taken_back(50_00, from_cash_minor=10_00, owed_minor=40_00)
    deposits.given(ASKED, CREDITED).when(found_gone(cash=10_00)).then(spent)


def test_parts_of_it_are_taken_back_one_by_one_and_no_more_than_is_left(deposits: DepositSpec) -> None:
    part, rest = taken_back(20_00), taken_back(30_00, 2, all_reversed_minor=50_00)
    deposits.given(ASKED, CREDITED).when(found_gone(20_00)).then(part)
    assert deposits.given(ASKED, CREDITED, part).when(found_gone(31_00)).then_raises(Invalid).field == "amount_minor"
    deposits.given(ASKED, CREDITED, part).when(found_gone()).then(rest)
    deposits.given(ASKED, CREDITED, part, rest).when(found_gone()).then_raises(DepositOutcomeKnown)


def test_what_its_provider_takes_back_as_well_moves_nothing_twice(deposits: DepositSpec) -> None:
    undone = said_of_deposit.Declined(reference="a1", code="refunded", final=True, undoes=True)
    deposits.given(ASKED, CREDITED, taken_back(50_00)).when(of_deposit(undone)).then_nothing()
    told = said_of_deposit.TakenBack(reference="a1", movement="m", amount_minor=50_00, currency="EUR", code="debit")
    waits = d.DepositReversalAnnounced(**PAID_IN, reference="a1", movement="m", reversed_minor=50_00, code="debit")
    deposits.given(ASKED, CREDITED, taken_back(50_00)).when(of_deposit(told)).then(waits)


def test_a_provider_that_says_later_it_was_paid_contradicts_people(deposits: DepositSpec) -> None:
    paid = said_of_deposit.Settled(reference="a1", amount_minor=50_00, currency="EUR")
    later = replace(of_deposit(paid), said_at=NOW + timedelta(days=1))
    refusal = deposits.given(ASKED, CREDITED, taken_back(50_00)).when(later)
    assert refusal.then_raises(UnlawfulDepositWord).why == "contradicts_people"
    deposits.given(ASKED, CREDITED, taken_back(50_00)).when(of_deposit(paid)).then_nothing()


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ((), NotFound),
        ((d.DepositRefused(**PAID_IN, code="self_excluded"),), DepositOutcomeKnown),
        ((ASKED,), DepositNotCredited),
        ((ASKED, NEVER, CLOSED), DepositNotCredited),
        ((ASKED, GONE_ON, CREDITED_AT_B), DepositNotCredited),
    ],
)
def test_what_was_not_credited_cannot_be_taken_back(
    deposits: DepositSpec, history: tuple[d.DepositEvent, ...], refusal: type[DomainError]
) -> None:
    deposits.given(*history).when(of_deposit(NOTHING_CAME)).then_raises(refusal)
