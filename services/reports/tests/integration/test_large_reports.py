"""A report of a hundred thousand rows takes no more memory than one of a few thousand."""

import asyncio
import sys
from datetime import date
from pathlib import Path

import pytest

from chassis.testing.postgres import Databases, opened

CASINO = "INSERT INTO rm_casino VALUES ('00000000-0000-0000-0000-000000000001', 'Malta', 'EUR', 'UTC', 0)"
FILL = """
    INSERT INTO rm_movement (transfer_id, casino_id, player_id, posted_at, kind, currency, amount_minor, delta_minor,
                             balance_minor, supplier, game_code, round_ref)
    SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002',
           timestamptz '2026-06-01 23:00Z' + n * interval '1 second', 'bet', 'EUR', 100, -100, n, 'hub88', 'dragon', 'r'
    FROM generate_series(1, 100000) AS n"""
WRITE = Path(__file__).with_name("write_a_report.py")


async def peak_of(url: str, folder: Path, last_day: date) -> tuple[int, int]:
    """Rows and peak memory in KiB of a process of its own that writes the report."""
    arguments = (sys.executable, str(WRITE), url, last_day.isoformat(), str(folder))
    process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    rows, peak = printed.split()
    return int(rows), int(peak)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    return small, large


async def test_memory_does_not_grow_with_the_report(databases: Databases, folders: tuple[Path, Path]) -> None:
    url = await databases.create("reports")
    async with opened(url) as db, db.write() as connection:
        await connection.exec_driver_sql(CASINO)
        await connection.exec_driver_sql(FILL)
    few, small = await peak_of(url, folders[0], date(2026, 6, 1))
    many, large = await peak_of(url, folders[1], date(2026, 6, 5))
    assert (few, many) == (3_599, 100_000)
    assert large - small < 16 * 1024, f"{small} KiB for {few} rows, {large} KiB for {many}"
