"""Where a withdrawal in parts may still go without another word of people."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.withdrawal.closed_loop import Portion, Source
from payments.domain.withdrawal.events import WithdrawalFact
from payments.domain.withdrawal.going import Goes, PartFact, Way, Why
from payments.domain.withdrawal.parts import takes_two
from payments.domain.withdrawal.room import beyond_minor, within
from payments.domain.withdrawal.states import Order, Part, Parts, Split, Stand

CARD, SKRILL, BANK = UUID(int=1), UUID(int=2), UUID(int=9)
FACT = WithdrawalFact(
    player_id=UUID(int=3), casino_id=UUID(int=4), provider="trustly", amount_minor=100_00, currency="EUR"
)
SEEN = (Goes(place=CARD, amount_minor=60_00), Goes(place=None, amount_minor=40_00))
ORDER = Order(FACT, "sealed", instrument_id=BANK, needed=2, goes=SEEN)
TO_CARD = PartFact(
    part_id=UUID(int=11),
    way=Way.REFUND,
    why=Why.DEPOSITED,
    provider="stripe",
    amount_minor=60_00,
    deposit_id=UUID(int=7),
    instrument_id=CARD,
)
TO_BANK = PartFact(
    part_id=UUID(int=12),
    way=Way.PAYOUT,
    why=Why.WINNINGS,
    provider="trustly",
    amount_minor=40_00,
    instrument_id=BANK,
)
FELL_THROUGH = (Part(TO_CARD, Stand.FAILED), Part(TO_BANK))


def source(instrument_id: UUID, way: Way = Way.REFUND) -> Source:
    return Source(
        deposit_id=UUID(int=instrument_id.int + 20),
        provider="stripe",
        paid_at=datetime(2026, 3, 1, tzinfo=UTC),
        left_minor=100_00,
        way=way,
        instrument_id=instrument_id,
    )


def split(*parts: Part, order: Order = ORDER, elsewhere_minor: int = 0) -> Split:
    return Split(order, Parts(all=parts, elsewhere_minor=elsewhere_minor))


def test_what_fell_through_goes_nowhere_people_could_not_see() -> None:
    state = split(*FELL_THROUGH)
    assert within(state, [Portion(60_00, not_back_minor=60_00)]) == []
    assert within(state, [Portion(60_00, source(SKRILL, Way.PAYOUT))]) == []
    assert within(state, [Portion(60_00, source(CARD))]) == [Portion(60_00, source(CARD))]


def test_as_much_of_it_goes_as_they_could_see_and_the_difference_waits() -> None:
    state = split(Part(TO_CARD, Stand.FAILED), Part(TO_BANK, Stand.FAILED))
    both = [Portion(100_00, winnings_minor=40_00, not_back_minor=60_00)]
    assert within(state, both) == [Portion(40_00, winnings_minor=40_00)]


def test_what_people_let_go_elsewhere_goes_there_and_no_more() -> None:
    (going,) = within(split(*FELL_THROUGH, elsewhere_minor=50_00), [Portion(60_00, not_back_minor=60_00)])
    assert going == Portion(50_00, not_back_minor=50_00)
    there = Part(replace(TO_BANK, part_id=UUID(int=13), amount_minor=50_00))
    after = split(*FELL_THROUGH, there, elsewhere_minor=50_00)
    assert beyond_minor(after) == 50_00
    assert within(after, [Portion(10_00, not_back_minor=10_00)]) == []


def test_another_word_of_as_many_people_is_needed_where_the_first_one_did_not_mean_as_much() -> None:
    assert takes_two(split(*FELL_THROUGH))
    assert not takes_two(split(*FELL_THROUGH, elsewhere_minor=60_00))
    assert takes_two(split(*FELL_THROUGH, elsewhere_minor=59_99))
    assert not takes_two(split(*FELL_THROUGH, order=replace(ORDER, needed=1)))


@pytest.mark.parametrize("portion", [Portion(60_00, not_back_minor=60_00), Portion(60_00, source(SKRILL))])
def test_of_what_the_policy_let_go_by_itself_nobody_saw_where(portion: Portion) -> None:
    assert within(split(*FELL_THROUGH, order=replace(ORDER, needed=0, goes=None)), [portion]) == [portion]


PLACES = st.sampled_from([None, source(CARD), source(SKRILL)])


@given(
    stands=st.tuples(st.sampled_from(Stand), st.sampled_from(Stand)),
    elsewhere_minor=st.integers(0, 100_00),
    wanted=st.lists(st.tuples(PLACES, st.integers(1, 100_00)), max_size=5),
)
def test_no_place_gets_more_than_was_seen_and_let_go_since(
    stands: tuple[Stand, Stand], elsewhere_minor: int, wanted: list[tuple[Source | None, int]]
) -> None:
    state = split(Part(TO_CARD, stands[0]), Part(TO_BANK, stands[1]), elsewhere_minor=elsewhere_minor)
    going = within(state, [Portion(minor, place, winnings_minor=minor // 2) for place, minor in wanted])
    assert all(0 <= one.winnings_minor + one.not_back_minor <= one.amount_minor for one in going)
    assert [one.place for one in going if one.amount_minor <= 0] == []
    parts = [
        Part(
            PartFact(
                part_id=UUID(int=30 + number),
                way=Way.PAYOUT if one.to_named else Way.REFUND,
                why=Why.DEPOSITED,
                provider="trustly" if one.to_named else "stripe",
                amount_minor=one.amount_minor,
                instrument_id=BANK if one.to_named else one.place,
            )
        )
        for number, one in enumerate(going)
    ]
    assert beyond_minor(split(*state.parts.all, *parts)) <= elsewhere_minor
