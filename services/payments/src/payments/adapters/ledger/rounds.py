"""The beat of the work that the ledger does off the hot path."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

from chassis.pausing import pause

log = structlog.get_logger(__name__)


async def rounds(work: Callable[[], Awaitable[object]], stop: asyncio.Event, every_s: float, *, later: str) -> None:
    """Do it again and again until told to stop. What the database cannot do now is left to the next round, and logged
    as `later`.
    """
    while not stop.is_set():
        try:
            await work()
        except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning(later, error=repr(error))
        await pause(stop, every_s)
