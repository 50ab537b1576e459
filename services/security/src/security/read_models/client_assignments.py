"""Which client holds which role, and where."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.client.events import ClientRoleAssigned, ClientRoleWithdrawn

table = Table(
    "rm_client_assignments",
    metadata,
    Column("assignment_id", Uuid, primary_key=True),
    Column("client_id", Uuid, nullable=False),
    Column("role_id", Uuid, nullable=False),
    Column("role_name", Text, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("reason", Text),
    Index("ix_rm_client_assignments_client_id", "client_id"),
)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The assignment after an event: there, or gone."""
    match recorded.event:
        case ClientRoleAssigned() as event:
            return {
                "assignment_id": event.assignment_id,
                "client_id": recorded.stream_key,
                "role_id": event.role_id,
                "role_name": event.role_name,
                "casinos": list(event.casinos),
                "assigned_at": recorded.meta.occurred_at,
                "assigned_by": recorded.meta.actor.id,
                "reason": recorded.meta.reason,
            }
    return None


client_assignments = ReadModel(
    "client_assignments",
    table,
    (ClientRoleAssigned, ClientRoleWithdrawn),
    key=lambda r: (r.event.assignment_id,),
    fold=fold,
)
