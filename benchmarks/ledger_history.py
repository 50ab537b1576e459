"""How much slower the ledger is when its books are a hundred times as long.

    make bench-ledger_history                                   two minutes
    python benchmarks/ledger_history.py --entries 50000         against 5,000,000; the longer, the truer

Both books have the same players. The long ones go back a year, and months that are over were closed as in production:
their ids are kept apart. Before each round the short ones are made anew, or they would not stay short.
"""

import argparse
import asyncio
from datetime import UTC, datetime

import asyncpg
from pitlocal.postgres import Server

from chassis.db import Database, migrations
from common import Result, database, report, say, server, settle
from ledger_load import CASINO, Job, Told, figures, fund, run, share
from payments.adapters.ledger.accounts import open_accounts
from payments.adapters.ledger.months import close_months, month_of
from payments.domain.ledger.accounts import game_house

GOAL = 1.2
TIMES = 100
MONTHS = 12
BASELINE_NAME = "transfers/s with the short history"
SHORT, LONG = "bench_short", "bench_long"

_FILL = """
    WITH player AS MATERIALIZED (
        SELECT id, player_id, row_number() OVER (ORDER BY id) - 1 AS place FROM account WHERE type = 'cash'
    ), house AS MATERIALIZED (SELECT id FROM account WHERE type = 'game_house' AND casino_id = $1)
    INSERT INTO transfer (
        id, kind, debit_account, credit_account, amount_minor, debit_balance, wallet_id, cash_after, fingerprint,
        supplier, supplier_tx, game_code, round_ref, round_closed, session_id, posted_at, casino_id, player_id,
        currency, debit_type, credit_type)
    SELECT gen_random_uuid(), 'bet', player.id, house.id, 100, 1000000000, player.id, 1000000000, n,
           'hub88', 'old-' || n, 'clt_dragonrising', 'round-' || n, false, player.player_id,
           $2::timestamptz + ($3::timestamptz - $2::timestamptz) * n / $4::int, $1, player.player_id, 'EUR',
           'cash', 'game_house'
    FROM generate_series($5::int, $6::int) AS n
    JOIN player ON player.place = n * 7919::bigint % (SELECT count(*) FROM player), house
    ORDER BY n"""

CHUNK = 100_000


async def fill(url: str, entries: int) -> None:
    """That many bets over the last year, and everything closed that is closed by now."""
    now = datetime.now(UTC)
    since = month_of(now, 1 - MONTHS)
    connection = await asyncpg.connect(url)
    try:
        await open_accounts(connection, [game_house(CASINO, "EUR")])
        for months in range(MONTHS):
            await connection.fetchval("SELECT ledger_month($1)", month_of(now, -months).date())
        for first in range(1, entries + 1, CHUNK):
            await connection.execute(_FILL, CASINO, since, now, entries, first, min(first + CHUNK - 1, entries))
        db = Database(url, application_name="benchmark")
        await close_months(db, now)
        await db.close()
        await connection.execute("VACUUM ANALYZE transfer")
        await connection.execute("VACUUM ANALYZE transfer_closed")
    finally:
        await connection.close()


async def measure(url: str, pid: int | None, options: argparse.Namespace) -> Told:
    """Transfers per second."""
    await settle(url)
    whole = Job(url, options.processes, writers=2, callers=options.callers, moves=32, seconds=options.seconds)
    return run(share(whole), pid)


async def prepare(on: Server, name: str, entries: int, players: int) -> str:
    """A database with players and that many entries; its URL."""
    url = on.url_for(name)
    await migrations.upgrade("payments", url)
    await fund(url, players)
    say(f"writing {entries:,} entries ...")
    await fill(url, entries)
    return url


async def main(options: argparse.Namespace) -> None:
    """Short and long books by turns; the median round counts."""
    rounds: list[tuple[Told, Told]] = []
    with server() as running:
        pid = getattr(running, "pid", None)
        async with database(running, SHORT), database(running, LONG):
            await prepare(running, SHORT, options.entries, options.players)
            long = await prepare(running, LONG, options.entries * TIMES, options.players)
            for _ in range(options.rounds):
                async with database(running, "bench_copy", template=SHORT) as short:
                    few = await measure(short, pid, options)
                many = await measure(long, pid, options)
                rounds.append((few, many))
                say(f"  short {figures(few)}")
                say(f"  long  {figures(many)}")
    few, many = sorted(rounds, key=lambda pair: _slower(*pair))[len(rounds) // 2]
    report(
        Result(
            bench="ledger_history",
            value=round(_slower(few, many), 2),
            unit="x",
            better="lower",
            goal=GOAL,
            measured=figures(many) | {"entries": options.entries * TIMES},
            baseline=figures(few)["per_s"],
            baseline_name=BASELINE_NAME,
            extra={
                "short": figures(few) | {"entries": options.entries, "posted": few.done + few.before},
                "rounds": [round(_slower(*pair), 2) for pair in rounds],
            },
        )
    )


def _slower(few: Told, many: Told) -> float:
    return (few.done / few.lasted_s) / max(many.done / many.lasted_s, 1e-9)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument(
        "--entries", type=int, default=10_000, help="of the short books; the long have 100 times as many"
    )
    arguments.add_argument("--players", type=int, default=20_000)
    arguments.add_argument("--seconds", type=float, default=3, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=3, help="the median counts")
    arguments.add_argument("--processes", type=int, default=1, help="that post")
    arguments.add_argument("--callers", type=int, default=32, help="calls of 32 movements under way at once")
    asyncio.run(main(arguments.parse_args()))
