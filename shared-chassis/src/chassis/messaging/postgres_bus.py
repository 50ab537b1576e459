"""The bus on PostgreSQL: an append-only log in a database of its own, for machines without a broker."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg

from chassis.db.engine import plain_url
from chassis.messaging import postgres_schema as sql
from chassis.messaging.bus import BATCH_SIZE, DEFAULT_PARTITIONS, SHORT_LIVED, Handler, Message, Reach, Reached
from chassis.messaging.partitioner import destination
from chassis.messaging.postgres_following import PostgresFollowing
from chassis.messaging.postgres_group import PostgresSubscription

_CONNECT_TIMEOUT_S = 10.0
_COMMAND_TIMEOUT_S = 30.0
_LONGEST_NOTICE = 7_000
_SHORT = timedelta(minutes=10)


class PostgresBus:
    """Publishes to and reads from the log at `url`, whose tables it makes when they are missing.

    Args:
        url: the log's own database.
        partitions: of topics made by this bus.
    """

    def __init__(self, url: str, *, partitions: int = DEFAULT_PARTITIONS) -> None:
        self.url = plain_url(url)
        self._partitions = partitions
        self._pool: asyncpg.Pool[Any] | None = None
        self._opening = asyncio.Lock()
        self._topics: dict[str, dict[int, int]] = {}

    async def start(self) -> None:
        """Connect and make the tables."""
        await self.pool()

    async def close(self) -> None:
        """Close the connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages in one transaction: all of them are in the log, or none."""
        if not messages:
            return
        pool = await self.pool()
        topics = await self.topics({message.topic for message in messages})
        counts: dict[int, int] = {}
        ids: list[int] = []
        places: list[int] = []
        for message in messages:
            numbers = topics[message.topic]
            partition_id = numbers[destination(message, len(numbers))]
            place = counts.get(partition_id, 0)
            counts[partition_id] = place + 1
            ids.append(partition_id)
            places.append(place)
        await pool.execute(
            sql.PUBLISH,
            list(counts),
            list(counts.values()),
            ids,
            places,
            [message.key for message in messages],
            [message.value for message in messages],
            [json.dumps(dict(message.headers)) if message.headers else None for message in messages],
            _notice(counts),
        )

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int = BATCH_SIZE
    ) -> PostgresSubscription:
        """A member of a group; it has one connection of its own, and its partitions as long as it has that."""
        return PostgresSubscription(self, group, topics, handler, batch_size=batch_size)

    def follow(self, topics: Sequence[str], handler: Handler) -> PostgresFollowing:
        """A listener of its own, with one connection."""
        return PostgresFollowing(self, topics, handler)

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has."""
        return len((await self.topics({topic}))[topic])

    async def topics(self, names: set[str]) -> dict[str, dict[int, int]]:
        """The ids of partitions by topic and number; topics are made when they are missing."""
        missing = sorted(names - self._topics.keys())
        if missing:
            pool = await self.pool()
            rows = await pool.fetch(sql.TOPICS, missing)
            if len({row["name"] for row in rows}) < len(missing):
                await pool.execute(sql.CREATE_TOPICS, missing, self._partitions)
                rows = await pool.fetch(sql.TOPICS, missing)
            found: dict[str, dict[int, int]] = {name: {} for name in missing}
            for row in rows:
                found[row["name"]][row["number"]] = row["id"]
            self._topics |= found
        return {name: self._topics[name] for name in names}

    async def reached(self, group: str, topics: Sequence[str]) -> Reached:
        """How far a group has come."""
        pool = await self.pool()
        rows = await pool.fetch(sql.REACHED, group, list(topics))
        return {(row["name"], row["number"]): Reach(row["next"], row["end"]) for row in rows}

    async def purge(self, keep: timedelta) -> int:
        """Delete records older than `keep` that every group reading their topic has passed; a piece at a time.

        Those of topics whose messages are short-lived go after ten minutes, since no group ever passes them.

        Returns:
            how many were deleted; call again while it is not 0.
        """
        pool = await self.pool()
        passed = str(await pool.execute(sql.PURGE, keep, 1_000))
        stale = str(await pool.execute(sql.PURGE_SHORT_LIVED, f"%{SHORT_LIVED}", _SHORT, 1_000))
        return int(passed.rsplit(" ", 1)[-1]) + int(stale.rsplit(" ", 1)[-1])

    async def pool(self) -> "asyncpg.Pool[Any]":
        """The connections, opened with the first use; raises when the database does not answer."""
        async with self._opening:
            if self._pool is None:
                pool = await asyncpg.create_pool(
                    self.url,
                    min_size=0,
                    max_size=4,
                    timeout=_CONNECT_TIMEOUT_S,
                    command_timeout=_COMMAND_TIMEOUT_S,
                    server_settings={"application_name": "bus", "jit": "off", "lock_timeout": "10s"},
                )
                try:
                    async with pool.acquire() as connection:
                        await sql.create_schema(connection)
                except BaseException:
                    pool.terminate()
                    raise
                self._pool = pool
            return self._pool


def _notice(counts: dict[int, int]) -> str:
    """Which partitions have news, for those who own them; `*` where the list would be too long for a notification."""
    ids = ",".join(map(str, counts))
    return ids if len(ids) <= _LONGEST_NOTICE else "*"
