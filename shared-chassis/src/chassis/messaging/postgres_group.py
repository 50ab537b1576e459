"""A member of a consumer group on the PostgreSQL log.

Everything that makes it a member hangs on one connection: locks that say who belongs to the group, locks that say who
owns which partition, the notifications, and the commits. When that connection ends, for whatever reason, PostgreSQL
frees the partitions at once, and what this process still commits is refused. There is no lease to wait out.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

import asyncpg
import structlog

from chassis.messaging import postgres_schema as sql
from chassis.messaging.bus import Handler, Reached, Record, lag_of
from chassis.messaging.delivery import Dispatcher, Partition
from chassis.messaging.partitioner import murmur2
from chassis.store.failures import transient

log = structlog.get_logger(__name__)

POLL_S = 1.0
"""How often the group is looked at, and every partition is read whether a notification came or not."""

DRAIN_S = 10.0
"""How long a batch in its handler may take to finish when its process stops."""

READ_AHEAD = 8
"""Batches held in memory, at most, so that a reader far behind does not load the whole log."""

KEEP = timedelta(days=7)
"""How long records stay after everybody has read them."""

PURGE_S = 600.0

_COMMAND_TIMEOUT_S = 10.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0

_SESSION = {
    "jit": "off",
    # An offset lost in a crash of the server only means that a batch comes twice.
    "synchronous_commit": "off",
    # A machine that vanished without a word gives its partitions back after half a minute.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}


class Log(Protocol):
    """What a member needs of the bus it belongs to."""

    url: str

    async def topics(self, names: set[str]) -> dict[str, dict[int, int]]:
        """The ids of partitions by topic and number."""
        ...

    async def reached(self, group: str, topics: Sequence[str]) -> Reached:
        """How far a group has come."""
        ...

    async def purge(self, keep: timedelta) -> int:
        """Delete what nobody needs."""
        ...


class PostgresSubscription:
    """Keeps a member in its group: as often as the connection is lost, a new one is made."""

    def __init__(self, bus: Log, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int) -> None:
        self._bus = bus
        self._group = group
        self._topics = tuple(topics)
        self._handler = handler
        self._batch_size = batch_size
        self._stopping = asyncio.Event()
        self._session: Session | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Join the group in the background."""
        assert not self._tasks, "a subscription is started once"
        self._tasks = [
            asyncio.create_task(self._run(), name=f"bus group {self._group}"),
            asyncio.create_task(self._keep_house(), name=f"bus purge {self._group}"),
        ]

    async def stop(self) -> None:
        """Let the batches at work finish, then leave."""
        self._stopping.set()
        if self._session is not None:
            self._session.wake.set()
        await asyncio.gather(*self._tasks)

    async def reached(self) -> Reached:
        """How far the group has come."""
        return await self._bus.reached(self._group, self._topics)

    async def lag(self) -> dict[str, int]:
        """Messages by topic that the group has before it."""
        return lag_of(self._topics, await self.reached())

    @property
    def owned(self) -> frozenset[Partition]:
        """The partitions this member holds at the moment."""
        return frozenset(self._session.owned.values()) if self._session is not None else frozenset()

    async def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                await self._live()
            except Exception as error:
                pause_s = _FIRST_PAUSE_S if self._session is not None else min(pause_s * 2, _LONGEST_PAUSE_S)
                if transient(error):
                    log.warning("bus_connection_lost", group=self._group, again_in_s=pause_s, error=repr(error))
                else:
                    log.exception("bus_member_failed", group=self._group, again_in_s=pause_s)
            self._session = None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def _live(self) -> None:
        """One connection's life, from joining the group until it is lost or we stop."""
        topics = await self._bus.topics(set(self._topics))
        settings = _SESSION | {"application_name": f"bus {self._group}"[:63]}
        connection = await asyncpg.connect(
            self._bus.url, command_timeout=_COMMAND_TIMEOUT_S, timeout=_COMMAND_TIMEOUT_S, server_settings=settings
        )
        session = Session(connection, self._group, topics, self._handler, batch_size=self._batch_size)
        try:
            await session.join()
            self._session = session
            await session.run(self._stopping)
        finally:
            await session.leave()

    async def _keep_house(self) -> None:
        while not self._stopping.is_set():
            deleted = 0
            try:
                deleted = await self._bus.purge(KEEP)
            except Exception as error:
                log.info("bus_purge_postponed", group=self._group, error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0.2 if deleted else PURGE_S)


