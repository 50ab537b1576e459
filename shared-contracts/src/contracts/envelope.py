"""The wire form of an event: CloudEvents 1.0 (structured JSON), with the metadata a regulator asks for.

Extension attributes are lower-case and alphanumeric, as CloudEvents 1.0 section "Attribute Naming Convention" demands.
Together they answer: what changed, who did it, who authorised it, why, when.
"""

from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import EVENTS, ContractEvent

E = TypeVar("E", bound=ContractEvent)

ActorKind = Literal["staff", "player", "partner", "system"]


class UnknownEvent(LookupError):
    """An envelope carries a type or version this build does not know."""


class Envelope(BaseModel):
    """One event on its way. `data` is the ContractEvent as JSON; everything else is metadata."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    typeversion: int
    subject: str = Field(description="The stream the fact belongs to")
    sequence: int = Field(default=0, description="Version of the stream after the fact; 0 where there is no stream")
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str
    casinoid: UUID | None = None
    actorkind: ActorKind
    actorid: str
    actorip: str | None = None
    authorisedby: str | None = None
    reason: str | None = None
    correlationid: UUID
    causationid: UUID | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    @property
    def service(self) -> str:
        """The service that published it."""
        return self.source.removeprefix("/pitboss/")

    def event(self) -> ContractEvent:
        """The typed fact; UnknownEvent when this build does not know its type and version."""
        cls = EVENTS.get((self.type, self.typeversion))
        if cls is None:
            raise UnknownEvent(f"{self.type} v{self.typeversion}")
        return cls.model_validate(self.data)

    def to_json(self) -> bytes:
        """The envelope as it travels."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_json(cls, raw: bytes | str) -> "Envelope":
        """Parse what `to_json` wrote (pydantic.ValidationError when it is not an envelope)."""
        return cls.model_validate_json(raw)
