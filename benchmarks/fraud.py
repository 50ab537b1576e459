"""How long a decision about a payment takes, and how well each rule tells fraud, over a population with labels.

    make bench-fraud                            a minute or two
    python benchmarks/fraud.py --players 2000 --decisions 5000

Everything is as in the service: the wallet is locked, the payment measured, judged, recorded and counted, and
committed. Payments of all kinds of players, four deposits to one withdrawal, come at random times whatever became of
those before (`--per-s`); the time of a decision is that of `judge_payment` within its transaction, whatever it waited
for there. The yardstick is a transaction on the same server, at the same time, that does nothing but commit.
"""

import argparse
import asyncio
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import payments.main
from chassis.db import migrations
from chassis.db.engine import driver
from chassis.domain import FixedClock
from chassis.store import Actor, CasinoScope, Context, UnitOfWork
from chassis.testing.environment import make_settings
from common import Result, database, percentile, report, say, server, stopwatch
from fraud_population import Label, Population, Step, population
from payments.application.desk import Desk
from payments.application.fraud.deciding import judge_payment
from payments.application.fraud.hearing import count_bonus, count_deposit, count_warning
from payments.application.fraud.looking_again import look_again
from payments.application.fraud.ports import Payment, Signals
from payments.application.ledger import (
    AccountRef,
    AccountType,
    Transfer,
    TransferKind,
    ensure_posted,
    house,
    player_cash,
    player_hold,
    psp_clearing,
    transfer_id,
)
from payments.application.postings import deposit_transfers
from payments.domain.bonus.words import BonusAction, BonusFact
from payments.domain.deposit.aggregate import deposit
from payments.domain.deposit.commands import HearProvider, RequestDeposit
from payments.domain.deposit.events import DepositFact
from payments.domain.deposit.standing import DepositStanding
from payments.domain.deposit.words import Declined, DepositWord, Settled, TakenBack
from payments.domain.dispute.aggregate import dispute
from payments.domain.dispute.commands import HearDispute
from payments.domain.dispute.events import DisputeFact
from payments.domain.dispute.words import DisputeTold, Stage, Status
from payments.domain.fraud.rules import Trigger
from payments.settings import Settings

GOAL_MS = 20.0
BASELINE_NAME = "p99 in ms of a transaction that does nothing but commit"
PROVIDER = "stripe"
"""Whose codes say why a deposit failed."""
CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
LEAST_WITHDRAWAL = 5_00

TARGETS: dict[str, tuple[Label, ...]] = {
    "CARD-TEST": ("card_tester",),
    "VEL-DEP": ("card_tester",),
    "INSTR-SHARE": ("bonus_ring",),
    "MULTI-ACC": ("bonus_ring", "mule"),
    "MULE-PAYOUT": ("bonus_ring", "mule"),
    "NO-PLAY": ("launderer", "small_launderer", "patient_launderer", "slow_launderer", "mule"),
    "PASS-THRU": ("launderer", "small_launderer", "patient_launderer", "slow_launderer", "mule"),
    "STRUCT": ("launderer",),
    "CB-": ("friendly_fraudster",),
    "BONUS": ("bonus_ring",),
    "ATO": ("account_taken",),
}
"""By the beginning of a rule's name: whom it is meant to find. Precision counts any fraudster, recall these."""


