"""Which money moves: once per legal transition, to the same end in whatever order the provider's words arrive."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Decider, DomainError
from payments.application.ledger import AccountRef, Transfer, player_cash, player_hold, psp_clearing
from payments.application.postings import deposit_transfers, withdrawal_transfers
from payments.domain.deposit import commands as d
from payments.domain.deposit import events as de
from payments.domain.deposit import words as dw
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.standing import DepositStanding
from payments.domain.withdrawal import commands as w
from payments.domain.withdrawal import events as we
from payments.domain.withdrawal import words as ww
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.policy import WithdrawalPolicy, WithdrawalStanding

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THING, PLAYER, CASINO = UUID(int=1), UUID(int=2), UUID(int=3)
WHOSE: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO, "currency": "EUR"}
CASH, HOLD = player_cash(CASINO, PLAYER, "EUR"), player_hold(CASINO, PLAYER, "EUR")

DEPOSIT = d.RequestDeposit(
    **WHOSE,
    provider="stripe",
    amount_minor=50_00,
    return_url="sealed",
    sent_as="us",
    standing=DepositStanding(),
    now=NOW,
)
WITHDRAWAL = w.RequestWithdrawal(
    **WHOSE,
    provider="trustly",
    amount_minor=100_00,
    destination="sealed",
    shown_as="****",
    policy=WithdrawalPolicy(second_person_above_minor=100_00),
    standing=WithdrawalStanding(),
    now=NOW,
)
SETTLED = dw.Settled(reference="pi_1", amount_minor=49_00, currency="EUR")
DEPOSIT_WORDS: list[dw.DepositWord] = [
    SETTLED,
    dw.Declined(reference="pi_1", code="card_declined"),
    dw.Underway(reference="pi_1"),
    dw.ActionNeeded(reference="pi_1"),
    dw.Unanswered(),
]
CONFIRMED = ww.Confirmed(amount_minor=100_00, currency="EUR")
SENT_BACK = ww.SentBack(amount_minor=100_00, currency="EUR", code="account_closed")
PART_BACK = ww.SentBack(amount_minor=99_00, currency="EUR", code="account_closed")
NOTICES: list[ww.PayoutWord] = [ww.Taken(reference="4711"), ww.Unanswered(), CONFIRMED, SENT_BACK]


def play(decider: Decider[Any, Any, Any], commands: Sequence[Any]) -> list[Any]:
    """The history the commands make; what is refused or set aside leaves no trace."""
    history: list[Any] = []
    for command in commands:
        try:
            history += decider.decide(command, decider.fold(history))
        except DomainError:
            continue
    return history


def balances(transfers: Sequence[Transfer]) -> Counter[AccountRef]:
    """What each account holds after the transfers, and that no player's account was ever short (cash began full)."""
    held: Counter[AccountRef] = Counter({CASH: 1_000_00})
    for transfer in transfers:
        held[transfer.debit] -= transfer.amount_minor
        held[transfer.credit] += transfer.amount_minor
        assert held[CASH] >= 0
        assert held[HOLD] >= 0
    assert sum(held.values()) == 1_000_00
    held[CASH] -= 1_000_00
    return held


heard = st.lists(
    st.builds(
        lambda word, seconds: d.HearProvider(word=word, said_at=NOW + timedelta(seconds=seconds)),
        st.sampled_from(DEPOSIT_WORDS),
        st.integers(-5, 5),
    ),
    max_size=10,
)


@given(heard)
def test_any_webhooks_in_any_order_credit_the_settled_amount_once(words: list[d.HearProvider]) -> None:
    transfers = deposit_transfers(THING, play(deposit, [DEPOSIT, *words]))
    settled = any(one.word == SETTLED for one in words)
    assert balances(transfers)[CASH] == (49_00 if settled else 0)
    assert len(transfers) == settled


@given(st.lists(st.sampled_from(NOTICES), max_size=10), st.randoms(use_true_random=False))
def test_any_notifications_end_in_the_same_balances_whatever_their_order(notices: list[Any], chance: Any) -> None:
    shuffled = list(notices)
    chance.shuffle(shuffled)
    ends = []
    for order in (notices, shuffled):
        commands = [
            WITHDRAWAL,
            w.ApproveWithdrawal(approver="ann", now=NOW),
            w.StartPayout(request_id=THING, sent_as="us"),
        ]
        commands += [w.HearProvider(word=word) for word in order]
        ends.append(balances(withdrawal_transfers(THING, play(withdrawal, commands))))
    assert ends[0][CASH] == ends[1][CASH]
    assert ends[0][HOLD] == ends[1][HOLD]


@pytest.mark.parametrize("order", [[CONFIRMED, PART_BACK], [PART_BACK, CONFIRMED], [PART_BACK]])
def test_a_part_that_comes_back_ends_the_same_before_and_after_the_confirmation(order: list[Any]) -> None:
    commands = [WITHDRAWAL, w.ApproveWithdrawal(approver="ann", now=NOW), w.StartPayout(request_id=THING, sent_as="us")]
    commands += [w.HearProvider(word=word) for word in order]
    held = balances(withdrawal_transfers(THING, play(withdrawal, commands)))
    assert (held[CASH], held[HOLD], held[psp_clearing(CASINO, "trustly", "EUR")]) == (-1_00, 0, 1_00)


COMMANDS = st.lists(
    st.sampled_from(
        [
            WITHDRAWAL,
            w.ApproveWithdrawal(approver="ann", now=NOW),
            w.ApproveWithdrawal(approver="bob", now=NOW),
            w.RejectWithdrawal(rejecter="ann", reason="no"),
            w.CancelWithdrawal(allowed=True),
            w.StartPayout(request_id=THING, sent_as="us"),
            w.HearProvider(word=ww.Declined(code="no")),
            *(w.HearProvider(word=word) for word in [*NOTICES, PART_BACK]),
        ]
    ),
    max_size=16,
)

_MOVES = (
    we.WithdrawalRequested, we.WithdrawalRejected, we.WithdrawalCancelled, we.WithdrawalFailed, we.WithdrawalPaid,
    we.WithdrawalReturned,
)  # fmt: skip
_CLOSED = (we.WithdrawalRejected, we.WithdrawalCancelled, we.WithdrawalFailed, we.WithdrawalPaid)


@given(COMMANDS)
def test_money_moves_with_a_transition_and_never_without_one(commands: list[Any]) -> None:
    history = play(withdrawal, commands)
    transfers = withdrawal_transfers(THING, history)
    assert len(transfers) == sum(isinstance(event, _MOVES) for event in history)
    assert len({transfer.id for transfer in transfers}) == len(transfers)
    returned = [event.returned_minor for event in history if isinstance(event, we.WithdrawalReturned)]
    assert sum(returned) <= 100_00
    open_now = any(isinstance(event, we.WithdrawalRequested) for event in history) and not any(
        isinstance(event, _CLOSED) for event in history
    )
    assert balances(transfers)[HOLD] == (100_00 if open_now else 0)


@given(heard)
def test_a_transfer_has_the_same_id_whoever_derives_it(words: list[d.HearProvider]) -> None:
    history = play(deposit, [DEPOSIT, *words])
    assert deposit_transfers(THING, history) == deposit_transfers(THING, history)
    assert [type(event) for event in history].count(de.DepositSucceeded) == len(deposit_transfers(THING, history))
