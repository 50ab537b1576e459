"""Hits: the listed side in clear, the player's side as a sealed text that only a closer look opens."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import Key, ReadModel, Recorded, Row
from verification.application.schema import metadata
from verification.domain.hit import events as e


class HitStatus(StrEnum):
    """What became of a hit."""

    OPEN = "open"
    CLEARED = "cleared"
    """It is somebody else."""
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    """The list, or the player's name, is another one by now."""


table = Table(
    "rm_hit_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("player_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("status", Text, nullable=False, comment="open, cleared, confirmed or withdrawn"),
    Column("list_name", Text, nullable=False),
    Column("list_version", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("listed_name", Text, nullable=False),
    Column("matched_name", Text, nullable=False),
    Column("matched_weak", Boolean, nullable=False),
    Column("listed_births", JSONB, nullable=False),
    Column("programmes", JSONB, nullable=False),
    Column("score_permille", Integer, nullable=False),
    Column("birth", Text, nullable=False, comment="agrees, near, disagrees or unknown"),
    Column("algorithm", Text, nullable=False),
    Column("evidence", Text, nullable=False, comment="both names word by word, sealed under the player's key"),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text),
    Index("ix_rm_hit_list_casino", "casino_id", "raised_at", "id"),
    Index("ix_rm_hit_list_player", "player_id"),
)


def key(recorded: Recorded[Any]) -> Key:
    return (recorded.stream_key,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The hit after an event."""
    happened = recorded.event
    match happened:
        case e.HitRaised():
            return _raised(recorded, happened)
        case e.HitWithdrawn(withdrawn_at=withdrawn_at) if row is not None:
            return {**row, "status": HitStatus.WITHDRAWN, "decided_at": withdrawn_at}
        case e.HitCleared() if row is not None:
            return {**row, "status": HitStatus.CLEARED, **_decision(happened)}
        case e.HitConfirmed() if row is not None:
            return {**row, "status": HitStatus.CONFIRMED, **_decision(happened)}
        case _:
            return row


def _decision(happened: e.HitCleared | e.HitConfirmed) -> Row:
    return {"decided_by": happened.decided_by, "decided_at": happened.decided_at, "reason": happened.reason}


def _raised(recorded: Recorded[Any], happened: e.HitRaised) -> Row:
    return {
        "id": recorded.stream_key,
        "player_id": happened.player_id,
        "casino_id": happened.casino_id,
        "status": HitStatus.OPEN,
        "list_name": happened.list_name,
        "list_version": happened.list_version,
        "entity_id": happened.entity_id,
        "listed_name": happened.listed_name,
        "matched_name": happened.matched_name,
        "matched_weak": happened.matched_weak,
        "listed_births": list(happened.listed_births),
        "programmes": list(happened.programmes),
        "score_permille": happened.score_permille,
        "birth": happened.birth,
        "algorithm": happened.algorithm,
        "evidence": happened.evidence,
        "raised_at": happened.raised_at,
        "decided_by": None,
        "decided_at": None,
        "reason": None,
    }


hit_list = ReadModel("hit_list", table, (e.HitRaised, e.HitWithdrawn, e.HitCleared, e.HitConfirmed), key, fold)
