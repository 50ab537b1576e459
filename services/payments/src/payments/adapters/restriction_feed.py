"""How old our copy of the players' restrictions may be.

Backoffice sends a sign of life on every partition of the players' topic, through the same outbox as the restrictions
themselves. What was sent before the youngest one heard on a partition has been heard as well; so the copy is at most
as old as the oldest of these.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from chassis.domain import Clock
from payments.adapters.tables import restriction_beat

log = structlog.get_logger(__name__)

NEVER: Final = timedelta(days=36_500)
"""The age of a feed nobody has heard of."""

LOOK_EVERY_S: Final = 0.5


async def note_beat(connection: AsyncConnection, partition: int, sent_at: datetime) -> None:
    """Remember a sign of life; an older one than the last changes nothing."""
    statement = insert(restriction_beat).values(partition=partition, sent_at=sent_at)
    newer = statement.excluded.sent_at
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["partition"], set_={"sent_at": newer}, where=restriction_beat.c.sent_at < newer
        )
    )


class RestrictionFeed:
    """The age of the feed, for the ledger's hot path from memory and for deposits from the table.

    Args:
        db: the service's database.
        clock: the service's clock.
        partitions: how many the players' topic has; a silent one makes the whole copy old.
    """

    def __init__(self, db: Database, clock: Clock, partitions: int) -> None:
        self._db = db
        self._clock = clock
        self._partitions = partitions
        self._oldest: datetime | None = None
        self._watching: asyncio.Task[None] | None = None

    def age(self) -> timedelta:
        """The age as last looked up; it grows by itself when the database cannot be reached. NEVER: unknown."""
        return NEVER if self._oldest is None else max(self._clock.now() - self._oldest, timedelta(0))

    async def of(self, connection: AsyncConnection, now: datetime) -> timedelta | None:
        """The age as this transaction sees it; None: a partition has never been heard of."""
        oldest = await self._look(connection)
        return None if oldest is None else max(now - oldest, timedelta(0))

    async def refresh(self) -> None:
        """Look it up now."""
        async with self._db.read() as connection:
            self._oldest = await self._look(connection)

    async def start(self) -> None:
        """Look it up now and keep looking. A database that is down only makes the age grow."""
        self._watching = asyncio.create_task(self._watch(), name="restriction-feed")

    async def close(self) -> None:
        """Stop looking."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:
                log.warning("restriction_feed_unread", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, connection: AsyncConnection) -> datetime | None:
        counted = select(func.count(), func.min(restriction_beat.c.sent_at)).where(
            restriction_beat.c.partition < self._partitions
        )
        heard, oldest = (await connection.execute(counted)).one()
        return oldest if heard >= self._partitions else None
