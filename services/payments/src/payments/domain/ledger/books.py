"""The rules of posting: given locked accounts and earlier entries, what a request does. Pure and in memory.

A batch is decided here one request after the other, exactly as if each had come alone; the database is asked once
before and once after. That is why a batch cannot be told from the same requests sent singly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from payments.domain.ledger.transfers import Answer, Code, Entry, GameMove, GameMoveKind, PlainMove, TransferKind

_REVERSALS = frozenset({TransferKind.ROLLBACK_BET, TransferKind.ROLLBACK_WIN, TransferKind.TOMBSTONE})


@dataclass(slots=True)
class Account:
    """A player's account as it stands, held under lock.

    Attributes:
        floor_minor: the least it may hold; None: no floor.
    """

    balance_minor: int
    floor_minor: int | None
    bets_blocked: bool = False
    deposits_blocked: bool = False


class Books:
    """The part of the books a batch concerns.

    Args:
        accounts: the players' accounts by number, all that the batch may touch.
        house: numbers of accounts of house and providers. They have no floor and no balance here: what happens to
            them is summed up, so that no transfer ever waits for another because both are with the house.
        entries: everything written before with an id, or reversing an id, that the batch names.
        feed_stale: whether restrictions may have been missed, so that no bet may be taken.

    Attributes:
        written: the new entries, in order.
        deltas: what the new entries did to accounts of house and providers.
    """

    def __init__(
        self,
        accounts: Mapping[int, Account],
        house: Iterable[int],
        entries: Iterable[Entry] = (),
        *,
        feed_stale: bool = False,
    ) -> None:
        self._accounts = accounts
        self._opening = {number: account.balance_minor for number, account in accounts.items()}
        self._feed_stale = feed_stale
        self._by_id: dict[UUID, Entry] = {}
        self._reversals: dict[UUID, Entry] = {}
        self.written: list[Entry] = []
        self.deltas: dict[int, int] = dict.fromkeys(house, 0)
        for entry in entries:
            self._remember(entry)

    def changed_balances(self) -> dict[int, int]:
        """The players' accounts whose balance is another than when they were locked, with the new one."""
        return {
            number: account.balance_minor
            for number, account in self._accounts.items()
            if account.balance_minor != self._opening[number]
        }

    def post_all(self, requests: Sequence[GameMove | PlainMove]) -> list[Answer]:
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

    def post(self, request: GameMove | PlainMove) -> Answer:
        """One request: posted, found posted before, or refused with its code."""
        if isinstance(request, PlainMove):
            return self._post_plain(request)
        match request.kind:
            case GameMoveKind.BET:
                return self._bet(request)
            case GameMoveKind.WIN:
                return self._win(request)
            case GameMoveKind.ROLLBACK:
                return self._rollback(request)
            case _:
                assert_never(request.kind)

    def _bet(self, bet: GameMove) -> Answer:
        earlier = self._by_id.get(bet.id)
        if earlier is not None:
            return self._again(bet, earlier, bet.wallet.cash, bet.house)
        account = self._accounts[bet.wallet.cash]
        cash = account.balance_minor
        if bet.id in self._reversals:
            return Answer(Code.ROLLED_BACK, cash)
        if account.bets_blocked:
            return Answer(Code.BLOCKED, cash)
        if self._feed_stale:
            return Answer(Code.FEED_STALE, cash)
        if cash - bet.amount_minor < (account.floor_minor or 0):
            return Answer(Code.INSUFFICIENT_FUNDS, cash)
        return self._write_game(bet, TransferKind.BET, bet.wallet.cash, bet.house, bet.amount_minor)

    def _win(self, win: GameMove) -> Answer:
        earlier = self._by_id.get(win.id)
        if earlier is not None:
            return self._again(win, earlier, win.house, win.wallet.cash)
        cash = self._accounts[win.wallet.cash].balance_minor
        if win.id in self._reversals:
            return Answer(Code.ROLLED_BACK, cash)
        if win.requires_reference and not self._has_bet(win):
            return Answer(Code.UNKNOWN_REFERENCE, cash)
        return self._write_game(win, TransferKind.WIN, win.house, win.wallet.cash, win.amount_minor)

    def _has_bet(self, win: GameMove) -> bool:
        bet = self._by_id.get(win.reference_id) if win.reference_id else None
        return (
            bet is not None
            and bet.kind == TransferKind.BET
            and bet.wallet_id == win.wallet.cash
            and bet.id not in self._reversals
        )

    def _again(self, move: GameMove, earlier: Entry, debit: int, credit: int) -> Answer:
        """The answer to an id that was used before: the first answer to the same facts, a refusal to others."""
        facts = (move.kind, debit, credit, move.amount_minor, move.fingerprint, move.reference_id)
        if facts != (
            earlier.kind,
            earlier.debit_account,
            earlier.credit_account,
            earlier.amount_minor,
            earlier.fingerprint,
            earlier.reference_id,
        ):
            return Answer(Code.DIFFERENT_FACTS, self._accounts[move.wallet.cash].balance_minor)
        return _first_answer(earlier)

    def _rollback(self, rollback: GameMove) -> Answer:
        wallet, target_id = rollback.wallet, rollback.reference_id
        cash = self._accounts[wallet.cash].balance_minor
        earlier = self._by_id.get(rollback.id)
        if earlier is not None:
            same = (
                earlier.kind in _REVERSALS
                and earlier.reversal_of == target_id
                and earlier.wallet_id == wallet.cash
                and earlier.fingerprint == rollback.fingerprint
            )
            return _first_answer(earlier) if same else Answer(Code.DIFFERENT_FACTS, cash)
        if target_id is None:
            return Answer(Code.UNKNOWN_REFERENCE, cash)
        done = self._reversals.get(target_id)
        if done is not None:
            return _first_answer(done) if done.wallet_id == wallet.cash else Answer(Code.UNKNOWN_REFERENCE, cash)
        target = self._by_id.get(target_id)
        if target is None:
            return self._write_game(rollback, TransferKind.TOMBSTONE, wallet.cash, rollback.house, 0)
        if target.wallet_id != wallet.cash or target.kind not in (TransferKind.BET, TransferKind.WIN):
            return Answer(Code.UNKNOWN_REFERENCE, cash)
        if target.kind == TransferKind.BET:
            return self._write_game(
                rollback, TransferKind.ROLLBACK_BET, target.credit_account, wallet.cash, target.amount_minor
            )
        return self._take_back_win(rollback, target)

    def _take_back_win(self, rollback: GameMove, win: Entry) -> Answer:
        """A win is taken back whole; what the player has spent of it he owes from now on."""
        wallet = rollback.wallet
        missing = win.amount_minor - self._accounts[wallet.cash].balance_minor
        if missing > 0:
            self._write_game(
                rollback._replace(id=owed_id(rollback.id), reference_id=rollback.id),
                TransferKind.OWED,
                wallet.owed,
                wallet.cash,
                missing,
            )
        return self._write_game(rollback, TransferKind.ROLLBACK_WIN, wallet.cash, win.debit_account, win.amount_minor)

    def _write_game(self, move: GameMove, kind: TransferKind, debit: int, credit: int, amount: int) -> Answer:
        debit_balance, credit_balance = self._shift(debit, -amount), self._shift(credit, amount)
        cash = self._accounts[move.wallet.cash].balance_minor
        entry = Entry(
            move.id,
            kind,
            debit,
            credit,
            amount,
            debit_balance,
            credit_balance,
            move.wallet.cash,
            cash,
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
        )
        self.written.append(entry)
        self._remember(entry)
        return Answer(Code.CREATED, cash, debit_balance, credit_balance)

    def _post_plain(self, move: PlainMove) -> Answer:
        cash = self._accounts[move.wallet].balance_minor if move.wallet is not None else None
        earlier = self._by_id.get(move.id)
        if earlier is not None:
            same = (move.kind, move.debit, move.credit, move.amount_minor, move.reference_id, move.provider) == (
                earlier.kind,
                earlier.debit_account,
                earlier.credit_account,
                earlier.amount_minor,
                earlier.reference_id,
                earlier.provider,
            )
            return _first_answer(earlier) if same else Answer(Code.DIFFERENT_FACTS, cash)
        payer = self._accounts.get(move.debit)
        if (
            payer is not None
            and payer.floor_minor is not None
            and payer.balance_minor - move.amount_minor < payer.floor_minor
        ):
            return Answer(Code.INSUFFICIENT_FUNDS, cash, payer.balance_minor)
        debit_balance = self._shift(move.debit, -move.amount_minor)
        credit_balance = self._shift(move.credit, move.amount_minor)
        entry = Entry(
            id=move.id,
            kind=move.kind,
            debit_account=move.debit,
            credit_account=move.credit,
            amount_minor=move.amount_minor,
            debit_balance=debit_balance,
            credit_balance=credit_balance,
            wallet_id=move.wallet,
            cash_after=self._accounts[move.wallet].balance_minor if move.wallet is not None else None,
            fingerprint=0,
            reference_id=move.reference_id,
            reversal_of=None,
            group_id=move.group_id,
            provider=move.provider,
            supplier=None,
            supplier_tx=None,
            game_code=None,
            round_ref=None,
            round_closed=False,
            session_id=None,
        )
        self.written.append(entry)
        self._remember(entry)
        return Answer(Code.CREATED, entry.cash_after, debit_balance, credit_balance)

    def _shift(self, account_id: int, by: int) -> int | None:
        account = self._accounts.get(account_id)
        if account is None:
            self.deltas[account_id] += by
            return None
        account.balance_minor += by
        return account.balance_minor

    def _remember(self, entry: Entry) -> None:
        self._by_id[entry.id] = entry
        if entry.reversal_of is not None:
            self._reversals[entry.reversal_of] = entry

    def _forget_after(self, count: int) -> None:
        while len(self.written) > count:
            entry = self.written.pop()
            self._shift(entry.debit_account, entry.amount_minor)
            self._shift(entry.credit_account, -entry.amount_minor)
            del self._by_id[entry.id]
            if entry.reversal_of is not None:
                del self._reversals[entry.reversal_of]


def owed_id(rollback_id: UUID) -> UUID:
    """The id of the transfer by which a player comes to owe what a rollback found missing."""
    return UUID(int=rollback_id.int ^ 1)


def _first_answer(entry: Entry) -> Answer:
    return Answer(Code.REPEATED, entry.cash_after, entry.debit_balance, entry.credit_balance)
