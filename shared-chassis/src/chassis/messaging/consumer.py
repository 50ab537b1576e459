"""What a service does with the events of others: exactly one effect per event, whatever happens in between."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import structlog

from chassis.messaging.bus import EventBus, Subscription
from chassis.messaging.incoming import Wanted
from chassis.messaging.metrics import LAG, PARKED
from chassis.messaging.parked import ParkedChanged, count_parked
from chassis.messaging.processing import Processor
from chassis.store import Application, InboxLog, ReadModel, UnitOfWork
from contracts.envelope import Envelope
from contracts.event import ContractEvent

log = structlog.get_logger(__name__)

EventHandler = Callable[[UnitOfWork, Envelope, Any], Awaitable[None]]
OnParked = Literal["block_key", "skip"]

BATCH_SIZE = 200
"""Events of one partition in one transaction, at most."""

ATTEMPTS = 5
"""How often an event is tried that fails by its own fault."""

OBSERVE_S = 10.0


class Consumer:
    """The one consumer of a service: its group on the bus, its handlers, its copies of other services' data.

    A batch of one partition is one transaction: inbox rows, read models, handlers. The bus hears of it afterwards.
    An event that comes twice finds its inbox row and does nothing. When a batch fails it is halved until the culprit
    is alone; that one is tried `attempts` times and then parked with the reason, in the transaction of its inbox row.

    Args:
        name: of the group and in the inbox; the service's name.
        handlers: what to do on an event, by its class. Called once per event, in order per key, inside the
            transaction; external calls belong into tasks (`uow.schedule`).
        read_models: tables folded from other services' events; `handles` are contract events.
        on_parked: whether later events of a key wait behind a parked one (`block_key`: order matters) or go on
            (`skip`: each event stands for itself).
        parked_changed: called inside the transaction that parks, replays or gives up events, with the (topic, key)
            pairs they belong to: for a service that must not go on as if nothing had happened to a key.
        batch_size: events per transaction, at most.
        attempts: tries before an event is parked.

    >>> from contracts.payments.events import WithdrawalRequested
    >>> async def remember(uow: UnitOfWork, envelope: Envelope, event: WithdrawalRequested) -> None: ...
    >>> consumer = Consumer("verification", handlers={WithdrawalRequested: remember})
    >>> consumer.topics
    ('payments.withdrawal.events',)
    """

    def __init__(
        self,
        name: str,
        *,
        handlers: Mapping[type[ContractEvent], EventHandler] | None = None,
        read_models: Sequence[ReadModel] = (),
        on_parked: OnParked = "block_key",
        parked_changed: ParkedChanged | None = None,
        batch_size: int = BATCH_SIZE,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.name = name
        self.handlers = dict(handlers or {})
        self.read_models = tuple(read_models)
        self.on_parked: OnParked = on_parked
        self.parked_changed = parked_changed
        self.batch_size = batch_size
        self.attempts = attempts
        self.kept: frozenset[str] = frozenset(cls.type for model in self.read_models for cls in model.handles)
        self.wanted = Wanted(self.handles)

    @property
    def handles(self) -> frozenset[type[ContractEvent]]:
        """Every event this service does something with; its tests compare this with the catalogue."""
        return frozenset(self.handlers) | {cls for model in self.read_models for cls in model.handles}

    @property
    def topics(self) -> tuple[str, ...]:
        """Where those events come from."""
        return tuple(sorted({cls.topic for cls in self.handles}))

    def log_of(self, model: ReadModel) -> InboxLog:
        """The received events a read model is rebuilt from."""
        return InboxLog(self.name, tuple(cls.type for cls in model.handles))

    def runner(self, application: Application, bus: EventBus) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
        """The loop that consumes until told to stop; then batches at work finish and are committed."""

        async def consume(stop: asyncio.Event) -> None:
            if not self.topics:
                return
            handler = Processor(self, application)
            subscription = bus.subscribe(self.name, self.topics, handler, batch_size=self.batch_size)
            await subscription.start()
            try:
                while not stop.is_set():
                    await self._observe(application, subscription)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), OBSERVE_S)
            finally:
                await subscription.stop()

        return consume

    async def _observe(self, application: Application, subscription: Subscription) -> None:
        """Measure what waits. A bus or database that is down says so elsewhere."""
        try:
            for topic, lag in (await subscription.lag()).items():
                LAG.labels(topic).set(lag)
            PARKED.set(await count_parked(application.db, self.name))
        except Exception as error:
            log.debug("consumer_unobserved", error=repr(error))
