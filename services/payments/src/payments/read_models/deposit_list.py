"""The list of deposits: one row each, with what the player asked for and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.schema import metadata
from payments.domain.deposit import events as e

table = Table(
    "rm_deposit_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False, comment="as settled; until then as asked for"),
    Column("requested_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, comment="how the provider calls it"),
    Column("code", Text, comment="why it was refused or failed"),
    Column("late", Boolean, nullable=False, comment="it succeeded after it had been given up"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_deposit_list_casino", "casino_id", "created_at", "id"),
    Index("ix_rm_deposit_list_player", "player_id", "created_at", "id"),
)

COUNTED = ("requested", "requires_action", "processing", "unknown", "succeeded")
"""What counts towards a deposit limit: accepted, or still undecided."""


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The deposit's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.DepositRequested | e.DepositRefused):
        refused = isinstance(event, e.DepositRefused)
        return {
            "id": recorded.stream_key,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "provider": event.provider,
            "status": "refused" if refused else "requested",
            "amount_minor": event.amount_minor,
            "requested_minor": event.amount_minor,
            "currency": event.currency,
            "reference": None,
            "code": event.code if isinstance(event, e.DepositRefused) else None,
            "late": False,
            "created_at": at,
            "updated_at": at,
        }
    return None if row is None else {**row, **_changes(event), "updated_at": at}


def _changes(event: e.ProviderEvent) -> dict[str, Any]:
    match event:
        case e.DepositActionRequired():
            return {"status": "requires_action", "reference": event.reference}
        case e.DepositSubmitted():
            return {"status": "processing", "reference": event.reference}
        case e.DepositOutcomeUnknown():
            return {"status": "unknown"}
        case e.DepositSucceeded():
            settled = {"amount_minor": event.amount_minor, "late": event.late, "code": None}
            return {"status": "succeeded", "reference": event.reference, **settled}
        case e.DepositFailed():
            return {"status": "failed", "code": event.code, "reference": event.reference}
        case e.DepositExpired():
            return {"status": "expired", "code": "expired"}


deposit_list = ReadModel(
    name="deposit_list",
    table=table,
    handles=e.DEPOSIT_EVENTS,
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, deposit_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == deposit_id))).mappings().one_or_none()
    return None if row is None else dict(row)


async def gross(connection: AsyncConnection, player_id: UUID, currency: str, since: datetime) -> int:
    """What a player paid in since then, or is about to."""
    total = await connection.execute(
        select(func.coalesce(func.sum(table.c.amount_minor), 0)).where(
            table.c.player_id == player_id,
            table.c.created_at >= since,
            table.c.currency == currency,
            table.c.status.in_(COUNTED),
        )
    )
    return int(total.scalar_one())
