"""The rules of posting, without a database."""

from dataclasses import replace
from itertools import count
from uuid import UUID, uuid5

import pytest

from payments.domain.ledger.accounts import (
    AccountRef,
    AccountType,
    WalletKey,
    player_cash,
    player_hold,
    player_receivable,
    psp_clearing,
)
from payments.domain.ledger.books import Books
from payments.domain.ledger.entries import owed_id
from payments.domain.ledger.transfers import Answer, Code, Entry, GameMove, GameMoveKind, Transfer, TransferKind
from payments.domain.ledger.wallets import Account, Wallet

CASINO, PLAYER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
KEY, OTHER_KEY = WalletKey(CASINO, PLAYER, "EUR"), WalletKey(CASINO, OTHER, "EUR")
HOUSE, CLEARING = 100, 200
BET, WIN, ROLLBACK = GameMoveKind.BET, GameMoveKind.WIN, GameMoveKind.ROLLBACK


def name(text: str) -> UUID:
    return uuid5(CASINO, text)


def wallet(cash: int, *, first: int = 10, blocked: bool = False) -> Wallet:
    others = {AccountType.WITHDRAWAL_HOLD: Account(first + 1, 0, 0), AccountType.OWED: Account(first + 2, 0)}
    return Wallet(Account(first, cash, 0), others, blocked)


def books(cash: int = 100, *, entries: list[Entry] | None = None, blocked: bool = False, stale: bool = False) -> Books:
    wallets = {KEY: wallet(cash, blocked=blocked), OTHER_KEY: wallet(50, first=20)}
    clearing = psp_clearing(CASINO, "stripe", "EUR")
    return Books(wallets, {(CASINO, "EUR"): HOUSE}, {clearing: CLEARING}, entries or [], feed_stale=stale)


def move(
    kind: GameMoveKind,
    transaction: str,
    amount: int = 0,
    *,
    of: str | None = None,
    key: WalletKey = KEY,
    fingerprint: int = 7,
    must_know: bool = False,
) -> GameMove:
    return GameMove(
        id=name(transaction),
        kind=kind,
        wallet=key,
        amount_minor=amount,
        fingerprint=fingerprint,
        reference_id=name(of) if of else None,
        requires_reference=must_know,
        supplier="hub88",
        supplier_tx=transaction,
        game_code="dragon",
        round_ref="round-1",
        round_closed=False,
        session_id=None,
    )


def cash_of(on: Books, key: WalletKey = KEY) -> int:
    return on._wallets[key].cash.balance_minor


def test_a_bet_moves_cash_to_the_house():
    on = books()
    assert on.post(move(BET, "b", 30)) == Answer(Code.CREATED, 70, 70, None)
    (entry,) = on.written
    assert (entry.kind, entry.debit_account, entry.credit_account, entry.amount_minor) == ("bet", 10, HOUSE, 30)
    assert (entry.debit_balance, entry.credit_balance, entry.cash_after, entry.wallet_id) == (70, None, 70, 10)
    assert on.deltas == {HOUSE: 30}
    assert [(account.number, account.balance_minor) for account in on.changed()] == [(10, 70)]


def test_a_bet_may_take_the_last_cent_and_not_one_more():
    on = books(30)
    assert on.post(move(BET, "b", 30)).code is Code.CREATED
    assert on.post(move(BET, "c", 1)) == Answer(Code.INSUFFICIENT_FUNDS, 0)
    assert len(on.written) == 1


def test_a_free_bet_of_nothing_is_written_and_changes_no_balance():
    on = books()
    assert on.post(move(BET, "b", 0)) == Answer(Code.CREATED, 100, 100, None)
    assert [entry.amount_minor for entry in on.written] == [0]
    assert on.changed() == []


def test_a_win_is_paid_by_the_house():
    on = books()
    assert on.post(move(WIN, "w", 40, of="b")).cash_minor == 140
    assert on.deltas == {HOUSE: -40}


def test_a_repeat_gets_the_first_answer_even_after_the_balance_moved_on():
    on = books()
    first = on.post(move(BET, "b", 30))
    on.post(move(WIN, "w", 500))
    again = on.post(move(BET, "b", 30))
    assert (again.code, again.cash_minor) == (Code.REPEATED, first.cash_minor)
    assert len(on.written) == 2


