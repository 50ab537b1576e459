"""The pure part of the chassis: the only part a service's domain may import."""

from chassis.domain.clock import Clock, FixedClock, SystemClock
from chassis.domain.decider import Decider
from chassis.domain.errors import Blame, DomainError, Invalid, NotFound
from chassis.domain.events import event, event_type_of
from chassis.domain.ids import uuid7

__all__ = [
    "Blame",
    "Clock",
    "Decider",
    "DomainError",
    "FixedClock",
    "Invalid",
    "NotFound",
    "SystemClock",
    "event",
    "event_type_of",
    "uuid7",
]
