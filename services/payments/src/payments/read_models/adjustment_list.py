"""The list of adjustments: one row each, with who proposed it, who agreed, and why."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.ledger import TransferKind, transfer_id
from payments.application.schema import metadata
from payments.domain.adjustment.events import WalletAdjusted
from payments.domain.adjustment.words import AdjustmentClass

table = Table(
    "rm_adjustment_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("direction", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("adjustment_class", Text, nullable=False),
    Column("reference", Text, comment="what it is about, as an outsider calls it"),
    Column("reason", Text, comment="in the words of whoever proposed it"),
    Column("proposed_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("transfer_id", Uuid, nullable=False, comment="the entry of the ledger"),
    Column("adjusted_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_adjustment_list_casino", "casino_id", "adjusted_at", "id"),
    Index("ix_rm_adjustment_list_player", "player_id", "adjusted_at", "id"),
    Index("ix_rm_adjustment_list_adjusted_at", "adjusted_at", "id"),
    Index("ix_rm_adjustment_list_class", "adjustment_class", "adjusted_at", "id"),
    Index("ix_rm_adjustment_list_reference", "reference"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The adjustment's row after the event."""
    fact, meta = recorded.event.fact, recorded.meta
    return row or {
        "id": recorded.stream_key,
        "casino_id": fact.casino_id,
        "player_id": fact.player_id,
        "direction": fact.direction,
        "amount_minor": fact.amount_minor,
        "currency": fact.currency,
        "adjustment_class": fact.adjustment_class,
        "reference": fact.reference,
        "reason": meta.reason,
        "proposed_by": meta.actor.id,
        "approved_by": meta.authorised_by or "",
        "transfer_id": transfer_id(TransferKind.ADJUSTMENT, recorded.stream_key),
        "adjusted_at": recorded.event.adjusted_at,
    }


adjustment_list = ReadModel(
    name="adjustment_list",
    table=table,
    handles=(WalletAdjusted,),
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, adjustment_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == adjustment_id))).mappings().one_or_none()
    return None if row is None else dict(row)


async def written_off(connection: AsyncConnection, player_id: UUID, currency: str) -> int:
    """What was ever written off of what a player owed."""
    statement = select(func.coalesce(func.sum(table.c.amount_minor), 0)).where(
        table.c.player_id == player_id,
        table.c.currency == currency,
        table.c.adjustment_class == AdjustmentClass.BAD_DEBT,
    )
    return int((await connection.execute(statement)).scalar_one())
