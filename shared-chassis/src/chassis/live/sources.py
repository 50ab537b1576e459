"""Which lists are live, and what an event means to them: the row of the list's read model that it belongs to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.messaging import Consumer
from chassis.store import Application, ReadModel
from chassis.store.logs import EventLog, InboxLog, Log, Place, horizon
from chassis.store.projector import read_place
from chassis.store.read_models import Key, keyed
from chassis.store.types import Recorded


@dataclass(frozen=True, slots=True)
class Source:
    """A log that is followed.

    Attributes:
        names: the events each model looks at, as they are stored.
        log: the log of some of them.
        projected: its models are kept up to date by a projector whose checkpoint has this name: nothing is told
            before the row has it. None: they are folded in the transaction of their events.
    """

    models: Mapping[str, ReadModel]
    names: Mapping[str, tuple[str, ...]]
    log: Callable[[tuple[str, ...]], Log]
    projected: str | None = None

    async def reaches(self, connection: AsyncConnection) -> int:
        """The first transaction whose events may not all be in the rows yet."""
        if self.projected is None:
            return await horizon(connection)
        return (await read_place(connection, self.projected)).window_from

    def log_for(self, models: Iterable[str]) -> Log | None:
        """The log of what these models look at; None when none of them is here."""
        names = {name for model in models if model in self.names for name in self.names[model]}
        return self.log(tuple(sorted(names))) if names else None

    def touched(self, events: Sequence[Recorded[Any]], models: Iterable[str]) -> Iterable[tuple[str, Key, int]]:
        """The rows these events belong to, with the position of each: (model, key, position)."""
        for name in models:
            if name in self.models:
                for key, one in keyed(self.models[name], events):
                    yield name, key, one.position


def sources_of(
    application: Application, own: Sequence[ReadModel], consumer: Consumer | None, tables: Iterable[Any]
) -> list[Source]:
    """The logs behind these tables. A table that no read model makes has none, so its list is not live."""
    wanted = list(tables)
    found: list[Source] = []
    logs: list[tuple[Sequence[ReadModel], Callable[[ReadModel], Log], Callable[[tuple[str, ...]], Log]]] = [
        (own, application.log_of, lambda names: EventLog(application.types, names))
    ]
    if consumer is not None:
        logs.append((consumer.read_models, consumer.log_of, lambda names: InboxLog(consumer.name, names)))
    for models, log_of, make in logs:
        listed = [one for one in models if any(one.table is table for table in wanted)]
        groups = [[one for one in listed if one.inline], *([one] for one in listed if not one.inline)]
        for group in groups:
            if group:
                names = {one.name: tuple(log_of(one).names) for one in group}
                projected = None if group[0].inline else group[0].name
                found.append(Source({one.name: one for one in group}, names, make, projected))
    return found


def closed(transaction: int) -> Place:
    """The place after every transaction before this one."""
    return Place(transaction, transaction, 0)
