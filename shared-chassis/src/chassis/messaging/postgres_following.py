"""A listener on the PostgreSQL log: no group, no locks, its place in memory, and told of news by a notification."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import asyncpg
import structlog

from chassis.messaging import postgres_schema as sql
from chassis.messaging.bus import BATCH_SIZE, Handler, Record
from chassis.messaging.delivery import Partition

log = structlog.get_logger(__name__)

_POLL_S = 1.0
_PAUSE_S = 0.2
_COMMAND_TIMEOUT_S = 10.0


class Log(Protocol):
    """What a listener needs of the bus it belongs to."""

    url: str

    async def topics(self, names: set[str]) -> dict[str, dict[int, int]]:
        """The ids of partitions by topic and number."""
        ...

    async def pool(self) -> "asyncpg.Pool[Any]":
        """Connections for single questions."""
        ...


class PostgresFollowing:
    """Keeps its place over lost connections, so that nothing published meanwhile is missed."""

    def __init__(self, bus: Log, topics: Sequence[str], handler: Handler) -> None:
        self._bus = bus
        self._topics = tuple(topics)
        self._handler = handler
        self._partitions: dict[int, Partition] = {}
        self._next: dict[int, int] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a place at the end."""
        found = await self._bus.topics(set(self._topics))
        self._partitions = {
            identity: (topic, number) for topic, numbers in found.items() for number, identity in numbers.items()
        }
        pool = await self._bus.pool()
        rows = await pool.fetch(sql.ENDS, list(self._partitions))
        self._next = {row["id"]: row["end"] for row in rows}
        self._task = asyncio.create_task(self._run(), name="bus following")

    async def stop(self) -> None:
        """Let the batch at work finish and stop listening."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            try:
                await self._listen()
            except Exception as error:
                log.warning("bus_following_failed", topics=self._topics, again_in_s=_PAUSE_S, error=repr(error))
                await self._pause(_PAUSE_S)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self._bus.url,
            command_timeout=_COMMAND_TIMEOUT_S,
            timeout=_COMMAND_TIMEOUT_S,
            server_settings={"application_name": "bus following", "jit": "off"},
        )
        try:
            await connection.add_listener("log", self._on_news)
            while not self._stopping:
                self._wake.clear()
                if not await self._read(connection):
                    await self._pause(_POLL_S)
        finally:
            connection.terminate()

    async def _read(self, connection: Any) -> bool:
        """Hand out what is new; whether there may be more. A batch whose handler fails is read again."""
        rows = await connection.fetch(sql.FETCH, list(self._next), list(self._next.values()), BATCH_SIZE)
        found: dict[int, list[Record]] = {}
        for row in rows:
            headers = json.loads(row["headers"]) if row["headers"] else {}
            topic, number = self._partitions[row["id"]]
            record = Record(topic, number, row["offset"], row["key"], row["value"], headers)
            found.setdefault(row["id"], []).append(record)
        for identity, records in found.items():
            try:
                await self._handler(records)
            except Exception:
                log.warning("bus_following_handler_failed", topic=records[0].topic, exc_info=True)
                await asyncio.sleep(_PAUSE_S)
            else:
                self._next[identity] = records[-1].offset + 1
        return bool(found)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _on_news(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        if payload == "*" or any(int(one) in self._next for one in str(payload).split(",")):
            self._wake.set()
