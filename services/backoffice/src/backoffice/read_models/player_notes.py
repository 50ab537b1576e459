"""What colleagues wrote about a player; encrypted like everything about a person."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid

from backoffice.application.schema import metadata
from backoffice.domain.player.events import PlayerNoted
from chassis.store import ReadModel, Recorded, Row

table = Table(
    "rm_player_notes",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("player_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
    Column("written_by", Text, nullable=False),
    Column("sealed_text", Text, nullable=False),
    Index("ix_rm_player_notes_player_id", "player_id", "written_at", "note_id"),
)


def fold(_: Row | None, recorded: Recorded[Any]) -> Row | None:
    """A note is written once."""
    return {
        "note_id": recorded.event.note_id,
        "player_id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "written_at": recorded.meta.occurred_at,
        "written_by": recorded.meta.actor.id,
        "sealed_text": recorded.event.sealed_text,
    }


player_notes = ReadModel("player_notes", table, (PlayerNoted,), key=lambda r: (r.event.note_id,), fold=fold)
