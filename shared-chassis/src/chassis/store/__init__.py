"""Event store, unit of work, read models: how a service keeps its state."""

from chassis.store.application import Application, ConcurrentChange, IdempotencyKeyReused, Reply
from chassis.store.context import Actor, CasinoScope, Context, Meta
from chassis.store.event_store import VersionConflict
from chassis.store.housekeeping import Housekeeping, Kept
from chassis.store.logs import EventLog, InboxLog, Log, Place, received
from chassis.store.projector import Projector
from chassis.store.read_models import Key, ReadModel, Row, apply
from chassis.store.rebuild import Rebuilt, rebuild
from chassis.store.types import EventTypes, Recorded, UnknownEventType
from chassis.store.unit_of_work import Loaded, Outcome, UnitOfWork

__all__ = [
    "Actor",
    "Application",
    "CasinoScope",
    "ConcurrentChange",
    "Context",
    "EventLog",
    "EventTypes",
    "Housekeeping",
    "IdempotencyKeyReused",
    "InboxLog",
    "Kept",
    "Key",
    "Loaded",
    "Log",
    "Meta",
    "Outcome",
    "Place",
    "Projector",
    "ReadModel",
    "Rebuilt",
    "Recorded",
    "Reply",
    "Row",
    "UnitOfWork",
    "UnknownEventType",
    "VersionConflict",
    "apply",
    "rebuild",
    "received",
]