class Casino:
    """The service at work, at the time of the step at hand."""

    def __init__(self, desk: Desk, clock: FixedClock) -> None:
        self._desk, self._clock = desk, clock
        self._first: dict[UUID, UUID] = {}
        self._untold: dict[UUID, UUID] = {}
        self._balance: dict[UUID, int] = defaultdict(int)
        self.refused = 0

    def context(self, ip: str = "") -> Context:
        """Somebody asks from there."""
        return Context(
            actor=Actor("player", "bench", ip or None),
            occurred_at=self._clock.now(),
            casino_id=CASINO,
            scope=CasinoScope.of(CASINO),
        )

    async def do(self, step: Step) -> None:
        """The step, as the service does it."""
        self._clock.advance(BEGIN + timedelta(minutes=step.minute) - self._clock.now())
        if step.kind == "deposit":
            await self._deposit(step)
        elif step.kind == "credit":
            await self._told(step, self._untold.pop(step.player))
        elif step.kind == "withdraw":
            await self._withdraw(step)
        elif step.kind == "bet":
            await self._bet(step)
        elif step.kind == "bonus":
            await self._bonus(step)
        elif step.kind == "warn":
            await self._warn(step)
        elif step.player in self._first:
            taken = TakenBack(reference="r", movement="m", amount_minor=step.amount_minor, currency="EUR", code="fraud")
            await self._hear(step, self._first[step.player], taken)

    async def judge(self, step: Step, payment_id: UUID, trigger: Trigger) -> tuple[str | None, float]:
        """The code it is refused with, and how long the decision took, in seconds."""

        async def work(uow: UnitOfWork) -> tuple[str | None, float]:
            wallet = await self._desk.ledger.lock_wallet(uow.connection, CASINO, step.player, "EUR")
            payment = Payment(
                id=payment_id, trigger=trigger, casino_id=CASINO, player_id=step.player, provider=PROVIDER,
                amount_minor=step.amount_minor, currency="EUR",
            )  # fmt: skip
            signals = Signals(ip=step.ip, device_id=step.device, payout=step.payout)
            began = stopwatch()
            judged = await judge_payment(self._desk.fraud, uow, payment, wallet, signals)
            took = stopwatch() - began
            if trigger is Trigger.DEPOSIT:
                command = RequestDeposit(
                    player_id=step.player, casino_id=CASINO, provider=PROVIDER, amount_minor=step.amount_minor,
                    currency="EUR", return_url=None, sent_as="bench",
                    standing=DepositStanding(declined=judged.refusal), now=uow.ctx.occurred_at,
                )  # fmt: skip
                await uow.decide(deposit, payment_id, command)
            return judged.refusal, took

        return await self._desk.app.transact(work, self.context(step.ip))

    async def _deposit(self, step: Step) -> None:
        deposit_id = uuid4()
        refusal, _ = await self.judge(step, deposit_id, Trigger.DEPOSIT)
        if refusal is not None:
            self.refused += 1
        elif step.paid or step.why:
            await self._told(step, deposit_id)
        else:
            self._untold[step.player] = deposit_id

    async def _told(self, step: Step, deposit_id: UUID) -> None:
        """What the provider says of it."""
        paid = Settled(reference="r", amount_minor=step.amount_minor, currency="EUR")
        await self._hear(step, deposit_id, paid if step.paid else Declined(reference="r", code=step.why, final=True))
        if step.paid:
            self._first.setdefault(step.player, deposit_id)
            self._balance[step.player] += step.amount_minor

    async def _hear(self, step: Step, deposit_id: UUID, word: DepositWord) -> None:
        async def work(uow: UnitOfWork) -> None:
            fact = DepositFact(
                player_id=step.player,
                casino_id=CASINO,
                provider=PROVIDER,
                amount_minor=step.amount_minor,
                currency="EUR",
            )
            looked = None
            if step.card:
                paid_with = Signals(instrument=step.card, bin=f"4{step.card[0]}0000")
                looked = await look_again(self._desk.fraud, uow, deposit_id, fact, paid_with)
            wallet = await self._desk.ledger.lock_wallet(uow.connection, CASINO, step.player, "EUR")
            cash = 0 if wallet is None else wallet.cash_minor
            heard = HearProvider(word=word, said_at=uow.ctx.occurred_at, cash_minor=cash)
            outcome = await uow.decide(deposit, deposit_id, heard)
            transfers = deposit_transfers(deposit_id, outcome.events)
            if transfers:
                await self._desk.ledger.post_in(uow, transfers)
            await count_deposit(self._desk.fraud, uow, deposit_id, outcome, looked)

        await self._desk.app.transact(work, self.context())

    async def _withdraw(self, step: Step) -> None:
        """As much of it as he has, if that is worth the way. It is paid, whatever people had to look at before."""
        amount = min(self._balance[step.player], step.amount_minor)
        if amount < LEAST_WITHDRAWAL:
            return
        await self.judge(replace(step, amount_minor=amount), uuid4(), Trigger.WITHDRAWAL)
        cash, hold = player_cash(CASINO, step.player, "EUR"), player_hold(CASINO, step.player, "EUR")
        await self._move(TransferKind.WITHDRAWAL_HOLD, cash, hold, amount)
        await self._move(TransferKind.WITHDRAWAL_PAID, hold, psp_clearing(CASINO, PROVIDER, "EUR"), amount)
        self._balance[step.player] -= amount

    async def _bet(self, step: Step) -> None:
        """As much of it as there is money for, and what that brings."""
        amount = min(self._balance[step.player], step.amount_minor)
        if amount <= 0:
            return
        cash, game = player_cash(CASINO, step.player, "EUR"), house(CASINO, AccountType.GAME_HOUSE, "EUR")
        won = step.won_minor * amount // step.amount_minor
        await self._move(TransferKind.BET, cash, game, amount)
        if won:
            await self._move(TransferKind.WIN, game, cash, won)
        self._balance[step.player] += won - amount

    async def _move(self, kind: TransferKind, debit: AccountRef, credit: AccountRef, amount_minor: int) -> None:
        moved = Transfer(
            id=transfer_id("bench", uuid4()), kind=kind, debit=debit, credit=credit, amount_minor=amount_minor
        )
        ensure_posted(await self._desk.ledger.post([moved]))

    async def _bonus(self, step: Step) -> None:
        """What he is given to play with does not matter here; that he was given it does."""
        fact = BonusFact(
            player_id=step.player, casino_id=CASINO, action=BonusAction.GRANT, amount_minor=10_00, currency="EUR"
        )
        await self._desk.app.transact(lambda uow: count_bonus(self._desk.fraud, uow, fact), self.context())

    async def _warn(self, step: Step) -> None:
        """His bank reports fraud of his first deposit."""
        deposit_id = self._first.get(step.player)
        if deposit_id is None:
            return

        async def work(uow: UnitOfWork) -> None:
            paid = DepositFact(
                player_id=step.player, casino_id=CASINO, provider=PROVIDER, amount_minor=100_00, currency="EUR"
            )
            fact = DisputeFact(
                deposit_id=deposit_id, player_id=step.player, casino_id=CASINO, provider=PROVIDER, reference="w",
                payment="r",
            )  # fmt: skip
            word = DisputeTold(
                payment="r", stage=Stage.FRAUD_WARNING, status=Status.OPENED, amount_minor=None, currency=None,
                code="fraudulent",
            )  # fmt: skip
            said = HearDispute(
                fact=fact, word=word, said_at=uow.ctx.occurred_at, deposited_minor=100_00, currency="EUR"
            )
            outcome = await uow.decide(dispute, uuid4(), said)
            await count_warning(self._desk.fraud, uow, deposit_id, paid, outcome.events)

        await self._desk.app.transact(work, self.context())


