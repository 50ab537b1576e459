"""The wire form of an event: CloudEvents 1.0 (structured JSON), with the metadata a regulator asks for.

Extension attributes are lower-case and alphanumeric, as CloudEvents 1.0 section "Attribute Naming Convention" demands.
`partitionkey` and `traceparent` are the documented CloudEvents extensions of these names; the others are ours.
Together they answer: what changed, who did it, who authorised it, why, when.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.event import EVENTS, ContractEvent
from contracts.fields import ActorRef, CasinoId, ExternalRef, FreeText, UtcTime

ActorKind = Literal["staff", "player", "partner", "system"]

CONTENT_TYPE = "application/cloudevents+json"
"""The media type of an envelope, as the bus and HTTP call it."""

_SOURCE_PREFIX = "/pitboss/"

_INT32 = 2**31 - 1
"""CloudEvents integers have 32 bits."""


class UnknownEvent(LookupError):
    """An envelope carries a type or version this build does not know."""


class Envelope(BaseModel):
    """One event on its way. `data` is the ContractEvent as JSON; everything else is metadata."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    """Of the event; a consumer that has seen it does nothing."""
    source: Annotated[str, StringConstraints(pattern=r"^/pitboss/[a-z]+$", max_length=64)]
    """`/pitboss/` and the service that published it."""
    type: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$", max_length=100)]
    """What happened: `context.past_participle`."""
    typeversion: Annotated[int, Field(ge=1, le=_INT32)]
    """Version of the shape of `data`."""
    subject: ExternalRef
    """The stream the fact belongs to: `withdrawal-018f...`."""
    streamversion: Annotated[int, Field(ge=0, le=_INT32)] = 0
    """Version of the stream after the fact; 0 where there is no stream."""
    time: UtcTime
    """When it happened, in UTC."""
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: ExternalRef
    """Events with the same value arrive in the order in which they happened."""
    casinoid: CasinoId | None = None
    """The casino it happened in; absent when it concerns the whole installation."""
    actorkind: ActorKind
    actorid: ActorRef
    """Who did it."""
    actorip: Annotated[str, StringConstraints(max_length=45)] | None = None
    """The address the actor came from."""
    authorisedby: ActorRef | None = None
    """Who had approved it before the actor did, where four eyes were needed."""
    reason: FreeText | None = None
    """Why, in the actor's words."""
    correlationid: UUID
    """Shared by everything that one request from outside set off."""
    causationid: UUID | None = None
    """The event that led to this one."""
    traceparent: Annotated[str, StringConstraints(max_length=128)] | None = None
    """W3C trace context."""
    breakglass: UUID | None = None
    """The emergency access that was open when the actor did it."""
    data: dict[str, Any]
    """The fact itself."""

    @property
    def service(self) -> str:
        """The service that published it."""
        return self.source.removeprefix(_SOURCE_PREFIX)

    def event(self) -> ContractEvent:
        """The typed fact.

        Raises:
            UnknownEvent: this build does not know its type and version.
            pydantic.ValidationError: `data` does not keep the type's promise.
        """
        cls = EVENTS.get((self.type, self.typeversion))
        if cls is None:
            raise UnknownEvent(f"{self.type} v{self.typeversion}")
        return cls.model_validate(self.data)

    def to_json(self) -> bytes:
        """The envelope as it travels; absent attributes are left out."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_json(cls, raw: bytes | str) -> "Envelope":
        """Parse what `to_json` wrote (pydantic.ValidationError when it is not an envelope)."""
        return cls.model_validate_json(raw)
