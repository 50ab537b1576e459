"""Every version a role ever had."""

from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.role.events import RoleDefined, RoleVersionPublished

table = Table(
    "rm_role_versions",
    metadata,
    Column("role_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("description", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("review_by", Date),
    Column("permissions", JSONB, nullable=False, comment="names and patterns that are allowed"),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text, nullable=False),
)


def _key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    return (recorded.stream_key, _number(recorded.event))


def _number(event: RoleDefined | RoleVersionPublished) -> int:
    return 1 if isinstance(event, RoleDefined) else event.version


def _fold(_row: Row | None, recorded: Recorded[Any]) -> Row:
    event = recorded.event
    return {
        "role_id": recorded.stream_key,
        "version": _number(event),
        "description": event.description,
        "owner": event.owner,
        "review_by": event.review_by,
        "permissions": sorted({one.pattern for one in event.grants if one.effect == "allow"}),
        "published_at": recorded.meta.occurred_at,
        "published_by": recorded.meta.actor.id,
    }


role_versions = ReadModel("role_versions", table, (RoleDefined, RoleVersionPublished), key=_key, fold=_fold)
