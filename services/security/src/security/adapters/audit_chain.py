"""The audit log's seal: a keyed hash chain over its entries, made after them and checked by a command.

Entries are sealed in the order in which they were received, behind the back of whoever writes them. A seal holds the
hash of the entry as it arrived, and a hash over the seal before it, keyed with a key that is not in the database:
whoever changes, removes, adds or reorders rows there cannot make the chain whole again. Whoever has the key too is
betrayed by the checkpoints, which are published: what the chain was at a moment stands where it cannot be changed.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter
from sqlalchemy import Table, exists, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database, tables
from chassis.store import Application, Context, Log, ReadModel, UnitOfWork
from chassis.store.projector import keep_up, read_place, write_place
from chassis.telemetry.metrics import REGISTRY
from contracts.security.events import AuditSealed
from security.adapters.tables import audit_checkpoint, audit_seal

log = structlog.get_logger(__name__)

BEGUN_ANEW: Final = Counter(
    "audit_chain_begun_anew_total",
    "Times the seals of the audit log were gone though checkpoints had been published; alert on each",
    registry=REGISTRY,
)

CHUNK: Final = 1_000
"""Entries sealed in one transaction."""

PAGE: Final = 5_000
"""Seals read at once by whoever checks them."""

_LOOK_EVERY_S: Final = 1.0
_PUBLISH_EVERY: Final = timedelta(minutes=10)
_FIRST: Final = bytes(32)
_PLACE: Final = "audit_chain"

Kind = Literal["changed", "missing", "reordered", "added", "cut_off"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed.

    Attributes:
        kind: the entry was `changed`; it is `missing`; the seal does not follow the one before it (`reordered`: seals
            were exchanged, removed or made by somebody else); it was `added` and never sealed; the chain is
            `cut_off` before a checkpoint, or is another one there.
    """

    kind: Kind
    sequence: int | None
    entry_id: UUID | None = None


class SealedBefore(Exception):
    """There are no seals, but checkpoints of some were published: somebody took the seals away, or the database."""


Published = Callable[[], Awaitable[bool]]
"""Tells whether a checkpoint was ever published, from where the database's owner can change nothing; raises when
nobody can tell.
"""


class AuditChain:
    """Seals what was received, and checks what was sealed.

    Args:
        log: the received events, from which `entries` is folded too.
        entries: the audit log.
        key: of the chain; not in the database.
        published: asked before the very first seal.
    """

    def __init__(
        self, application: Application, log: Log, entries: ReadModel, key: bytes, published: Published
    ) -> None:
        self._application = application
        self._log = log
        self._entries = entries
        self._key = key
        self._published = published

    async def run(self, stop: asyncio.Event) -> None:
        """Seal whatever comes until told to stop."""
        await keep_up(self.catch_up, stop, look_every_s=_LOOK_EVERY_S)

    async def catch_up(self) -> int:
        """Seal everything that has come by now; returns how many entries that were. Of several one seals at a time.

        Raises:
            SealedBefore: it would be another chain, in the place of one that the world was told of.
        """
        total = 0
        while True:
            ctx = Context.system("audit-seal", self._application.clock)
            sealed = await self._application.transact(self._seal, ctx)
            total += sealed
            if sealed < CHUNK:
                return total

    async def verify(self, expected: Mapping[int, bytes] | None = None) -> AsyncIterator[Finding | int]:
        """Walk the whole chain; yields what is wrong, and now and then how many seals were looked at.

        What has come by now is sealed first: whatever has no seal then was added by other means.

        Raises:
            SealedBefore: there are no seals, and there were some.

        Args:
            expected: checkpoints from outside the database, by sequence; they count beside those kept in it.
        """
        db, table = self._application.db, self._entries.table
        unsealed = await _unsealed(db, table)
        await self.catch_up()
        wanted = {**await _checkpoints(db), **(expected or {})}
        chain, before = _FIRST, 0
        while True:
            seals = await _page(db, table, before)
            for seal in seals:
                for finding in self._wrong_with(seal, before, chain, wanted.pop(seal.sequence, None)):
                    yield finding
                chain, before = bytes(seal.chain), seal.sequence
            yield len(seals)
            if len(seals) < PAGE:
                break
        for sequence in sorted(wanted):
            yield Finding("cut_off", sequence)
        for entry_id in await _unsealed(db, table, unsealed):
            yield Finding("added", None, entry_id)

    def _wrong_with(self, seal: Any, before: int, chain: bytes, wanted: bytes | None) -> Iterator[Finding]:
        kept, content = bytes(seal.chain), bytes(seal.content)
        if seal.sequence != before + 1 or link(self._key, chain, seal.sequence, seal.entry_id, content) != kept:
            yield Finding("reordered", seal.sequence, seal.entry_id)
        if seal.there is None:
            yield Finding("missing", seal.sequence, seal.entry_id)
        elif digest({column.name: getattr(seal, f"e_{column.name}") for column in self._entries.table.c}) != content:
            yield Finding("changed", seal.sequence, seal.entry_id)
        if wanted is not None and wanted != kept:
            yield Finding("cut_off", seal.sequence, seal.entry_id)

    async def _seal(self, uow: UnitOfWork) -> int:
        connection = uow.connection
        if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(hashtextextended('audit_chain', 4))")):
            return 0
        place = await read_place(connection, _PLACE)
        entries, after = await self._log.page(connection, place, CHUNK)
        sequence, chain = await _head(connection)
        if sequence == 0 and entries and await self._published():
            BEGUN_ANEW.inc()
            log.error("audit_chain_begun_anew", place=after)
            raise SealedBefore
        seals = []
        for entry in entries:
            sequence += 1
            content = digest(self._entries.fold(None, entry) or {})
            chain = link(self._key, chain, sequence, entry.event_id, content)
            seal = {"sequence": sequence, "entry_id": entry.event_id, "content": content, "chain": chain}
            seals.append({**seal, "sealed_at": uow.ctx.occurred_at})
        if seals:
            await connection.execute(insert(audit_seal), seals)
        if after != place:
            await write_place(connection, _PLACE, after)
        await _publish(uow, sequence, chain)
        return len(seals)


