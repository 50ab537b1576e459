"""Bonus money: a stake may be split over it and cash, and comes back to where it was taken from."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.domain.ledger.accounts import AccountRef, AccountType, WalletKey, house, player_bonus, player_cash
from payments.domain.ledger.books import Books
from payments.domain.ledger.entries import bonus_id
from payments.domain.ledger.transfers import Answer, Code, Entry, Transfer, TransferKind
from payments.domain.ledger.wallets import Account, Wallet, staked_of_bonus, won_by_bonus

from .test_books import BET, CASINO, HOUSE, KEY, PLAYER, ROLLBACK, WIN, move, name

EXPENSE = 300
OURS = house(CASINO, AccountType.BONUS_EXPENSE, "EUR")
BONUS, CASH = player_bonus(*KEY), player_cash(*KEY)


def wallet(cash: int, bonus: int) -> Wallet:
    return Wallet(Account(10, cash, 0), {AccountType.OWED: Account(12, 0), AccountType.BONUS: Account(13, bonus, 0)})


def books(cash: int = 100, bonus: int = 50, *, first: bool = False, entries: list[Entry] | None = None) -> Books:
    casinos = {CASINO} if first else set()
    return Books(
        {KEY: wallet(cash, bonus)}, {(CASINO, "EUR"): HOUSE}, {OURS: EXPENSE}, entries or [], bonus_first=casinos
    )


def has(on: Books) -> tuple[int, int | None]:
    one = on._wallets[KEY]
    return one.cash.balance_minor, one.bonus_minor


def moved(kind: TransferKind, debit: AccountRef, credit: AccountRef, amount: int, text: str = "x") -> Transfer:
    return Transfer(id=name(f"{kind}{text}"), kind=kind, debit=debit, credit=credit, amount_minor=amount)


@pytest.mark.parametrize(
    ("first", "amount", "left"),
    [
        (False, 60, (40, 50)),
        (False, 100, (0, 50)),
        (False, 120, (0, 30)),
        (False, 150, (0, 0)),
        (True, 30, (100, 20)),
        (True, 50, (100, 0)),
        (True, 120, (30, 0)),
        (True, 150, (0, 0)),
    ],
)
def test_a_stake_is_taken_in_the_order_of_the_casino(first: bool, amount: int, left: tuple[int, int]):
    on = books(first=first)
    assert on.post(move(BET, "b", amount)).code is Code.CREATED
    assert has(on) == left
    assert on.deltas == {HOUSE: amount}


def test_more_than_cash_and_bonus_together_is_not_to_be_had():
    on = books()
    assert on.post(move(BET, "b", 151)) == Answer(Code.INSUFFICIENT_FUNDS, 100, bonus_minor=50)
    assert (on.written, has(on)) == ([], (100, 50))


def test_a_split_stake_is_two_entries_of_one_group_and_the_one_with_the_id_tells_of_both():
    on = books()
    assert on.post(move(BET, "b", 120)) == Answer(Code.CREATED, 0, 0, None, 30)
    beside, bet = on.written
    assert (bet.id, bet.amount_minor, bet.bonus_minor, bet.debit_account) == (name("b"), 100, 20, 10)
    assert (bet.cash_after, bet.bonus_after) == (0, 30)
    assert (beside.id, beside.amount_minor, beside.debit_account, beside.debit_type) == (
        bonus_id(bet.id),
        20,
        13,
        "bonus",
    )
    assert bet.group_id == beside.group_id == bet.id


def test_a_stake_of_bonus_alone_leaves_an_entry_of_nothing_for_its_id():
    on = books(first=True)
    on.post(move(BET, "b", 30))
    assert [(entry.id, entry.amount_minor) for entry in on.written] == [(bonus_id(name("b")), 30), (name("b"), 0)]


def test_a_split_bet_that_comes_again_gets_the_first_answer_and_an_altered_one_is_refused():
    on = books()
    first = on.post(move(BET, "b", 120))
    on.post(move(WIN, "w", 500))
    assert on.post(move(BET, "b", 120)) == first._replace(code=Code.REPEATED)
    assert on.post(move(BET, "b", 100)).code is Code.DIFFERENT_FACTS
    assert len(on.written) == 3


def test_a_win_goes_where_its_stake_came_from_in_proportion():
    on = books()
    on.post(move(BET, "b", 120))
    assert on.post(move(WIN, "w", 61, of="b")) == Answer(Code.CREATED, 51, None, 51, 40)
    assert has(on) == (51, 40)


def test_a_win_of_a_bet_that_is_not_known_or_was_of_cash_goes_to_cash():
    on = books()
    on.post(move(BET, "b", 100))
    on.post(move(WIN, "w", 61, of="b"))
    on.post(move(WIN, "v", 10, of="nothing"))
    on.post(move(WIN, "u", 5))
    assert has(on) == (76, 50)


def test_a_rollback_gives_back_exactly_what_was_taken_from_each():
    on = books()
    on.post(move(BET, "b", 120))
    on.post(move(WIN, "w", 500))
    assert on.post(move(ROLLBACK, "r", of="b")) == Answer(Code.CREATED, 600, None, 600, 50)
    assert [(one.reversal_of, one.amount_minor) for one in on.written[-2:]] == [
        (bonus_id(name("b")), 20),
        (name("b"), 100),
    ]
    assert on.post(move(ROLLBACK, "s", of="b")).code is Code.REPEATED
    assert has(on) == (600, 50)


def test_a_win_is_taken_back_from_cash_whole_and_from_the_bonus_as_far_as_it_goes():
    on = books()
    on.post(move(BET, "b", 150))
    on.post(move(WIN, "w", 90, of="b"))
    assert has(on) == (60, 30)
    on.post(move(BET, "c", 80))
    assert has(on) == (0, 10)
    assert on.post(move(ROLLBACK, "r", of="w")).code is Code.CREATED
    assert has(on) == (0, 0)
    assert on._wallets[KEY].others[AccountType.OWED].balance_minor == -60


def test_without_a_bonus_account_everything_is_as_it_was():
    key = WalletKey(CASINO, PLAYER, "EUR")
    on = Books({key: Wallet(Account(10, 100, 0))}, {(CASINO, "EUR"): HOUSE}, {}, bonus_first={CASINO})
    assert on.post(move(BET, "b", 30)) == Answer(Code.CREATED, 70, 70, None)
    assert (on.written[0].bonus_minor, on.written[0].bonus_after) == (None, None)


def test_a_bonus_is_given_by_the_house_and_taken_back_no_further_than_it_goes():
    on = books(0, 0)
    assert on.post(moved(TransferKind.BONUS_GRANT, OURS, BONUS, 40)) == Answer(Code.CREATED, 0, None, 40, 40)
    assert on.post(moved(TransferKind.BONUS_FORFEIT, BONUS, OURS, 41)).code is Code.INSUFFICIENT_FUNDS
    assert on.post(moved(TransferKind.BONUS_FORFEIT, BONUS, OURS, 40)).code is Code.CREATED
    assert on.deltas == {EXPENSE: 0}


def test_a_bonus_is_made_cash_and_the_rest_forfeited_or_neither():
    on = books(0, 50)
    made = moved(TransferKind.BONUS_CONVERSION, BONUS, CASH, 30)
    codes = [one.code for one in on.post_all([made, moved(TransferKind.BONUS_FORFEIT, BONUS, OURS, 21)])]
    assert (codes, has(on), on.written) == ([Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS], (0, 50), [])
    codes = [one.code for one in on.post_all([made, moved(TransferKind.BONUS_FORFEIT, BONUS, OURS, 20)])]
    assert (codes, has(on)) == ([Code.CREATED, Code.CREATED], (30, 0))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(cash=st.integers(0, 300), bonus=st.integers(0, 300), amount=st.integers(0, 700), first=st.booleans())
def test_a_stake_is_split_whole_within_what_is_there_or_refused(cash: int, bonus: int, amount: int, first: bool):
    part = staked_of_bonus(wallet(cash, bonus), amount, bonus_first=first)
    if part is None:
        assert amount > cash + bonus
    else:
        assert 0 <= part <= bonus
        assert 0 <= amount - part <= cash


@given(amount=st.integers(0, 10**15), cash=st.integers(0, 10**15), bonus=st.integers(0, 10**15))
def test_a_win_is_shared_within_one_minor_unit_of_the_exact_proportion(amount: int, cash: int, bonus: int):
    part = won_by_bonus(amount, cash + bonus, bonus)
    assert 0 <= part <= amount
    if cash + bonus:
        assert 0 <= amount * bonus - part * (cash + bonus) < cash + bonus


def test_the_id_beside_is_another_than_every_id_of_games_and_leads_back():
    assert bonus_id(bonus_id(name("b"))) == name("b") != bonus_id(name("b"))
    assert isinstance(bonus_id(UUID(int=7)), UUID)
