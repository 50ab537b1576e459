"""What a bus promises, whoever carries it: Kafka in production, a PostgreSQL log on one machine, memory in tests.

The promises, each held by `chassis.testing.bus_contract.BusContract` for every implementation:

- Messages with the same key arrive in the order in which they were published.
- Every message reaches every group at least once; a batch counts as delivered when its handler returned.
- A reader never skips a message, however many writers commit in whatever order.
- The partitions of a topic are shared among the members of a group; those of a member that dies are taken over.
- Whoever follows topics gets every message that is published after it began, whoever else reads them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

DEFAULT_PARTITIONS = 12
"""Partitions of a topic that nobody made by hand: the most members of a group that can share its work."""

MAX_VALUE_BYTES = 900_000
"""The largest message; Kafka's brokers refuse more than 1 MiB including keys and headers."""

SHORT_LIVED = ".heartbeat.events"
"""How the names of topics end whose messages are worth nothing after some minutes and are kept no longer."""

BATCH_SIZE = 500
"""Records handed to a handler at once, at most."""


class Undeliverable(Exception):
    """A message no bus would take: too large, or addressed to a partition that does not exist."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to publish. `partition` is set only where it must reach one partition, as a sign of life must.

    >>> Message("players", "7", b"{}").partition is None
    True
    """

    topic: str
    key: str
    value: bytes
    partition: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.value) > MAX_VALUE_BYTES:
            raise Undeliverable(f"a message to {self.topic} has {len(self.value)} bytes; at most {MAX_VALUE_BYTES} go")


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it arrives. Offsets of a partition only grow; they may have gaps."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Sequence[Record]], Awaitable[None]]
"""Takes records of one partition in order. When it raises, it is given the same records again after a while."""


class Reach(NamedTuple):
    """How far a group has come in a partition: the offset it reads next, and the one the next message will have."""

    next: int
    end: int


Reached = Mapping[tuple[str, int], Reach]
"""How far a group has come, by topic and number of partition."""


def lag_of(topics: Sequence[str], reached: Reached) -> dict[str, int]:
    """Messages by topic that a group has still before it.

    >>> lag_of(["a", "b"], {("a", 0): Reach(3, 5), ("a", 1): Reach(7, 7)})
    {'a': 2, 'b': 0}
    """
    lag = dict.fromkeys(topics, 0)
    for (topic, _), one in reached.items():
        lag[topic] += max(one.end - one.next, 0)
    return lag


class Subscription(Protocol):
    """One member of a group: it holds some partitions of the topics and feeds their records to a handler."""

    async def start(self) -> None:
        """Join the group. Returns at once: a bus that is down is waited for in the background."""
        ...

    async def stop(self) -> None:
        """Let the batches at work finish, commit them, give the partitions back and leave."""
        ...

    async def reached(self) -> Reached:
        """How far the whole group has come; raises when the bus is down."""
        ...

    async def lag(self) -> dict[str, int]:
        """Messages by topic that the whole group has still before it; raises when the bus is down."""
        ...


class Following(Protocol):
    """Hears everything that is published from now on, for as long as this process lives; nothing is remembered."""

    async def start(self) -> None:
        """Take a place at the end of the topics; raises when the bus is down. Later outages are waited out."""
        ...

    async def stop(self) -> None:
        """Let the batch at work finish and stop listening."""
        ...


class EventBus(Protocol):
    """Carries messages. Needs no start: it connects when it is first used, and again when a connection was lost."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Publish a batch and return when all of it is stored for good.

        Raises:
            Undeliverable: a message is addressed to a partition that does not exist; nothing was published.
            Exception: the bus is down or refused; any part of the batch may have been stored. Publish it again,
                in the same order: consumers know what they had.
        """
        ...

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, batch_size: int = BATCH_SIZE
    ) -> Subscription:
        """A new member of `group`, not started yet. A new group begins with the oldest message there is."""
        ...

    def follow(self, topics: Sequence[str], handler: Handler) -> Following:
        """A listener of its own, not started yet: it hears what every other one hears as well."""
        ...

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; it is made when it is not there yet."""
        ...

    async def start(self) -> None:
        """Connect now instead of with the first use; raises when the bus is down."""
        ...

    async def close(self) -> None:
        """Close all connections. Subscriptions are stopped by whoever started them."""
        ...


class BusSettings(Protocol):
    """The part of a service's settings that chooses its bus."""

    @property
    def event_bus(self) -> Literal["kafka", "postgres"]:
        """Which bus carries the events."""
        ...

    @property
    def bus_database_url(self) -> str | None:
        """Where the PostgreSQL log is."""
        ...

    @property
    def kafka_bootstrap(self) -> str | None:
        """Where the Kafka brokers are."""
        ...


def bus_from_settings(settings: BusSettings) -> EventBus:
    """The bus that EVENT_BUS names; nothing else in the code knows which it is.

    Raises:
        ValueError: the address of the chosen bus is missing.
    """
    match settings.event_bus:
        case "kafka":
            from chassis.messaging.kafka_bus import KafkaBus  # noqa: PLC0415 - its client is loaded only when needed

            return KafkaBus(_required("KAFKA_BOOTSTRAP", settings.kafka_bootstrap))
        case "postgres":
            from chassis.messaging.postgres_bus import PostgresBus  # noqa: PLC0415 - the same

            return PostgresBus(_required("BUS_DATABASE_URL", settings.bus_database_url))


def _required(name: str, value: str | None) -> str:
    if not value:
        raise ValueError(f"{name} is needed for the chosen EVENT_BUS")
    return value
