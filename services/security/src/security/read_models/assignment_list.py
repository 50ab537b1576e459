"""Who holds which role, and where."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.staff.events import RoleAssigned, RoleWithdrawn

table = Table(
    "rm_assignment_list",
    metadata,
    Column("assignment_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, nullable=False),
    Column("role_id", Uuid, nullable=False),
    Column("role_name", Text, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("reason", Text),
    Column("not_before", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    Column("ticket", Text),
    Column("approved_by", Text),
    Column("override", Text, comment="why duties that are kept apart may meet here"),
    Index("ix_rm_assignment_list_assigned_at", "assigned_at", "assignment_id"),
    Index("ix_rm_assignment_list_role_id", "role_id"),
    Index("ix_rm_assignment_list_staff_id", "staff_id"),
)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The assignment after an event: there, or gone."""
    match recorded.event:
        case RoleAssigned() as event:
            return {
                "assignment_id": event.assignment_id,
                "staff_id": recorded.stream_key,
                "role_id": event.role_id,
                "role_name": event.role_name,
                "casinos": list(event.casinos),
                "assigned_at": recorded.meta.occurred_at,
                "assigned_by": recorded.meta.actor.id,
                "reason": recorded.meta.reason,
                "not_before": event.not_before,
                "expires_at": event.expires_at,
                "ticket": event.ticket,
                "approved_by": event.approved_by,
                "override": event.override,
            }
    return None


assignment_list = ReadModel(
    "assignment_list", table, (RoleAssigned, RoleWithdrawn), key=lambda r: (r.event.assignment_id,), fold=fold
)


async def holders_of(connection: AsyncConnection, role_id: UUID) -> list[UUID]:
    """Everybody who holds a role somewhere, ordered."""
    statement = select(table.c.staff_id).where(table.c.role_id == role_id).distinct().order_by(table.c.staff_id)
    return [row.staff_id for row in await connection.execute(statement)]
