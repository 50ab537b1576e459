"""Everything that happened in any service: who, what, from what to what, authorised by whom, why, when."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from contracts.platform.events import DecisionsCounted
from contracts.registry import consumed_by
from security.application.schema import metadata

table = Table(
    "rm_audit_log",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("type", Text, nullable=False),
    Column("casino_id", Uuid),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_ip", Text),
    Column("authorised_by", Text),
    Column("reason", Text),
    Column("element", Text, nullable=False, comment="the stream or setting that changed"),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("correlation_id", Uuid, nullable=False),
    Column("break_glass", Uuid, comment="the emergency access that was open when it was done"),
    Index("ix_rm_audit_log_happened_at", "happened_at", "entry_id"),
    Index("ix_rm_audit_log_casino_id", "casino_id", "happened_at", "entry_id"),
    Index("ix_rm_audit_log_actor_id", "actor_id", "happened_at"),
    Index("ix_rm_audit_log_element", "element", "happened_at"),
    Index(
        "ix_rm_audit_log_break_glass",
        "break_glass",
        "happened_at",
        "entry_id",
        postgresql_where=text("break_glass IS NOT NULL"),
    ),
)

DECISION = table.c.after["decision"].astext
"""Why, of what was decided at a door."""

OUTCOME = func.came_to(table.c.after, type_=Text)
"""What it came to, where it could have come to something else. An entry never changes, so those that say `denied` or
`allowed`, from before the words were those of decisions, are read anew by this function of the database's."""

PERMISSION = table.c.after["permission"].astext
"""The permission that was asked for."""

SUBJECT_ID = table.c.after["subject_id"].astext
"""Whom or what a look, a download or a decision was about."""

Index("ix_rm_audit_log_decision", DECISION, table.c.happened_at)
Index("ix_rm_audit_log_came_to", OUTCOME, table.c.happened_at)
Index("ix_rm_audit_log_permission", PERMISSION, table.c.happened_at)
Index("ix_rm_audit_log_subject_id", SUBJECT_ID, table.c.happened_at)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """An entry is written once and never changes."""
    data = recorded.event.model_dump(mode="json")
    before = data.pop("before", None) or _previous(data)
    return {
        "entry_id": recorded.event_id,
        "happened_at": recorded.meta.occurred_at,
        "type": recorded.type,
        "casino_id": recorded.meta.casino_id,
        "actor_kind": recorded.meta.actor.kind,
        "actor_id": recorded.meta.actor.id,
        "actor_ip": recorded.meta.actor.ip,
        "authorised_by": recorded.meta.authorised_by,
        "reason": recorded.meta.reason,
        "element": recorded.stream_id,
        "before": before,
        "after": data.pop("after", None) or data,
        "correlation_id": recorded.meta.correlation_id,
        "break_glass": recorded.meta.breakglass,
    }


def _previous(data: dict[str, Any]) -> dict[str, Any] | None:
    """Facts that carry their former value name it `previous...` or `..._before`; it belongs on the other side."""
    found = {name: value for name, value in data.items() if _is_previous(name)}
    for name in found:
        del data[name]
    return found or None


def _is_previous(name: str) -> bool:
    return name.startswith("previous") or (name.endswith("_before") and name != "not_before")


_AUDITED = tuple(one for one in consumed_by("security") if one is not DecisionsCounted)
"""Counts of decisions are for simulations; the decisions that matter are entries of their own."""

audit_log = ReadModel("audit_log", table, _AUDITED, key=lambda r: (r.event_id,), fold=fold)
