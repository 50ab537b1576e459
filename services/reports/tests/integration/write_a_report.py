"""`python write_a_report.py DATABASE_URL LAST_DAY FOLDER`: writes a report and prints its rows and the peak memory."""

import asyncio
import resource
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from chassis.testing.postgres import opened
from reports.adapters.figures import figures
from reports.adapters.writers import WRITERS, Head
from reports.application.definitions import PLAYER_TRANSACTIONS
from reports.domain.job.events import ReportRequested

NOW = datetime(2026, 6, 10, tzinfo=UTC)
HEAD = Head("t", "c", "i", "z", "g", "b", "d", "p")


async def write(url: str, last_day: date, folder: Path) -> int:
    """Every format at once, as the maker of reports does; returns the rows."""
    request = ReportRequested(
        report="player_transactions",
        casino_ids=(UUID(int=1),),
        first_day=date(2026, 6, 1),
        last_day=last_day,
        formats=tuple(WRITERS),
        parameters={"player_id": ""},
        requested_by="tests",
    )
    writers = [writer(folder / f"report.{name}", PLAYER_TRANSACTIONS, HEAD) for name, writer in WRITERS.items()]
    total = 0
    async with opened(url) as db:
        async for chunk in figures(db, request, NOW):
            for writer in writers:
                writer.rows(chunk)
            total += len(chunk)
    for writer in writers:
        writer.close(total)
    return total


if __name__ == "__main__":
    written = asyncio.run(write(sys.argv[1], date.fromisoformat(sys.argv[2]), Path(sys.argv[3])))
    print(written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
