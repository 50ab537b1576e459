"""Events between services: the bus, the outbox relay, the consumer with its inbox, and what is parked."""

from chassis.messaging.bus import EventBus, Message, Record, Subscription, Undeliverable, bus_from_settings
from chassis.messaging.consumer import Consumer
from chassis.messaging.memory_bus import MemoryBus, MemoryLog
from chassis.messaging.parked import (
    Parked,
    ParkedChanged,
    count_parked,
    discard_parked,
    list_parked,
    parked_keys,
)
from chassis.messaging.relay import NOWHERE, OutboxRelay, Renderers, messages_of, queue_parked
from chassis.messaging.replay import Replayed, replay_parked

__all__ = [
    "NOWHERE",
    "Consumer",
    "EventBus",
    "MemoryBus",
    "MemoryLog",
    "Message",
    "OutboxRelay",
    "Parked",
    "ParkedChanged",
    "Record",
    "Renderers",
    "Replayed",
    "Subscription",
    "Undeliverable",
    "bus_from_settings",
    "count_parked",
    "discard_parked",
    "list_parked",
    "messages_of",
    "parked_keys",
    "queue_parked",
    "replay_parked",
]
