"""Emergency access, and what whoever reviewed it found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.break_glass.events import (
    BreakGlassEnded,
    BreakGlassOpened,
    BreakGlassReviewed,
    BreakGlassReviewOverdue,
)
from security.domain.staff.events import RoleWithdrawn

table = Table(
    "rm_break_glass_list",
    metadata,
    Column("break_glass_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("reason", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("review_by", DateTime(timezone=True), nullable=False),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("reviewed_by", Text),
    Column("findings", Text),
    Column("overdue_at", DateTime(timezone=True), comment="when it was said that nobody had reviewed it in time"),
    Index("ix_rm_break_glass_list_opened_at", "opened_at", "break_glass_id"),
    Index("ix_rm_break_glass_list_staff_id", "staff_id", "opened_at"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The emergency after an event. It ends with the assignment, whoever takes that away."""
    at = recorded.meta.occurred_at
    match recorded.event:
        case BreakGlassOpened() as event:
            return {
                "break_glass_id": recorded.stream_key,
                "staff_id": event.staff_id,
                "casinos": list(event.casinos),
                "incident_id": event.incident_id,
                "reason": recorded.meta.reason,
                "opened_at": at,
                "ends_at": event.ends_at,
                "review_by": event.review_by,
                "reviewed_at": None,
                "reviewed_by": None,
                "findings": None,
                "overdue_at": None,
            }
        case BreakGlassEnded() | RoleWithdrawn() if row is not None:
            return {**row, "ends_at": min(at, row["ends_at"])}
        case BreakGlassReviewed() as event if row is not None:
            return {**row, "reviewed_at": at, "reviewed_by": event.reviewed_by, "findings": event.findings}
        case BreakGlassReviewOverdue() if row is not None:
            return {**row, "overdue_at": at}
    return row


def _key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    event = recorded.event
    return (event.assignment_id if isinstance(event, RoleWithdrawn) else recorded.stream_key,)


break_glass_list = ReadModel(
    "break_glass_list",
    table,
    (BreakGlassOpened, BreakGlassEnded, BreakGlassReviewed, BreakGlassReviewOverdue, RoleWithdrawn),
    key=_key,
    fold=fold,
)


async def open_for(connection: AsyncConnection, staff_id: UUID, now: datetime) -> Any | None:
    """The emergency that somebody has open at this moment; None when there is none."""
    statement = select(table).where(table.c.staff_id == staff_id, table.c.opened_at <= now, table.c.ends_at > now)
    return (await connection.execute(statement.order_by(table.c.opened_at.desc()).limit(1))).one_or_none()


async def awaits_review(connection: AsyncConnection, staff_id: UUID) -> bool:
    """Whether somebody had an emergency that nobody has reviewed."""
    statement = select(table.c.break_glass_id).where(table.c.staff_id == staff_id, table.c.reviewed_at.is_(None))
    return (await connection.execute(statement.limit(1))).first() is not None


async def unreviewed(connection: AsyncConnection, now: datetime) -> list[UUID]:
    """Those whose review is overdue without anybody having said so."""
    statement = select(table.c.break_glass_id).where(
        table.c.review_by <= now, table.c.reviewed_at.is_(None), table.c.overdue_at.is_(None)
    )
    return list((await connection.execute(statement.order_by(table.c.review_by))).scalars())
