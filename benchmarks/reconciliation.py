"""How fast a settlement file is read, compared line by line with the ledger, and posted, and in what memory.

    make bench-reconciliation                                   20,000 lines
    python benchmarks/reconciliation.py --rows 1000000          a file as large providers write it

Everything is as in the service: Adyen's format, staged and compared in transactions, batches made, fees posted. The
yardstick is COPY of the same file into a table without an index, a key or a type but text, on the same server.
"""

import argparse
import asyncio
import hashlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import psutil

import payments.main
from chassis.db import migrations
from chassis.store import UnitOfWork
from chassis.testing.environment import make_settings
from common import Result, database, folder, report, say, server, settle, stopwatch
from payments.application.desk import Desk
from payments.application.reconciliation.ports import SettlementFile
from payments.application.reconciliation.running import Run
from payments.domain.reconciliation.words import FileState
from payments.settings import Settings

GOAL = 0.005
BASELINE_NAME = "COPY of the same file into a bare table, rows/s"
CASINO = UUID("0190f5fe-7c00-7a00-8000-000000000001")
BATCHES = 20
WRONG_EVERY = 1_000
"""One line in so many tells another amount than the ledger has."""
COLUMNS = (
    "Psp Reference", "Merchant Reference", "Creation Date", "TimeZone", "Type", "Modification Reference",
    "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Net Currency", "Net Debit (NC)", "Net Credit (NC)",
    "Batch Number",
)  # fmt: skip

_EXPECT = """
    INSERT INTO settlement_expectation (
        id, casino_id, provider, movement, reference_id, amount_minor, currency, booked_at, due_at, state)
    SELECT gen_random_uuid(), $1, 'adyen', 'deposit', md5(n::text)::uuid, 1000 + n % 1000, 'EUR',
           '2026-11-20'::timestamptz, '2026-11-23'::timestamptz, 'open'
    FROM generate_series(1, $2) AS n"""
_FOUND = "SELECT state, count(*) AS lines FROM settlement_item GROUP BY state"


def write(path: Path, rows: int) -> None:
    """The file: each line a deposit with a fee of one per cent."""
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        for n in range(1, rows + 1):
            minor = 1_000 + n % 1_000 - (n % WRONG_EVERY == 0)
            reference = UUID(hashlib.md5(str(n).encode(), usedforsecurity=False).hexdigest())
            net = minor - minor // 100
            file.write(
                f"PSP{n},{reference},2026-11-20 10:00:00,UTC,Settled,,EUR,,{minor // 100}.{minor % 100:02},"
                f"EUR,,{net // 100}.{net % 100:02},{n % BATCHES}\n"
            )


async def copied(url: str, path: Path) -> float:
    """Seconds of the COPY."""
    connection = await asyncpg.connect(url)
    try:
        columns = ", ".join(f'"{name}" text' for name in COLUMNS)
        await connection.execute(f"CREATE TABLE bare ({columns})")
        began = stopwatch()
        await connection.copy_to_table("bare", source=path, format="csv", header=True)
        took = stopwatch() - began
        await connection.execute("DROP TABLE bare")
        return took
    finally:
        await connection.close()


@contextmanager
def memory() -> Iterator[list[int]]:
    """By how many bytes this process was larger at most than at the beginning."""
    process, over = psutil.Process(), threading.Event()
    before = process.memory_info().rss
    most = [0]

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], process.memory_info().rss - before)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


async def brought(desk: Desk, path: Path) -> SettlementFile:
    """The file, as it is kept when somebody has brought it."""
    at = f"{CASINO}/{uuid4()}"
    sha256, size = await desk.reconciling.files.keep(path, at)
    file = SettlementFile(
        id=uuid4(),
        casino_id=CASINO,
        format="adyen_settlement_details",
        provider="adyen",
        sha256=sha256,
        size_bytes=size,
        path=at,
        state=FileState.WAITING,
        uploaded_by="bench",
        uploaded_at=datetime.now(UTC),
    )

    async def keep(uow: UnitOfWork) -> None:
        await desk.reconciling.store.add(uow.connection, file)

    await desk.app.transact(keep, desk.ours("bench", CASINO))
    return file


async def measure(url: str, rows: int, work: Path) -> Result:
    """COPY, then the whole way of the file."""
    await migrations.upgrade("payments", url)
    path = work / "settlement.csv"
    write(path, rows)
    say(f"{rows} lines, {path.stat().st_size // 1024} KiB")
    connection = await asyncpg.connect(url)
    await connection.execute(_EXPECT, CASINO, rows)
    await settle(url)
    baseline = rows / await copied(url, path)
    service = payments.main.build(make_settings(Settings, database_url=url, files_url=(work / "files").as_uri()))
    desk: Desk = service.state["desk"]
    await service.state["ledger"].start()
    try:
        file = await brought(desk, path)
        await settle(url)
        with memory() as most:
            began = stopwatch()
            await Run(desk, file.id, CASINO)()
            took = stopwatch() - began
        found = {row["state"]: row["lines"] for row in await connection.fetch(_FOUND)}
    finally:
        await desk.wire.close()
        await service.state["ledger"].close()
        await service.db.close()
        await connection.close()
    assert found == {"matched": rows - rows // WRONG_EVERY, "mismatched": rows // WRONG_EVERY}, found
    return _result(rows, rows / took, baseline, most[0])


def _result(rows: int, rate: float, baseline: float, peak: int) -> Result:
    measured: dict[str, Any] = {"rows_per_s": round(rate), "peak_mib_above_start": round(peak / 2**20, 1)}
    return Result(
        bench="reconciliation",
        value=round(rate / baseline, 3),
        unit="x",
        better="higher",
        goal=GOAL,
        measured=measured,
        baseline=round(baseline),
        baseline_name=BASELINE_NAME,
        extra={"rows": rows},
    )


async def run(options: argparse.Namespace) -> Result:
    """On a server of its own."""
    with server() as on, folder() as work:
        async with database(on, "bench_reconciliation") as url:
            return await measure(url, options.rows, work)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    report(asyncio.run(run(parser.parse_args())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