async def _publish(uow: UnitOfWork, sequence: int, chain: bytes) -> None:
    """Tell the world the head of the chain, unless it was told a short while ago or has not moved."""
    newest = select(audit_checkpoint).order_by(audit_checkpoint.c.sequence.desc()).limit(1)
    last = (await uow.connection.execute(newest)).one_or_none()
    now = uow.ctx.occurred_at
    if sequence == 0 or (last and (last.sequence == sequence or last.published_at + _PUBLISH_EVERY > now)):
        return
    await uow.connection.execute(insert(audit_checkpoint).values(sequence=sequence, chain=chain, published_at=now))
    await uow.publish(AuditSealed(log="audit", sequence=sequence, chain=chain.hex()), stream_id="audit-chain")


def link(key: bytes, before: bytes, sequence: int, entry_id: UUID, content: bytes) -> bytes:
    """The next value of the chain."""
    return hmac.digest(key, before + sequence.to_bytes(8) + entry_id.bytes + content, "sha256")


def digest(entry: dict[str, Any]) -> bytes:
    """The hash of an entry, the same for what came from the bus and for what stands in the table."""
    plain = {name: _utc(value) for name, value in entry.items()}
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic", enc_hook=str)).digest()


def _utc(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


async def _head(connection: AsyncConnection) -> tuple[int, bytes]:
    newest = select(audit_seal.c.sequence, audit_seal.c.chain).order_by(audit_seal.c.sequence.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    return (0, _FIRST) if row is None else (row.sequence, bytes(row.chain))


async def _checkpoints(db: Database) -> dict[int, bytes]:
    async with db.read() as connection:
        kept = await connection.execute(select(audit_checkpoint.c.sequence, audit_checkpoint.c.chain))
        return {one.sequence: bytes(one.chain) for one in kept}


async def _page(db: Database, table: Table, after: int) -> list[Any]:
    entry = [column.label(f"e_{column.name}") for column in table.columns]
    statement = (
        select(audit_seal, table.c.entry_id.label("there"), *entry)
        .outerjoin(table, table.c.entry_id == audit_seal.c.entry_id)
        .where(audit_seal.c.sequence > after)
        .order_by(audit_seal.c.sequence)
        .limit(PAGE)
    )
    async with db.read() as connection:
        return list(await connection.execute(statement))


async def _unsealed(db: Database, table: Table, among: Sequence[UUID] | None = None) -> list[UUID]:
    """Entries without a seal, but for those whose transaction no sealer could be sure of yet; 1,000 at most.

    Whoever is seen was written by a transaction from before this moment: one of the future is nobody's excuse.
    """
    received, seen = tables.inbox.c, func.pg_current_snapshot()
    not_yet = exists().where(
        received.event_id == table.c.entry_id,
        received.tx_id >= func.pg_snapshot_xmin(seen),
        received.tx_id < func.pg_snapshot_xmax(seen),
    )
    statement = (
        select(table.c.entry_id)
        .outerjoin(audit_seal, audit_seal.c.entry_id == table.c.entry_id)
        .where(audit_seal.c.entry_id.is_(None), ~not_yet)
        .limit(1_000)
    )
    if among is not None:
        statement = statement.where(table.c.entry_id.in_(among))
    async with db.read() as connection:
        return list((await connection.execute(statement)).scalars())
