"""Fees that players pay, as the books see them: every sum is zero, nobody is ever short, and no fee is paid twice."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import DomainError
from payments.application.ledger import (
    AccountRef,
    AccountType,
    Transfer,
    house,
    player_cash,
    player_hold,
    player_receivable,
    player_refund_hold,
    psp_clearing,
)
from payments.application.postings import deposit_transfers, refund_transfers, withdrawal_transfers
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import HearProvider, RequestDeposit
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import DepositWord, GivenBack, Settled, TakenBack
from payments.domain.refund import words as rw
from payments.domain.refund.aggregate import refund
from payments.domain.refund.commands import HearRefund, OrderRefund, RejectRefund, StartRefund
from payments.domain.refund.events import RefundFact
from payments.domain.withdrawal import commands as w
from payments.domain.withdrawal import events as we
from payments.domain.withdrawal import words as ww
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.going import PartFact, Way, Why
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding
from payments.domain.withdrawal.states import Halted, Split

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THING, PLAYER, CASINO = UUID(int=1), UUID(int=2), UUID(int=3)
WHOSE: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO, "currency": "EUR"}
CASH, HOLD = player_cash(CASINO, PLAYER, "EUR"), player_hold(CASINO, PLAYER, "EUR")
ASIDE, OWED = player_refund_hold(CASINO, PLAYER, "EUR"), player_receivable(CASINO, PLAYER, "EUR")
FEES = house(CASINO, AccountType.PLAYER_FEES, "EUR")
TRUSTLY = psp_clearing(CASINO, "trustly", "EUR")
FLOORED = (CASH, HOLD, ASIDE)

Held = Counter[AccountRef]


def post(held: Held, transfers: Iterable[Transfer]) -> None:
    """As the ledger does: one after the other, and no player's account goes below nothing."""
    for one in transfers:
        held[one.debit] -= one.amount_minor
        held[one.credit] += one.amount_minor
        assert all(held[account] >= 0 for account in FLOORED)
    assert sum(held.values()) == 0


def begun(cash: int = 0, debt: int = 0) -> Held:
    """What he holds, or owes, before."""
    held: Held = Counter({CASH: cash, OWED: -debt})
    held[house(CASINO, AccountType.ADJUSTMENTS, "EUR")] = debt - cash
    return held


# --- deposits


def taken(movement: str, minor: int) -> TakenBack:
    return TakenBack(reference="pi_1", movement=movement, amount_minor=minor, currency="EUR", code="fraudulent")


def deposited(held: Held, amount: int, fee: int, words: Sequence[DepositWord]) -> None:
    request = RequestDeposit(
        **WHOSE, provider="stripe", amount_minor=amount, return_url=None, sent_as="us",
        standing=DepositStanding(), now=NOW, fee_minor=fee,
    )  # fmt: skip
    state = deposit.fold(deposit.decide(request, deposit.initial))
    for word in words:
        heard = HearProvider(word=word, said_at=NOW, cash_minor=held[CASH], owed_minor=-held[OWED])
        try:
            events = deposit.decide(heard, state)
        except DomainError:
            continue
        post(held, deposit_transfers(THING, events))
        for event in events:
            state = deposit.evolve(state, event)


@st.composite
def deposits(draw: st.DrawFn) -> tuple[int, int, list[DepositWord]]:
    """An amount, a fee that leaves something of it, and what a provider says of it, in any order and repeated."""
    amount = draw(st.integers(2, 10_000))
    fee = draw(st.integers(0, amount - 1))
    settled = draw(st.integers(1, 12_000))
    some = draw(st.integers(1, settled))
    words: list[DepositWord] = [
        Settled(reference="pi_1", amount_minor=settled, currency="EUR"),
        taken("a", some),
        GivenBack(reference="pi_1", movement="a", amount_minor=some, currency="EUR", code="won"),
        *([taken("b", settled - some)] if settled > some else []),
    ]
    told = draw(st.lists(st.sampled_from(words), max_size=6))
    return amount, fee, draw(st.permutations([words[0], *told]))


