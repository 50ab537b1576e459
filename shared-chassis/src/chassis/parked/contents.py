"""What is shown of a parked message: what contracts promise, and nothing else.

The contracts hold no personal data, so whatever keeps their promise may be read. Of a message that does not, the names
and kinds of the fields that are promised are told, and no value: nobody knows what somebody put there.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from contracts.envelope import Envelope, UnknownEvent
from contracts.event import EVENTS

Shown = Literal["whole", "shape", "nothing"]

_ATTRIBUTES: Final = (
    "id", "source", "typeversion", "subject", "time", "partitionkey", "actorkind", "correlationid", "causationid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contents:
    """Attributes:
    envelope: the metadata, without addresses and what people wrote.
    data: the fact itself: `whole`, or the kinds of its fields by name (`shape`).
    """

    shown: Shown
    envelope: dict[str, Any] | None = None
    data: dict[str, Any] | None = None


def contents_of(raw: bytes) -> Contents:
    """What is in it."""
    try:
        envelope = Envelope.from_json(raw)
    except ValidationError:
        return Contents("nothing")
    told = envelope.model_dump(mode="json", include=set(_ATTRIBUTES))
    try:
        return Contents("whole", told, envelope.event().model_dump(mode="json"))
    except (UnknownEvent, ValidationError):
        return Contents("shape", told, _shape(envelope))


def _shape(envelope: Envelope) -> dict[str, Any]:
    promised = {name for (type_, _), cls in EVENTS.items() if type_ == envelope.type for name in cls.model_fields}
    return {name: type(value).__name__ for name, value in envelope.data.items() if name in promised}
