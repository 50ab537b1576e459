"""One story per player, told by the events of all services."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Text, Uuid, false
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.application.schema import metadata
from chassis.store import ReadModel, Recorded, Row
from contracts.registry import consumed_by

table = Table(
    "rm_timeline",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("player_id", Uuid, nullable=False),
    Column("casino_id", Uuid),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("position", BigInteger, nullable=False, comment="the order of arrival, for moments that are equal"),
    Column("service", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("authorised_by", Text),
    Column("reason", Text),
    Column("facts", JSONB, nullable=False),
    Column("break_glass", Uuid, comment="done under this emergency access"),
    Column(
        "consequence",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="has no stream of its own, such as a movement: told after the decision of the same moment",
    ),
    Index("ix_rm_timeline_story", "player_id", "happened_at", "consequence", "position", "entry_id"),
    Index("ix_rm_timeline_casino_id", "casino_id", "happened_at", "entry_id"),
)

SAME_MOMENT = (table.c.consequence, table.c.position)
"""What tells entries of the same moment in order; they are of one transaction, as a rule.

Facts of one stream arrive as they happened, and so do a player's movements: each of them has one topic and one key. A
decision and the movement it brought about are on two topics and arrive either way; there the stream decides. What one
service makes of another's news happens later by the clock. Where clocks say the same all the same, nobody knows more
than which arrived first.
"""

_SAID_ELSEWHERE = frozenset({"player_id", "casino_id", "subject_id", "subject_kind"})


def player_of(event: Any) -> UUID | None:
    """The player an event is about; None when it is about something else."""
    player_id: UUID | None = getattr(event, "player_id", None)
    if player_id is None and getattr(event, "subject_kind", None) == "player":
        return UUID(str(event.subject_id))
    return player_id


def key(recorded: Recorded[Any]) -> tuple[Any, ...] | None:
    """An entry per event about a player."""
    return None if player_of(recorded.event) is None else (recorded.event_id,)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """An entry is written once and never changes."""
    facts = recorded.event.model_dump(mode="json", exclude=_SAID_ELSEWHERE, exclude_none=True)
    return {
        "entry_id": recorded.event_id,
        "player_id": player_of(recorded.event),
        "casino_id": recorded.meta.casino_id or getattr(recorded.event, "casino_id", None),
        "happened_at": recorded.meta.occurred_at,
        "position": recorded.position,
        "service": recorded.type.split(".", 1)[0],
        "type": recorded.type,
        "actor_kind": recorded.meta.actor.kind,
        "actor_id": recorded.meta.actor.id,
        "authorised_by": recorded.meta.authorised_by,
        "reason": recorded.meta.reason,
        "facts": facts,
        "break_glass": recorded.meta.breakglass,
        "consequence": recorded.version == 0,
    }


timeline = ReadModel("timeline", table, tuple(consumed_by("backoffice")), key=key, fold=fold)
