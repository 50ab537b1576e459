"""The index of this process over the lists in force, and how far their comparison with every player has come."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database
from verification.adapters.lists import ListStore
from verification.adapters.tables import rescreening, screening_list
from verification.application.lists import ListInForce
from verification.application.ports import MatcherBuilder, ScreeningIndex

log = structlog.get_logger(__name__)


class MemoryScreener:
    """Holds the index in memory. Each use asks the database, with one small query, whether another version is in force.

    Args:
        build: makes a matcher of listed entities; it runs in a thread, so that requests are answered meanwhile.
    """

    def __init__(self, db: Database, lists: ListStore, build: MatcherBuilder) -> None:
        self._db = db
        self._lists = lists
        self._build = build
        self._held: ScreeningIndex | None = None
        self._building = asyncio.Lock()

    async def current(self) -> ScreeningIndex:
        """The index over the lists in force now."""
        async with self._db.read() as connection:
            revision = await newest_revision(connection)
        if self._held is not None and self._held.revision >= revision:
            return self._held
        async with self._building:
            if self._held is None or self._held.revision < revision:
                self._held = await self._renewed()
            return self._held

    async def _renewed(self) -> ScreeningIndex:
        """A new index. Lists and entries are read in one snapshot, so the index is what its revision says."""
        async with self._db.read() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            in_force = await self._lists.in_force(connection)
            listed = [pair async for pair in self._lists.entities(connection)]
        matcher = await asyncio.to_thread(self._build, listed)
        revision = max((one.revision for one in in_force.values()), default=0)
        log.info("screening_index_built", entities=len(listed), revision=revision)
        lists = tuple(f"{one.kind}@{one.version}" for one in in_force.values())
        return ScreeningIndex(
            matcher=matcher,
            revision=revision,
            lists=lists,
            versions=_versions(in_force),
            entries=frozenset((source, entity.entity_id) for source, entity in listed),
        )


def _versions(in_force: dict[str, ListInForce]) -> dict[str, str]:
    """Source -> the versions of its kinds, as a hit remembers them."""
    found: dict[str, list[str]] = {}
    for one in in_force.values():
        found.setdefault(one.source, []).append(f"{one.kind}@{one.version}")
    return {source: " ".join(versions) for source, versions in found.items()}


async def newest_revision(connection: AsyncConnection) -> int:
    """The revision in force; 0 while no list was ever imported."""
    found = await connection.execute(select(func.coalesce(func.max(screening_list.c.revision), 0)))
    return int(found.scalar_one())


class SweepTable:
    """The table `rescreening`."""

    async def newest_revision(self, connection: AsyncConnection) -> int:
        """The revision in force."""
        return await newest_revision(connection)

    async def advance(
        self,
        connection: AsyncConnection,
        revision: int,
        *,
        after: UUID | None,
        players: int,
        unknown: int,
        finished: bool,
        now: datetime,
    ) -> None:
        """One page more is done. A page that ends where the last one ended is that one again, and adds nothing."""
        table = rescreening
        done = insert(table).values(
            revision=revision,
            started_at=now,
            after=after,
            players=players,
            unknown=unknown,
            finished_at=now if finished else None,
        )
        await connection.execute(
            done.on_conflict_do_update(
                index_elements=["revision"],
                set_={
                    "after": done.excluded.after,
                    "players": table.c.players + done.excluded.players,
                    "unknown": table.c.unknown + done.excluded.unknown,
                    "finished_at": done.excluded.finished_at,
                },
                where=table.c.finished_at.is_(None) & table.c.after.is_distinct_from(done.excluded.after),
            )
        )
