"""What an event that crosses a service border is made of, and the list of all of them."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

EVENTS: dict[tuple[str, int], type["ContractEvent"]] = {}
"""Every contract event by (type, version). Filled as the modules of events are imported; see `contracts.registry`."""


class ContractEvent(BaseModel):
    """A fact other services may rely on. Fields are only ever added, with a default, or a new version is made.

    Subclasses say in their class line what the catalogue needs:

        class PlayerBlocked(ContractEvent, type="backoffice.player_blocked", version=1,
                            topic="backoffice.player.events", key="player_id", consumers=("payments",)): ...

    Attributes:
        type: `context.past_participle`; a literal that never changes.
        topic: where it is published.
        key: the field whose value orders events: all with the same value arrive in order.
        consumers: the services that handle it; each service's tests compare this with what it subscribes to.
            Security is one of them for its audit log, unless the class line says `audited=False`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

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
        cls.consumers = tuple(sorted({*catalogue.pop("consumers", ()), *(("security",) if audited else ())}))
        super().__pydantic_init_subclass__(**catalogue)
        if (cls.type, cls.version) in EVENTS:
            raise TypeError(f"{cls.type} v{cls.version} is declared twice")
        if cls.key not in cls.model_fields:
            raise TypeError(f"{cls.type} v{cls.version}: its key {cls.key!r} is not one of its fields")
        EVENTS[(cls.type, cls.version)] = cls

    @classmethod
    def owner(cls) -> str:
        """The service that publishes this event: the first part of its type."""
        return cls.type.split(".", 1)[0]

    def key_value(self) -> str:
        """The value that orders this event among its like."""
        return str(getattr(self, self.key))
