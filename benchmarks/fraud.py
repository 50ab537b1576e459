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
from dataclasses import replace
from random import Random
from uuid import uuid4

import payments.main
from chassis.db import migrations
from chassis.db.engine import driver
from chassis.domain import FixedClock
from chassis.testing.environment import make_settings
from chassis.testing.feed import Feed
from common import Result, database, percentile, report, say, server, stopwatch
from fraud_casino import BEGIN, Casino
from fraud_people import Step
from fraud_population import Population, population
from fraud_quality import quality
from payments.application.desk import Desk
from payments.domain.fraud.rules import Trigger
from payments.settings import Settings

GOAL_MS = 20.0
BASELINE_NAME = "p99 in ms of a transaction that does nothing but commit"


async def measure(url: str, options: argparse.Namespace) -> Result:
    """The population lives its month; then decisions about honest players are timed."""
    await migrations.upgrade("payments", url)
    clock = FixedClock(BEGIN)
    service = payments.main.build(make_settings(Settings, database_url=url), clock=clock)
    desk: Desk = service.state["desk"]
    await service.state["ledger"].start()
    try:
        made = population(options.seed, options.players)
        say(f"{len(made.labels)} players, {len(made.steps)} steps")
        return await _lived(Casino(desk, clock, Feed(service)), desk, made, options)
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
    await casino.register(made.labels)
    for step in made.steps:
        await casino.do(step)
    found = await quality(desk, made)
    took, empty = await timed(casino, desk, made, options)
    p99, yardstick = percentile(took, 0.99), percentile(empty, 0.99)
    measured = {"p50_ms": round(percentile(took, 0.5), 2), "p99_ms": round(p99, 2), **found}
    extra = {
        "times_the_baseline": round(p99 / yardstick, 2),
        "players": len(made.labels),
        "steps": len(made.steps),
        "refused": casino.refused,
        "rules_without_anybody": [rule for rule, told in found["rules"].items() if not told["players"]],
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
