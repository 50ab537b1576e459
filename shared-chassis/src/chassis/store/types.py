"""From event classes to stored rows and back, through the upcasters of every older version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from chassis.domain import event_type_of
from chassis.store.context import Meta

E = TypeVar("E")

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class UnknownEventType(LookupError):
    """A stored event is of a type or version this build does not know; deciding on half a history is refused."""


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """An event that happened, with where it stands and what is known about it.

    `stream_id` is `category-uuid`, `version` its place in the stream from 1, `position` its place in the whole log.
    """

    event: E
    event_id: UUID
    type: str
    stream_id: str
    version: int
    position: int
    meta: Meta

    @property
    def stream_key(self) -> UUID:
        """The id part of the stream's name."""
        return UUID(self.stream_id[-36:])


class EventTypes:
    """The events of one service: which class is stored under which name, and how older versions become newer.

    Args:
        classes: event classes marked with `@event`.
        upcasters: {(type, from_version): data -> data of from_version + 1}.
    """

    def __init__(self, *classes: type[Any], upcasters: Mapping[tuple[str, int], Upcaster] | None = None) -> None:
        self._current: dict[str, tuple[int, type[Any], msgspec.json.Decoder[Any]]] = {}
        for cls in classes:
            name, version = event_type_of(cls)
            if name in self._current:
                raise TypeError(f"two classes are stored as {name}")
            self._current[name] = (version, cls, msgspec.json.Decoder(cls))
        self._classes = classes
        self._upcasters = dict(upcasters or {})
        self._encoder = msgspec.json.Encoder()
        self._require_chains()

    def extended(self, *classes: type[Any]) -> "EventTypes":
        """These and others beside them."""
        return EventTypes(*self._classes, *classes, upcasters=self._upcasters)

    def encode(self, event: object) -> tuple[str, int, str]:
        """(type, version, JSON) of an event of this service; TypeError for a class that was not registered."""
        name, version = event_type_of(type(event))
        if name not in self._current:
            raise TypeError(f"{name} is not registered with this service's EventTypes")
        return name, version, self._encoder.encode(event).decode()

    def decode(self, name: str, version: int, data: str | bytes) -> Any:
        """The event as today's class; UnknownEventType when this build cannot read it."""
        current = self._current.get(name)
        if current is None or version > current[0]:
            raise UnknownEventType(f"{name} v{version}")
        latest, _, decoder = current
        if version < latest:
            document: dict[str, Any] = msgspec.json.decode(data)
            for step in range(version, latest):
                document = self._upcasters[(name, step)](document)
            data = self._encoder.encode(document)
        return decoder.decode(data)

    def names(self, classes: tuple[type[Any], ...]) -> list[str]:
        """Stored names of these classes."""
        return [event_type_of(cls)[0] for cls in classes]

    def _require_chains(self) -> None:
        for name, (latest, _, _) in self._current.items():
            for step in range(1, latest):
                if (name, step) not in self._upcasters:
                    raise TypeError(f"{name} is at version {latest}, but nothing lifts version {step} to {step + 1}")