async def quality(desk: Desk, made: Population) -> dict[str, dict[str, Any]]:
    """By rule in force: whom it found, nobody included. Of people who belong together one is enough to see the others
    in the graph: `groups` is the share of those of whom it found anybody.
    """
    labels = made.labels
    async with desk.app.db.write() as connection:
        in_force = await desk.fraud.rules.in_force(connection, CASINO, desk.now())
        raw = await driver(connection)
        rows = await raw.fetch(
            "SELECT player_id, jsonb_array_elements_text(rules || shadow_rules) AS rule FROM fraud_decision UNION "
            "SELECT player_id, jsonb_array_elements_text((look -> 'rules') || (look -> 'shadow_rules')) "
            "FROM fraud_decision, jsonb_array_elements(looks) AS look"
        )
    found: dict[str, set[UUID]] = {rule.id: set() for rule in in_force.rules.rules}
    for row in rows:
        found[row["rule"]].add(row["player_id"])
    told: dict[str, dict[str, Any]] = {}
    for rule, players in sorted(found.items()):
        wanted = next((labels_ for start, labels_ in TARGETS.items() if rule.startswith(start)), ())
        meant = {player for player, label in labels.items() if label in wanted}
        fraud = sum(1 for player in players if labels.get(player, "honest") != "honest")
        told[rule] = {"players": len(players)}
        if players:
            told[rule]["precision"] = round(fraud / len(players), 3)
        if meant:
            told[rule]["recall"] = round(len(meant & players) / len(meant), 3)
        if len(wanted) > 1:
            sorts = {label: {player for player in meant if labels[player] == label} for label in wanted}
            told[rule]["recall_by_label"] = {
                label: round(len(them & players) / len(them), 3) for label, them in sorts.items() if them
            }
        together = [group for group in made.groups if group <= meant]
        if together:
            told[rule]["groups"] = round(sum(1 for group in together if group & players) / len(together), 3)
    return told


