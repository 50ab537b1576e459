"""The list of cases: one row each, with the rules that held and what it was in the end."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.schema import metadata
from payments.domain.fraud_case import events as e

table = Table(
    "rm_fraud_case_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("status", Text, nullable=False, comment="open or closed"),
    Column("outcome", Text, comment="fraud, not_fraud or unclear, once it was decided"),
    Column("rules", JSONB, nullable=False, comment="the live rules that held, by name"),
    Column("alerts", Integer, nullable=False, comment="payments at which they did"),
    Column("assignee", Text),
    Column("decided_by", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_fraud_case_list_casino", "casino_id", "opened_at", "id"),
    Index("ix_rm_fraud_case_list_player", "player_id", "opened_at", "id"),
    Index("ix_rm_fraud_case_list_opened_at", "opened_at", "id"),
    Index("ix_rm_fraud_case_list_status", "status", "opened_at", "id"),
    Index("uq_rm_fraud_case_list_open", "player_id", unique=True, postgresql_where=text("status = 'open'")),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The case's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.FraudCaseOpened):
        return {
            "id": recorded.stream_key,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "status": "open",
            "outcome": None,
            "rules": sorted(event.alert.rules),
            "alerts": 1,
            "assignee": None,
            "decided_by": None,
            "opened_at": at,
            "updated_at": at,
        }
    return None if row is None else {**row, **_changes(row, event), "updated_at": max(row["opened_at"], at)}


def _changes(row: Row, event: e.FraudCaseEvent) -> dict[str, Any]:
    match event:
        case e.FraudCaseAlerted():
            return {"rules": sorted({*row["rules"], *event.alert.rules}), "alerts": row["alerts"] + 1}
        case e.FraudCaseAssigned():
            return {"assignee": event.assignee}
        case e.FraudCaseDecided():
            return {"status": "closed", "outcome": event.outcome, "decided_by": event.decided_by}
        case _:
            return {}


fraud_case_list = ReadModel(
    name="fraud_case_list",
    table=table,
    handles=e.FRAUD_CASE_EVENTS,
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, case_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == case_id))).mappings().one_or_none()
    return None if row is None else dict(row)


class OpenCases:
    """Implements `Cases`."""

    async def open_case(self, connection: AsyncConnection, player_id: UUID) -> UUID | None:
        """See Cases."""
        await connection.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"fraud-case/{player_id}", 0)))
        )
        statement = select(table.c.id).where(table.c.player_id == player_id, table.c.status == "open")
        return (await connection.execute(statement)).scalar_one_or_none()
