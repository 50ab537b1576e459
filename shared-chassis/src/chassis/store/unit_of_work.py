"""One transaction of a service: events, inline read models, outbox rows and tasks are in it or none of them is."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db import tables
from chassis.db.engine import driver
from chassis.domain import Decider, NotFound, uuid7
from chassis.store import event_store
from chassis.store.context import Context, Meta
from chassis.store.read_models import ReadModel, apply
from chassis.store.types import EventTypes, Recorded
from contracts.envelope import Envelope
from contracts.event import ContractEvent

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

Publish = Callable[[Recorded[Any]], Iterable[ContractEvent]]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every unit of work of a service shares."""

    source: str
    types: EventTypes
    publish: Publish
    inline: tuple[ReadModel, ...]


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream folded: its state, its version (0: there is none) and the casino it belongs to."""

    state: S
    version: int
    casino_id: UUID | None


@dataclass(frozen=True, slots=True)
class Outcome(Generic[S, E]):
    """What came of a command. No events: it was understood, and nothing was new."""

    id: UUID
    version: int
    state: S
    events: tuple[E, ...]


class UnitOfWork:
    """The transaction at hand. Made by Application; lives as long as one `work` runs."""

    def __init__(self, connection: AsyncConnection, wiring: Wiring, ctx: Context) -> None:
        self.connection = connection
        self.ctx = ctx
        self._wiring = wiring
        self._after_commit: list[Callable[[], Awaitable[None] | None]] = []
        self.decided = False
        self.published = False
        self.scheduled = False

    async def load(self, decider: Decider[C, S, E], aggregate_id: UUID) -> Loaded[S]:
        """The state of a stream. This is the one place where a caller's casinos limit which streams exist for him.

        Raises:
            NotFound: the stream belongs to a casino outside the caller's scope.
            UnknownEventType: this build cannot read the whole history, so it must not decide on it.
        """
        history = await self.history(decider, aggregate_id)
        casino_id = history[0].meta.casino_id if history else None
        return Loaded(decider.fold(one.event for one in history), len(history), casino_id)

    async def history(self, decider: Decider[C, S, E], aggregate_id: UUID) -> list[Recorded[E]]:
        """What happened in a stream, the oldest first. Raises as `load` does."""
        stream_id = f"{decider.category}-{aggregate_id}"
        history = await event_store.load(self.connection, self._wiring.types, stream_id)
        if not self.ctx.scope.allows(history[0].meta.casino_id if history else None):
            raise NotFound
        return history

    async def decide(
        self, decider: Decider[C, S, E], aggregate_id: UUID, command: C, *, authorised_by: str | None = None
    ) -> Outcome[S, E]:
        """Load, decide, append with the version that was loaded, fold inline, queue what others must know.

        Where four eyes are needed, `authorised_by` is whoever had approved it before the actor did.

        Raises:
            DomainError: the aggregate refused the command; the transaction should end.
            VersionConflict: somebody else was first; Application starts the work again.
        """
        loaded = await self.load(decider, aggregate_id)
        events = decider.decide(command, loaded.state)
        if not events:
            return Outcome(aggregate_id, loaded.version, loaded.state, ())
        casino_id = loaded.casino_id or self.ctx.casino_id
        if not self.ctx.scope.allows(casino_id):
            raise NotFound
        ctx = self.ctx if authorised_by is None else replace(self.ctx, authorised_by=authorised_by)
        meta = Meta.of(ctx, casino_id)
        new = [event_store.NewEvent(one, uuid7(), meta) for one in events]
        stream_id = f"{decider.category}-{aggregate_id}"
        self.decided = True
        recorded = await event_store.append(self.connection, self._wiring.types, stream_id, loaded.version, new)
        for model in self._wiring.inline:
            await apply(self.connection, model, recorded)
        await self._queue([pair for one in recorded for pair in self._envelopes(one)])
        return Outcome(aggregate_id, loaded.version + len(events), decider.fold(events, loaded.state), tuple(events))

    async def publish(
        self, event: ContractEvent, *, stream_id: str | None = None, partition: int | None = None
    ) -> None:
        """Queue a fact that has no stream of its own: a setting changed (with before and after), a sign of life."""
        meta = Meta.of(self.ctx, self.ctx.casino_id)
        subject = stream_id or f"{event.key}-{event.key_value()}"
        await self._queue([(event.topic, partition, self._envelope(event, uuid7(), subject, 0, meta))])

    async def schedule(
        self,
        kind: str,
        task_id: UUID,
        payload: dict[str, Any],
        *,
        run_at: datetime | None = None,
        lane: str = "",
    ) -> None:
        """Have a background task done after this transaction, at `run_at` or at once.

        Calls to the outside belong into tasks, and such a task into a `lane`: what it waits for. Each has places of its
        own (`TaskRunner`), so what hangs there delays nothing else. There are few, for the code's names, not for data.
        Scheduling the same (kind, id) again moves it forward, never doubles it.
        """
        moment = run_at or self.ctx.occurred_at
        statement = insert(tables.task).values(kind=kind, id=task_id, payload=payload, run_at=moment, lane=lane)
        earlier = statement.on_conflict_do_update(
            index_elements=["kind", "id"],
            set_={"run_at": moment, "payload": payload, "attempts": 0, "lane": lane},
        )
        await self.connection.execute(earlier)
        self.scheduled = True

    def after_commit(self, callback: Callable[[], Awaitable[None] | None]) -> None:
        """Have something done once the transaction stands; a hint only, since the process may die before it."""
        self._after_commit.append(callback)

    async def committed(self) -> None:
        """Run what was asked for after the commit."""
        for callback in self._after_commit:
            waiting = callback()
            if waiting is not None:
                await waiting

    def _envelopes(self, one: Recorded[Any]) -> list[tuple[str, int | None, Envelope]]:
        facts = list(self._wiring.publish(one))
        return [
            (
                fact.topic,
                None,
                self._envelope(
                    fact,
                    one.event_id if index == 0 else uuid5(one.event_id, str(index)),
                    one.stream_id,
                    one.version,
                    one.meta,
                ),
            )
            for index, fact in enumerate(facts)
        ]

    def _envelope(self, fact: ContractEvent, event_id: UUID, subject: str, version: int, meta: Meta) -> Envelope:
        return Envelope(
            id=event_id,
            source=f"/pitboss/{self._wiring.source}",
            type=fact.type,
            typeversion=fact.version,
            subject=subject,
            streamversion=version,
            time=meta.occurred_at,
            partitionkey=fact.key_value(),
            casinoid=meta.casino_id,
            actorkind=meta.actor.kind,
            actorid=meta.actor.id,
            actorip=meta.actor.ip,
            authorisedby=meta.authorised_by,
            reason=meta.reason,
            correlationid=meta.correlation_id,
            causationid=meta.causation_id,
            traceparent=meta.traceparent,
            breakglass=meta.breakglass,
            data=fact.model_dump(mode="json"),
        )

    async def _queue(self, envelopes: Sequence[tuple[str, int | None, Envelope]]) -> None:
        if not envelopes:
            return
        raw = await driver(self.connection)
        await raw.execute(
            _QUEUE,
            [topic for topic, _, _ in envelopes],
            [envelope.partitionkey for _, _, envelope in envelopes],
            [partition for _, partition, _ in envelopes],
            [envelope.to_json().decode() for _, _, envelope in envelopes],
        )
        self.published = True


_QUEUE = """
    INSERT INTO outbox (topic, key, partition, envelope)
    SELECT topic, key, partition, envelope
    FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY
         AS queued(topic, key, partition, envelope, place)
    ORDER BY place"""
