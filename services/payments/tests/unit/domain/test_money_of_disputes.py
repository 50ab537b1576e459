"""Money that is taken and given back, in whatever order it is told: I6 and I7 for refunds and chargebacks."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from payments.application.ledger import AccountRef, player_cash, player_receivable, psp_clearing
from payments.application.postings import deposit_transfers
from payments.domain.deposit import events as e
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import DepositCommand, HearProvider
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositEvent
from payments.domain.deposit.states import Deposit, Succeeded
from payments.domain.deposit.words import DepositWord, GivenBack, Settled, TakenBack

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEPOSIT, PLAYER, CASINO = UUID(int=7), UUID(int=1), UUID(int=2)
FACT: e.DepositFields = {
    "player_id": PLAYER,
    "casino_id": CASINO,
    "provider": "adyen",
    "amount_minor": 50_00,
    "currency": "EUR",
}
REQUESTED = e.DepositRequested(**FACT, return_url=None, sent_as="us", requested_at=NOW)
SUCCEEDED = e.DepositSucceeded(**FACT, reference="pi_1", requested_minor=50_00, late=False, said_at=NOW)
SETTLED = Settled(reference="pi_1", amount_minor=50_00, currency="EUR")
MONEY: dict[str, Any] = {"reference": "pi_1", "amount_minor": 50_00, "currency": "EUR"}
TAKEN = TakenBack(**MONEY, movement="dp_1", code="fraudulent")
GIVEN = GivenBack(**MONEY, movement="dp_1", code="won")
AGAIN = TakenBack(**MONEY, movement="dp_1:2", code="second", after="dp_1")
REVERSED = e.DepositReversed(
    **FACT,
    reference="pi_1",
    movement="dp_1",
    reversed_minor=50_00,
    all_reversed_minor=50_00,
    from_cash_minor=50_00,
    owed_minor=0,
    code="fraudulent",
)
REINSTATED = e.DepositReinstated(
    **FACT,
    reference="pi_1",
    movement="dp_1",
    reinstated_minor=50_00,
    all_reversed_minor=0,
    recovered_minor=0,
    owed_minor=0,
    code="won",
)
EARLY = e.DepositReinstatementAnnounced(**FACT, reference="pi_1", movement="dp_1", reinstated_minor=50_00, code="won")

DepositSpec = Spec[DepositCommand, Deposit, DepositEvent]


@pytest.fixture
def spec() -> DepositSpec:
    return Spec(deposit)


def hear(word: DepositWord, *, cash: int = 0, owed: int = 0) -> HearProvider:
    return HearProvider(word=word, said_at=NOW, cash_minor=cash, owed_minor=owed)


def test_chargeback_won_gives_the_money_back(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(GIVEN)).then(REINSTATED)
    spec.given(REQUESTED, SUCCEEDED, REVERSED, REINSTATED).when(hear(GIVEN)).then_nothing()


@pytest.mark.parametrize(("owed", "recovered"), [(20_00, 20_00), (50_00, 50_00), (70_00, 50_00)])
def test_chargeback_won_reverses_the_receivable_first(spec: DepositSpec, owed: int, recovered: int) -> None:
    spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(GIVEN, owed=owed)).then(
        replace(REINSTATED, recovered_minor=recovered, owed_minor=owed - recovered)
    )


def test_what_is_given_back_before_we_heard_that_it_was_taken_waits(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(GIVEN)).then(EARLY)
    spec.given(REQUESTED, SUCCEEDED, EARLY).when(hear(GIVEN)).then_nothing()
    spec.given(REQUESTED, SUCCEEDED, EARLY).when(hear(TAKEN, cash=50_00)).then(REVERSED, REINSTATED)
    spec.given(REQUESTED).when(hear(GIVEN)).then(EARLY)
    spec.given(REQUESTED, EARLY).when(hear(SETTLED)).then(SUCCEEDED)


def test_a_second_chargeback_takes_what_was_given_back(spec: DepositSpec) -> None:
    again = replace(REVERSED, movement="dp_1:2", code="second", after="dp_1")
    spec.given(REQUESTED, SUCCEEDED, REVERSED, REINSTATED).when(hear(AGAIN, cash=50_00)).then(again)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (replace(GIVEN, amount_minor=50_01), "reinstated_too_much"),
        (replace(GIVEN, currency="USD"), "currency_differs"),
        (replace(GIVEN, reference="pi_2"), "reference_differs"),
    ],
)
def test_what_is_given_back_and_was_not_taken_is_set_aside(spec: DepositSpec, word: GivenBack, why: str) -> None:
    refusal = spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(word))
    assert refusal.then_raises(UnlawfulDepositWord).why == why


CASH = player_cash(CASINO, PLAYER, "EUR")
OWED = player_receivable(CASINO, PLAYER, "EUR")
CLEARING = psp_clearing(CASINO, "adyen", "EUR")


def play(words: list[DepositWord], cash: int, owed: int) -> tuple[dict[AccountRef, int], int]:
    """What everybody holds after the words, and how much of the deposit is taken back."""
    held: Counter[AccountRef] = Counter({CASH: cash, OWED: -owed})
    history: list[DepositEvent] = [REQUESTED]
    for word in words:
        command = hear(word, cash=held[CASH], owed=-held[OWED])
        try:
            events = deposit.decide(command, deposit.fold(history))
        except UnlawfulDepositWord:
            continue
        history.extend(events)
        for transfer in deposit_transfers(DEPOSIT, events):
            held[transfer.debit] -= transfer.amount_minor
            held[transfer.credit] += transfer.amount_minor
            assert held[CASH] >= 0
        state = deposit.fold(history)
        if isinstance(state, Succeeded):
            assert 0 <= state.reversed_minor <= state.amount_minor
    state = deposit.fold(history)
    taken = state.reversed_minor if isinstance(state, Succeeded) else 0
    return {ref: held[ref] for ref in (CASH, OWED, CLEARING)}, taken


PARTS: list[DepositWord] = [
    TakenBack(reference="pi_1", movement="re_1", amount_minor=20_00, currency="EUR", code="refunded"),
    GivenBack(reference="pi_1", movement="re_1", amount_minor=20_00, currency="EUR", code="failed"),
    TakenBack(reference="pi_1", movement="re_2", amount_minor=30_00, currency="EUR", code="refunded"),
]
STORIES: list[list[DepositWord]] = [[SETTLED, TAKEN, GIVEN, AGAIN], [SETTLED, TAKEN, GIVEN], [SETTLED, *PARTS]]


@given(
    st.sampled_from(STORIES).flatmap(
        lambda story: st.tuples(
            st.just(story), st.permutations([*story, *story[1:]]), st.integers(0, 60_00), st.integers(0, 60_00)
        )
    )
)
def test_any_order_of_what_is_taken_and_given_back_ends_in_the_same_balances(told: Any) -> None:
    story, shuffled, cash, owed = told
    assert play(shuffled, cash, owed) == play(story, cash, owed)


@given(st.lists(st.sampled_from([SETTLED, TAKEN, GIVEN, AGAIN, *PARTS]), max_size=12), st.integers(0, 60_00))
def test_refunds_and_chargebacks_never_take_more_than_was_captured(words: list[DepositWord], cash: int) -> None:
    held, taken = play(words, cash, 0)
    assert taken <= 50_00
    assert held[CASH] + held[OWED] + held[CLEARING] == cash
