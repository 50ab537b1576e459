"""Whatever is asked of the ledger, in whatever order: it answers as a simple model does and every invariant holds.

The model below knows nothing of the ledger's code. The invariants are those of the specification (I1 to I5, I9, I12,
I14); `verify` re-computes them from the entries after every run.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services.payments.tests.lives import plan

from payments.domain.ledger.accounts import (
    AccountType,
    WalletKey,
    house,
    player_bonus,
    player_cash,
    player_hold,
    psp_clearing,
)
from payments.domain.ledger.transfers import Code, GameMove, Transfer, TransferKind

PLAYERS = 3
AMOUNTS = st.sampled_from([0, 1, 5, 20, 60, 100, 250])
WHO = st.integers(0, PLAYERS - 1)
TRANSACTIONS = st.sampled_from([f"t{n}" for n in range(8)])


@dataclass
class Purse:
    """One player in the model."""

    cash: int = 0
    hold: int = 0
    owed: int = 0
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
            return (Code.ROLLED_BACK, now) if move.id in self.undone else (Code.REPEATED, known.after)
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


class Machine(RuleBasedStateMachine):
    """Asks the ledger and the model the same things."""

    desk: Any
    loop: asyncio.AbstractEventLoop

    def run(self, waiting):
        return self.loop.run_until_complete(waiting)

    @initialize(cash=st.lists(st.sampled_from([0, 50, 300]), min_size=PLAYERS, max_size=PLAYERS))
    def open(self, cash: list[int]) -> None:
        self.model = Model()
        self.keys: list[WalletKey] = []
        self.asked: list[GameMove] = []
        self.holds: list[tuple[WalletKey, UUID, int]] = []
        self.tag = uuid4().hex[:8]
        self.desk.age = timedelta(0)
        self.run(self.desk.bonus_first(first=False))
        self.rows_before = self.run(self.desk.count())
        for amount in cash:
            key = self.run(self.desk.player(amount))
            self.keys.append(key)
            self.model.purses[key] = Purse(amount)
            self.model.rows += amount > 0

    def move(self, kind: str, who: int, transaction: str, amount: int, of: UUID | None, **more: Any) -> GameMove:
        made: GameMove = self.desk.move(kind, self.keys[who], f"{self.tag}{transaction}", amount, of=of, **more)
        return made

    def id_of(self, kind: str, who: int, transaction: str) -> UUID:
        return self.move(kind, who, transaction, 0, None).id

    def send(self, moves: list[GameMove]) -> None:
        expected = [self.model.answer(move) for move in moves]
        answers = self.run(self.desk.ledger.move(moves))
        assert [(answer.code, (answer.cash_minor, answer.bonus_minor)) for answer in answers] == expected
        self.asked.extend(moves)

    @rule(who=WHO, transaction=TRANSACTIONS, amount=AMOUNTS)
    def bet(self, who: int, transaction: str, amount: int) -> None:
        self.send([self.move("bet", who, transaction, amount, None)])

    @rule(who=WHO, transaction=TRANSACTIONS, amount=AMOUNTS, of=TRANSACTIONS, must_know=st.booleans())
    def win(self, who: int, transaction: str, amount: int, of: str, must_know: bool) -> None:
        bet = self.id_of("bet", who, of)
        self.send([self.move("win", who, transaction, amount, bet, must_know=must_know)])

    @rule(who=WHO, transaction=TRANSACTIONS, what=st.sampled_from(["bet", "win", "rollback"]), of=TRANSACTIONS)
    def rollback(self, who: int, transaction: str, what: str, of: str) -> None:
        self.send([self.move("rollback", who, transaction, 0, self.id_of(what, who, of))])

    @rule(which=st.integers(0, 1000))
    def repeat(self, which: int) -> None:
        if self.asked:
            self.send([self.asked[which % len(self.asked)]])

    @rule(which=st.integers(0, 1000), who=WHO, amount=AMOUNTS, fingerprint=st.sampled_from([7, 8]))
    def repeat_altered(self, which: int, who: int, amount: int, fingerprint: int) -> None:
        if self.asked:
            earlier = self.asked[which % len(self.asked)]
            self.send([earlier._replace(wallet=self.keys[who], amount_minor=amount, fingerprint=fingerprint)])

    @rule(
        batch=st.lists(
            st.tuples(st.sampled_from(["bet", "win", "rollback"]), WHO, TRANSACTIONS, AMOUNTS, TRANSACTIONS),
            min_size=2,
            max_size=12,
        )
    )
    def many_at_once(self, batch: list[tuple[str, int, str, int, str]]) -> None:
        self.send(
            [
                self.move(kind, who, transaction, amount, None if kind == "bet" else self.id_of("bet", who, of))
                for kind, who, transaction, amount, of in batch
            ]
        )

    @rule(who=WHO, amount=st.sampled_from([1, 20, 60]))
    def ask_for_withdrawal(self, who: int, amount: int) -> None:
        key, withdrawal = self.keys[who], uuid4()
        purse = self.model.purses[key]
        transfer = self.transfer(TransferKind.WITHDRAWAL_HOLD, key, withdrawal, amount)
        (posting,) = self.run(self.desk.ledger.post([transfer]))
        if purse.cash < amount:
            assert posting.code is Code.INSUFFICIENT_FUNDS
            return
        purse.cash -= amount
        purse.hold += amount
        self.model.rows += 1
        self.holds.append((key, withdrawal, amount))
        assert (posting.code, posting.debit_balance, posting.credit_balance) == (Code.CREATED, purse.cash, purse.hold)

    @rule(
        which=st.integers(0, 1000),
        kind=st.sampled_from([TransferKind.WITHDRAWAL_RELEASE, TransferKind.WITHDRAWAL_PAID]),
    )
    def end_withdrawal(self, which: int, kind: TransferKind) -> None:
        if not self.holds:
            return
        key, withdrawal, amount = self.holds.pop(which % len(self.holds))
        purse = self.model.purses[key]
        transfer = self.transfer(kind, key, withdrawal, amount)
        first, second = self.run(self.desk.ledger.post([transfer])), self.run(self.desk.ledger.post([transfer]))
        purse.hold -= amount
        purse.cash += amount if kind is TransferKind.WITHDRAWAL_RELEASE else 0
        self.model.rows += 1
        assert (first[0].code, second[0].code) == (Code.CREATED, Code.REPEATED)

    def transfer(self, kind: TransferKind, key: WalletKey, withdrawal: UUID, amount: int) -> Transfer:
        clearing = psp_clearing(key.casino_id, "trustly", key.currency)
        debit, credit = {
            TransferKind.WITHDRAWAL_HOLD: (player_cash(*key), player_hold(*key)),
            TransferKind.WITHDRAWAL_RELEASE: (player_hold(*key), player_cash(*key)),
            TransferKind.WITHDRAWAL_PAID: (player_hold(*key), clearing),
        }[kind]
        identity = UUID(int=withdrawal.int ^ list(TransferKind).index(kind))
        return Transfer(
            id=identity, kind=kind, debit=debit, credit=credit, amount_minor=amount, reference_id=withdrawal
        )

    @rule(who=WHO, blocked=st.booleans())
    def restrict(self, who: int, blocked: bool) -> None:
        key = self.keys[who]

        async def set_flag() -> None:
            async with self.desk.db.write() as connection:
                await self.desk.ledger.restrict(
                    connection, key.player_id, bets_blocked=blocked, deposits_blocked=blocked
                )

        self.run(set_flag())
        self.model.purses[key].blocked = blocked

    @rule(who=WHO, amount=st.sampled_from([1, 30, 100]))
    def give_bonus(self, who: int, amount: int) -> None:
        key, purse = self.keys[who], self.model.purses[self.keys[who]]
        given = self.of_bonus(TransferKind.BONUS_GRANT, key, uuid4(), amount)
        (posting,) = self.run(self.desk.ledger.post([given]))
        purse.bonus = (purse.bonus or 0) + amount
        self.model.rows += 1
        assert (posting.code, posting.credit_balance) == (Code.CREATED, purse.bonus)

    @rule(who=WHO, cash=st.sampled_from([1, 30]), lost=st.sampled_from([1, 30]))
    def make_bonus_cash_and_forfeit_the_rest(self, who: int, cash: int, lost: int) -> None:
        key, purse, group = self.keys[who], self.model.purses[self.keys[who]], uuid4()
        made = self.of_bonus(TransferKind.BONUS_CONVERSION, key, group, cash)
        forfeited = self.of_bonus(TransferKind.BONUS_FORFEIT, key, group, lost)
        codes = [one.code for one in self.run(self.desk.ledger.post([made, forfeited]))]
        bonus = purse.bonus or 0
        if bonus < cash:
            assert codes == [Code.INSUFFICIENT_FUNDS, Code.GROUP_REFUSED]
        elif bonus < cash + lost:
            assert codes == [Code.GROUP_REFUSED, Code.INSUFFICIENT_FUNDS]
        else:
            assert codes == [Code.CREATED, Code.CREATED]
            purse.cash, purse.bonus = purse.cash + cash, bonus - cash - lost
            self.model.rows += 2

    def of_bonus(self, kind: TransferKind, key: WalletKey, group: UUID, amount: int) -> Transfer:
        expense = house(key.casino_id, AccountType.BONUS_EXPENSE, key.currency)
        debit, credit = {
            TransferKind.BONUS_GRANT: (expense, player_bonus(*key)),
            TransferKind.BONUS_CONVERSION: (player_bonus(*key), player_cash(*key)),
            TransferKind.BONUS_FORFEIT: (player_bonus(*key), expense),
        }[kind]
        identity = UUID(int=group.int ^ list(TransferKind).index(kind))
        return Transfer(id=identity, kind=kind, debit=debit, credit=credit, amount_minor=amount, group=group)

    @rule(first=st.booleans())
    def change_the_order_of_use(self, first: bool) -> None:
        self.run(self.desk.bonus_first(first=first))
        self.model.bonus_first = first

    @rule(stale=st.booleans())
    def age_the_feed(self, stale: bool) -> None:
        self.model.stale = stale
        self.desk.age = timedelta(hours=1 if stale else 0)

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for key, purse in self.model.purses.items():

            async def look(key: WalletKey = key) -> Any:
                async with self.desk.db.write() as connection:
                    return await self.desk.ledger.lock_wallet(connection, *key)

            wallet = self.run(look())
            found = (wallet.cash_minor, wallet.hold_minor, wallet.owed_minor, wallet.bonus_minor)
            assert found == (purse.cash, purse.hold, purse.owed, purse.bonus or 0)

    @invariant()
    def what_was_refused_left_no_trace(self) -> None:
        if self.model.purses:
            assert self.run(self.desk.count()) - self.rows_before == self.model.rows

    def teardown(self) -> None:
        self.run(self.desk.holds())


Machine.model = Model()


@pytest.mark.timeout(300)
async def test_the_ledger_answers_as_the_model_does(ledger_url: str, make_desk):
    def play() -> None:
        with asyncio.Runner() as runner:
            desk = make_desk(ledger_url, writers=1)
            runner.run(desk.__aenter__())
            Machine.desk, Machine.loop = desk, runner.get_loop()
            try:
                run_state_machine_as_test(Machine, settings=plan(25))
            finally:
                runner.run(desk.__aexit__())

    await asyncio.to_thread(play)
