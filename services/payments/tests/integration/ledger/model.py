"""The ledger as a simple model knows it, which knows nothing of its code: what it answers, and what it would hold."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Code, GameMove, Transfer


@dataclass
class Purse:
    """One player in the model."""

    cash: int = 0
    hold: int = 0
    owed: int = 0
    for_deposits: int = 0
    bonus: int | None = None
    blocked: bool = False

    @property
    def bettable(self) -> int:
        return self.cash + (self.bonus or 0)


@dataclass
class Done:
    """Something that was posted, in the model."""

    kind: str
    who: WalletKey
    amount: int
    facts: tuple[Any, ...]
    after: tuple[int, int]
    of_bonus: int = 0


@dataclass
class Model:
    """The ledger as one would explain it to a child."""

    purses: dict[WalletKey, Purse] = field(default_factory=dict)
    done: dict[UUID, Done] = field(default_factory=dict)
    undone: dict[UUID, Done] = field(default_factory=dict)
    stale: bool = False
    bonus_first: bool = False
    rows: int = 0

    def answer(self, move: GameMove) -> tuple[Code, tuple[int, int]]:
        purse = self.purses[move.wallet]
        facts, now = self.facts(move), (purse.cash, purse.bonus or 0)
        if move.id in self.done:
            known = self.done[move.id]
            if known.facts != facts:
                return Code.DIFFERENT_FACTS, now
            # Nothing takes a rollback back: what claims to is remembered, and changes nothing.
            undone = move.kind != "rollback" and move.id in self.undone
            return (Code.ROLLED_BACK, now) if undone else (Code.REPEATED, known.after)
        if move.kind == "rollback":
            return self.rollback(move, purse, facts)
        if move.id in self.undone:
            return Code.ROLLED_BACK, now
        if move.kind == "bet":
            if purse.blocked:
                return Code.BLOCKED, now
            if self.stale:
                return Code.FEED_STALE, now
            if purse.bettable < move.amount_minor:
                return Code.INSUFFICIENT_FUNDS, now
            of_bonus = self.stake(purse, move.amount_minor)
        else:
            bet = self.done.get(move.reference_id) if move.reference_id else None
            paid = bet and bet.kind == "bet" and bet.who == move.wallet and move.reference_id not in self.undone
            if move.requires_reference and not paid:
                return Code.UNKNOWN_REFERENCE, now
            of_bonus = move.amount_minor * bet.of_bonus // bet.amount if bet and paid and bet.amount else 0
            self.give(purse, move.amount_minor - of_bonus, of_bonus)
        return self.remember(move, move.kind.value, move.amount_minor, facts, purse, of_bonus)

    def hold(self, who: WalletKey, amount: int) -> tuple[Code, int, int | None]:
        """A withdrawal is asked for."""
        purse = self.purses[who]
        if purse.cash < amount:
            return Code.INSUFFICIENT_FUNDS, purse.cash, None
        purse.cash, purse.hold, self.rows = purse.cash - amount, purse.hold + amount, self.rows + 1
        return Code.CREATED, purse.cash, purse.hold

    def stake(self, purse: Purse, amount: int) -> int:
        """Take it; how much of it was bonus."""
        of_bonus = 0
        while amount:  # One coin after the other, from whichever purse is first and not empty.
            if purse.bonus and (self.bonus_first or not purse.cash):
                purse.bonus -= 1
                of_bonus += 1
            else:
                purse.cash -= 1
            amount -= 1
        return of_bonus

    def give(self, purse: Purse, cash: int, bonus: int) -> None:
        purse.cash += cash
        if bonus:
            purse.bonus = (purse.bonus or 0) + bonus

    def rollback(self, move: GameMove, purse: Purse, facts: tuple[Any, ...]) -> tuple[Code, tuple[int, int]]:
        target, now = move.reference_id, (purse.cash, purse.bonus or 0)
        if target is None:
            return Code.UNKNOWN_REFERENCE, now
        if target in self.undone:
            earlier = self.undone[target]
            if earlier.who != move.wallet:
                return Code.UNKNOWN_REFERENCE, now
            return Code.REPEATED, earlier.after
        known = self.done.get(target)
        if known is not None and (known.who != move.wallet or known.kind not in ("bet", "win")):
            return Code.UNKNOWN_REFERENCE, now
        of_bonus = 0
        if known is not None and known.kind == "bet":
            of_bonus = known.of_bonus
            self.give(purse, known.amount - of_bonus, of_bonus)
        if known is not None and known.kind == "win":
            short = max(0, known.amount - known.of_bonus - purse.cash)
            of_bonus = min(known.of_bonus, purse.bonus or 0)
            purse.owed += short
            self.give(purse, short - known.amount + known.of_bonus, -of_bonus)
            self.rows += short > 0
        answer = self.remember(move, "rollback", 0, facts, purse, of_bonus)
        self.undone[target] = self.done[move.id]
        return answer

    def remember(
        self, move: GameMove, kind: str, amount: int, facts: tuple[Any, ...], purse: Purse, of_bonus: int
    ) -> tuple[Code, tuple[int, int]]:
        after = (purse.cash, purse.bonus or 0)
        self.done[move.id] = Done(kind, move.wallet, amount, facts, after, of_bonus)
        self.rows += 1 + (of_bonus > 0)
        return Code.CREATED, after

    @staticmethod
    def facts(move: GameMove) -> tuple[Any, ...]:
        amount = None if move.kind == "rollback" else move.amount_minor
        return (move.kind, move.wallet, amount, move.fingerprint, move.reference_id)


@dataclass(frozen=True)
class Act:
    """Something that is asked of a ledger, and of the model."""

    about: GameMove | Transfer

    async def ask(self, desk: Any) -> tuple[Any, ...]:
        if isinstance(self.about, GameMove):
            answer = await desk.one(self.about)
            return answer.code, (answer.cash_minor, answer.bonus_minor)
        (posting,) = await desk.ledger.post([self.about])
        return posting.code, posting.debit_balance, posting.credit_balance

    def done_in(self, model: Model) -> tuple[Any, ...]:
        if isinstance(self.about, GameMove):
            return model.answer(self.about)
        wallet = self.about.debit.wallet
        assert wallet is not None
        return model.hold(wallet, self.about.amount_minor)
