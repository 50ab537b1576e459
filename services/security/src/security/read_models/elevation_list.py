"""Who asked for more access for some hours, and what became of it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.elevation.events import (
    ElevationApproved,
    ElevationEnded,
    ElevationRefused,
    ElevationRequested,
    ElevationWithdrawn,
)
from security.domain.staff.events import RoleWithdrawn


class ElevationStatus(StrEnum):
    """Where a wish for more access stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


table = Table(
    "rm_elevation_list",
    metadata,
    Column("elevation_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, nullable=False),
    Column("role_id", Uuid, nullable=False),
    Column("role_name", Text, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("reason", Text),
    Column("status", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_by", Text),
    Column("answer", Text, comment="why, in the words of whoever answered"),
    Column("ends_at", DateTime(timezone=True)),
    Index("ix_rm_elevation_list_requested_at", "requested_at", "elevation_id"),
    Index("ix_rm_elevation_list_staff_id", "staff_id", "requested_at"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The wish after an event. What came of it ends with the assignment, whoever takes that away."""
    at, meta = recorded.meta.occurred_at, recorded.meta
    match recorded.event:
        case ElevationRequested() as event:
            return {
                "elevation_id": recorded.stream_key,
                "staff_id": event.staff_id,
                "role_id": event.role_id,
                "role_name": event.role_name,
                "casinos": list(event.casinos),
                "minutes": event.minutes,
                "ticket": event.ticket,
                "reason": meta.reason,
                "status": ElevationStatus.WAITING,
                "requested_at": at,
                "answer_by": event.answer_by,
                "answered_at": None,
                "answered_by": None,
                "answer": None,
                "ends_at": None,
            }
        case ElevationApproved(ends_at=ends_at) if row is not None:
            return {**_answered(row, recorded), "status": ElevationStatus.APPROVED, "ends_at": ends_at}
        case ElevationRefused() if row is not None:
            return {**_answered(row, recorded), "status": ElevationStatus.REFUSED}
        case ElevationWithdrawn() if row is not None:
            return {**row, "status": ElevationStatus.WITHDRAWN}
        case ElevationEnded() | RoleWithdrawn() if row is not None and row["status"] == ElevationStatus.APPROVED:
            return {**row, "status": ElevationStatus.ENDED, "ends_at": min(at, row["ends_at"])}
    return row


def _answered(row: Row, recorded: Recorded[Any]) -> Row:
    meta = recorded.meta
    return {**row, "answered_at": meta.occurred_at, "answered_by": meta.actor.id, "answer": meta.reason}


def _key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    event = recorded.event
    return (event.assignment_id if isinstance(event, RoleWithdrawn) else recorded.stream_key,)


elevation_list = ReadModel(
    "elevation_list",
    table,
    (ElevationRequested, ElevationApproved, ElevationRefused, ElevationWithdrawn, ElevationEnded, RoleWithdrawn),
    key=_key,
    fold=fold,
)