@given(deposits(), st.integers(0, 5_000), st.integers(0, 5_000), st.randoms(use_true_random=False))
def test_the_fee_is_paid_once_and_the_end_is_the_same_in_whatever_order_it_is_told(
    case: tuple[int, int, list[DepositWord]], cash: int, debt: int, chance: Any
) -> None:
    amount, fee, words = case
    settled = next(word.amount_minor for word in words if isinstance(word, Settled))
    due = fee if settled >= amount else fee * settled // amount
    shuffled = list(words)
    chance.shuffle(shuffled)
    cash, debt = max(cash - debt, 0), max(debt - cash, 0)  # Whoever owes has paid what he could.
    ends = []
    for order in (words, shuffled):
        held = begun(cash, debt)
        deposited(held, amount, fee, order)
        assert held[FEES] == due
        ends.append((held[CASH], held[OWED]))
    assert ends[0] == ends[1]


@given(deposits())
def test_a_deposit_and_its_fee_are_one_group_and_less_is_kept_than_was_paid(
    case: tuple[int, int, list[DepositWord]],
) -> None:
    amount, fee, words = case
    settled = next(word for word in words if isinstance(word, Settled))
    held = begun()
    deposited(held, amount, fee, [settled, settled])
    assert held[FEES] < settled.amount_minor
    assert held[CASH] == settled.amount_minor - held[FEES]


# --- refunds of all of it

ENDS: list[Any] = [
    HearRefund(word=rw.Refunded(reference="re_1", amount_minor=50_00, currency="EUR")),
    HearRefund(word=rw.Refused(reference="re_1", code="declined")),
    HearRefund(word=rw.Accepted(reference="re_1")),
    HearRefund(word=rw.Unanswered()),
    RejectRefund(),
    StartRefund(sent_as="us"),
]


@given(st.integers(0, 60_00), st.integers(0, 49_99), st.lists(st.sampled_from(ENDS), max_size=8))
def test_a_whole_refund_gives_the_fee_back_and_one_that_fails_takes_it_again(
    spent: int, fee: int, commands: list[Any]
) -> None:
    held = begun()
    deposited(held, 50_00, fee, [Settled(reference="pi_1", amount_minor=50_00, currency="EUR")])
    spent = min(spent, held[CASH])
    held[CASH] -= spent
    held[psp_clearing(CASINO, "stripe", "EUR")] += spent
    before = (held[CASH], held[FEES])
    fact = RefundFact(
        deposit_id=THING, provider="stripe", payment="pi_1", amount_minor=50_00, may_owe=True, fee_minor=fee, **WHOSE
    )
    state = refund.initial
    order = OrderRefund(fact=fact, left_minor=50_00, cash_minor=held[CASH], now=NOW)
    for command in [order, *commands]:
        owed = {} if isinstance(command, OrderRefund | StartRefund) else {"owed_minor": -held[OWED]}
        try:
            events = refund.decide(type(command)(**{**_fields(command), **owed}), state)
        except DomainError:
            continue
        post(held, refund_transfers(UUID(int=9), events))
        for event in events:
            state = refund.evolve(state, event)
    failed = type(state).__name__ == "Failed"
    assert held[FEES] == (fee if failed else 0)
    if failed:
        assert (held[CASH] + held[OWED], held[FEES]) == before
    else:
        assert held[CASH] + held[OWED] == -spent
    assert held[ASIDE] == (0 if failed or type(state).__name__ in ("Succeeded", "Returned") else 50_00)


def _fields(command: Any) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__dataclass_fields__}


# --- withdrawals


def asked_out(fee: int, policy: WithdrawalPolicy) -> w.RequestWithdrawal:
    return w.RequestWithdrawal(
        **WHOSE, provider="trustly", amount_minor=100_00, destination="sealed", shown_as="****", policy=policy,
        standing=WithdrawalStanding(), now=NOW, fee_minor=fee,
    )  # fmt: skip


