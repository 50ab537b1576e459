"""Importing a list: the whole new version is in force, or nothing happened."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid5

from chassis.store import Actor, Application, Context, UnitOfWork
from contracts.verification.events import ScreeningListImported
from verification.application.listed import BadList, ListedEntity, checked
from verification.application.ports import ListFormat

RESCREEN = "rescreen"
"""The kind of the background task that compares every player with the lists in force."""

_NAMESPACE = UUID("b5bf0c4e-0b4e-5a57-8b0f-5b0a64fa3b7c")
_LONGEST_VERSION = 100
_MOST_LOST = 2
"""A version with less than half of the entries before it is more likely half a file than half a list."""


@dataclass(frozen=True, slots=True)
class ListInForce:
    """The version of a kind of list that is searched now."""

    kind: str
    source: str
    version: str
    sha256: str
    revision: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What another version of a list changed; counts of entries, and of names in the new version."""

    entries: int
    names: int
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. `changes` is None when this very file was in force already."""

    listed: ListInForce
    changes: Changes | None


class Lists(Protocol):
    """The lists in force (adapters/lists.py)."""

    async def lock(self, connection: Any) -> None:
        """Let one import happen at a time."""
        ...

    async def in_force(self, connection: Any) -> dict[str, ListInForce]:
        """Kind -> the version in force."""
        ...

    async def replace_entries(self, connection: Any, kind: str, entities: Iterable[ListedEntity]) -> Changes:
        """Make the entries of a kind exactly these."""
        ...

    async def put_in_force(self, connection: Any, listed: ListInForce, *, names: int, now: datetime, by: str) -> None:
        """Say that this version is the one in force."""
        ...


class ListImport:
    """Imports lists.

    Args:
        formats: the kinds it knows.
        fingerprint: files -> SHA-256 over their contents.
    """

    def __init__(
        self,
        application: Application,
        lists: Lists,
        formats: dict[str, ListFormat],
        fingerprint: Callable[[Iterable[Path]], str],
    ) -> None:
        self._application = application
        self._lists = lists
        self._formats = formats
        self._fingerprint = fingerprint

    async def run(self, kind: str, path: Path, version: str | None, *, allow_shrink: bool = False) -> Imported:
        """Put the list in the file in force, tell the others, and have every player compared with it.

        Raises:
            BadList: the kind is unknown, the file is none of that kind, lost too much, or its version is taken.
        """
        known = self._formats.get(kind)
        if known is None:
            raise BadList(f"{kind!r} is no kind of list; there are {', '.join(self._formats)}")
        sha256 = self._fingerprint(known.files(path))
        named = version or sha256[:12]
        if len(named) > _LONGEST_VERSION or not named.isprintable() or "@" in named or " " in named:
            raise BadList("a version is a short word without blanks and @")
        fresh = ListInForce(kind, known.source, named, sha256, 0, 0)

        async def work(uow: UnitOfWork) -> Imported:
            return await self._replace(uow, fresh, known.parse(path), allow_shrink=allow_shrink)

        ctx = Context(actor=Actor("system", "verification.import-list"), occurred_at=self._application.clock.now())
        return await self._application.transact(work, ctx)

    async def _replace(
        self, uow: UnitOfWork, fresh: ListInForce, entities: Iterable[ListedEntity], *, allow_shrink: bool
    ) -> Imported:
        await self._lists.lock(uow.connection)
        in_force = await self._lists.in_force(uow.connection)
        earlier = in_force.get(fresh.kind)
        if earlier is not None and earlier.sha256 == fresh.sha256:
            return Imported(earlier, None)
        if earlier is not None and earlier.version == fresh.version:
            raise BadList(f"version {fresh.version} of {fresh.kind} is in force with other content; name this one anew")
        changes = await self._lists.replace_entries(uow.connection, fresh.kind, checked(entities))
        if earlier is not None and changes.entries * _MOST_LOST < earlier.entries and not allow_shrink:
            raise BadList(f"{changes.entries} entries where {earlier.entries} were; --allow-shrink if that is right")
        revision = 1 + max((one.revision for one in in_force.values()), default=0)
        listed = replace(fresh, revision=revision, entries=changes.entries)
        now = uow.ctx.occurred_at
        await self._lists.put_in_force(uow.connection, listed, names=changes.names, now=now, by=uow.ctx.actor.id)
        await uow.publish(
            ScreeningListImported(list_name=fresh.kind, list_version=fresh.version, entries=changes.names)
        )
        await uow.schedule(RESCREEN, uuid5(_NAMESPACE, str(revision)), {"revision": revision, "after": None})
        return Imported(listed, changes)
