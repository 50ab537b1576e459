"""The rules of posting: given locked wallets and earlier entries, what a request does. Pure and in memory.

A batch is decided here one request after the other, exactly as if each had come alone; the database is asked once
before and once after. That is why a batch cannot be told from the same requests sent singly.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from payments.domain.ledger.accounts import AccountRef, AccountType, WalletKey
from payments.domain.ledger.transfers import Answer, Code, Entry, GameMove, GameMoveKind, Transfer, TransferKind

Request = GameMove | Transfer

_SIDES = {
    TransferKind.BET: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.WIN: (AccountType.GAME_HOUSE, AccountType.CASH),
    TransferKind.ROLLBACK_BET: (AccountType.GAME_HOUSE, AccountType.CASH),
    TransferKind.ROLLBACK_WIN: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.TOMBSTONE: (AccountType.CASH, AccountType.GAME_HOUSE),
    TransferKind.OWED: (AccountType.OWED, AccountType.CASH),
}
"""From what to what money goes in games."""

_REVERSALS = frozenset({TransferKind.ROLLBACK_BET, TransferKind.ROLLBACK_WIN, TransferKind.TOMBSTONE})


@dataclass(slots=True)
class Account:
    """A player's account as it stands, held under lock. Without a floor it may run as low as it likes."""

    number: int
    balance_minor: int
    floor_minor: int | None = None
    opening_minor: int = field(init=False)

    def __post_init__(self) -> None:
        self.opening_minor = self.balance_minor

    def holds(self, amount_minor: int) -> bool:
        """Whether as much may be taken from it."""
        return self.floor_minor is None or self.balance_minor - amount_minor >= self.floor_minor


@dataclass(slots=True)
class Wallet:
    """A player's accounts in one currency, and what he may not do."""

    cash: Account
    others: dict[AccountType, Account] = field(default_factory=dict)
    bets_blocked: bool = False

    def account(self, kind: AccountType) -> Account | None:
        """One of its accounts, if it was locked."""
        return self.cash if kind is AccountType.CASH else self.others.get(kind)


Side = Account | int
"""A player's account, or the number of an account of the house or a provider.

The latter have no balance here: what happens to them is summed up, so that no transfer ever waits for another only
because both are with the house.
"""


