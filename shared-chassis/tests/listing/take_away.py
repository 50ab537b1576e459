"""`python take_away.py DATABASE_URL FOLDER ROWS`: makes an export of so many bets in both formats and prints the rows
of each and the peak memory.
"""

import asyncio
import resource
import sys
from pathlib import Path

from starlette.requests import Request

from chassis.domain import SystemClock
from chassis.exports.writing import WRITERS
from chassis.http.listing.whole import whole
from chassis.runtime import http_application
from chassis.testing.postgres import opened
from chassis.testing.tokens import test_verifier
from listing.bets import BETS, staff
from listing.house import service_on


async def write(url: str, folder: Path, most: int) -> list[int]:
    async with opened(url) as db:
        app = http_application(service_on(db, folder, SystemClock()))
        caller = (await test_verifier().verify(staff(casinos=["*"]))).let_in_by("example.bet.list").by(None)
        request = Request({"type": "http", "app": app, "path": "/", "headers": [], "query_string": b""})
        asked = await whole(BETS, request, caller, db)
        totals = []
        for name, kind in WRITERS.items():
            writer, total = kind(folder / f"bets.{name}", asked.columns, "tests"), 0
            async with db.read() as connection:
                async for rows in asked.rows(connection, most, None):
                    writer.rows(rows)
                    total += len(rows)
            writer.close([])
            totals.append(total)
        await db.close()
        return totals


if __name__ == "__main__":
    written = asyncio.run(write(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
    print(*written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
