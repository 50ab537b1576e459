"""What an event that crosses a service border is made of, and the list of all of them."""

import re
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict

SERVICES: Final = ("security", "backoffice", "verification", "payments", "games", "reports")
"""The services in the order in which a newcomer meets them."""

PLATFORM: Final = "platform"
"""The first part of the types of events that every service publishes about itself."""

AUDITOR: Final = "security"
"""The service that keeps the audit log, and so consumes every event that does not opt out."""

EVENTS: dict[tuple[str, int], type["ContractEvent"]] = {}
"""Every contract event by (type, version). Filled as the modules of events are imported; see `contracts.registry`."""

_TYPE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")
_TOPIC = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*\.events")


class ContractEvent(BaseModel):
    """A fact other services may rely on. Fields are only ever added, with a default, or a new version is made.

    Subclasses say in their class line what the catalogue needs:

        class PlayerBlocked(ContractEvent, type="backoffice.player_blocked", version=1,
                            topic="backoffice.player.events", key="player_id", consumers=("payments",)): ...

    A field says what it means by its type (`contracts.fields`, `contracts.money`) or by a docstring under it. The
    class' docstring and both of these become the catalogue (`EVENTS.md`) and the JSON Schemas.

    No field holds personal data in clear: a consumer that must know a name asks the service that owns it.

    Attributes:
        type: `context.past_participle`; a literal that never changes.
        version: 1 for the first shape; a change that would break a consumer is a new version beside the old one.
        topic: where it is published: `context.aggregate.events`.
        key: the field whose value orders events: all with the same value arrive in order.
        consumers: the services that handle it; each service's tests compare this with what it subscribes to.
            Security is one of them for its audit log, unless the class line says `audited=False`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    type: ClassVar[str]
    version: ClassVar[int]
    topic: ClassVar[str]
    key: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **_catalogue: Any) -> None:
        """Let the class line carry the catalogue's words; they are read below, once the fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls, **catalogue: Any) -> None:
        cls.type, cls.version = catalogue.pop("type"), catalogue.pop("version")
        cls.topic, cls.key = catalogue.pop("topic"), catalogue.pop("key")
        audited: bool = catalogue.pop("audited", True)
        named = {*catalogue.pop("consumers", ()), *((AUDITOR,) if audited else ())}
        cls.consumers = tuple(sorted(named))
        super().__pydantic_init_subclass__(**catalogue)
        cls._refuse_a_careless_class_line()
        EVENTS[(cls.type, cls.version)] = cls

    @classmethod
    def _refuse_a_careless_class_line(cls) -> None:
        mistakes = {
            "is declared twice": (cls.type, cls.version) in EVENTS,
            "its type is not `context.snake_case`": not _TYPE.fullmatch(cls.type),
            "its version is not a positive integer": cls.version < 1,
            "its topic is not `context.aggregate.events`": not _TOPIC.fullmatch(cls.topic),
            "its topic belongs to another service": cls.topic.split(".")[0] != cls.owner(),
            f"its key {cls.key!r} is not one of its required fields": (
                cls.key not in cls.model_fields or not cls.model_fields[cls.key].is_required()
            ),
            "it names a consumer that is not a service": not set(cls.consumers) <= set(SERVICES),
        }
        for words, made in mistakes.items():
            if made:
                raise TypeError(f"{cls.type} v{cls.version}: {words}")

    @classmethod
    def owner(cls) -> str:
        """The context that publishes this event: the first part of its type."""
        return cls.type.split(".", 1)[0]

    @classmethod
    def producers(cls) -> tuple[str, ...]:
        """The services that publish it: its owner, or all of them for what every service says about itself."""
        return SERVICES if cls.owner() == PLATFORM else (cls.owner(),)

    @classmethod
    def label(cls) -> str:
        """The type and version as people and file names write them: `payments.transfer_posted.v1`."""
        return f"{cls.type}.v{cls.version}"

    def key_value(self) -> str:
        """The value that orders this event among its like."""
        return str(getattr(self, self.key))