@pytest.mark.parametrize(
    "altered",
    [
        move(BET, "b", 31),
        move(BET, "b", 30, fingerprint=8),
        move(BET, "b", 30, key=OTHER_KEY),
        move(BET, "b", 30, of="x"),
        move(WIN, "b", 30),
        move(ROLLBACK, "b", 30, of="x"),
    ],
)
def test_the_same_id_with_other_facts_is_refused_and_answered_with_the_balance_now(altered):
    on = books()
    on.post(move(BET, "b", 30))
    answer = on.post(altered)
    assert answer == Answer(Code.DIFFERENT_FACTS, cash_of(on, altered.wallet))
    assert len(on.written) == 1


def test_a_rollback_gives_back_what_was_bet_and_not_what_it_claims():
    on = books()
    on.post(move(BET, "b", 30))
    assert on.post(move(ROLLBACK, "r", 999, of="b")).cash_minor == 100
    assert on.written[-1].kind == "rollback_bet"
    assert on.written[-1].reversal_of == name("b")
    assert on.deltas == {HOUSE: 0}


def test_a_second_rollback_of_the_same_bet_has_no_effect_and_repeats_the_first_answer():
    on = books()
    on.post(move(BET, "b", 30))
    on.post(move(ROLLBACK, "r", of="b"))
    on.post(move(BET, "c", 50))
    assert on.post(move(ROLLBACK, "r2", of="b"))[:2] == (Code.REPEATED, 100)
    assert on.post(move(ROLLBACK, "r", of="b"))[:2] == (Code.REPEATED, 100)
    assert cash_of(on) == 50


def test_a_rollback_before_its_bet_leaves_a_tombstone_that_stops_the_bet_for_ever():
    on = books()
    assert on.post(move(ROLLBACK, "r", of="b"))[:2] == (Code.CREATED, 100)
    assert [(entry.kind, entry.amount_minor) for entry in on.written] == [("tombstone", 0)]
    assert on.post(move(BET, "b", 30)) == Answer(Code.ROLLED_BACK, 100)
    assert on.post(move(ROLLBACK, "r", of="b")).code is Code.REPEATED


def test_a_tombstone_of_an_earlier_day_stops_a_bet_and_a_win():
    earlier = books()
    earlier.post(move(ROLLBACK, "r", of="b"))
    assert books(entries=earlier.written).post(move(BET, "b", 30)).code is Code.ROLLED_BACK
    assert books(entries=earlier.written).post(move(WIN, "b", 30)).code is Code.ROLLED_BACK


def test_a_bet_or_a_win_that_was_taken_back_does_not_stand_when_it_is_repeated():
    on = books()
    on.post(move(BET, "b", 30))
    on.post(move(WIN, "w", 10, of="b"))
    on.post(move(ROLLBACK, "r1", of="w"))
    on.post(move(ROLLBACK, "r2", of="b"))
    for again in (move(BET, "b", 30), move(WIN, "w", 10, of="b")):
        assert on.post(again) == Answer(Code.ROLLED_BACK, 100)
        assert books(entries=on.written).post(again).code is Code.ROLLED_BACK
    assert on.post(move(BET, "b", 31)).code is Code.DIFFERENT_FACTS
    assert len(on.written) == 4


def test_a_rollback_of_another_players_bet_finds_nothing():
    on = books()
    on.post(move(BET, "b", 30))
    assert on.post(move(ROLLBACK, "r", of="b", key=OTHER_KEY)) == Answer(Code.UNKNOWN_REFERENCE, 50)
    on.post(move(ROLLBACK, "r1", of="b"))
    assert on.post(move(ROLLBACK, "r2", of="b", key=OTHER_KEY)) == Answer(Code.UNKNOWN_REFERENCE, 50)


@pytest.mark.parametrize("target", [None, "r"])
def test_a_rollback_of_nothing_or_of_a_rollback_finds_nothing(target):
    on = books()
    on.post(move(BET, "b", 30))
    on.post(move(ROLLBACK, "r", of="b"))
    assert on.post(move(ROLLBACK, "rr", of=target)).code is Code.UNKNOWN_REFERENCE


def test_a_rolled_back_win_is_taken_out_of_the_cash():
    on = books()
    on.post(move(WIN, "w", 40))
    assert on.post(move(ROLLBACK, "r", of="w")) == Answer(Code.CREATED, 100, 100, None)
    assert on.written[-1].kind == "rollback_win"


