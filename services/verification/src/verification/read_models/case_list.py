"""Cases by player: how far each is known, and what waits for a person."""

from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import Column, ColumnElement, DateTime, Index, Integer, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Key, ReadModel, Recorded, Row
from verification.application.schema import metadata
from verification.domain.case import events as e
from verification.read_models.document_list import DocumentStatus


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    REFUSED = "refused"
    """Nothing uploaded later can help."""
    ERASED = "erased"


table = Table(
    "rm_case_list",
    metadata,
    Column("player_id", Uuid, primary_key=True, comment="a case has its player's id"),
    Column("casino_id", Uuid, nullable=False),
    Column("country", Text, nullable=False),
    Column("status", Text, nullable=False, comment="open, refused or erased"),
    Column("level", Text, nullable=False),
    Column("level_since", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("screened_at", DateTime(timezone=True)),
    Column("open_hits", Integer, nullable=False),
    Column("confirmed_hits", Integer, nullable=False),
    Column("pending_documents", Integer, nullable=False),
    Column("documents", JSONB, nullable=False, comment="document -> pending, accepted or rejected"),
    Index("ix_rm_case_list_walk", "casino_id", "player_id"),
    Index("ix_rm_case_list_casino", "casino_id", "opened_at", "player_id"),
)


def key(recorded: Recorded[Any]) -> Key:
    return (recorded.stream_key,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The case after an event."""
    happened = recorded.event
    if isinstance(happened, e.CaseOpened):
        return _opened(recorded, happened)
    if row is None:
        return None
    match happened:
        case e.DocumentUploaded(document_id=document_id) | e.DocumentReopened(document_id=document_id):
            return _decided(row, document_id, DocumentStatus.PENDING)
        case e.DocumentAccepted(document_id=document_id):
            return _decided(row, document_id, DocumentStatus.ACCEPTED)
        case e.DocumentRejected(document_id=document_id, final=final):
            status = CaseStatus.REFUSED if final else row["status"]
            return {**_decided(row, document_id, DocumentStatus.REJECTED), "status": status}
        case e.NameChanged() | e.ScreeningCompleted() | e.HitSettled():
            return {**row, **_screened(row, happened)}
        case e.LevelReached(level=level, reached_at=reached_at):
            return {**row, "level": level, "level_since": reached_at}
        case e.CaseErased():
            return {**row, "status": CaseStatus.ERASED, "pending_documents": 0}
        case _:
            return row


def _opened(recorded: Recorded[Any], happened: e.CaseOpened) -> Row:
    return {
        "player_id": recorded.stream_key,
        "casino_id": recorded.meta.casino_id,
        "country": happened.country,
        "status": CaseStatus.OPEN,
        "level": "none",
        "level_since": happened.opened_at,
        "opened_at": happened.opened_at,
        "screened_at": None,
        "open_hits": 0,
        "confirmed_hits": 0,
        "pending_documents": 0,
        "documents": {},
    }


def _screened(row: Row, happened: e.NameChanged | e.ScreeningCompleted | e.HitSettled) -> Row:
    match happened:
        case e.NameChanged():
            return {"screened_at": None}
        case e.ScreeningCompleted(open_hits=open_hits, screened_at=screened_at):
            return {"open_hits": open_hits, "screened_at": screened_at}
        case e.HitSettled(confirmed=confirmed):
            more = row["confirmed_hits"] + int(confirmed)
            return {"open_hits": row["open_hits"] - 1, "confirmed_hits": more}
        case _:
            assert_never(happened)


def _decided(row: Row, document_id: UUID, decision: DocumentStatus) -> Row:
    documents = {**row["documents"], str(document_id): decision}
    pending = sum(1 for state in documents.values() if state == DocumentStatus.PENDING)
    return {**row, "documents": documents, "pending_documents": pending}


HANDLES = (
    e.CaseOpened,
    e.DocumentUploaded,
    e.DocumentAccepted,
    e.DocumentRejected,
    e.DocumentReopened,
    e.NameChanged,
    e.ScreeningCompleted,
    e.HitSettled,
    e.LevelReached,
    e.CaseErased,
)

case_list = ReadModel("case_list", table, HANDLES, key, fold)


class Caseload:
    """Walks through the cases that are not erased, in the order of their players' ids."""

    async def after(self, connection: AsyncConnection, player_id: UUID | None, limit: int) -> list[UUID]:
        """The next cases of all casinos."""
        return await self._walk(connection, player_id, limit)

    async def of_casino(
        self, connection: AsyncConnection, casino_id: UUID, after: UUID | None, limit: int
    ) -> list[UUID]:
        """The next cases of one casino."""
        return await self._walk(connection, after, limit, table.c.casino_id == casino_id)

    @staticmethod
    async def _walk(
        connection: AsyncConnection, after: UUID | None, limit: int, *conditions: ColumnElement[bool]
    ) -> list[UUID]:
        beyond = () if after is None else (table.c.player_id > after,)
        statement = select(table.c.player_id).where(table.c.status != CaseStatus.ERASED, *conditions, *beyond)
        rows = await connection.execute(statement.order_by(table.c.player_id).limit(limit))
        return list(rows.scalars())
