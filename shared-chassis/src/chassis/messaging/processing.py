"""One batch of received events: one transaction, and what happens when it fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from chassis.db.engine import driver
from chassis.messaging import parked
from chassis.messaging.bus import Record
from chassis.messaging.incoming import Incoming, Wanted
from chassis.messaging.metrics import EVENTS, PROCESSING
from chassis.store import Actor, Application, Context, ReadModel, Recorded, UnitOfWork, apply
from chassis.store.failures import of_size, transient
from chassis.telemetry import current_traceparent, span_from_traceparent
from contracts.data_classes import WORDS
from contracts.envelope import Envelope
from contracts.event import ContractEvent

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.1


class Definition(Protocol):
    """The parts of a Consumer that processing reads."""

    name: str
    read_models: tuple[ReadModel, ...]
    handlers: Any
    on_parked: Any
    parked_changed: parked.ParkedChanged | None
    attempts: int
    kept: frozenset[str]
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Received:
    """The inbox positions of the events that are here for the first time, by id, and whether nothing of their keys is
    parked for sure.
    """

    positions: dict[Any, int]
    keys_are_free: bool


class Processor:
    """The handler a consumer gives to the bus."""

    def __init__(self, consumer: Definition, application: Application) -> None:
        self._consumer = consumer
        self._application = application

    async def __call__(self, records: Sequence[Record]) -> None:
        """Give every record its one effect, or park it. Raises only what goes away by itself; then all come again."""
        with PROCESSING.time():
            wanted = [one for record in records if (one := self._consumer.wanted.read(record)) is not None]
            EVENTS.labels("unwanted").inc(len(records) - len(wanted))
            if wanted:
                await self._process(wanted)

    async def _process(self, batch: Sequence[Incoming]) -> None:
        if len(batch) == 1:
            await self._process_one(batch[0])
            return
        try:
            await self._transact(batch)
        except Exception as error:
            if transient(error) and not of_size(error):
                raise
            log.info("batch_halved", consumer=self._consumer.name, events=len(batch), error=repr(error)[:500])
            middle = len(batch) // 2
            await self._process(batch[:middle])
            await self._process(batch[middle:])

    async def _process_one(self, one: Incoming) -> None:
        for attempt in range(1, self._consumer.attempts + 1):
            try:
                await self._transact([one])
            except Exception as error:
                if transient(error):
                    raise
                if attempt == self._consumer.attempts:
                    await self._park(one, error, attempt)
                    return
                await asyncio.sleep(FIRST_PAUSE_S * 2 ** (attempt - 1))
            else:
                return

    async def _transact(self, batch: Sequence[Incoming]) -> None:
        async def work(uow: UnitOfWork) -> dict[str, int]:
            return await self._effect(uow, batch)

        outcomes = await self._application.transact(work, self._own_context())
        for outcome, count in outcomes.items():
            EVENTS.labels(outcome).inc(count)

    async def _park(self, one: Incoming, error: Exception, attempts: int) -> None:
        """Set the culprit aside in the transaction of its inbox row, so that it is never lost and never comes again."""
        aside = parked.Aside(one, parked.code_of(error), parked.reason_of(error), attempts)

        async def work(uow: UnitOfWork) -> bool:
            if not (await self._receive(uow, [one])).positions:
                return False
            await parked.park(await driver(uow.connection), self._consumer.name, [aside])
            await parked.tell_changed(uow, self._consumer, {one.key})
            return True

        if await self._application.transact(work, self._own_context()):
            EVENTS.labels("parked").inc()
            log.error("event_parked", consumer=self._consumer.name, type=one.type, event_id=str(one.event_id))

    async def _effect(self, uow: UnitOfWork, batch: Sequence[Incoming]) -> dict[str, int]:
        """Inbox, parking of what cannot or must not be handled now, read models, handlers."""
        once = list({one.event_id: one for one in reversed(batch)}.values())[::-1]
        received = await self._receive(uow, once)
        fresh = [one for one in once if one.event_id in received.positions]
        aside = await self._set_aside(uow, fresh, keys_are_free=received.keys_are_free)
        events = [one for one in fresh if one.event_id not in aside]
        recorded = [numbered(one, received.positions[one.event_id]) for one in events]
        await fold(uow, self._consumer, recorded)
        for one, event in zip(events, recorded, strict=True):
            await handle(uow, self._consumer, self._application, one, event)
        return {"handled": len(events), "parked": len(aside), "repeated": len(batch) - len(fresh)}

    async def _receive(self, uow: UnitOfWork, batch: Sequence[Incoming]) -> "Received":
        """Put the events into the inbox; as the first statement it also begins the transaction."""
        answer = await uow.connection.exec_driver_sql(
            _RECEIVE,
            (
                self._consumer.name,
                [one.event_id for one in batch],
                [one.key[0] for one in batch],
                [one.key[1] for one in batch],
                [one.type for one in batch],
                [one.record.value.decode() if self._keeps(one) else None for one in batch],
            ),
        )
        rows = answer.all()
        # Where a row was there already, its transaction may have ended only just now, after this statement began, and
        # may have parked something that the statement could not see.
        free = len(rows) == len(batch) and not any(row.blocked for row in rows)
        return Received({row.event_id: row.position for row in rows}, keys_are_free=free)

    def _keeps(self, one: Incoming) -> bool:
        return one.recorded is not None and one.type in self._consumer.kept

    async def _set_aside(self, uow: UnitOfWork, fresh: Sequence[Incoming], *, keys_are_free: bool) -> set[Any]:
        """Park what is broken and, where order matters, what comes behind it; returns the ids."""
        raw = await driver(uow.connection)
        blocks = self._consumer.on_parked == "block_key"
        blocked: set[tuple[str, str]] = set()
        if blocks and not keys_are_free:
            blocked = await parked.blocked_keys(raw, self._consumer.name, {one.key for one in fresh})
        aside: list[parked.Aside] = []
        for one in fresh:
            if one.broken is not None:
                aside.append(parked.Aside(one, one.code or "no_envelope", one.broken, 1))
                blocked.add(one.key)
            elif blocks and one.key in blocked:
                aside.append(parked.behind(one))
        if aside:
            await parked.park(raw, self._consumer.name, aside)
            await parked.tell_changed(uow, self._consumer, {one.incoming.key for one in aside})
            log.error("events_parked", consumer=self._consumer.name, events=len(aside), reason=aside[0].reason[:200])
        return {one.incoming.event_id for one in aside}

    def _own_context(self) -> Context:
        return Context.system(self._consumer.name, self._application.clock)


def numbered(one: Incoming, position: int) -> Recorded[ContractEvent]:
    """The event with its place in the inbox."""
    assert one.recorded is not None, "broken events are parked before this"
    return replace(one.recorded, position=position)


async def fold(uow: UnitOfWork, consumer: Definition, events: Sequence[Recorded[ContractEvent]]) -> None:
    """Bring the consumer's read models up to date."""
    for model in consumer.read_models:
        await apply(uow.connection, model, events)