async def measure(url: str, options: argparse.Namespace) -> Result:
    """The population lives its month; then decisions about honest players are timed."""
    await migrations.upgrade("payments", url)
    clock = FixedClock(BEGIN)
    service = payments.main.build(make_settings(Settings, database_url=url), clock=clock)
    desk: Desk = service.state["desk"]
    await service.state["ledger"].start()
    try:
        made = population(Random(options.seed), options.players)
        say(f"{len(made.labels)} players, {len(made.steps)} steps")
        return await _lived(Casino(desk, clock), desk, made, options)
    finally:
        await desk.wire.close()
        await service.state["ledger"].close()
        await service.db.close()


async def timed(
    casino: Casino, desk: Desk, made: Population, options: argparse.Namespace
) -> tuple[list[float], list[float]]:
    """Milliseconds of decisions, and of commits of nothing beside them, one for each."""
    random = Random(1)
    deposits = [step for step in made.steps if step.kind == "deposit"]
    withdrawals = [replace(step, amount_minor=50_00) for step in made.steps if step.kind == "withdraw"]
    took: list[float] = []
    empty: list[float] = []

    async def one(step: Step, trigger: Trigger) -> None:
        took.append((await casino.judge(step, uuid4(), trigger))[1] * 1e3)
        began = stopwatch()
        async with desk.app.db.write() as connection:
            await (await driver(connection)).execute("SELECT pg_current_xact_id()")
        empty.append((stopwatch() - began) * 1e3)

    async with asyncio.TaskGroup() as group:
        for _ in range(options.decisions):
            leaves = random.random() < 1 / 5
            step = random.choice(withdrawals if leaves else deposits)
            group.create_task(one(step, Trigger.WITHDRAWAL if leaves else Trigger.DEPOSIT))
            await asyncio.sleep(random.expovariate(options.per_s))
    return took, empty


async def _lived(casino: Casino, desk: Desk, made: Population, options: argparse.Namespace) -> Result:
    async with desk.app.db.write() as connection:
        for player in made.labels:
            await desk.ledger.open_wallet(connection, CASINO, player, "EUR")
    for step in made.steps:
        await casino.do(step)
    found = await quality(desk, made)
    took, empty = await timed(casino, desk, made, options)
    p99, yardstick = percentile(took, 0.99), percentile(empty, 0.99)
    measured = {"p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(p99, 2), "rules": found}
    extra = {
        "times_the_baseline": round(p99 / yardstick, 2),
        "players": len(made.labels),
        "steps": len(made.steps),
        "refused": casino.refused,
        "rules_without_anybody": [rule for rule, told in found.items() if not told["players"]],
    }
    return Result(
        bench="fraud",
        value=round(p99, 2),
        unit="ms",
        better="lower",
        goal=GOAL_MS,
        measured=measured,
        baseline=round(yardstick, 2),
        baseline_name=BASELINE_NAME,
        extra=extra,
    )


async def run(options: argparse.Namespace) -> Result:
    """On a server of its own."""
    with server() as on:
        async with database(on, "bench_fraud") as url:
            return await measure(url, options)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, default=600)
    parser.add_argument("--decisions", type=int, default=1_000)
    parser.add_argument(
        "--per-s", type=float, default=20.0, help="decisions that begin per second while they are timed"
    )
    parser.add_argument("--seed", type=int, default=7)
    report(asyncio.run(run(parser.parse_args())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
