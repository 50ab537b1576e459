"""Transfers per second of the ledger, with outbox row, linked groups, months and fsync, against pgbench TPC-B.

    make bench-ledger                                         three minutes
    python benchmarks/ledger.py --seconds 20 --processes 1    longer, in one process

200,000 players bet, in calls as games makes them; some deposit, with the fee in a group of its own. The yardstick, the
best of 8, 16 and 32 clients, is taken by turns with it on the same server; the median round counts. Nothing is
reported unless every transfer that was answered is in the books once, with its event, and the books sum up.
"""

import argparse
import asyncio
import os
from typing import Any

from chassis.db import migrations
from common import TPCB_NAME, Result, TpcB, database, report, say, server, settle
from ledger_load import STAKE, Job, figures, fund, run, share, totals

GOAL = 7.0
PLAYERS = 200_000


class Bench:
    """A funded ledger, and how much was posted to it."""

    def __init__(self, url: str, server_pid: int | None, options: argparse.Namespace) -> None:
        self._url, self._pid, self._options = url, server_pid, options
        self.posted = 0

    async def measure(self, callers: int, moves: int) -> dict[str, Any]:
        """Transfers per second with so many calls under way in all, of so many movements each."""
        options = self._options
        await settle(self._url)
        whole = Job(
            self._url,
            options.processes,
            options.writers,
            callers=callers,
            moves=moves,
            seconds=options.seconds,
            groups=True,
        )
        told = run(share(whole), self._pid)
        self.posted += told.done + told.before
        say(f"  {callers} calls of {moves} under way: {figures(told)}")
        return figures(told)


async def main(options: argparse.Namespace) -> None:
    """The whole benchmark: yardstick and ledger by turns, so that both meet the same neighbours on the machine."""
    with server() as running:
        async with database(running, "bench_tpcb") as tpcb_url, database(running, "bench_ledger") as url:
            say("making tables ...")
            tpcb = TpcB(tpcb_url)
            tpcb.prepare()
            await migrations.upgrade("payments", url)
            await fund(url, options.players)
            bench = Bench(url, getattr(running, "pid", None), options)
            runs: dict[str, dict[str, Any]] = {
                f"{callers} calls of {moves}": await bench.measure(callers, moves)
                for callers, moves in ((16, 1), (1024, 1))
            }
            pairs: list[tuple[float, float]] = []
            for number in range(options.rounds):
                await settle(url)
                tps, clients = tpcb.best(options.seconds)
                say(f"  {TPCB_NAME}, {clients} clients: {tps:,.0f} transactions/s")
                run_of = await bench.measure(options.callers, options.moves)
                pairs.append((run_of["per_s"], tps))
                runs[f"{options.callers} calls of {options.moves}, round {number + 1}"] = run_of
            books = await totals(url)
    assert books["transfers"] == bench.posted, (books, bench.posted)
    assert books["events"] == bench.posted - books["of_nobody"], books
    assert books["sum"] == options.players * STAKE, books
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
                "players": options.players,
                "processes": options.processes,
                "writers": options.writers,
            },
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=int, default=6, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=3, help="of yardstick and ledger by turns; the median counts")
    arguments.add_argument("--players", type=int, default=PLAYERS, help="with three accounts each")
    arguments.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="that post")
    arguments.add_argument("--writers", type=int, default=2, help="of the ledger in each process")
    arguments.add_argument("--callers", type=int, default=64, help="calls under way at once, in all")
    arguments.add_argument("--moves", type=int, default=32, help="in each call")
    asyncio.run(main(arguments.parse_args()))
