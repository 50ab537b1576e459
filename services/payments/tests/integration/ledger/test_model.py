"""Whatever is asked of the ledger, in whatever order: it answers as a simple model does and every invariant holds.

The model knows nothing of the ledger's code. The invariants are those of the specification (I1 to I5, I9, I12,
I14); `verify` re-computes them from the entries after every run.
"""

import asyncio
from copy import deepcopy
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from services.payments.tests.lives import plan

from payments.domain.ledger.accounts import (
    AccountRef,
    AccountType,
    WalletKey,
    house,
    player_bonus,
    player_cash,
    player_hold,
    player_receivable,
    psp_clearing,
)
from payments.domain.ledger.transfers import Code, GameMove, Transfer, TransferKind

from .model import Act, Model, Purse

PLAYERS = 3
AMOUNTS = st.sampled_from([0, 1, 5, 20, 60, 100, 250])
WHO = st.integers(0, PLAYERS - 1)
ACTS = st.sampled_from(["bet", "win", "rollback", "withdrawal"])
TRANSACTIONS = st.sampled_from([f"t{n}" for n in range(8)])


class Machine(RuleBasedStateMachine):
    """Asks the ledger and the model the same things."""

    desk: Any
    other: Any
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
        self.desk.age = self.other.age = timedelta(0)
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

    @rule(acts=st.lists(st.tuples(ACTS, WHO, TRANSACTIONS, AMOUNTS, TRANSACTIONS), min_size=2, max_size=3))
    def several_at_the_same_moment(self, acts: list[tuple[str, int, str, int, str]]) -> None:
        """Through two ledgers that know nothing of each other: it ends as if one had come after the other."""
        asked = [self.act(*one) for one in acts]
        desks = [self.desk, self.other]

        async def at_once() -> list[tuple[Any, ...]]:
            return await asyncio.gather(*(one.ask(desks[place % 2]) for place, one in enumerate(asked)))

        answers: list[tuple[Any, ...]] = self.run(at_once())
        ends = []
        for order in permutations(range(len(asked))):
            model = deepcopy(self.model)
            expected = {place: asked[place].done_in(model) for place in order}
            if all(expected[place] == answer for place, answer in enumerate(answers)):
                ends.append(model)
        assert ends, f"no order of {acts} explains {answers}"
        # Orders with the same answers end alike but for which of two equal ids came first.
        self.model = ends[0]
        self.asked.extend(one for act in asked if (one := act.about) and isinstance(one, GameMove))
        for (_, who, *_), act, answer in zip(acts, asked, answers, strict=True):
            if isinstance(act.about, Transfer) and answer[0] is Code.CREATED:
                assert act.about.reference_id is not None
                self.holds.append((self.keys[who], act.about.reference_id, act.about.amount_minor))

    def act(self, kind: str, who: int, transaction: str, amount: int, of: str) -> Act:
        if kind == "withdrawal":
            return Act(self.transfer(TransferKind.WITHDRAWAL_HOLD, self.keys[who], uuid4(), amount or 1))
        bet = None if kind == "bet" else self.id_of("bet", who, of)
        return Act(self.move(kind, who, transaction, amount, bet))

    @rule(who=WHO, amount=st.sampled_from([1, 20, 60]))
    def ask_for_withdrawal(self, who: int, amount: int) -> None:
        key, withdrawal = self.keys[who], uuid4()
        transfer = self.transfer(TransferKind.WITHDRAWAL_HOLD, key, withdrawal, amount)
        (posting,) = self.run(self.desk.ledger.post([transfer]))
        answer = self.model.hold(key, amount)
        assert (posting.code, posting.debit_balance, posting.credit_balance) == answer
        if posting.code is Code.CREATED:
            self.holds.append((key, withdrawal, amount))

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

    @rule(who=WHO, amount=st.sampled_from([1, 30, 100]))
    def charge_back(self, who: int, amount: int) -> None:
        key = self.keys[who]
        self.move_debt(TransferKind.CHARGEBACK, player_receivable(*key), psp_clearing(key[0], "stripe", key[2]), amount)
        self.model.purses[key].for_deposits += amount

    @rule(who=WHO, most=st.sampled_from([1, 30, 1000]))
    def pay_debt(self, who: int, most: int) -> None:
        """For deposits first, then for wins."""
        key, purse = self.keys[who], self.model.purses[self.keys[who]]
        if amount := min(most, purse.owed + purse.for_deposits, purse.cash):
            self.move_debt(TransferKind.RECEIVABLE_RECOVERY, player_cash(*key), player_receivable(*key), amount)
            of_wins = max(0, amount - purse.for_deposits)
            purse.cash, purse.owed = purse.cash - amount, purse.owed - of_wins
            purse.for_deposits -= amount - of_wins
            self.model.rows += of_wins > 0

    def move_debt(self, kind: TransferKind, debit: AccountRef, credit: AccountRef, amount: int) -> None:
        moved = Transfer(id=uuid4(), kind=kind, debit=debit, credit=credit, amount_minor=amount)
        codes = [one.code for _ in range(2) for one in self.run(self.desk.ledger.post([moved]))]
        assert codes == [Code.CREATED, Code.REPEATED]
        self.model.rows += 1

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
        self.desk.age = self.other.age = timedelta(hours=1 if stale else 0)

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for key, purse in self.model.purses.items():

            async def look(key: WalletKey = key) -> Any:
                async with self.desk.db.write() as connection:
                    return await self.desk.ledger.lock_wallet(connection, *key)

            wallet = self.run(look())
            found = (wallet.cash_minor, wallet.hold_minor, wallet.owed_minor, wallet.bonus_minor)
            assert found == (purse.cash, purse.hold, purse.owed + purse.for_deposits, purse.bonus or 0)
            assert wallet.in_debt == (wallet.owed_minor > 0)

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
            desks = [make_desk(ledger_url, writers=1) for _ in range(2)]
            for desk in desks:
                runner.run(desk.__aenter__())
            Machine.desk, Machine.other = desks
            Machine.loop = runner.get_loop()
            try:
                run_state_machine_as_test(Machine, settings=plan(25))
            finally:
                for desk in desks:
                    runner.run(desk.__aexit__())

    await asyncio.to_thread(play)