class Session:
    """A member of a group as long as its one connection lives."""

    def __init__(
        self,
        connection: Any,
        group: str,
        topics: Mapping[str, Mapping[int, int]],
        handler: Handler,
        *,
        batch_size: int,
    ) -> None:
        self.wake = asyncio.Event()
        self.owned: dict[int, Partition] = {}
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()
        self._group = group
        self._group_id = 0
        self._topics = topics
        self._ids = {(topic, n): identity for topic, numbers in topics.items() for n, identity in numbers.items()}
        self._batch_size = batch_size
        self._next: dict[int, int] = {}
        self._surrendered: set[int] = set()
        self._news: dict[int, None] = {}
        self._regroup = True
        self._dispatcher = Dispatcher(group, handler, self._commit, progress=self.wake.set, batch_size=batch_size)

    async def join(self) -> None:
        """Become a member and hear of news."""
        self._connection.add_termination_listener(lambda _: self.wake.set())
        group_id = None
        while group_id is None:  # A second member that makes the group at the same moment sees it the next time.
            group_id = await self._connection.fetchval(sql.GROUP, self._group)
        self._group_id = group_id
        await self._connection.add_listener("log", self._on_news)
        await self._connection.add_listener(f"group_{group_id}", self._on_group)
        await self._connection.execute(sql.JOIN, group_id, list(self._topics))
        await self._tell_group()

    async def run(self, stopping: asyncio.Event) -> None:
        """Hand out records until told to stop; raises when the connection is lost."""
        poll_at = 0.0
        loop = asyncio.get_running_loop()
        while not stopping.is_set():
            self.wake.clear()
            if self._connection.is_closed():
                raise ConnectionResetError("the connection of a group member is closed")
            if self._regroup or loop.time() >= poll_at:
                self._regroup = False
                await self._balance()
                self._news |= dict.fromkeys(self.owned)
                poll_at = loop.time() + POLL_S
            await self._surrender()
            more = await self._fetch()
            if not more and not stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), max(poll_at - loop.time(), 0))

    async def leave(self) -> None:
        """Finish what is at work, give everything back. On a lost connection there is nothing left to give back."""
        await self._dispatcher.drain(timeout_s=DRAIN_S)
        try:
            await self._do(lambda: self._connection.execute("SELECT pg_advisory_unlock_all()"))
            await self._tell_group()
            await self._connection.close(timeout=2)
        except Exception as error:
            log.debug("bus_left_without_goodbye", group=self._group, error=repr(error))
        if not self._connection.is_closed():
            self._connection.terminate()

    def _on_news(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        ids = self.owned if payload == "*" else (int(one) for one in payload.split(","))
        news = [identity for identity in ids if identity in self.owned]
        if news:
            self._news |= dict.fromkeys(news)
            self.wake.set()

    def _on_group(self, _connection: Any, pid: int, _channel: str, _payload: str) -> None:
        if pid != self._connection.get_server_pid():
            self._regroup = True
            self.wake.set()

    async def _tell_group(self) -> None:
        await self._do(lambda: self._connection.execute("SELECT pg_notify($1, '')", f"group_{self._group_id}"))

    async def _do(self, command: Callable[[], Awaitable[Any]]) -> Any:
        """One command at a time: workers commit on the connection that proves their ownership."""
        async with self._one_at_a_time:
            return await command()

    async def _balance(self) -> None:
        """Own what the plan says, and nothing else. The plan is only advice; the locks see to it that one owns it."""
        rows = await self._do(lambda: self._connection.fetch(sql.MEMBERS, self._group_id, list(self._topics)))
        mine = plan({row["name"]: row["members"] for row in rows}, rows[0]["me"], self._ids)
        for identity in self.owned.keys() - mine.keys():
            self._surrendered.add(identity)
            self._news.pop(identity, None)
        wanted = list(mine.keys() - self.owned.keys())
        if not wanted:
            return
        got = await self._do(lambda: self._connection.fetch(sql.TRY, self._group_id, wanted))
        ids = [row["id"] for row in got]
        if ids:
            offsets = await self._do(lambda: self._connection.fetch(sql.OFFSETS, self._group_id, ids))
            self._next |= {row["id"]: row["next_offset"] for row in offsets}
            self.owned |= {identity: mine[identity] for identity in ids}
            log.info("partitions_taken", group=self._group, count=len(ids), owned=len(self.owned))

    async def _surrender(self) -> None:
        """Give up partitions that belong to others by now, each as soon as its batch has ended.

        Once begun this is carried through, even if the plan changes again: what waited for the partition is forgotten,
        so it must be read anew from its committed offset.
        """
        if not self._surrendered:
            return
        self._dispatcher.retire([self.owned[identity] for identity in self._surrendered])
        free = [identity for identity in self._surrendered if self._dispatcher.idle(self.owned[identity])]
        if free:
            await self._do(lambda: self._connection.execute(sql.UNLOCK, self._group_id, free))
            for identity in free:
                del self.owned[identity]
                self._next.pop(identity, None)
                self._news.pop(identity, None)
            self._surrendered.difference_update(free)
            self._regroup = True
            await self._tell_group()

    async def _fetch(self) -> bool:
        """Read what is new for some partitions and hand it out; whether others are ready to be read as well."""
        if self._dispatcher.waiting >= READ_AHEAD * self._batch_size:
            return False
        ready = [
            identity
            for identity in self._news
            if identity not in self._surrendered and self._dispatcher.backlog(self.owned[identity]) < self._batch_size
        ]
        chosen = ready[:READ_AHEAD]
        if not chosen:
            return False
        for identity in chosen:
            del self._news[identity]
        places = [self._next[identity] for identity in chosen]
        rows = await self._do(lambda: self._connection.fetch(sql.FETCH, chosen, places, self._batch_size))
        records: dict[int, list[Record]] = {}
        for row in rows:
            records.setdefault(row["id"], []).append(_record(self.owned[row["id"]], row))
        for identity, found in records.items():
            self._next[identity] = found[-1].offset + 1
            self._dispatcher.hand_out(self.owned[identity], found)
            if len(found) == self._batch_size:
                self._news[identity] = None
        return len(ready) > len(chosen)

    async def _commit(self, offsets: Mapping[Partition, int]) -> None:
        ids = [self._ids[partition] for partition in offsets]
        await self._do(lambda: self._connection.execute(sql.COMMIT, self._group_id, ids, list(offsets.values())))


def plan(members: Mapping[str, Sequence[int]], me: int, partitions: Mapping[Partition, int]) -> dict[int, Partition]:
    """The partitions that are mine, by id: those of each topic dealt out in turn to the members that read it.

    Every member deals the same cards in the same order, so they agree without talking. Each topic begins with another
    member, so that nobody is the one who always gets the larger hand.

    >>> plan({"a": [11, 12]}, 12, {("a", 0): 100, ("a", 1): 101, ("a", 2): 102})
    {101: ('a', 1)}
    """
    mine: dict[int, Partition] = {}
    for partition, identity in partitions.items():
        topic, number = partition
        readers = members.get(topic, ())
        if readers and readers[(murmur2(topic.encode()) + number) % len(readers)] == me:
            mine[identity] = partition
    return mine


def _record(partition: Partition, row: Any) -> Record:
    headers = row["headers"]
    return Record(
        partition[0], partition[1], row["offset"], row["key"], row["value"], json.loads(headers) if headers else {}
    )
