"""An export of a hundred thousand rows takes no more memory than one of a few thousand."""

import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy import text

from chassis.testing.postgres import CHASSIS, Databases, opened

from .bets import metadata

TAKE = Path(__file__).with_name("take_away.py")
FILL = """
    INSERT INTO bet (id, casino_id, player_id, status, amount_minor, currency, rounds, open, day, created_at, place)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'won', n, 'EUR', 1, false, '2026-01-01',
           timestamptz '2026-01-01 00:00Z' + n * interval '1 second', n
    FROM generate_series(1, 100000) AS n"""


async def peak_of(url: str, folder: Path, rows: int) -> list[int]:
    """Rows in each format, and the peak memory in KiB of a process of its own."""
    arguments = (sys.executable, str(TAKE), url, str(folder), str(rows))
    tests = {**os.environ, "PYTHONPATH": str(TAKE.parents[1])}
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE, env=tests)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return [int(one) for one in printed.split()]


async def test_memory_does_not_grow_with_the_export(databases: Databases, tmp_path: Path) -> None:
    url = await databases.create(CHASSIS)
    async with opened(url) as db, db.write() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(FILL))
    *few, small = await peak_of(url, tmp_path, 3_000)
    *many, large = await peak_of(url, tmp_path, 100_000)
    assert (few, many) == ([3_000] * 2, [100_000] * 2)
    assert large - small < 16 * 1024, f"{small} KiB for {few[0]} rows, {large} KiB for {many[0]}"
