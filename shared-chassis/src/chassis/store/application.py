"""The shell around the pure core: transactions, retries on version conflicts, and once-only requests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import Database, tables
from chassis.domain import Clock, Decider, DomainError, SystemClock
from chassis.store.context import Context
from chassis.store.event_store import VersionConflict
from chassis.store.logs import EventLog
from chassis.store.read_models import ReadModel
from chassis.store.types import EventTypes
from chassis.store.unit_of_work import Outcome, Publish, UnitOfWork, Wiring

T = TypeVar("T")
C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

ATTEMPTS = 4
"""One try and three more, on version conflicts only: whoever loses four times in a row is told so."""


class ConcurrentChange(DomainError):
    """The thing changed under the caller several times over; trying again is up to him."""

    code: ClassVar[str] = "concurrent_change"


class IdempotencyKeyReused(DomainError):
    """The key was used for another request; answering the first one's response would be a lie."""

    code: ClassVar[str] = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with: an HTTP status and a JSON body. `replayed` when it is an earlier answer."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


class Application:
    """Everything a service does to its own state goes through here.

    Args:
        db: the service's database.
        types: its domain events.
        source: its name; the source of what it publishes.
        publish: maps a recorded domain event to the contract events others may see (application/publishing.py).
        inline: read models that are folded in the same transaction as their events.
        clock: the time of what no request brought about.
    """

    def __init__(
        self,
        db: Database,
        types: EventTypes,
        *,
        source: str,
        publish: Publish = lambda _: (),
        inline: tuple[ReadModel, ...] | list[ReadModel] = (),
        clock: Clock | None = None,
    ) -> None:
        self.db = db
        self.types = types
        self.source = source
        self.clock: Clock = clock or SystemClock()
        self._wiring = Wiring(source, types, publish, tuple(inline))
        self.on_published: Callable[[], None] = lambda: None
        self.on_scheduled: Callable[[], None] = lambda: None
        self.on_decided: Callable[[], None] = lambda: None

    def extend(self, classes: tuple[type[Any], ...], publish: Publish, *inline: ReadModel) -> None:
        """Let a part of the chassis have events of its own, with what others hear of them and their read models."""
        before = self._wiring
        self.types = before.types.extended(*classes)
        self._wiring = Wiring(
            self.source,
            self.types,
            lambda recorded: (publish if isinstance(recorded.event, classes) else before.publish)(recorded),
            (*before.inline, *inline),
        )

    def log_of(self, model: ReadModel) -> EventLog:
        """The events a read model of this service is rebuilt from."""
        return EventLog(self.types, tuple(self.types.names(model.handles)))

    async def transact(self, work: Callable[[UnitOfWork], Awaitable[T]], ctx: Context) -> T:
        """Do `work` in one transaction; again from the start when somebody else was first, three times at most.

        `work` may run several times, so it must change nothing but the database through its unit of work.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.db.write() as connection:
                    uow = UnitOfWork(connection, self._wiring, ctx)
                    result = await work(uow)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise ConcurrentChange from None
                continue
            await self._committed(uow)
            return result
        raise AssertionError("the last attempt returns or raises")

    async def execute(self, decider: Decider[C, S, E], aggregate_id: UUID, command: C, ctx: Context) -> Outcome[S, E]:
        """One command to one aggregate in its own transaction. Raises what `UnitOfWork.decide` raises."""

        async def work(uow: UnitOfWork) -> Outcome[S, E]:
            return await uow.decide(decider, aggregate_id, command)

        return await self.transact(work, ctx)

    async def once(
        self, key: str, fingerprint: bytes, ctx: Context, work: Callable[[UnitOfWork], Awaitable[Reply]]
    ) -> Reply:
        """Do `work` at most once per key; a repeat is answered with the first answer.

        The key's row, the work and the answer are one transaction. A concurrent repeat waits on the row, then reads
        the winner's answer. A refusal (an exception) rolls the row back: the caller may correct and use the key again.

        Raises:
            IdempotencyKeyReused: the key came with another fingerprint before.
        """

        async def guarded(uow: UnitOfWork) -> Reply:
            earlier = await _claim(uow, key, fingerprint)
            if earlier is not None:
                return earlier
            reply = await work(uow)
            await uow.connection.execute(
                update(tables.idempotency)
                .where(tables.idempotency.c.key == key)
                .values(status=reply.status, response=reply.body)
            )
            return reply

        return await self.transact(guarded, ctx)

    async def earlier(self, key: str, fingerprint: bytes) -> Reply | None:
        """The answer `once` gave for this key before; None when there is none yet. For work that begins elsewhere.

        Raises:
            IdempotencyKeyReused: the key came with another fingerprint before.
        """
        async with self.db.read() as connection:
            return await _answer(connection, key, fingerprint)

    async def _committed(self, uow: UnitOfWork) -> None:
        if uow.decided:
            self.on_decided()
        if uow.published:
            self.on_published()
        if uow.scheduled:
            self.on_scheduled()
        await uow.committed()


async def _claim(uow: UnitOfWork, key: str, fingerprint: bytes) -> Reply | None:
    """Take the key, or the answer of whoever had it before."""
    table = tables.idempotency
    claimed = await uow.connection.execute(
        insert(table).values(key=key, fingerprint=fingerprint).on_conflict_do_nothing().returning(table.c.key)
    )
    if claimed.scalar_one_or_none() is not None:
        return None
    return await _answer(uow.connection, key, fingerprint)


async def _answer(connection: AsyncConnection, key: str, fingerprint: bytes) -> Reply | None:
    table = tables.idempotency
    statement = select(table.c.fingerprint, table.c.status, table.c.response).where(table.c.key == key)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return Reply(row.status, row.response, replayed=True)
