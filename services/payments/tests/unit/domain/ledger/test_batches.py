"""I14: a batch cannot be told from the same requests sent one by one."""

from copy import deepcopy
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from payments.domain.ledger.accounts import AccountType, WalletKey
from payments.domain.ledger.books import Books
from payments.domain.ledger.transfers import Answer, Entry, GameMove, GameMoveKind
from payments.domain.ledger.wallets import Account, Wallet

CASINO = UUID(int=1)
HOUSE = {(CASINO, "EUR"): 900}
BONUS = 40
KEYS = [WalletKey(CASINO, UUID(int=n), "EUR") for n in (2, 3)]


def name(text: str) -> UUID:
    return uuid5(CASINO, text)


@st.composite
def moves(draw: st.DrawFn) -> GameMove:
    kind = draw(st.sampled_from(GameMoveKind))
    transaction, of = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return GameMove(
        id=name(f"{kind}{transaction}"),
        kind=kind,
        wallet=draw(st.sampled_from(KEYS)),
        amount_minor=draw(st.sampled_from([0, 1, 30, 80])),
        fingerprint=draw(st.sampled_from([7, 7, 7, 8])),
        reference_id=None if kind is GameMoveKind.BET else name(f"{draw(st.sampled_from(['bet', 'win']))}{of}"),
        requires_reference=draw(st.booleans()),
        supplier="hub88",
        supplier_tx=str(transaction),
        game_code="dragon",
        round_ref="round",
        round_closed=False,
        session_id=None,
    )


def fresh_wallets(cash: int) -> dict[WalletKey, Wallet]:
    return {
        key: Wallet(
            Account(10 * n, cash, 0),
            {AccountType.OWED: Account(10 * n + 2, 0), AccountType.BONUS: Account(10 * n + 3, BONUS, 0)},
        )
        for n, key in enumerate(KEYS, start=1)
    }


def one_by_one(
    requests: list[GameMove], cash: int, first: bool
) -> tuple[list[Answer], list[Entry], dict[WalletKey, Wallet]]:
    """As if each request were a transaction of its own."""
    wallets = fresh_wallets(cash)
    entries: list[Entry] = []
    answers: list[Answer] = []
    for request in requests:
        books = Books(wallets, HOUSE, {}, deepcopy(entries), bonus_first={CASINO} if first else frozenset())
        answers.append(books.post(request))
        entries.extend(books.written)
    return answers, entries, wallets


@settings(max_examples=400, deadline=None, derandomize=True)
@given(requests=st.lists(moves(), max_size=25), cash=st.sampled_from([0, 60, 500]), first=st.booleans())
def test_a_batch_is_answered_and_written_like_the_same_requests_one_by_one(
    requests: list[GameMove], cash: int, first: bool
):
    wallets = fresh_wallets(cash)
    batch = Books(wallets, HOUSE, {}, bonus_first={CASINO} if first else frozenset())
    answers = [batch.post(request) for request in requests]
    assert (answers, batch.written, wallets_of(wallets)) == _seen(one_by_one(requests, cash, first))


def _seen(result: tuple[list[Answer], list[Entry], dict[WalletKey, Wallet]]) -> tuple[object, ...]:
    answers, entries, wallets = result
    return answers, entries, wallets_of(wallets)


def wallets_of(wallets: dict[WalletKey, Wallet]) -> list[tuple[int, int, int]]:
    return [
        (
            one.cash.balance_minor,
            one.others[AccountType.OWED].balance_minor,
            one.others[AccountType.BONUS].balance_minor,
        )
        for one in wallets.values()
    ]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(requests=st.lists(moves(), max_size=25), cash=st.sampled_from([0, 60, 500]))
def test_money_neither_comes_from_nothing_nor_vanishes_and_no_cash_is_ever_negative(
    requests: list[GameMove], cash: int
):
    wallets = fresh_wallets(cash)
    books = Books(wallets, HOUSE, {})
    for request in requests:
        before = len(books.written)
        answer = books.post(request)
        assert (len(books.written) > before) == (answer.code == 0)
        assert all(min(one.cash.balance_minor, one.bonus_minor or 0) >= 0 for one in wallets.values())
    players = sum(sum(all_) for all_ in wallets_of(wallets)) - 2 * (cash + BONUS)
    assert players + sum(books.deltas.values()) == 0
    assert len({entry.id for entry in books.written}) == len(books.written)
    reversals = [entry.reversal_of for entry in books.written if entry.reversal_of]
    assert len(set(reversals)) == len(reversals)
