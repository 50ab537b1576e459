"""The rules of posting: given locked wallets and earlier entries, what a request does. Pure and in memory.

A batch is decided here one request after the other, exactly as if each had come alone; the database is asked once
before and once after. That is why a batch cannot be told from the same requests sent singly.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import assert_never
from uuid import UUID

from payments.domain.ledger.accounts import AccountRef, AccountType, WalletKey
from payments.domain.ledger.entries import (
    REVERSALS,
    SIDES,
    Balances,
    Side,
    answer_of,
    bonus_id,
    carried_id,
    facts,
    facts_of,
    first_answer,
    game_entry,
    owed_id,
    transfer_entry,
    whole,
)
from payments.domain.ledger.transfers import Answer, Code, Entry, GameMove, GameMoveKind, Transfer, TransferKind
from payments.domain.ledger.wallets import Account, Wallet, staked_of_bonus, won_by_bonus

Request = GameMove | Transfer


class Books:
    """The part of the books that a batch concerns.

    Args:
        wallets: those of the players concerned, as far as they exist.
        game_houses: the number of the account on the house's side of games, by casino and currency.
        houses: the numbers of the other accounts of house and providers concerned.
        entries: everything written before with an id, or reversing an id, that the batch names.
        gone: ids that were used in months that were taken away: nothing is known of them, so nothing is the same.
        feed_stale: whether restrictions may have been missed, so that no bet may be taken.
        bonus_first: casinos at which a stake is taken from the bonus before the cash; elsewhere it is the reverse.

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
        bonus_first: AbstractSet[UUID] = frozenset(),
    ) -> None:
        self._wallets = wallets
        self._game_houses = game_houses
        self._houses = houses
        self._gone = gone
        self._feed_stale = feed_stale
        self._bonus_first = bonus_first
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
        earlier = self._by_id.get(bet.id)
        if earlier is not None:
            return self._again(bet, earlier, wallet, wallet.cash.number, self._house_of(bet))
        if self._reversals and bet.id in self._reversals:
            return answer_of(Code.ROLLED_BACK, wallet)
        if wallet.bets_blocked or bet.repeat_only:
            return answer_of(Code.BLOCKED, wallet)
        if self._feed_stale:
            return answer_of(Code.FEED_STALE, wallet)
        bonus_first = bool(self._bonus_first) and bet.wallet.casino_id in self._bonus_first
        of_bonus = staked_of_bonus(wallet, bet.amount_minor, bonus_first=bonus_first)
        if of_bonus is None:
            return answer_of(Code.INSUFFICIENT_FUNDS, wallet)
        house = self._house_of(bet)
        return self._write_game(
            bet, TransferKind.BET, wallet, wallet.cash, house, bet.amount_minor - of_bonus, of_bonus
        )

    def _win(self, win: GameMove, wallet: Wallet) -> Answer:
        house = self._house_of(win)
        earlier = self._by_id.get(win.id)
        if earlier is not None:
            return self._again(win, earlier, wallet, house, wallet.cash.number)
        if win.id in self._reversals:
            return answer_of(Code.ROLLED_BACK, wallet)
        bet = self._bet_of(win, wallet)
        if win.requires_reference and bet is None:
            return answer_of(Code.UNKNOWN_REFERENCE, wallet)
        of_bonus = 0
        if bet is not None and bet.bonus_minor:
            of_bonus = won_by_bonus(win.amount_minor, whole(bet), bet.bonus_minor)
        return self._write_game(
            win, TransferKind.WIN, wallet, house, wallet.cash, win.amount_minor - of_bonus, of_bonus
        )

    def _bet_of(self, win: GameMove, wallet: Wallet) -> Entry | None:
        """The bet that was won, if it is known and stands."""
        bet = self._by_id.get(win.reference_id) if win.reference_id else None
        if bet is None or bet.kind != TransferKind.BET or bet.wallet_id != wallet.cash.number:
            return None
        return None if bet.id in self._reversals else bet

    def _again(self, move: GameMove, earlier: Entry, wallet: Wallet, debit: int, credit: int) -> Answer:
        """The answer to an id that was used before: the first answer to the same facts, a refusal to others.

        A bet or a win that was taken back meanwhile no longer stands. Answered as at first, the supplier would go on
        with a round that nobody paid for; so the answer is what it would be had the rollback overtaken it.
        """
        same = (
            earlier.kind == move.kind
            and earlier.debit_account == debit
            and earlier.credit_account == credit
            and whole(earlier) == move.amount_minor
            and earlier.fingerprint == move.fingerprint
            and earlier.reference_id == move.reference_id
        )
        if not same:
            return answer_of(Code.DIFFERENT_FACTS, wallet)
        if move.id in self._reversals:
            return answer_of(Code.ROLLED_BACK, wallet)
        return first_answer(earlier)

    def _rollback(self, rollback: GameMove, wallet: Wallet) -> Answer:
        cash, target_id = wallet.cash, rollback.reference_id
        earlier = self._by_id.get(rollback.id)
        if earlier is not None:
            same = (
                earlier.kind in REVERSALS
                and earlier.reversal_of == target_id
                and earlier.wallet_id == cash.number
                and earlier.fingerprint == rollback.fingerprint
            )
            return first_answer(earlier) if same else answer_of(Code.DIFFERENT_FACTS, wallet)
        unknown = answer_of(Code.UNKNOWN_REFERENCE, wallet)
        if target_id is None:
            return unknown
        done = self._reversals.get(target_id)
        if done is not None:
            return first_answer(done) if done.wallet_id == cash.number else unknown
        target = self._by_id.get(target_id)
        if target is None:
            return self._write_game(rollback, TransferKind.TOMBSTONE, wallet, cash, self._house_of(rollback), 0)
        if target.wallet_id != cash.number:
            return unknown
        if target.kind == TransferKind.BET:
            house, of_bonus = target.credit_account, target.bonus_minor or 0
            kind = TransferKind.ROLLBACK_BET
            return self._write_game(rollback, kind, wallet, house, cash, target.amount_minor, of_bonus)
        if target.kind == TransferKind.WIN:
            return self._take_back_win(rollback, target, wallet)
        return unknown

    def _take_back_win(self, rollback: GameMove, win: Entry, wallet: Wallet) -> Answer:
        """A win is taken back whole; what the player has spent of its cash he owes from now on.

        What he has spent of its bonus the house has lost: nobody owes money for what was given to him to play with.
        """
        cash, owed, kind = wallet.cash, wallet.others[AccountType.OWED], TransferKind.ROLLBACK_WIN
        missing = win.amount_minor - cash.balance_minor
        if missing > 0:
            loan = rollback._replace(id=owed_id(rollback.id), reference_id=rollback.id)
            self._write_game(loan, TransferKind.OWED, wallet, owed, cash, missing)
        of_bonus = min(win.bonus_minor or 0, wallet.bonus_minor or 0)
        return self._write_game(rollback, kind, wallet, cash, win.debit_account, win.amount_minor, of_bonus)

    def _write_game(
        self,
        move: GameMove,
        kind: TransferKind,
        wallet: Wallet,
        debit: Side,
        credit: Side,
        amount: int,
        of_bonus: int = 0,
    ) -> Answer:
        """Write a movement: what goes over the bonus in an entry of its own before the one that carries its id."""
        if of_bonus:
            self._write_beside(move, kind, wallet, debit, credit, of_bonus)
        balances = self._shift(debit, credit, amount)
        entry = game_entry(move, kind, wallet, debit, credit, amount, balances)
        self._write(entry._replace(group_id=move.id, bonus_minor=of_bonus) if of_bonus else entry)
        return answer_of(Code.CREATED, wallet, balances)

    def _write_beside(
        self, move: GameMove, kind: TransferKind, wallet: Wallet, debit: Side, credit: Side, amount: int
    ) -> None:
        bonus, types = wallet.others[AccountType.BONUS], SIDES[kind]
        takes = isinstance(debit, Account)
        debit, credit = (bonus, credit) if takes else (debit, bonus)
        entry = game_entry(move, kind, wallet, debit, credit, amount, self._shift(debit, credit, amount))
        reversal_of = bonus_id(entry.reversal_of) if entry.reversal_of else None
        debit_type, credit_type = (AccountType.BONUS, types[1]) if takes else (types[0], AccountType.BONUS)
        self._write(
            entry._replace(
                id=bonus_id(move.id),
                group_id=move.id,
                reversal_of=reversal_of,
                debit_type=debit_type,
                credit_type=credit_type,
            )
        )

    def _transfer(self, transfer: Transfer) -> Answer:
        debit, credit = self._side(transfer.debit), self._side(transfer.credit)
        if debit is None or credit is None:
            return Answer(Code.UNKNOWN_ACCOUNT, None)
        wallet = self._wallets[transfer.wallet] if transfer.wallet is not None else None
        earlier = self._by_id.get(transfer.id)
        if earlier is not None:
            if facts(transfer, debit, credit) == facts_of(earlier):
                return first_answer(earlier)
            return answer_of(Code.DIFFERENT_FACTS, wallet)
        amount = transfer.amount_minor
        if isinstance(debit, Account) and not debit.holds(amount):
            return answer_of(Code.INSUFFICIENT_FUNDS, wallet, (debit.balance_minor, None))
        if wallet is not None and transfer.credit.type is AccountType.CHARGEBACK_RECEIVABLE:
            self._carry_debt(transfer, wallet)
        balances = self._shift(debit, credit, amount)
        self._write(transfer_entry(transfer, wallet, debit, credit, balances))
        return answer_of(Code.CREATED, wallet, balances)

    def _carry_debt(self, paying: Transfer, wallet: Wallet) -> None:
        """All debts are paid on one account. What pays more than he owes there for deposits pays what he owes for wins:
        as much of that is carried there first.
        """
        receivable, owed = wallet.others[AccountType.CHARGEBACK_RECEIVABLE], wallet.others[AccountType.OWED]
        carried_minor = min(paying.amount_minor + receivable.balance_minor, -owed.balance_minor)
        if carried_minor <= 0:
            return
        carried = Transfer(
            id=carried_id(paying.id),
            kind=TransferKind.DEBT_CARRIED,
            debit=paying.credit,
            credit=replace(paying.credit, type=AccountType.OWED),
            amount_minor=carried_minor,
            group=paying.id,
            reference_id=paying.reference_id,
        )
        balances = self._shift(receivable, owed, carried_minor)
        self._write(transfer_entry(carried, wallet, receivable, owed, balances))

    def _house_of(self, move: GameMove) -> int:
        casino_id, _, currency = move.wallet
        return self._game_houses[casino_id, currency]

    def _side(self, ref: AccountRef) -> Side | None:
        key = ref.wallet
        if key is None:
            return self._houses[ref]
        wallet = self._wallets.get(key)
        return None if wallet is None else wallet.account(ref.type)

    def _shift(self, debit: Side, credit: Side, amount: int) -> Balances:
        """Move money between two accounts; their balances after it, where they are a player's."""
        self._undo.append((debit, credit, amount))
        return self._add(debit, -amount), self._add(credit, amount)

    def _add(self, side: Side, by: int) -> int | None:
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
            self._add(debit, amount)
            self._add(credit, -amount)
            del self._by_id[entry.id]
            if entry.reversal_of is not None:
                del self._reversals[entry.reversal_of]
