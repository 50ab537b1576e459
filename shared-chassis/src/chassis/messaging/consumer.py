"""What a service does with the events of others: exactly one effect per event, whatever happens in between."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import structlog

from chassis.messaging.bus import EventBus, Reached, Subscription, lag_of
from chassis.messaging.incoming import Wanted
from chassis.messaging.metrics import LAG, PARKED
from chassis.messaging.parked import ParkedChanged, count_parked
from chassis.messaging.processing import Processor
from chassis.pausing import pause
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

CaughtUp = Callable[[Application, datetime], Awaitable[None]]

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
        caught_up: told every ten seconds or so up to which moment everything that had reached the bus has had its
            effect. Not told while anything is parked.
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
        caught_up: CaughtUp | None = None,
        batch_size: int = BATCH_SIZE,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.name = name
        self.handlers = dict(handlers or {})
        self.read_models = tuple(read_models)
        self.on_parked: OnParked = on_parked
        self.parked_changed = parked_changed
        self.caught_up = caught_up
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
                observer = Observer(self, application, subscription)
                while not stop.is_set():
                    await observer.look()
                    await pause(stop, OBSERVE_S)
            finally:
                await subscription.stop()

        return consume


class Observer:
    """Looks at how far a consumer has come."""

    def __init__(self, consumer: Consumer, application: Application, subscription: Subscription) -> None:
        self._consumer = consumer
        self._application = application
        self._subscription = subscription
        self._mark: tuple[datetime, Reached] | None = None

    async def look(self) -> None:
        """Measure what waits. A bus or database that is down says so elsewhere."""
        try:
            now, reached = self._application.clock.now(), await self._subscription.reached()
            parked = await count_parked(self._application.db, self._consumer.name)
            for topic, lag in lag_of(self._consumer.topics, reached).items():
                LAG.labels(topic).set(lag)
            PARKED.set(parked)
            if not parked:
                await self._tell(now, reached)
        except Exception as error:
            log.debug("consumer_unobserved", error=repr(error))

    async def _tell(self, now: datetime, reached: Reached) -> None:
        """Under load something is always on its way. What is waited for is therefore only what was there at an earlier
        look; the time was taken before it.
        """
        marks = [(now, reached), *([] if self._mark is None else [self._mark])]
        passed = next((moment for moment, mark in marks if _is_passed(mark, reached)), None)
        if passed is None:
            self._mark = marks[-1]
            return
        self._mark = None if passed == now else (now, reached)
        if self._consumer.caught_up is not None:
            await self._consumer.caught_up(self._application, passed)


def _is_passed(mark: Reached, reached: Reached) -> bool:
    return all(place in reached and reached[place].next >= one.end for place, one in mark.items())
