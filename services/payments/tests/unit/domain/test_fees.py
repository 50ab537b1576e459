"""What a player pays for a payment, told as given/when/then: fixed when he asks, due when the money moves."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from payments.domain.deposit import events as de
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import CreditSecondPayment, HearProvider, NextProvider, RequestDeposit
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import Declined, FoundPaid, Settled, TakenBack
from payments.domain.refund import events as re
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import OrderRefund, RejectRefund
from payments.domain.refund.errors import RefundNotCovered
from payments.domain.routing.terms import PlayerFee
from payments.domain.withdrawal import events as we
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.commands import RejectWithdrawal, RequestWithdrawal
from payments.domain.withdrawal.events import WithdrawalFact
from payments.domain.withdrawal.going import PartFact, Way, Why
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACT = de.DepositFact(
    player_id=UUID(int=1), casino_id=UUID(int=2), provider="stripe", amount_minor=50_00, currency="EUR"
)
REQUEST = RequestDeposit(
    **FACT.fields(), return_url=None, sent_as="us", standing=DepositStanding(), now=NOW, fee_minor=1_50
)
REQUESTED = de.DepositRequested(**FACT.fields(), return_url=None, sent_as="us", requested_at=NOW, fee_minor=1_50)
SETTLED = Settled(reference="pi_1", amount_minor=50_00, currency="EUR")
SUCCEEDED = de.DepositSucceeded(
    **FACT.fields(), reference="pi_1", requested_minor=50_00, late=False, said_at=NOW, fee_minor=1_50
)

amounts = st.integers(1, 10**12)
rates = st.integers(0, 10_000)
sums = st.dictionaries(st.sampled_from(["EUR", "JPY"]), st.integers(0, 10**6))


def hear(word: Settled | TakenBack | FoundPaid, *, cash: int = 0, owed: int = 0) -> HearProvider:
    return HearProvider(word=word, said_at=NOW, cash_minor=cash, owed_minor=owed)


# --- the terms


@given(amounts, rates, sums, sums, sums)
def test_a_fee_is_within_its_bounds_and_in_its_currency(
    amount: int, bps: int, fixed: dict[str, int], least: dict[str, int], more: dict[str, int]
) -> None:
    most = {currency: least.get(currency, 0) + extra for currency, extra in more.items()}
    fee = PlayerFee(bps=bps, fixed_minor=fixed, min_minor=least, max_minor=most)
    of = fee.of(amount, "EUR")
    assert least.get("EUR", 0) <= of <= most.get("EUR", of)
    exact = amount * bps / 10_000 + fixed.get("EUR", 0)
    assert of <= exact or of == least["EUR"]
    assert of > 0 or not fee.charges("EUR") or not fixed.get("EUR")
    assert fee.of(amount, "SEK") == amount * bps // 10_000


@given(amounts, rates, sums, sums)
def test_what_is_held_covers_as_much_with_its_fee_and_no_more(
    held: int, bps: int, fixed: dict[str, int], least: dict[str, int]
) -> None:
    fee = PlayerFee(bps=bps, fixed_minor=fixed, min_minor=least)
    most = fee.leaves(held, "EUR")
    assert most == 0 or most + fee.of(most, "EUR") <= held
    assert most + 1 + fee.of(most + 1, "EUR") > held


@given(rates, sums, sums, sums)
def test_the_least_is_the_first_amount_of_which_anything_is_left_where_there_is_one(
    bps: int, fixed: dict[str, int], least: dict[str, int], more: dict[str, int]
) -> None:
    most = {currency: least.get(currency, 0) + extra for currency, extra in more.items()}
    fee = PlayerFee(bps=bps, fixed_minor=fixed, min_minor=least, max_minor=most)
    first = fee.least("EUR")
    if first is None:
        assert all(fee.of(amount, "EUR") >= amount for amount in (1, 100_00, 10**13))
    else:
        assert fee.of(first, "EUR") < first
        assert first == 1 or fee.of(first - 1, "EUR") >= first - 1


def test_by_default_nothing_is_paid() -> None:
    assert PlayerFee().of(10**12, "EUR") == 0
    assert not PlayerFee().charges("EUR")
    assert not PlayerFee(bps=100, max_minor={"EUR": 0}).charges("EUR")


# --- deposits


def test_the_fee_is_fixed_when_the_deposit_is_asked_for() -> None:
    Spec(deposit).given().when(REQUEST).then(REQUESTED)
    Spec(deposit).given(REQUESTED).when(replace(REQUEST, fee_minor=9_99)).then_nothing()
    Spec(deposit).given(REQUESTED).when(hear(SETTLED)).then(SUCCEEDED)


@pytest.mark.parametrize(("settled", "fee"), [(49_99, 1_49), (25_00, 75), (1, 0), (80_00, 1_50)])
def test_of_less_than_was_asked_for_its_part_is_due_and_of_more_no_more(settled: int, fee: int) -> None:
    other = replace(SUCCEEDED, amount_minor=settled, fee_minor=fee)
    Spec(deposit).given(REQUESTED).when(hear(replace(SETTLED, amount_minor=settled))).then(other)


def test_a_debt_is_paid_out_of_what_the_fee_leaves() -> None:
    Spec(deposit).given(REQUESTED).when(hear(SETTLED, owed=70_00)).then(replace(SUCCEEDED, recovered_minor=48_50))
    Spec(deposit).given(REQUESTED).when(hear(SETTLED, owed=3_00)).then(replace(SUCCEEDED, recovered_minor=3_00))


def test_what_people_found_paid_costs_the_same() -> None:
    paid = replace(SUCCEEDED, by_hand=True)
    Spec(deposit).given(REQUESTED).when(hear(FoundPaid(reference="pi_1", amount_minor=50_00))).then(paid)


def test_whoever_it_is_passed_on_to_it_costs_what_it_cost() -> None:
    asked = replace(REQUESTED, method="card", route=("adyen",), attempts_max=2)
    on = NextProvider(provider="adyen", sent_as="us")
    no = HearProvider(word=Declined(reference=None, code="no"), said_at=NOW, next=on)
    passed = de.DepositPassedOn(
        **replace(FACT, provider="adyen").fields(), declined_by="stripe", reference=None, code="no", closed=False,
        sent_as="us", passed_on_at=NOW,
    )  # fmt: skip
    Spec(deposit).given(asked).when(no).then(passed)
    Spec(deposit).given(asked, passed).when(hear(SETTLED)).then(replace(SUCCEEDED, provider="adyen"))


def test_a_second_payment_that_nobody_asked_for_costs_nothing() -> None:
    fields = replace(FACT, provider="adyen").fields()
    second = CreditSecondPayment(
        **fields, reference="two", requested_minor=50_00, sent_as="us", method="card", said_at=NOW, now=NOW,
        cash_minor=0, owed_minor=0,
    )  # fmt: skip
    events = deposit.decide(second, deposit.initial)
    assert [event.fee_minor for event in events if isinstance(event, de.DepositRequested | de.DepositSucceeded)] == [
        0,
        0,
    ]


def test_what_a_bank_takes_back_leaves_the_fee_where_it_is() -> None:
    """He holds what the fee left him, and owes the fee: the bank has the whole."""
    taken = TakenBack(reference="pi_1", movement="dp_1", amount_minor=50_00, currency="EUR", code="fraudulent")
    reversed_ = de.DepositReversed(
        **FACT.fields(), reference="pi_1", movement="dp_1", reversed_minor=50_00, all_reversed_minor=50_00,
        from_cash_minor=48_50, owed_minor=1_50, code="fraudulent",
    )  # fmt: skip
    Spec(deposit).given(REQUESTED, SUCCEEDED).when(hear(taken, cash=48_50)).then(reversed_)


# --- refunds

REFUND = re.RefundFact(
    deposit_id=UUID(int=7), player_id=UUID(int=1), casino_id=UUID(int=2), provider="stripe", payment="pi_1",
    amount_minor=50_00, currency="EUR", fee_minor=1_50,
)  # fmt: skip
ORDERED = re.RefundOrdered(fact=REFUND, from_cash_minor=50_00, ordered_at=NOW)


def test_the_fee_that_comes_back_covers_its_part_of_the_refund() -> None:
    order = OrderRefund(fact=REFUND, left_minor=50_00, cash_minor=48_50, now=NOW)
    Spec(refund).given().when(order).then(ORDERED)
    Spec(refund).given().when(replace(order, cash_minor=48_49)).then_raises(RefundNotCovered)


def test_a_refund_that_falls_through_pays_the_fee_again_before_any_debt() -> None:
    failed = re.RefundFailed(fact=REFUND, reference=None, code="rejected", recovered_minor=48_50)
    Spec(refund).given(ORDERED).when(RejectRefund(owed_minor=60_00)).then(failed)


def test_the_same_refund_asked_for_again_is_the_same_whatever_the_fee_is_by_then() -> None:
    again = OrderRefund(fact=replace(REFUND, fee_minor=0), left_minor=0, cash_minor=0, now=NOW)
    Spec(refund).given(ORDERED).when(again).then_nothing()


# --- withdrawals

OUT = WithdrawalFact(
    player_id=UUID(int=1),
    casino_id=UUID(int=2),
    provider="trustly",
    amount_minor=100_00,
    currency="EUR",
    fee_minor=2_01,
)
ASK = RequestWithdrawal(
    player_id=UUID(int=1), casino_id=UUID(int=2), provider="trustly", amount_minor=100_00, currency="EUR",
    destination="sealed", shown_as="****", policy=WithdrawalPolicy(second_person_above_minor=100_00),
    standing=WithdrawalStanding(), now=NOW, fee_minor=2_01,
)  # fmt: skip
ASKED = we.WithdrawalRequested(
    **OUT.fields(),
    destination="sealed",
    shown_as="****",
    approvals_needed=1,
    requested_at=NOW,
    stopped_by=("never_automatic",),
)


def test_the_fee_of_a_withdrawal_is_that_of_when_it_was_asked_for() -> None:
    Spec(withdrawal).given().when(ASK).then(ASKED)
    Spec(withdrawal).given(ASKED).when(replace(ASK, fee_minor=0)).then_nothing()


def test_every_event_of_a_withdrawal_tells_its_fee_and_no_part_has_one() -> None:
    no = we.WithdrawalRejected(**OUT.fields(), rejected_by="ann", reason="name differs")
    Spec(withdrawal).given(ASKED).when(RejectWithdrawal(rejecter="ann", reason="name differs")).then(no)
    part = PartFact(part_id=UUID(int=1), way=Way.PAYOUT, why=Why.WINNINGS, provider="trustly", amount_minor=100_00)
    assert not hasattr(part, "fee_minor")


@given(st.integers(0, 100_00))
def test_of_what_was_paid_in_part_its_part_is_due(paid: int) -> None:
    due = OUT.fee_of(paid)
    assert 0 <= due <= 2_01
    assert due * 100_00 <= 2_01 * paid < (due + 1) * 100_00 or paid == 100_00
    assert OUT.fee_of(100_00) == 2_01