SAID = [
    w.ApproveWithdrawal(approver="ann", now=NOW),
    w.RejectWithdrawal(rejecter="ann", reason="no"),
    w.CancelWithdrawal(allowed=True),
    w.StartPayout(request_id=THING, sent_as="us"),
    *(
        w.HearProvider(word=word)
        for word in (
            ww.Declined(code="no"),
            ww.Taken(reference="4711"),
            ww.Unanswered(),
            ww.Confirmed(amount_minor=100_00, currency="EUR"),
            ww.SentBack(amount_minor=100_00, currency="EUR", code="account_closed"),
            ww.SentBack(amount_minor=30_00, currency="EUR", code="account_closed"),
            ww.FoundUnpaid(),
        )
    ),
]


@given(st.integers(0, 5_00), st.lists(st.sampled_from(SAID), max_size=14))
def test_a_withdrawals_fee_is_on_hold_beside_it_then_paid_or_back(fee: int, commands: list[Any]) -> None:
    history: list[we.WithdrawalEvent] = []
    held = begun(cash=105_00)
    for command in [asked_out(fee, WithdrawalPolicy(second_person_above_minor=100_00)), *commands]:
        try:
            events = withdrawal.decide(command, withdrawal.fold(history))
        except DomainError:
            continue
        history += events
        post(held, withdrawal_transfers(THING, events))
    paid = any(isinstance(event, we.WithdrawalPaid) for event in history)
    over = paid or any(
        isinstance(event, we.WithdrawalRejected | we.WithdrawalCancelled | we.WithdrawalFailed) for event in history
    )
    back = sum(event.returned_minor for event in history if isinstance(event, we.WithdrawalReturned))
    assert held[HOLD] == (0 if over else 100_00 + fee)
    assert held[FEES] == (fee if paid else 0)
    assert held[TRUSTLY] == (100_00 - back if paid else 0)
    assert held[CASH] == 105_00 - held[HOLD] - held[FEES] - held[TRUSTLY]


PARTS = [UUID(int=number) for number in (11, 12, 13)]
SPLIT = [
    w.SplitWithdrawal(
        parts=tuple(
            PartFact(part_id=part, way=Way.PAYOUT, why=Why.DEPOSITED, provider="trustly", amount_minor=minor)
            for part, minor in zip(PARTS, (60_00, 25_00, 15_00), strict=True)
        )
    )
]
OF_PARTS = [
    *(
        w.HearPart(part_id=part, word=word)
        for part in PARTS
        for word in (ww.PartWasPaid(), ww.PartFellThrough(code="no"))
    ),
    w.HaltWithdrawal(),
    w.RejectWithdrawal(rejecter="ann", reason="no"),
]


@given(st.integers(0, 5_00), st.lists(st.sampled_from(OF_PARTS), max_size=16))
def test_of_a_withdrawal_in_parts_the_fee_is_that_of_what_left(fee: int, commands: list[Any]) -> None:
    by_policy = WithdrawalPolicy(second_person_above_minor=200_00, automatic_up_to_minor=200_00)
    history: list[we.WithdrawalEvent] = []
    held, paid_minor = begun(cash=105_00), 0
    for command in [asked_out(fee, by_policy), *SPLIT, *commands]:
        try:
            events = withdrawal.decide(command, withdrawal.fold(history))
        except DomainError:
            continue
        history += events
        for event in events:
            if isinstance(event, we.WithdrawalPartPaid):  # The part's own event moves what it paid.
                held[HOLD] -= event.part_minor
                held[TRUSTLY] += event.part_minor
                paid_minor = event.paid_minor
        post(held, withdrawal_transfers(THING, events))
    if isinstance(withdrawal.fold(history), Split | Halted):
        assert (held[HOLD], held[FEES]) == (100_00 + fee - paid_minor, 0)
    else:
        assert (held[HOLD], held[FEES]) == (0, fee * paid_minor // 100_00)
    assert held[CASH] == 105_00 - held[HOLD] - held[FEES] - paid_minor
