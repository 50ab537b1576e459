"""The roles and what they allow."""

from typing import Any

from sqlalchemy import Column, DateTime, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.role.events import RoleDefined, RolePermissionsChanged

table = Table(
    "rm_role_list",
    metadata,
    Column("role_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("permissions", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("name"),
)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The role after an event."""
    event = recorded.event
    permissions = event.permissions if isinstance(event, RoleDefined) else event.after
    return {
        "role_id": recorded.stream_key,
        "name": event.name,
        "permissions": list(permissions),
        "changed_at": recorded.meta.occurred_at,
    }


role_list = ReadModel(
    "role_list", table, (RoleDefined, RolePermissionsChanged), key=lambda r: (r.stream_key,), fold=fold
)