def test_what_was_spent_of_a_rolled_back_win_is_owed():
    on = books(0)
    on.post(move(WIN, "w", 40))
    on.post(move(BET, "b", 25))
    assert on.post(move(ROLLBACK, "r", of="w"))[:2] == (Code.CREATED, 0)
    loan, back = on.written[-2:]
    assert (loan.kind, loan.amount_minor, loan.debit_account, loan.debit_balance) == ("owed", 25, 12, -25)
    assert (loan.id, loan.reference_id, loan.cash_after) == (owed_id(name("r")), name("r"), 40)
    assert (back.kind, back.amount_minor, back.cash_after) == ("rollback_win", 40, 0)
    assert on.deltas == {HOUSE: -40 + 25 + 40}


def test_a_win_that_needs_its_bet_is_refused_without_it_after_its_rollback_and_for_another_player():
    on = books()
    assert on.post(move(WIN, "w", 40, of="b", must_know=True)).code is Code.UNKNOWN_REFERENCE
    assert on.post(move(WIN, "w", 40, must_know=True)).code is Code.UNKNOWN_REFERENCE
    on.post(move(BET, "b", 30))
    assert on.post(move(WIN, "x", 40, of="b", must_know=True, key=OTHER_KEY)).code is Code.UNKNOWN_REFERENCE
    assert on.post(move(WIN, "w", 40, of="b", must_know=True)).code is Code.CREATED
    on.post(move(ROLLBACK, "r", of="b"))
    assert on.post(move(WIN, "w2", 40, of="b", must_know=True)).code is Code.UNKNOWN_REFERENCE


def test_a_blocked_player_may_not_bet_and_still_gets_wins_and_rollbacks():
    earlier = books()
    earlier.post(move(BET, "b", 30))
    on = books(70, entries=earlier.written, blocked=True)
    assert on.post(move(BET, "c", 1)) == Answer(Code.BLOCKED, 70)
    assert on.post(move(BET, "b", 30))[:2] == (Code.REPEATED, 70)
    assert on.post(move(WIN, "w", 5)).code is Code.CREATED
    assert on.post(move(ROLLBACK, "r", of="b")).code is Code.CREATED


def test_when_restrictions_may_have_been_missed_only_bets_are_refused():
    on = books(stale=True)
    assert on.post(move(BET, "b", 30)) == Answer(Code.FEED_STALE, 100)
    assert on.post(move(WIN, "w", 5)).code is Code.CREATED
    assert on.post(move(ROLLBACK, "r", of="w")).code is Code.CREATED
    assert on.post(hold("h", 50)).code is Code.CREATED


def test_a_player_without_a_wallet_is_unknown():
    stranger = WalletKey(CASINO, PLAYER, "GBP")
    for kind in GameMoveKind:
        assert books().post(move(kind, "b", 1, of="x", key=stranger)) == Answer(Code.UNKNOWN_ACCOUNT, None)


def deposit(text: str, amount: int, group: str | None = None) -> Transfer:
    return Transfer(
        id=name(text),
        kind=TransferKind.DEPOSIT,
        debit=psp_clearing(CASINO, "stripe", "EUR"),
        credit=player_cash(*KEY),
        amount_minor=amount,
        group=name(group) if group else None,
        provider="stripe",
    )


def hold(text: str, amount: int) -> Transfer:
    return Transfer(
        id=name(text),
        kind=TransferKind.WITHDRAWAL_HOLD,
        debit=player_cash(*KEY),
        credit=player_hold(*KEY),
        amount_minor=amount,
    )


def test_a_deposit_comes_from_the_clearing_account():
    on = books()
    assert on.post(deposit("d", 50)) == Answer(Code.CREATED, 150, None, 150)
    assert on.deltas == {CLEARING: -50}


def test_a_hold_moves_cash_aside_and_no_more_than_there_is():
    on = books()
    assert on.post(hold("h", 60)) == Answer(Code.CREATED, 40, 40, 60)
    assert on.post(hold("i", 41)) == Answer(Code.INSUFFICIENT_FUNDS, 40, 40)


def test_a_repeated_transfer_gets_the_first_balances_and_an_altered_one_is_refused():
    on = books()
    on.post(hold("h", 60))
    on.post(deposit("d", 5))
    assert on.post(hold("h", 60)) == Answer(Code.REPEATED, 40, 40, 60)
    assert on.post(hold("h", 61)) == Answer(Code.DIFFERENT_FACTS, 45)


