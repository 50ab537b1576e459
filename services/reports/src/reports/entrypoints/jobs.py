"""Files whose time is over are removed."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from chassis.db import Database
from chassis.domain import Clock
from chassis.files import FileStore
from chassis.pausing import pause
from reports.read_models.job_list import table as jobs

_LOOK_EVERY_S = 600.0


async def remove_expired(db: Database, files: FileStore, clock: Clock) -> int:
    """Remove the files of jobs that expired; returns how many were there."""
    async with db.read() as connection:
        rows = await connection.execute(select(jobs.c.files).where(jobs.c.expires_at <= clock.now()))
        paths = [file["path"] for row in rows for file in row.files.values()]
    removed = 0
    for path in paths:
        if await files.exists(path):
            await files.remove(path)
            removed += 1
    return removed


def expiry(db: Database, files: FileStore, clock: Clock) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A loop that removes expired files every ten minutes."""

    async def expired_files(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await remove_expired(db, files, clock)
            await pause(stop, _LOOK_EVERY_S)

    return expired_files
