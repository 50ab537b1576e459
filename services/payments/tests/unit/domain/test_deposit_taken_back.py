"""Money of a deposit that is taken back, told as given/when/then: every state, every word."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.spec import Spec
from payments.application.ledger import AccountRef, Transfer, player_cash, player_receivable, psp_clearing
from payments.application.postings import deposit_transfers
from payments.domain.deposit import events as e
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import DepositCommand, ExpireDeposit, HearProvider, RequestDeposit, StopDeposit
from payments.domain.deposit.errors import UnlawfulDepositWord
from payments.domain.deposit.events import DepositEvent
from payments.domain.deposit.reversal import unexplained
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.states import Deposit, Succeeded
from payments.domain.deposit.words import (
    ActionNeeded,
    Declined,
    DepositWord,
    GivenBack,
    Settled,
    TakenBack,
    Unanswered,
    Underway,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEPOSIT, PLAYER, CASINO = UUID(int=7), UUID(int=1), UUID(int=2)
FACT: e.DepositFields = {
    "player_id": PLAYER,
    "casino_id": CASINO,
    "provider": "stripe",
    "amount_minor": 50_00,
    "currency": "EUR",
}
REQUEST = RequestDeposit(**FACT, return_url="sealed", sent_as="us", standing=DepositStanding(), now=NOW)
REQUESTED = e.DepositRequested(**FACT, return_url="sealed", sent_as="us", requested_at=NOW)
ACTION = e.DepositActionRequired(**FACT, reference="pi_1", next_action="sealed")
SUBMITTED = e.DepositSubmitted(**FACT, reference="pi_1")
UNKNOWN = e.DepositOutcomeUnknown(**FACT)
SUCCEEDED = e.DepositSucceeded(**FACT, reference="pi_1", requested_minor=50_00, late=False, said_at=NOW)
FAILED = e.DepositFailed(**FACT, reference="pi_1", code="card_declined")
EXPIRED = e.DepositExpired(**FACT)
CLOSED = e.DepositClosed(**FACT)
ONE: dict[str, Any] = {"reference": "pi_1", "movement": "re_1", "code": "requested_by_customer"}
TAKEN = TakenBack(**ONE, amount_minor=50_00, currency="EUR")
PART = replace(TAKEN, amount_minor=20_00)
REST = replace(TAKEN, movement="re_2", amount_minor=30_00)
SETTLED = Settled(reference="pi_1", amount_minor=50_00, currency="EUR")
ANNOUNCED = e.DepositReversalAnnounced(**FACT, **ONE, reversed_minor=50_00)
REVERSED = e.DepositReversed(
    **FACT, **ONE, reversed_minor=50_00, all_reversed_minor=50_00, from_cash_minor=50_00, owed_minor=0
)
PART_REVERSED = replace(REVERSED, reversed_minor=20_00, all_reversed_minor=20_00, from_cash_minor=20_00)
REST_REVERSED = replace(
    REVERSED, movement="re_2", reversed_minor=30_00, all_reversed_minor=50_00, from_cash_minor=30_00
)

DepositSpec = Spec[DepositCommand, Deposit, DepositEvent]


@pytest.fixture
def spec() -> DepositSpec:
    return Spec(deposit)


def hear(word: DepositWord, *, cash: int = 0, owed: int = 0, after: int = 0) -> HearProvider:
    return HearProvider(word=word, said_at=NOW + timedelta(seconds=after), cash_minor=cash, owed_minor=owed)


def test_what_is_taken_back_comes_out_of_the_players_cash(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(TAKEN, cash=80_00)).then(REVERSED)


def test_a_refund_of_ours_is_gone_even_where_others_took_as_much_meanwhile(spec: DepositSpec) -> None:
    ours = replace(TAKEN, movement="re_9", refund_id=UUID(int=8))
    gone = replace(
        REVERSED, movement="re_9", all_reversed_minor=100_00, from_cash_minor=0, owed_minor=50_00,
        refund_id=UUID(int=8),
    )  # fmt: skip
    spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(ours, cash=80_00, owed=50_00)).then(gone)
    spec.given(REQUESTED, SUCCEEDED, REVERSED, gone).when(hear(ours)).then_nothing()


def test_what_we_sent_back_ourselves_keeps_no_bank_from_taking_the_whole(spec: DepositSpec) -> None:
    """Both left us, whichever was heard of first: the balances are those of the other order."""
    ours = replace(REVERSED, movement="re_9", from_cash_minor=0, refund_id=UUID(int=8))
    taken = replace(REVERSED, all_reversed_minor=100_00, from_cash_minor=0, owed_minor=50_00)
    spec.given(REQUESTED, SUCCEEDED, ours).when(hear(TAKEN)).then(taken)


def test_what_he_has_spent_of_it_he_owes(spec: DepositSpec) -> None:
    owing = replace(REVERSED, from_cash_minor=12_00, owed_minor=45_00)
    spec.given(REQUESTED, SUCCEEDED).when(hear(TAKEN, cash=12_00, owed=7_00)).then(owing)


def test_who_has_nothing_owes_all_of_it(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(TAKEN)).then(replace(REVERSED, from_cash_minor=0, owed_minor=50_00))


def test_a_deposit_is_taken_back_in_parts_up_to_the_whole(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(PART, cash=50_00)).then(PART_REVERSED)
    spec.given(REQUESTED, SUCCEEDED, PART_REVERSED).when(hear(REST, cash=30_00)).then(REST_REVERSED)


@pytest.mark.parametrize(
    ("history", "word"),
    [((REVERSED,), TAKEN), ((PART_REVERSED,), PART), ((PART_REVERSED, REST_REVERSED), PART)],
)
def test_the_same_movement_again_is_no_news(
    spec: DepositSpec, history: tuple[DepositEvent, ...], word: TakenBack
) -> None:
    spec.given(REQUESTED, SUCCEEDED, *history).when(hear(word, cash=80_00)).then_nothing()


@pytest.mark.parametrize(
    ("history", "word", "why"),
    [
        ((), replace(TAKEN, amount_minor=50_01), "reversed_too_much"),
        ((), replace(TAKEN, currency="USD"), "currency_differs"),
        ((), replace(TAKEN, reference="pi_2"), "reference_differs"),
        ((PART_REVERSED,), TAKEN, "reversal_differs"),
    ],
)
def test_a_taking_back_that_contradicts_what_is_known_is_set_aside(
    spec: DepositSpec, history: tuple[DepositEvent, ...], word: TakenBack, why: str
) -> None:
    refusal = spec.given(REQUESTED, SUCCEEDED, *history).when(hear(word, cash=500_00))
    assert refusal.then_raises(UnlawfulDepositWord).why == why


@pytest.mark.parametrize(("history", "amount"), [((PART_REVERSED,), 30_01), ((REVERSED,), 30_00)])
def test_more_than_is_left_waits_for_what_may_have_been_given_back_before(
    spec: DepositSpec, history: tuple[DepositEvent, ...], amount: int
) -> None:
    word = replace(REST, amount_minor=amount)
    waits = replace(ANNOUNCED, movement="re_2", reversed_minor=amount)
    spec.given(REQUESTED, SUCCEEDED, *history).when(hear(word, cash=500_00)).then(waits)
    spec.given(REQUESTED, SUCCEEDED, *history, waits).when(hear(word, cash=500_00)).then_nothing()


@pytest.mark.parametrize(
    ("history", "why"),
    [((), "unknown_reference"), ((e.DepositRefused(**FACT, code="self_excluded"),), "deposit_was_refused")],
)
def test_a_taking_back_of_no_deposit_of_ours_is_set_aside(
    spec: DepositSpec, history: tuple[DepositEvent, ...], why: str
) -> None:
    assert spec.given(*history).when(hear(TAKEN)).then_raises(UnlawfulDepositWord).why == why


UNDECIDED = [(), (ACTION,), (SUBMITTED,), (UNKNOWN,), (FAILED,), (EXPIRED,), (ACTION, EXPIRED, CLOSED)]


@pytest.mark.parametrize("before", UNDECIDED)
def test_what_is_taken_back_before_we_heard_that_it_was_paid_waits_for_it(
    spec: DepositSpec, before: tuple[DepositEvent, ...]
) -> None:
    spec.given(REQUESTED, *before).when(hear(TAKEN, cash=80_00)).then(ANNOUNCED)
    spec.given(REQUESTED, *before, ANNOUNCED).when(hear(TAKEN)).then_nothing()
    success = replace(SUCCEEDED, late=bool({FAILED, EXPIRED} & set(before)))
    spec.given(REQUESTED, *before, ANNOUNCED).when(hear(SETTLED)).then(success, REVERSED)
    spec.given(REQUESTED, *before, ANNOUNCED, success, REVERSED).when(hear(TAKEN)).then_nothing()


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (replace(TAKEN, amount_minor=1), "reversal_differs"),
        (replace(TAKEN, reference="pi_2"), "reversal_differs"),
        (replace(REST, currency="USD"), "currency_differs"),
    ],
)
def test_what_contradicts_an_announcement_is_set_aside(spec: DepositSpec, word: TakenBack, why: str) -> None:
    assert spec.given(REQUESTED, ANNOUNCED).when(hear(word)).then_raises(UnlawfulDepositWord).why == why


@pytest.mark.parametrize("other", [{"reversed_minor": 50_01}, {"reference": "pi_2"}])
def test_an_announcement_that_the_payment_does_not_explain_takes_nothing_and_is_seen(
    spec: DepositSpec, other: dict[str, Any]
) -> None:
    announced = replace(ANNOUNCED, **other)
    spec.given(REQUESTED, announced).when(hear(SETTLED)).then(SUCCEEDED)
    state = deposit.fold([REQUESTED, announced, SUCCEEDED])
    assert isinstance(state, Succeeded)
    assert [one.movement for one in unexplained(state)] == ["re_1"]


def test_an_announcement_that_was_applied_is_explained() -> None:
    state = deposit.fold([REQUESTED, ANNOUNCED, SUCCEEDED, REVERSED])
    assert isinstance(state, Succeeded)
    assert unexplained(state) == []


@pytest.mark.parametrize("word", [SETTLED, Underway(reference="pi_1"), ActionNeeded(reference="pi_1"), Unanswered()])
@pytest.mark.parametrize("history", [(PART_REVERSED,), (REVERSED,)])
def test_after_it_was_taken_back_repeats_and_overtaken_words_add_nothing(
    spec: DepositSpec, history: tuple[DepositEvent, ...], word: DepositWord
) -> None:
    spec.given(REQUESTED, SUCCEEDED, *history).when(hear(word, after=60)).then_nothing()


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (replace(SETTLED, reference="pi_2"), "settled_twice"),
        (Declined(reference="pi_1", code="canceled", final=True), "declined_after_success"),
    ],
)
def test_after_it_was_taken_back_what_contradicts_the_success_is_set_aside(
    spec: DepositSpec, word: DepositWord, why: str
) -> None:
    refusal = spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(word, after=60))
    assert refusal.then_raises(UnlawfulDepositWord).why == why


NAMED = replace(SETTLED, movement="n1")
CREDITED = replace(SUCCEEDED, movement="n1")


@pytest.mark.parametrize(
    ("history", "word", "why"),
    [
        ((CREDITED,), replace(NAMED, movement="n2"), "settled_twice"),
        ((CREDITED, REVERSED), replace(NAMED, movement="n2"), "paid_after_taken_back"),
        ((CREDITED, PART_REVERSED), replace(NAMED, movement="n2"), "paid_after_taken_back"),
        ((SUCCEEDED, REVERSED), NAMED, "paid_after_taken_back"),
        ((SUCCEEDED, REVERSED), replace(SETTLED, stands=True), "paid_after_taken_back"),
    ],
)
def test_that_it_came_once_more_is_set_aside_and_never_silent(
    spec: DepositSpec, history: tuple[DepositEvent, ...], word: Settled, why: str
) -> None:
    assert spec.given(REQUESTED, *history).when(hear(word, after=60)).then_raises(UnlawfulDepositWord).why == why


def test_a_settling_counts_once_by_its_name(spec: DepositSpec) -> None:
    spec.given(REQUESTED).when(hear(NAMED)).then(CREDITED)
    for history in ((CREDITED,), (CREDITED, REVERSED)):
        spec.given(REQUESTED, *history).when(hear(NAMED, after=60)).then_nothing()
    spec.given(REQUESTED, SUCCEEDED).when(hear(NAMED)).then_nothing()
    spec.given(REQUESTED, SUCCEEDED).when(hear(replace(SETTLED, stands=True))).then_nothing()


@pytest.mark.parametrize("command", [ExpireDeposit(), StopDeposit(code="self_excluded")])
def test_what_was_taken_back_is_not_given_up(spec: DepositSpec, command: DepositCommand) -> None:
    spec.given(REQUESTED, SUCCEEDED, REVERSED).when(command).then_nothing()


@pytest.mark.parametrize(("owed", "recovered"), [(0, 0), (20_00, 20_00), (50_00, 50_00), (70_00, 50_00)])
def test_a_deposit_pays_first_what_its_player_owes(spec: DepositSpec, owed: int, recovered: int) -> None:
    success = replace(SUCCEEDED, recovered_minor=recovered)
    spec.given(REQUESTED).when(hear(SETTLED, cash=3_00, owed=owed)).then(success)


CASH = player_cash(CASINO, PLAYER, "EUR")
OWED = player_receivable(CASINO, PLAYER, "EUR")
CLEARING = psp_clearing(CASINO, "stripe", "EUR")


class Play:
    """A player with one deposit, whose provider says this and that; `held` follows the postings alone."""

    def __init__(self, cash: int, owed: int) -> None:
        self.held: Counter[AccountRef] = Counter({CASH: cash, OWED: -owed})
        self.history: list[DepositEvent] = []
        self.posted: list[Transfer] = []

    def do(self, command: DepositCommand) -> None:
        if isinstance(command, HearProvider):
            command = replace(command, cash_minor=self.held[CASH], owed_minor=-self.held[OWED])
        try:
            events = deposit.decide(command, deposit.fold(self.history))
        except UnlawfulDepositWord:
            return
        self.history += events
        for transfer in deposit_transfers(DEPOSIT, events):
            self.posted.append(transfer)
            self.held[transfer.debit] -= transfer.amount_minor
            self.held[transfer.credit] += transfer.amount_minor
            assert self.held[CASH] >= 0
            assert self.held[OWED] <= 0


WORDS: list[DepositWord] = [
    SETTLED, PART, REST, Declined(reference="pi_1", code="card_declined"), Underway(reference="pi_1"),
    ActionNeeded(reference="pi_1"), Unanswered(),
]  # fmt: skip
EXTRA = st.lists(st.sampled_from(WORDS), max_size=12)


@given(EXTRA.flatmap(lambda extra: st.permutations([SETTLED, PART, REST, *extra])), st.integers(0, 80_00))
def test_words_in_any_order_and_repetition_end_in_the_same_balances(words: list[DepositWord], owed: int) -> None:
    play = Play(0, owed)
    play.do(REQUEST)
    for word in words:
        play.do(hear(word))
    assert play.held == Counter({CASH: 0, OWED: -owed, CLEARING: 0})
    assert len({one.id for one in play.posted}) == len(play.posted)


@given(
    EXTRA.flatmap(lambda extra: st.permutations([SETTLED, *extra])),
    st.integers(0, 80_00),
    st.lists(st.integers(0, 60_00), max_size=20),
)
def test_whatever_he_spends_meanwhile_nothing_is_lost_and_his_cash_is_never_below_zero(
    words: list[DepositWord], owed: int, stakes: list[int]
) -> None:
    play, spent = Play(10_00, owed), 0
    play.do(REQUEST)
    for number, word in enumerate(words):
        play.do(hear(word))
        if number < len(stakes):
            stake = min(stakes[number], play.held[CASH])
            play.held[CASH] -= stake
            spent += stake
    taken = sum(one.amount_minor for one in {PART, REST} if one in words)
    assert sum(play.held.values()) == 10_00 - owed - spent
    assert play.held[CLEARING] == -(50_00 - taken)
    assert play.held[CASH] + play.held[OWED] == 10_00 - owed - spent + 50_00 - taken


def test_each_part_is_posted_once_and_names_what_it_is() -> None:
    owing = replace(REST_REVERSED, from_cash_minor=10_00, owed_minor=20_00)
    success = replace(SUCCEEDED, recovered_minor=5_00)
    transfers = deposit_transfers(DEPOSIT, [success, PART_REVERSED, owing])
    assert [(one.kind, one.debit, one.credit, one.amount_minor) for one in transfers] == [
        ("deposit", CLEARING, CASH, 50_00),
        ("receivable_recovery", CASH, OWED, 5_00),
        ("deposit_reversal", CASH, CLEARING, 20_00),
        ("deposit_reversal", CASH, CLEARING, 10_00),
        ("chargeback", OWED, CLEARING, 20_00),
    ]
    assert len({one.id for one in transfers}) == len(transfers)
    assert {one.reference_id for one in transfers} == {DEPOSIT}
    assert deposit_transfers(DEPOSIT, [success, PART_REVERSED, owing]) == transfers


WON, REFUNDED = "dp_1", "re_9"
DISPUTED_WON_AND_REFUNDED: list[DepositWord] = [
    SETTLED,
    TakenBack(reference="pi_1", movement=WON, amount_minor=50_00, currency="EUR", code="fraudulent"),
    GivenBack(reference="pi_1", movement=WON, amount_minor=50_00, currency="EUR", code="won"),
    TakenBack(reference="pi_1", movement=REFUNDED, amount_minor=50_00, currency="EUR", code="requested_by_customer"),
]
"""In the order in which it happened: each is lawful after the one before."""


@given(
    st.lists(st.sampled_from(DISPUTED_WON_AND_REFUNDED), max_size=3).flatmap(
        lambda extra: st.permutations([*DISPUTED_WON_AND_REFUNDED, *extra])
    ),
    st.integers(0, 80_00),
)
def test_what_may_be_taken_only_after_something_was_given_back_waits_for_it(
    words: list[DepositWord], owed: int
) -> None:
    play = Play(0, owed)
    play.do(REQUEST)
    for word in words:
        play.do(hear(word))
    assert play.held == Counter({CASH: 0, OWED: -owed, CLEARING: 0})


UNDONE = Declined(reference="pi_1", code="refunded", final=True, undoes=True)
ALL_UNDONE = replace(REVERSED, movement="undone:1", code="refunded")


def test_a_no_that_undoes_the_payment_takes_back_what_it_brought_and_what_is_spent_is_owed(spec: DepositSpec) -> None:
    spec.given(REQUESTED, SUCCEEDED).when(hear(UNDONE, cash=80_00, after=60)).then(ALL_UNDONE)
    spent = replace(ALL_UNDONE, from_cash_minor=10_00, owed_minor=40_00)
    spec.given(REQUESTED, SUCCEEDED).when(hear(UNDONE, cash=10_00, after=60)).then(spent)


def test_a_no_that_undoes_the_payment_takes_only_what_nobody_had_taken_before(spec: DepositSpec) -> None:
    rest = replace(ALL_UNDONE, movement="undone:2", reversed_minor=30_00, from_cash_minor=30_00)
    spec.given(REQUESTED, SUCCEEDED, PART_REVERSED).when(hear(UNDONE, cash=80_00, after=60)).then(rest)
    spec.given(REQUESTED, SUCCEEDED, REVERSED).when(hear(UNDONE, cash=80_00, after=60)).then_nothing()
    spec.given(REQUESTED, SUCCEEDED, ALL_UNDONE).when(hear(UNDONE, cash=80_00, after=60)).then_nothing()


def test_a_no_that_would_undo_another_payment_undoes_nothing(spec: DepositSpec) -> None:
    another = replace(UNDONE, reference="pi_2")
    spec.given(REQUESTED, SUCCEEDED).when(hear(another, cash=80_00, after=60)).then_nothing()


def test_before_it_was_credited_a_no_that_undoes_is_a_no(spec: DepositSpec) -> None:
    failed = e.DepositFailed(**FACT, reference="pi_1", code="refunded")
    spec.given(REQUESTED).when(hear(UNDONE)).then(failed, CLOSED)
