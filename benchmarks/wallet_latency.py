"""How long one bet waits for the ledger at half of what it can do, and what bets cost that nobody has the money for.

    make bench-wallet                          two minutes
    python benchmarks/wallet_latency.py --seconds 20   longer

The most is measured with callers that each wait for their answer. Then bets come at half that rate at random times,
whatever became of the ones before; a wait counts from when the bet was due. Then the same while other transactions
hold some players' wallets, as deposits do: the waits are those of everybody else. Callers and ledger share one process,
as requests and ledger do in production. The yardstick is the best of 8, 16 and 32 clients of pgbench.
"""

import argparse
import asyncio
from typing import Any

from chassis.db import migrations
from common import TPCB_NAME, Result, TpcB, database, report, say, server, settle
from ledger_load import STAKE, Job, Told, figures, fund, run, share, totals

GOAL_MS = 50.0
GOAL_REFUSED_COST = 0.25
PLAYERS = 200_000
REFUSED = 0.02
HELD = 8
"""Players who pay in all the time, and bet: one bet of a hundred is theirs."""


class Bench:
    """A funded ledger."""

    def __init__(self, url: str, server_pid: int | None, options: argparse.Namespace) -> None:
        self._url, self._pid = url, server_pid
        self._whole = Job(url, options.processes, 2, callers=options.callers, moves=1, seconds=options.seconds)
        self.posted = 0

    async def measure(self, name: str, **changes: Any) -> Told:
        """Bets, one in each call."""
        await settle(self._url)
        told = run(share(self._whole._replace(**changes)), self._pid)
        self.posted += told.done + told.before
        say(f"  {name}: {figures(told)}")
        return told


def answers_per_s(told: Told) -> float:
    """Bets that were answered, whatever the answer."""
    return len(told.waits) / told.lasted_s


async def main(options: argparse.Namespace) -> None:
    """The most, with and without bets that are refused, by turns; then half of it, at random times."""
    pairs: list[tuple[Told, Told]] = []
    with server() as running:
        async with database(running, "bench_tpcb") as tpcb_url, database(running, "bench_wallet") as url:
            say("making tables ...")
            tpcb = TpcB(tpcb_url)
            tpcb.prepare()
            await migrations.upgrade("payments", url)
            await fund(url, options.players)
            bench = Bench(url, getattr(running, "pid", None), options)
            await settle(tpcb_url)
            tps, clients = tpcb.best(options.seconds)
            say(f"  {TPCB_NAME}, {clients} clients: {tps:,.0f} transactions/s")
            for _ in range(options.rounds):
                most = await bench.measure("the most")
                pairs.append((most, await bench.measure("2 % without funds", refused=REFUSED)))
            per_s = sorted(answers_per_s(most) for most, _ in pairs)[len(pairs) // 2]
            half = await bench.measure(f"half of {per_s:,.0f}/s, as they come", per_s=per_s / 2)
            held = await bench.measure(f"the same while {HELD} players' wallets are held", per_s=per_s / 2, held=HELD)
            books = await totals(url)
    assert books["transfers"] == books["events"] == bench.posted, (books, bench.posted)
    assert books["sum"] == options.players * STAKE, books
    costs = sorted(1 - answers_per_s(refused) / answers_per_s(most) for most, refused in pairs)
    cost = costs[len(costs) // 2]
    report(
        Result(
            bench="wallet",
            value=figures(half)["p99_ms"],
            unit="ms",
            better="lower",
            goal=GOAL_MS,
            measured=figures(half),
            baseline=round(tps),
            baseline_name=TPCB_NAME,
            extra={
                "most": figures(sorted(pairs, key=lambda pair: answers_per_s(pair[0]))[len(pairs) // 2][0]),
                "most_over_baseline": round(per_s / tps, 2),
                "half_over_baseline": round(half.done / half.lasted_s / tps, 2),
                "beside_held_wallets": figures(held),
                "insufficient_funds": {
                    "share": REFUSED,
                    "costs": round(cost, 3),
                    "goal": GOAL_REFUSED_COST,
                    "rounds": [round(one, 3) for one in costs],
                },
            },
        )
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=int, default=6, help="of each measurement")
    arguments.add_argument(
        "--rounds", type=int, default=3, help="of the most with and without refusals; the median counts"
    )
    arguments.add_argument("--players", type=int, default=PLAYERS, help="with three accounts each")
    arguments.add_argument("--processes", type=int, default=1, help="that post")
    arguments.add_argument("--callers", type=int, default=512, help="bets under way at once when the most is measured")
    asyncio.run(main(arguments.parse_args()))
