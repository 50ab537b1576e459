"""The roles and what they allow."""

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.grants import Grant, is_pattern, usual
from security.domain.role.events import RoleDefined, RolePermissionsChanged, RoleRetired, RoleVersionPublished


class RoleStatus(StrEnum):
    """Whether a role may be given."""

    ACTIVE = "active"
    RETIRED = "retired"


table = Table(
    "rm_role_list",
    metadata,
    Column("role_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("permissions", JSONB, nullable=False, comment="names and patterns that are allowed"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("grants", JSONB, nullable=False, server_default="[]", comment="the lines of the version that holds"),
    Column("description", Text, nullable=False, server_default=""),
    Column("owner", Text, nullable=False, server_default=""),
    Column("review_by", Date),
    Column("break_glass", Boolean, nullable=False, server_default="false"),
    Column("status", Text, nullable=False, server_default=RoleStatus.ACTIVE),
    UniqueConstraint("name"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The role after an event."""
    event, at = recorded.event, recorded.meta.occurred_at
    match event:
        case RoleDefined():
            kept = {"role_id": recorded.stream_key, "break_glass": event.break_glass, "status": RoleStatus.ACTIVE}
            return _version(kept, event.grants, event, 1, at)
        case RoleVersionPublished() if row is not None:
            return _version(row, event.grants, event, event.version, at)
        case RolePermissionsChanged() if row is not None:
            grants = tuple(usual(one, auto_extend=is_pattern(one)) for one in event.after)
            return {**row, **_lines(grants), "name": event.name, "version": row["version"] + 1, "changed_at": at}
        case RoleRetired() if row is not None:
            return {**row, "status": RoleStatus.RETIRED, "changed_at": at}
    return row


def _version(
    row: Row, grants: tuple[Grant, ...], event: RoleDefined | RoleVersionPublished, version: int, at: Any
) -> Row:
    said = {"name": event.name, "description": event.description, "owner": event.owner, "review_by": event.review_by}
    return {**row, **said, **_lines(grants), "version": version, "changed_at": at}


def _lines(grants: tuple[Grant, ...]) -> Row:
    allowed = sorted({one.pattern for one in grants if one.effect == "allow"})
    return {"permissions": allowed, "grants": msgspec.to_builtins(grants)}


role_list = ReadModel(
    "role_list",
    table,
    (RoleDefined, RolePermissionsChanged, RoleVersionPublished, RoleRetired),
    key=lambda r: (r.stream_key,),
    fold=fold,
)
