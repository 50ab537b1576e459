"""Transfers per second of the ledger in one process, with outbox row and fsync, against pgbench TPC-B.

    make bench-ledger                         about a minute
    python benchmarks/ledger.py --seconds 20  longer

Every transfer is a bet of a random player, posted by a caller of its own that waits for the commit before the next one:
nothing is batched but by the ledger itself. The yardstick is taken by turns with it; the median round counts.
"""

import argparse
import asyncio
import os
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import uvloop

from chassis.collector import settle_collector
from chassis.db import Database, migrations
from chassis.db.engine import driver
from chassis.domain import uuid7
from common import TPCB_NAME, CpuMeter, Result, TpcB, database, percentile, report, say, server, settle, stopwatch
from contracts.payments.wallet import transfer_id
from payments.adapters.ledger.accounts import open_accounts
from payments.adapters.ledger.ledger import PostgresLedger
from payments.domain.ledger.accounts import WALLET_TYPES, AccountRef, WalletKey
from payments.domain.ledger.transfers import Code, GameMove, GameMoveKind

GOAL = 5.0
PLAYERS = 50_000
CALLERS = 1_024
WRITERS = 2
PREPARED_PER_S = 20_000
CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")


async def fund(db: Database) -> list[UUID]:
    """Players with money, as if each had deposited."""
    players = [uuid7() for _ in range(PLAYERS)]
    async with db.write() as connection:
        raw = await driver(connection)
        for start in range(0, PLAYERS, 5_000):
            refs = [
                AccountRef(CASINO, kind, "EUR", player)
                for player in players[start : start + 5_000]
                for kind in WALLET_TYPES
            ]
            await open_accounts(raw, refs)
        await raw.execute("UPDATE account SET balance_minor = 1000000000 WHERE type = 'cash'")
    return players


class Load:
    """Callers that bet, each waiting for its answer."""

    def __init__(self, ledger: PostgresLedger, players: list[UUID], run: int) -> None:
        self._ledger = ledger
        self._players = players
        self._run = run
        self._random = random.Random(run)
        self._next = 0
        self._ready: list[GameMove] = []
        self.done = 0
        self.waits: list[float] = []

    def prepare(self, count: int) -> None:
        """Think of bets before, as a supplier does elsewhere: what is measured is the ledger."""
        self._ready.extend(self.bet() for _ in range(count))

    def bet(self) -> GameMove:
        """A bet nobody made before."""
        self._next += 1
        transaction = f"{self._run}-{self._next}"
        return GameMove(
            id=transfer_id("hub88", CASINO, transaction, "bet"),
            kind=GameMoveKind.BET,
            wallet=WalletKey(CASINO, self._random.choice(self._players), "EUR"),
            amount_minor=self._random.randrange(10, 500),
            fingerprint=self._next,
            reference_id=None,
            requires_reference=False,
            supplier="hub88",
            supplier_tx=transaction,
            game_code="clt_dragonrising",
            round_ref=f"round-{self._next}",
            round_closed=False,
            session_id=self._players[0],
        )

    async def caller(self, until: float) -> None:
        """Bet after bet until the time is over."""
        while (began := stopwatch()) < until:
            (answer,) = await self._ledger.move([self._ready.pop() if self._ready else self.bet()])
            if isinstance(answer, Exception) or answer.code is not Code.CREATED:
                raise RuntimeError(f"a bet was not posted: {answer!r}")
            self.done += 1
            self.waits.append(stopwatch() - began)