class Books:
    """The part of the books that a batch concerns.

    Args:
        wallets: those of the players concerned, as far as they exist.
        game_houses: the number of the account on the house's side of games, by casino and currency.
        houses: the numbers of the other accounts of house and providers concerned.
        entries: everything written before with an id, or reversing an id, that the batch names.
        gone: ids that were used in months that were taken away: nothing is known of them, so nothing is the same.
        feed_stale: whether restrictions may have been missed, so that no bet may be taken.

    Attributes:
        written: the new entries, in order.
        deltas: what the new entries did to accounts of house and providers.
    """

    def __init__(
        self,
        wallets: Mapping[WalletKey, Wallet],
        game_houses: Mapping[tuple[UUID, str], int],
        houses: Mapping[AccountRef, int],
        entries: Iterable[Entry] = (),
        *,
        gone: AbstractSet[UUID] = frozenset(),
        feed_stale: bool = False,
    ) -> None:
        self._wallets = wallets
        self._game_houses = game_houses
        self._houses = houses
        self._gone = gone
        self._feed_stale = feed_stale
        self._by_id: dict[UUID, Entry] = {}
        self._reversals: dict[UUID, Entry] = {}
        self._undo: list[tuple[Side, Side, int]] = []
        self.written: list[Entry] = []
        self.deltas: dict[int, int] = {}
        for entry in entries:
            self._remember(entry)

    def changed(self) -> list[Account]:
        """The players' accounts whose balance is another than when they were locked."""
        return [
            account
            for wallet in self._wallets.values()
            for account in (wallet.cash, *wallet.others.values())
            if account.balance_minor != account.opening_minor
        ]

    def post_all(self, requests: Sequence[Request]) -> list[Answer]:
        """All of the requests or none: when one is refused the others answer GROUP_REFUSED and nothing is written."""
        before = len(self.written)
        answers: list[Answer] = []
        for place, request in enumerate(requests):
            answer = self.post(request)
            if answer.code > Code.REPEATED:
                self._forget_after(before)
                refused = Answer(Code.GROUP_REFUSED, None)
                return [*([refused] * place), answer, *([refused] * (len(requests) - place - 1))]
            answers.append(answer)
        return answers

    def post(self, request: Request) -> Answer:
        """One request: posted, found posted before, or refused with its code."""
        if self._gone and self._concerns_gone(request):
            return Answer(Code.DIFFERENT_FACTS, None)
        if isinstance(request, Transfer):
            return self._transfer(request)
        wallet = self._wallets.get(request.wallet)
        if wallet is None:
            return Answer(Code.UNKNOWN_ACCOUNT, None)
        match request.kind:
            case GameMoveKind.BET:
                return self._bet(request, wallet)
            case GameMoveKind.WIN:
                return self._win(request, wallet)
            case GameMoveKind.ROLLBACK:
                return self._rollback(request, wallet)
            case _:
                assert_never(request.kind)

    def _concerns_gone(self, request: Request) -> bool:
        """What was posted before and what is to be taken back cannot be looked at: that is for a person."""
        rollback = isinstance(request, GameMove) and request.kind is GameMoveKind.ROLLBACK
        return request.id in self._gone or (rollback and request.reference_id in self._gone)

    def _bet(self, bet: GameMove, wallet: Wallet) -> Answer:
        cash, house = wallet.cash, self._house_of(bet)
        earlier = self._by_id.get(bet.id)
        if earlier is not None:
            return self._again(bet, earlier, cash, cash.number, house)
        if bet.id in self._reversals:
            return Answer(Code.ROLLED_BACK, cash.balance_minor)
        if wallet.bets_blocked or bet.repeat_only:
            return Answer(Code.BLOCKED, cash.balance_minor)
        if self._feed_stale:
            return Answer(Code.FEED_STALE, cash.balance_minor)
        if not cash.holds(bet.amount_minor):
            return Answer(Code.INSUFFICIENT_FUNDS, cash.balance_minor)
        return self._write_game(bet, TransferKind.BET, cash, house, bet.amount_minor, cash)

    def _win(self, win: GameMove, wallet: Wallet) -> Answer:
        cash, house = wallet.cash, self._house_of(win)
        earlier = self._by_id.get(win.id)
        if earlier is not None:
            return self._again(win, earlier, cash, house, cash.number)
        if win.id in self._reversals:
            return Answer(Code.ROLLED_BACK, cash.balance_minor)
        if win.requires_reference and not self._has_bet(win, cash):
            return Answer(Code.UNKNOWN_REFERENCE, cash.balance_minor)
        return self._write_game(win, TransferKind.WIN, house, cash, win.amount_minor, cash)

    def _has_bet(self, win: GameMove, cash: Account) -> bool:
        bet = self._by_id.get(win.reference_id) if win.reference_id else None
        return (
            bet is not None
            and bet.kind == TransferKind.BET
            and bet.wallet_id == cash.number
            and bet.id not in self._reversals
        )

    def _again(self, move: GameMove, earlier: Entry, cash: Account, debit: int, credit: int) -> Answer:
        """The answer to an id that was used before: the first answer to the same facts, a refusal to others.

        A bet or a win that was taken back meanwhile no longer stands. Answered as at first, the supplier would go on
        with a round that nobody paid for; so the answer is what it would be had the rollback overtaken it.
        """
        same = (
            earlier.kind == move.kind
            and earlier.debit_account == debit
            and earlier.credit_account == credit
            and earlier.amount_minor == move.amount_minor
            and earlier.fingerprint == move.fingerprint
            and earlier.reference_id == move.reference_id
        )
        if not same:
            return Answer(Code.DIFFERENT_FACTS, cash.balance_minor)
        if move.id in self._reversals:
            return Answer(Code.ROLLED_BACK, cash.balance_minor)
        return _first_answer(earlier)

    def _rollback(self, rollback: GameMove, wallet: Wallet) -> Answer:
        cash, target_id = wallet.cash, rollback.reference_id
        earlier = self._by_id.get(rollback.id)
        if earlier is not None:
            same = (
                earlier.kind in _REVERSALS
                and earlier.reversal_of == target_id
                and earlier.wallet_id == cash.number
                and earlier.fingerprint == rollback.fingerprint
            )
            return _first_answer(earlier) if same else Answer(Code.DIFFERENT_FACTS, cash.balance_minor)
        unknown = Answer(Code.UNKNOWN_REFERENCE, cash.balance_minor)
        if target_id is None:
            return unknown
        done = self._reversals.get(target_id)
        if done is not None:
            return _first_answer(done) if done.wallet_id == cash.number else unknown
        target = self._by_id.get(target_id)
        if target is None:
            return self._write_game(rollback, TransferKind.TOMBSTONE, cash, self._house_of(rollback), 0, cash)
        if target.wallet_id != cash.number:
            return unknown
        if target.kind == TransferKind.BET:
            kind, house = TransferKind.ROLLBACK_BET, target.credit_account
            return self._write_game(rollback, kind, house, cash, target.amount_minor, cash)
        if target.kind == TransferKind.WIN:
            return self._take_back_win(rollback, target, wallet)
        return unknown

    def _take_back_win(self, rollback: GameMove, win: Entry, wallet: Wallet) -> Answer:
        """A win is taken back whole; what the player has spent of it he owes from now on."""
        cash, owed = wallet.cash, wallet.others[AccountType.OWED]
        missing = win.amount_minor - cash.balance_minor
        if missing > 0:
            loan = rollback._replace(id=owed_id(rollback.id), reference_id=rollback.id)
            self._write_game(loan, TransferKind.OWED, owed, cash, missing, cash)
        return self._write_game(rollback, TransferKind.ROLLBACK_WIN, cash, win.debit_account, win.amount_minor, cash)

    def _write_game(
        self, move: GameMove, kind: TransferKind, debit: Side, credit: Side, amount: int, cash: Account
    ) -> Answer:
        debit_balance, credit_balance = self._shift(debit, -amount), self._shift(credit, amount)
        self._undo.append((debit, credit, amount))
        self._write(
            Entry(
                move.id,
                kind,
                _number(debit),
                _number(credit),
                amount,
                debit_balance,
                credit_balance,
                cash.number,
                cash.balance_minor,
                move.fingerprint,
                move.reference_id,
                move.reference_id if kind in _REVERSALS else None,
                None,
                None,
                move.supplier,
                move.supplier_tx,
                move.game_code,
                move.round_ref,
                move.round_closed,
                move.session_id,
                *move.wallet,
                *_SIDES[kind],
            )
        )
        return Answer(Code.CREATED, cash.balance_minor, debit_balance, credit_balance)

    def _transfer(self, transfer: Transfer) -> Answer:
        debit, credit = self._side(transfer.debit), self._side(transfer.credit)
        if debit is None or credit is None:
            return Answer(Code.UNKNOWN_ACCOUNT, None)
        cash = self._wallets[transfer.wallet].cash if transfer.wallet is not None else None
        earlier = self._by_id.get(transfer.id)
        if earlier is not None:
            if _facts(transfer, debit, credit) == _facts_of(earlier):
                return _first_answer(earlier)
            return Answer(Code.DIFFERENT_FACTS, cash.balance_minor if cash else None)
        if isinstance(debit, Account) and not debit.holds(transfer.amount_minor):
            return Answer(Code.INSUFFICIENT_FUNDS, cash.balance_minor if cash else None, debit.balance_minor)
        amount = transfer.amount_minor
        debit_balance, credit_balance = self._shift(debit, -amount), self._shift(credit, amount)
        self._undo.append((debit, credit, amount))
        entry = Entry(
            id=transfer.id,
            kind=transfer.kind,
            debit_account=_number(debit),
            credit_account=_number(credit),
            amount_minor=amount,
            debit_balance=debit_balance,
            credit_balance=credit_balance,
            wallet_id=cash.number if cash else None,
            cash_after=cash.balance_minor if cash else None,
            fingerprint=0,
            reference_id=transfer.reference_id,
            reversal_of=None,
            group_id=transfer.group,
            provider=transfer.provider,
            supplier=None,
            supplier_tx=None,
            game_code=None,
            round_ref=None,
            round_closed=False,
            session_id=None,
            casino_id=transfer.debit.casino_id,
            player_id=transfer.wallet.player_id if transfer.wallet is not None else None,
            currency=transfer.debit.currency,
            debit_type=transfer.debit.type,
            credit_type=transfer.credit.type,
        )
        self._write(entry)
        return Answer(Code.CREATED, entry.cash_after, debit_balance, credit_balance)

    def _house_of(self, move: GameMove) -> int:
        casino_id, _, currency = move.wallet
        return self._game_houses[casino_id, currency]

    def _side(self, ref: AccountRef) -> Side | None:
        key = ref.wallet
        if key is None:
            return self._houses[ref]
        wallet = self._wallets.get(key)
        return None if wallet is None else wallet.account(ref.type)

    def _shift(self, side: Side, by: int) -> int | None:
        if isinstance(side, Account):
            side.balance_minor += by
            return side.balance_minor
        self.deltas[side] = self.deltas.get(side, 0) + by
        return None

    def _write(self, entry: Entry) -> None:
        self.written.append(entry)
        self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        self._by_id[entry.id] = entry
        if entry.reversal_of is not None:
            self._reversals[entry.reversal_of] = entry

    def _forget_after(self, count: int) -> None:
        while len(self.written) > count:
            entry, (debit, credit, amount) = self.written.pop(), self._undo.pop()
            self._shift(debit, amount)
            self._shift(credit, -amount)
            del self._by_id[entry.id]
            if entry.reversal_of is not None:
                del self._reversals[entry.reversal_of]


def owed_id(rollback_id: UUID) -> UUID:
    """The id of the transfer by which a player comes to owe what a rollback found missing."""
    return UUID(int=rollback_id.int ^ 1)


def _number(side: Side) -> int:
    return side.number if isinstance(side, Account) else side


def _facts(transfer: Transfer, debit: Side, credit: Side) -> tuple[object, ...]:
    sides = (_number(debit), _number(credit))
    return (transfer.kind, *sides, transfer.amount_minor, transfer.reference_id, transfer.provider)


def _facts_of(entry: Entry) -> tuple[object, ...]:
    sides = (entry.debit_account, entry.credit_account)
    return (entry.kind, *sides, entry.amount_minor, entry.reference_id, entry.provider)


def _first_answer(entry: Entry) -> Answer:
    return Answer(Code.REPEATED, entry.cash_after, entry.debit_balance, entry.credit_balance)
