"""Where a withdrawal goes: back to where the money came from, and the rest where the player wants it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.withdrawal.closed_loop import Plan, Portion, ReturnFirst, Source
from payments.domain.withdrawal.closed_loop import plan as divided
from payments.domain.withdrawal.going import Way
from payments.domain.withdrawal.not_back import Obstacle

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD, BANK = UUID(int=101), UUID(int=102)


def deposit(number: int, left: int, way: Way = Way.REFUND, *, by: UUID | None = None, days: int = 0) -> Source:
    return Source(
        deposit_id=UUID(int=number),
        provider="stripe" if way is Way.REFUND else "trustly",
        paid_at=DAY - timedelta(days=days),
        left_minor=left,
        way=way,
        instrument_id=by,
    )


def plan(
    amount: int, sources: list[Source], paid: dict[UUID, int], first: ReturnFirst, *, elsewhere: bool = False
) -> Plan:
    """Where each is owed what is left of its deposits, less what was paid there."""
    owed: dict[UUID, int] = {}
    for one in sources:
        owed[one.group] = owed.get(one.group, 0) + one.left_minor
    owed = {group: max(0, minor - paid.get(group, 0)) for group, minor in owed.items()}
    return divided(amount, sources, owed, first, elsewhere=elsewhere)


def shape(made: Plan) -> list[tuple[int, int]]:
    """(the deposit, 0 for where he wants it; how much) of each portion."""
    return [(0 if one.source is None else one.source.deposit_id.int, one.amount_minor) for one in made.portions]


OLD, NEW = deposit(1, 30_00, days=9), deposit(2, 50_00, days=1)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (ReturnFirst.NEWEST, [(2, 50_00), (1, 10_00)]),
        (ReturnFirst.OLDEST, [(1, 30_00), (2, 30_00)]),
        (ReturnFirst.LARGEST, [(2, 50_00), (1, 10_00)]),
    ],
)
def test_sources_are_filled_in_the_casinos_order(first: ReturnFirst, expected: list[tuple[int, int]]) -> None:
    assert shape(plan(60_00, [OLD, NEW], {}, first)) == expected


def test_what_is_more_than_he_paid_in_goes_where_he_wants_it() -> None:
    made = plan(100_00, [OLD, NEW], {}, ReturnFirst.NEWEST)
    assert shape(made) == [(2, 50_00), (1, 30_00), (0, 20_00)]
    assert made.winnings_minor == 20_00


def test_what_was_paid_to_an_instrument_before_is_not_owed_again() -> None:
    paid_in = [deposit(1, 30_00, Way.PAYOUT, by=BANK, days=3), deposit(2, 30_00, Way.PAYOUT, by=BANK, days=2)]
    assert shape(plan(60_00, paid_in, {BANK: 45_00}, ReturnFirst.NEWEST)) == [(2, 15_00), (0, 45_00)]


def test_deposits_by_one_account_are_paid_back_in_one_order() -> None:
    paid_in = [deposit(1, 30_00, Way.PAYOUT, by=BANK, days=3), deposit(2, 30_00, Way.PAYOUT, by=BANK, days=2)]
    assert shape(plan(60_00, paid_in, {}, ReturnFirst.NEWEST)) == [(2, 60_00)]


def test_each_refund_is_of_one_deposit_though_one_card_paid_both() -> None:
    paid_in = [deposit(1, 30_00, by=CARD, days=3), deposit(2, 30_00, by=CARD, days=2)]
    assert shape(plan(60_00, paid_in, {}, ReturnFirst.OLDEST)) == [(1, 30_00), (2, 30_00)]


def test_what_came_from_where_he_wants_it_goes_there_in_one_order_with_the_rest() -> None:
    named = replace(deposit(1, 30_00, Way.PAYOUT, by=BANK), to_named=True)
    made = plan(100_00, [named, deposit(2, 20_00, days=1)], {}, ReturnFirst.NEWEST)
    assert [(one.amount_minor, one.to_named, one.winnings_minor) for one in made.portions] == [
        (80_00, True, 50_00),
        (20_00, False, 0),
    ]
    assert not made.undivided
    assert plan(100_00, [named], {}, ReturnFirst.NEWEST).undivided


def test_what_cannot_go_back_is_left_out_with_the_reason() -> None:
    expired = replace(NEW, obstacle=Obstacle.EXPIRED)
    made = plan(60_00, [OLD, expired], {}, ReturnFirst.NEWEST)
    assert shape(made) == [(1, 30_00), (0, 30_00)]
    assert [(one.deposit_id.int, one.amount_minor, one.obstacle) for one in made.left_out] == [
        (2, 30_00, Obstacle.EXPIRED)
    ]
    assert (made.winnings_minor, made.portions[-1].not_back_minor) == (0, 30_00)


def test_what_is_more_than_was_left_out_are_winnings() -> None:
    made = plan(100_00, [OLD, replace(NEW, obstacle=Obstacle.TOO_OLD)], {}, ReturnFirst.NEWEST)
    assert [(one.amount_minor, one.not_back_minor, one.winnings_minor) for one in made.portions] == [
        (30_00, 0, 0),
        (70_00, 50_00, 20_00),
    ]


def test_what_may_go_back_another_day_waits_unless_a_person_decides_otherwise() -> None:
    off = [OLD, replace(NEW, obstacle=Obstacle.PROVIDER_OFF)]
    made = plan(90_00, off, {}, ReturnFirst.NEWEST)
    assert (shape(made), made.waits_minor, made.winnings_minor) == ([(1, 30_00), (0, 10_00)], 50_00, 10_00)
    elsewhere = plan(90_00, off, {}, ReturnFirst.NEWEST, elsewhere=True)
    assert (shape(elsewhere), elsewhere.waits_minor) == ([(1, 30_00), (0, 60_00)], 0)


def test_a_rest_of_less_than_is_paid_there_at_once_waits_beside_what_goes_back() -> None:
    owed = {OLD.group: 30_00}
    made = divided(30_50, [OLD], owed, ReturnFirst.NEWEST, least_minor=1_00)
    assert (shape(made), made.waits_minor, made.named_minor) == ([(1, 30_00)], 50, 0)
    assert shape(divided(31_00, [OLD], owed, ReturnFirst.NEWEST, least_minor=1_00)) == [(1, 30_00), (0, 1_00)]
    assert divided(50, [], {}, ReturnFirst.NEWEST, least_minor=1_00).undivided  # It is all there is.


def test_where_all_of_it_waits_it_is_not_all_for_where_he_wants_it() -> None:
    made = plan(20_00, [replace(NEW, obstacle=Obstacle.PROVIDER_OFF)], {}, ReturnFirst.NEWEST)
    assert (made.portions, made.waits_minor, made.undivided) == ((), 20_00, False)


def test_who_paid_nothing_in_is_paid_where_he_wants_it() -> None:
    assert plan(60_00, [], {}, ReturnFirst.NEWEST).portions == (Portion(60_00, None, 60_00),)


SOURCES = st.builds(
    Source,
    deposit_id=st.uuids(),
    provider=st.sampled_from(["stripe", "trustly"]),
    paid_at=st.integers(0, 400).map(lambda days: DAY - timedelta(days=days)),
    left_minor=st.integers(1, 100_00),
    way=st.sampled_from(list(Way)),
    instrument_id=st.sampled_from([CARD, BANK, None]),
    obstacle=st.sampled_from([None, None, *Obstacle]),
)


@given(
    st.integers(1, 1_000_00),
    st.lists(SOURCES, max_size=12, unique_by=lambda one: one.deposit_id),
    st.dictionaries(st.sampled_from([CARD, BANK]), st.integers(0, 200_00)),
    st.sampled_from(list(ReturnFirst)),
)
def test_whatever_he_paid_in_the_parts_are_the_whole_and_no_source_gets_more_than_it_is_owed(
    amount: int, sources: list[Source], paid: dict[UUID, int], first: ReturnFirst
) -> None:
    made = plan(amount, sources, paid, first)
    assert sum(one.amount_minor for one in made.portions) + made.waits_minor == amount
    not_back = sum(one.not_back_minor for one in made.portions)
    assert not_back + made.waits_minor == sum(one.amount_minor for one in made.left_out)
    assert all(one.winnings_minor + one.not_back_minor <= one.amount_minor for one in made.portions)
    assert all(one.amount_minor > 0 for one in made.portions)
    back: dict[UUID, int] = {}
    for portion in made.portions:
        if portion.source is not None:
            assert portion.source.obstacle is None
            back[portion.source.group] = back.get(portion.source.group, 0) + portion.amount_minor
            if portion.source.way is Way.REFUND:
                assert portion.amount_minor <= portion.source.left_minor
    for group, minor in back.items():
        owed = sum(one.left_minor for one in sources if one.group == group) - paid.get(group, 0)
        assert minor <= owed
