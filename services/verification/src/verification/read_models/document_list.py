"""Documents with what was decided about them. Their contents are elsewhere, encrypted."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Table, Text, Uuid

from chassis.store import Key, ReadModel, Recorded, Row
from verification.application.schema import metadata
from verification.domain.case import events as e


class DocumentStatus(StrEnum):
    """What was decided about a document."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


table = Table(
    "rm_document_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("player_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False, comment="pending, accepted or rejected"),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False, comment="of the bytes as they were sent"),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("reject_reason", Text),
    Column("final", Boolean, nullable=False),
    Column("expires_on", Date),
    Index("ix_rm_document_list_casino", "casino_id", "uploaded_at", "id"),
    Index("ix_rm_document_list_player", "player_id"),
)


_UNDECIDED: Row = {
    "status": DocumentStatus.PENDING,
    "decided_by": None,
    "decided_at": None,
    "reject_reason": None,
    "final": False,
    "expires_on": None,
}


def key(recorded: Recorded[Any]) -> Key:
    return (recorded.event.document_id,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The document after an event."""
    happened = recorded.event
    match happened:
        case e.DocumentUploaded():
            return _uploaded(recorded, happened)
        case e.DocumentAccepted() if row is not None:
            decided = {"decided_by": happened.decided_by, "decided_at": happened.decided_at}
            return {**row, **decided, "status": DocumentStatus.ACCEPTED, "expires_on": happened.expires_on}
        case e.DocumentRejected() if row is not None:
            decided = {"decided_by": happened.decided_by, "decided_at": happened.decided_at}
            said = {"reject_reason": happened.reason, "final": happened.final}
            return {**row, **decided, **said, "status": DocumentStatus.REJECTED}
        case e.DocumentReopened() if row is not None:
            return {**row, **_UNDECIDED}
        case _:
            return row


def _uploaded(recorded: Recorded[Any], happened: e.DocumentUploaded) -> Row:
    return {
        "id": happened.document_id,
        "player_id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "kind": happened.kind,
        "media_type": happened.media_type,
        "size_bytes": happened.size_bytes,
        "sha256": happened.sha256,
        "uploaded_by": happened.uploaded_by,
        "uploaded_at": happened.uploaded_at,
        **_UNDECIDED,
    }


HANDLES = (e.DocumentUploaded, e.DocumentAccepted, e.DocumentRejected, e.DocumentReopened)

document_list = ReadModel("document_list", table, HANDLES, key, fold)