async def handle(
    uow: UnitOfWork, consumer: Definition, application: Application, one: Incoming, event: Recorded[ContractEvent]
) -> None:
    """Call the event's handler, acting for whoever brought the event about."""
    handler = consumer.handlers.get(type(event.event))
    if handler is None:
        return
    assert one.envelope is not None, "broken events are parked before this"
    with span_from_traceparent(f"handle {one.type}", one.envelope.traceparent):
        uow.ctx = consequence_of(one.envelope, application)
        await handler(uow, one.envelope, event.event)


def consequence_of(envelope: Envelope, application: Application) -> Context:
    """The metadata of what follows from an event: the same actor and reason, caused by it, happening now.

    Words of staff that take a permission stay with what was decided: who reads what follows may not hold it.
    """
    return Context(
        actor=Actor(envelope.actorkind, envelope.actorid, envelope.actorip),
        occurred_at=application.clock.now(),
        casino_id=envelope.casinoid,
        correlation_id=envelope.correlationid,
        causation_id=envelope.id,
        reason=None if envelope.type in WORDS else envelope.reason,
        authorised_by=envelope.authorisedby,
        traceparent=current_traceparent() or envelope.traceparent,
        breakglass=envelope.breakglass,
    )


_RECEIVE = """
    WITH fresh AS (
        INSERT INTO inbox (consumer, event_id, topic, key, type, envelope)
        SELECT $1::text, event_id, topic, key, type, envelope
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
             AS received(event_id, topic, key, type, envelope, place)
        ORDER BY place
        ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id, position, topic, key)
    SELECT event_id, position, EXISTS (
        SELECT FROM parked_message p
        WHERE p.consumer = $1::text AND p.key = fresh.key AND p.topic = fresh.topic AND p.resolved_at IS NULL
    ) AS blocked
    FROM fresh"""