async def measure(
    url: str, players: list[UUID], roots: dict[str, int], *, writers: int, callers: int, seconds: int, run: int
) -> dict[str, Any]:
    """Transfers per second, how long callers waited, and the CPU each transfer cost."""
    db = Database(url, application_name="benchmark")
    ledger = PostgresLedger(
        db,
        restriction_feed_age=lambda: timedelta(0),
        restriction_feed_bound=timedelta(minutes=1),
        writers=writers,
    )
    await ledger.start()
    load = Load(ledger, players, run)
    load.prepare(PREPARED_PER_S * seconds)
    settle_collector()
    await asyncio.gather(*(load.caller(stopwatch() + 1) for _ in range(callers)))
    load.done, load.waits = 0, []
    meter = CpuMeter(roots)
    began = stopwatch()
    await asyncio.gather(*(load.caller(began + seconds) for _ in range(callers)))
    rate = load.done / (stopwatch() - began)
    cpu_us = meter.per_unit(load.done)
    await ledger.close()
    await db.close()
    p50, p99 = percentile(load.waits, 0.5) * 1000, percentile(load.waits, 0.99) * 1000
    say(f"  {writers} writer(s), {callers} callers: {rate:,.0f} transfers/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    say(f"    microseconds of CPU per transfer: {cpu_us}")
    return {"per_s": round(rate), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1), "cpu_us": cpu_us}


async def check(url: str, expected_at_least: float) -> None:
    """What was counted is there, once each, with its event, and everything sums to zero."""
    db = Database(url, application_name="benchmark")
    async with db.read() as connection:
        row = await (await driver(connection)).fetchrow(
            """SELECT (SELECT count(*) FROM transfer) AS transfers, (SELECT count(*) FROM outbox) AS events,
                      (SELECT sum(amount_minor) FROM transfer) AS bet,
                      (SELECT sum(delta_minor) FROM account_delta) AS house,
                      (SELECT sum(1000000000 - balance_minor) FROM account WHERE type = 'cash') AS spent"""
        )
    await db.close()
    assert row["transfers"] == row["events"] >= expected_at_least
    assert row["bet"] == row["house"] == row["spent"]


async def main(seconds: int, rounds: int) -> None:
    """The whole benchmark: yardstick and ledger by turns, so that both meet the same neighbours on the machine."""
    with server() as running:
        roots = {"python": os.getpid()}
        if pid := getattr(running, "pid", None):
            roots["postgres"] = pid
        async with database(running, "bench_tpcb") as tpcb_url, database(running, "bench_ledger") as url:
            say("making tables ...")
            tpcb = TpcB(tpcb_url)
            tpcb.prepare()
            await migrations.upgrade("payments", url)
            db = Database(url, application_name="benchmark")
            players = await fund(db)
            await db.close()
            runs: dict[str, dict[str, Any]] = {}
            for number, (writers, callers) in enumerate([(1, 16), (1, 64), (2, 256)], start=1):
                await settle(url)
                run = await measure(url, players, roots, writers=writers, callers=callers, seconds=seconds, run=number)
                runs[f"{writers} writers, {callers} callers"] = run
            pairs: list[tuple[float, float]] = []
            for number in range(rounds):
                await settle(url)
                tps = tpcb.measure(seconds)
                say(f"  {TPCB_NAME}: {tps:,.0f} transactions/s")
                await settle(url)
                run = await measure(
                    url, players, roots, writers=WRITERS, callers=CALLERS, seconds=seconds, run=100 + number
                )
                pairs.append((run["per_s"], tps))
                runs[f"{WRITERS} writers, {CALLERS} callers, round {number + 1}"] = run
            await check(url, sum(run["per_s"] for run in runs.values()) * seconds * 0.9)
    measured, baseline = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    report(
        Result(
            bench="ledger",
            value=round(measured / baseline, 2),
            unit="x",
            better="higher",
            goal=GOAL,
            measured=measured,
            baseline=round(baseline),
            baseline_name=TPCB_NAME,
            extra={
                "runs": runs,
                "rounds": [round(per_s / tps, 2) for per_s, tps in pairs],
            },
        )
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--seconds", type=int, default=6, help="of each measurement")
    options.add_argument("--rounds", type=int, default=3, help="of yardstick and ledger by turns; the median counts")
    chosen = options.parse_args()
    uvloop.run(main(chosen.seconds, chosen.rounds))