def test_a_group_is_posted_whole_or_not_at_all():
    on = books()
    refused = on.post_all([deposit("d", 10, "g"), hold("h", 500), deposit("e", 10, "g")])
    assert [answer.code for answer in refused] == [Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS, Code.GROUP_REFUSED]
    assert on.written == []
    assert on.changed() == []
    assert set(on.deltas.values()) <= {0}
    posted = on.post_all([deposit("d", 10, "g"), hold("h", 110)])
    assert [answer.code for answer in posted] == [Code.CREATED, Code.CREATED]
    assert [answer.code for answer in on.post_all([deposit("d", 10, "g"), hold("h", 110)])] == [Code.REPEATED] * 2


def test_a_rollback_in_a_group_that_is_refused_did_not_happen():
    on = books()
    on.post(move(BET, "b", 30))
    refused = on.post_all([move(ROLLBACK, "r", of="b"), hold("h", 500)])
    assert [answer.code for answer in refused] == [Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS]
    assert cash_of(on) == 70
    assert on.post(move(ROLLBACK, "another", of="b")) == Answer(Code.CREATED, 100, None, 100)


@pytest.mark.parametrize(
    ("debit", "credit", "amount"),
    [
        (player_cash(*KEY), player_cash(*KEY), 1),
        (player_cash(*KEY), player_hold(CASINO, PLAYER, "GBP"), 1),
        (player_cash(*KEY), player_cash(*OTHER_KEY), 1),
        (player_cash(*KEY), player_hold(*KEY), 0),
        (player_cash(*KEY), player_hold(*KEY), -1),
    ],
)
def test_a_transfer_that_makes_no_sense_cannot_even_be_said(debit: AccountRef, credit: AccountRef, amount: int):
    with pytest.raises(ValueError, match=r"transfer|player"):
        Transfer(id=name("t"), kind=TransferKind.ADJUSTMENT, debit=debit, credit=credit, amount_minor=amount)


def test_debits_and_credits_agree_whatever_happened():
    on, number = books(), count()
    for kind, amount, of in [
        (BET, 10, None),
        (WIN, 70, None),
        (ROLLBACK, 0, "1"),
        (BET, 160, None),
        (ROLLBACK, 0, "3"),
    ]:
        on.post(move(kind, str(next(number)), amount, of=of))
    players = sum(account.balance_minor - account.opening_minor for account in on.changed())
    assert players + sum(on.deltas.values()) == 0


def owing(for_deposits: int, for_wins: int) -> Books:
    on = books(200)
    others = on._wallets[KEY].others
    others[AccountType.CHARGEBACK_RECEIVABLE] = Account(13, -for_deposits)
    others[AccountType.OWED] = Account(12, -for_wins)
    return on


def paying(amount: int) -> Transfer:
    return Transfer(
        id=name("pays"),
        kind=TransferKind.RECEIVABLE_RECOVERY,
        debit=player_cash(*KEY),
        credit=player_receivable(*KEY),
        amount_minor=amount,
        reference_id=name("deposit"),
    )


@pytest.mark.parametrize(
    ("amount", "carried", "left"),
    [(30, 0, (70, 80)), (100, 0, (0, 80)), (101, 1, (0, 79)), (180, 80, (0, 0)), (190, 80, (-10, 0))],
)
def test_what_he_pays_is_for_deposits_first_and_then_for_wins(amount, carried, left):
    """More than he owes nobody asks of him; that it stands where it was paid shows it."""
    on = owing(100, 80)
    assert on.post(paying(amount)).code is Code.CREATED
    others = on._wallets[KEY].others
    owed = (-others[AccountType.CHARGEBACK_RECEIVABLE].balance_minor, -others[AccountType.OWED].balance_minor)
    assert (owed, cash_of(on)) == (left, 200 - amount)
    beside = [(one.kind, one.amount_minor, one.debit_type, one.credit_type, one.group_id) for one in on.written[:-1]]
    told = ("debt_carried", carried, "chargeback_receivable", "owed", name("pays"))
    assert beside == ([told] if carried else [])
    assert on.written[-1].id == name("pays")


def test_a_debt_is_paid_once_however_often_it_is_asked():
    on = owing(0, 80)
    on.post(paying(50))
    assert on.post(paying(50)).code is Code.REPEATED
    assert [one.kind for one in on.written] == ["debt_carried", "receivable_recovery"]
    assert cash_of(on) == 150


def test_of_a_group_that_is_refused_no_debt_is_carried():
    on = owing(0, 80)
    too_much = replace(paying(1), id=name("more"), amount_minor=500)
    codes = [answer.code for answer in on.post_all([paying(50), too_much])]
    assert codes == [Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS]
    assert (on.written, on.changed(), cash_of(on)) == ([], [], 200)
