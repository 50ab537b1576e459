"""Where a transfer's CPU goes: microseconds by statement, in PostgreSQL and in Python, for batches of several sizes.

    .venv/bin/python benchmarks/ledger_profile.py                 batches of 512, 64 and 16
    .venv/bin/python benchmarks/ledger_profile.py --sizes 512 --batches 600

One writer, one connection. CPU is counted rather than time (of the session by /proc, so on Linux only), and the best
fifth of the batches told, so that others on the machine disturb little. No part of `make bench`: it has no goal.
"""

import argparse
import asyncio
import json
import random
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from chassis.collector import settle_collector
from chassis.db import Database, migrations
from common import database, percentile, server
from ledger_load import CASINO, bet, fund, players_of
from payments.adapters.ledger import sql
from payments.adapters.ledger.accounts import GameHouses, Patience
from payments.adapters.ledger.posting import Terms, post_free_units
from payments.adapters.ledger.units import Unit

NAMES = {"NO KEY": "lock wallets", "nextval": "earlier entries", "INSERT INTO transfer": "write"}


class Metered:
    """A connection that tells what each statement cost its session and its caller, in microseconds of CPU."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._session = Path(f"/proc/{connection.get_server_pid()}/schedstat")
        self.costs: dict[tuple[str, str], float] = {}

    async def fetch(self, statement: str, *values: Any) -> Any:
        return await self._metered(self._connection.fetch, statement, values)

    async def execute(self, statement: str, *values: Any) -> Any:
        return await self._metered(self._connection.execute, statement, values)

    async def _metered(self, run: Any, statement: str, values: tuple[Any, ...]) -> Any:
        name = next((told for part, told in NAMES.items() if part in statement), statement)
        theirs, ours = self._session_us(), time.thread_time()
        found = await run(statement, *values)
        self.costs[name, "python"] = (time.thread_time() - ours) * 1e6
        await asyncio.sleep(0)
        self.costs[name, "postgres"] = self._session_us() - theirs
        return found

    def _session_us(self) -> float:
        return int(self._session.read_text().split()[0]) / 1e3


async def profile(db: Database, players: list[UUID], size: int, batches: int) -> dict[str, float]:
    """Microseconds per transfer, by statement and side; `all` in Python is with deciding and making events."""
    houses = GameHouses(db)
    await houses.find([(CASINO, "EUR")])
    connection = await asyncpg.connect(db.url, server_settings=sql.SETTINGS)
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    settle_collector()
    for batch in range(batches):
        raw = Metered(connection)
        units = [Unit((bet(random.choice(players), 10 + n, f"{batch}-{n}", n),)) for n in range(size)]
        began = time.thread_time()
        await raw.execute("BEGIN")
        terms = Terms(datetime.now(UTC), feed_stale=False, game_houses=houses.known)
        await post_free_units(raw, units, terms, Patience.AT_ONCE)
        await raw.execute("COMMIT")
        raw.costs["all", "python"] = (time.thread_time() - began) * 1e6
        raw.costs["all", "postgres"] = sum(cost for (_, side), cost in raw.costs.items() if side == "postgres")
        for key, cost_us in raw.costs.items():
            costs[key].append(cost_us / size)
    await connection.close()
    return {f"{name}, {side}": round(percentile(each[batches // 3 :], 0.2), 1) for (name, side), each in costs.items()}


async def main(options: argparse.Namespace) -> None:
    """A line for each size of batch."""
    with server() as running:
        async with database(running, "bench_profile") as url:
            await migrations.upgrade("payments", url)
            await fund(url, options.players)
            db = Database(url, application_name="benchmark")
            players = await players_of(db)
            for size in options.sizes:
                print(json.dumps({"batch": size, **await profile(db, players, size, options.batches)}), flush=True)
            await db.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--sizes", type=int, nargs="+", default=[512, 64, 16], help="of batches, in transfers")
    arguments.add_argument("--batches", type=int, default=300, help="of each size; the first third is to warm up")
    arguments.add_argument("--players", type=int, default=200_000, help="with three accounts each")
    uvloop.run(main(arguments.parse_args()))
