"""What a player is owed by the places his money came from: in the order in which it came, went and was exchanged."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from payments.domain.withdrawal.owed import CameIn, Exchanged, Moved, PaidOut, TakenBack, owed

CARD, BANK = UUID(int=101), UUID(int=102)
BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(day: int) -> datetime:
    return BEGINNING + timedelta(days=day)


def came(day: int, minor: int, place: UUID = CARD, currency: str = "EUR") -> CameIn:
    return CameIn(at=at(day), place=place, currency=currency, minor=minor)


def paid(day: int, minor: int, place: UUID = CARD, currency: str = "EUR") -> PaidOut:
    return PaidOut(at=at(day), place=place, currency=currency, minor=minor)


def taken(day: int, minor: int, place: UUID = CARD) -> TakenBack:
    return TakenBack(at=at(day), place=place, currency="EUR", minor=minor)


def exchanged(day: int, minor: int, bought: int, *, sold_as: str = "EUR", bought_as: str = "USD") -> Exchanged:
    return Exchanged(at=at(day), currency=sold_as, minor=minor, bought_currency=bought_as, bought_minor=bought)


def test_a_payout_settles_what_is_owed_when_it_is_made_and_no_more() -> None:
    won: list[Moved] = [came(1, 100_00), paid(2, 500_00)]
    assert owed(won, "EUR") == {}
    assert owed([*won, came(3, 300_00)], "EUR") == {CARD: (300_00, 0)}
    assert owed([*won, came(3, 300_00), paid(4, 120_00)], "EUR") == {CARD: (180_00, 0)}


def test_winnings_that_were_paid_before_the_first_deposit_settle_none() -> None:
    assert owed([paid(1, 50_00), came(2, 20_00)], "EUR") == {CARD: (20_00, 0)}


def test_each_place_is_owed_what_came_from_it() -> None:
    assert owed([came(1, 10_00), came(2, 30_00, BANK), paid(3, 15_00, BANK)], "EUR") == {
        CARD: (10_00, 0),
        BANK: (15_00, 0),
    }


def test_what_was_refunded_or_taken_back_is_owed_no_longer_whatever_was_paid_there_since() -> None:
    assert owed([came(1, 100_00), taken(2, 100_00), paid(3, 50_00), came(4, 300_00)], "EUR") == {CARD: (300_00, 0)}


def test_what_a_bank_takes_of_money_that_was_returned_already_counts_against_what_comes_next() -> None:
    gone: list[Moved] = [came(1, 100_00), paid(2, 100_00), taken(3, 100_00)]
    assert owed([*gone, came(4, 300_00)], "EUR") == {CARD: (200_00, 0)}
    assert owed([*gone, taken(4, -100_00), came(5, 300_00)], "EUR") == {CARD: (300_00, 0)}


def test_what_is_exchanged_is_owed_on_in_the_currency_it_became() -> None:
    moved: list[Moved] = [came(1, 100_00), exchanged(2, 100_00, 120_00)]
    assert owed(moved, "EUR") == {}
    assert owed(moved, "USD") == {CARD: (0, 120_00)}
    assert owed([*moved, paid(3, 70_00, currency="USD")], "USD") == {CARD: (0, 50_00)}


def test_what_was_paid_in_is_exchanged_before_what_was_won() -> None:
    moved: list[Moved] = [came(1, 60_00), came(2, 40_00, BANK), exchanged(3, 400_00, 480_00)]
    assert owed(moved, "USD") == {CARD: (0, 72_00), BANK: (0, 48_00)}
    assert owed([*moved, exchanged(4, 480_00, 390_00, sold_as="USD", bought_as="EUR")], "EUR") == {
        CARD: (58_50, 0),
        BANK: (39_00, 0),
    }


def test_over_a_third_currency_it_is_owed_all_the_same() -> None:
    moved: list[Moved] = [
        came(1, 100_00),
        exchanged(2, 100_00, 120_00),
        exchanged(3, 120_00, 90_00, sold_as="USD", bought_as="GBP"),
    ]
    assert owed(moved, "GBP") == {CARD: (0, 90_00)}


def test_what_is_taken_back_of_a_deposit_that_was_exchanged_is_owed_nowhere() -> None:
    moved: list[Moved] = [came(1, 100_00), exchanged(2, 50_00, 60_00), taken(3, 75_00)]
    assert (owed(moved, "EUR"), owed(moved, "USD")) == ({}, {CARD: (0, 30_00)})


MOVED = st.one_of(
    st.builds(came, st.integers(0, 30), st.integers(1, 200_00), st.sampled_from([CARD, BANK])),
    st.builds(paid, st.integers(0, 30), st.integers(1, 200_00), st.sampled_from([CARD, BANK])),
    st.builds(taken, st.integers(0, 30), st.integers(1, 200_00), st.sampled_from([CARD, BANK])),
    st.builds(exchanged, st.integers(0, 30), st.integers(1, 200_00), st.integers(1, 200_00)),
)


@given(st.lists(MOVED, max_size=15), st.integers(1, 100_00))
def test_no_place_is_owed_more_than_came_from_it_and_what_came_last_is_owed_whatever_was_won_before(
    moved: list[Moved], last: int
) -> None:
    for place in (CARD, BANK):
        came_in = sum(one.minor for one in moved if isinstance(one, CameIn) and one.place == place)
        own, _ = owed(moved, "EUR").get(place, (0, 0))
        assert 0 <= own <= came_in
    untaken = [one for one in moved if not isinstance(one, TakenBack)]
    before, _ = owed(untaken, "EUR").get(CARD, (0, 0))
    assert owed([*untaken, came(31, last)], "EUR")[CARD] == (before + last, 0)
