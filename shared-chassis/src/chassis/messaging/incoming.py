"""From the bytes of a record to an event that somebody wants, or to the reason why it cannot be one."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec
from pydantic import ValidationError

from chassis.messaging.bus import Record
from chassis.store import Recorded, received
from contracts.envelope import Envelope, UnknownEvent
from contracts.event import ContractEvent

_NAMELESS = UUID("6f3a1c2e-6a0b-5d43-9d0e-2b1f6a1f8c55")
"""Namespace of the ids given to records that carry none: the same record gets the same id each time it comes."""


class _Glance(msgspec.Struct):
    """What decides whether anybody wants it; read without looking at the rest."""

    type: str
    typeversion: int


_GLANCE = msgspec.json.Decoder(_Glance)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record that concerns us.

    Attributes:
        recorded: the event as handlers and read models see it; its position is given by the inbox.
        broken: why there is no event in it; None when there is.
        code: the same as a stable word.
    """

    record: Record
    event_id: UUID
    type: str
    envelope: Envelope | None
    recorded: Recorded[ContractEvent] | None
    broken: str | None
    code: str | None = None

    @property
    def casino_id(self) -> UUID | None:
        """The casino it happened in, as far as it can be read."""
        return self.envelope.casinoid if self.envelope is not None else None

    @property
    def key(self) -> tuple[str, str]:
        """What its order is promised for: topic and key, as PostgreSQL can store them."""
        return _storable(self.record.topic), _storable(self.record.key)


class Wanted:
    """Which events a consumer handles."""

    def __init__(self, classes: Collection[type[ContractEvent]]) -> None:
        self._versions: dict[str, set[int]] = {}
        for cls in classes:
            self._versions.setdefault(cls.type, set()).add(cls.version)

    def read(self, record: Record) -> Incoming | None:
        """The event in a record; None when its type is nobody's business here.

        A type that is handled in a version that is not was published by a newer build: it is not lost but set aside.
        """
        try:
            glance = _GLANCE.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _broken(record, "", "no_envelope", f"no envelope: {error}")
        versions = self._versions.get(glance.type)
        if versions is None:
            return None
        try:
            envelope = Envelope.from_json(record.value)
        except ValidationError as error:
            return _broken(record, glance.type, "no_envelope", f"no envelope: {_words(error)}")
        if envelope.typeversion not in versions:
            reason = f"version {envelope.typeversion} is not known here"
            return _broken(record, envelope.type, "version_unknown", reason, envelope)
        try:
            recorded: Recorded[Any] = received(envelope, 0)
        except UnknownEvent as error:
            return _broken(record, envelope.type, "event_unknown", f"unknown event: {error}", envelope)
        except ValidationError as error:
            reason = f"not as the contract says: {_words(error)}"
            return _broken(record, envelope.type, "not_as_promised", reason, envelope)
        return Incoming(record, envelope.id, envelope.type, envelope, recorded, None)


def _broken(record: Record, type_: str, code: str, reason: str, envelope: Envelope | None = None) -> Incoming:
    if envelope is not None:
        event_id = envelope.id
    else:
        event_id = uuid5(_NAMELESS, f"{record.topic}/{record.partition}/{record.offset}")
    return Incoming(record, event_id, _storable(type_), envelope, None, _storable(reason)[:1000], code)


def _words(error: ValidationError) -> str:
    """Where it is wrong and how; never the values, which may be personal."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")
