"""The list of refunds: one row each, with who proposed it, who agreed, why, and what the provider made of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.payments.states import RefundStatus as Status
from payments.application.schema import metadata
from payments.domain.refund import events as e
from payments.domain.refund.aggregate import REJECTED
from payments.domain.refund.words import UNDER_REVIEW

table = Table(
    "rm_refund_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("deposit_id", Uuid, nullable=False),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("owed_minor", BigInteger, nullable=False, comment="what of it the player had spent, and owes for it"),
    Column("fee_minor", BigInteger, nullable=False, server_default="0", comment="of the deposit, given back with it"),
    Column("currency", Text, nullable=False),
    Column("reference", Text, comment="how the provider calls the refund"),
    Column("code", Text, comment="why it failed"),
    Column("reason", Text, comment="in the words of whoever proposed it"),
    Column("proposed_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("sent_as", Text, comment="the customer of the provider it was sent as, as a fingerprint"),
    Column("held_by", Text, comment="why it is not sent; NULL: nothing, or a hit of the player's"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index("ix_rm_refund_list_casino", "casino_id", "created_at", "id"),
    Index("ix_rm_refund_list_player", "player_id", "created_at", "id"),
    Index("ix_rm_refund_list_deposit", "deposit_id", "created_at", "id"),
    Index("ix_rm_refund_list_created_at", "created_at", "id"),
    Index("ix_rm_refund_list_status", "status", "created_at", "id"),
    Index("ix_rm_refund_list_reference", "reference"),
)

UNDECIDED = (Status.SENDING, Status.UNKNOWN, Status.PENDING)
"""Statuses of refunds that the provider may have heard of and has not decided."""


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The refund's row after the event."""
    event, meta = recorded.event, recorded.meta
    if isinstance(event, e.RefundOrdered):
        fact = event.fact
        return {
            "id": recorded.stream_key,
            "deposit_id": fact.deposit_id,
            "casino_id": fact.casino_id,
            "player_id": fact.player_id,
            "provider": fact.provider,
            "status": Status.ORDERED,
            "amount_minor": fact.amount_minor,
            "owed_minor": fact.amount_minor - event.from_cash_minor,
            "fee_minor": fact.fee_minor,
            "currency": fact.currency,
            "reference": None,
            "code": None,
            "reason": meta.reason,
            "proposed_by": meta.actor.id,
            "approved_by": meta.authorised_by or "",
            "sent_as": None,
            "held_by": None,
            "created_at": event.ordered_at,
            "updated_at": event.ordered_at,
        }
    if row is None:
        return None
    changed = {**row, "held_by": None, **_changes(event), "updated_at": max(row["created_at"], meta.occurred_at)}
    if isinstance(event, e.RefundFailed) and event.code == REJECTED and row["reason"] is None:
        changed["reason"] = meta.reason  # Of a part of a withdrawal, which nobody had to give a reason for.
    return changed


def _changes(event: e.RefundEvent) -> dict[str, Any]:
    match event:
        case e.RefundHeld():
            return {"held_by": None if event.why == UNDER_REVIEW else event.why}
        case e.RefundStarted():
            return {"status": Status.SENDING, "sent_as": event.sent_as}
        case e.RefundOutcomeUnknown():
            return {"status": Status.UNKNOWN}
        case e.RefundAccepted():
            return {"status": Status.PENDING, "reference": event.reference}
        case e.RefundSucceeded():
            return {"status": Status.SUCCEEDED, "reference": event.reference}
        case e.RefundFailed():
            return {"status": Status.FAILED, "reference": event.reference, "code": event.code, "fee_minor": 0}
        case e.RefundReturned():
            return {"status": Status.RETURNED, "code": event.code}
        case _:
            return {}


refund_list = ReadModel(
    name="refund_list",
    table=table,
    handles=e.REFUND_EVENTS,
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, refund_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == refund_id))).mappings().one_or_none()
    return None if row is None else dict(row)


async def of_deposit(connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> list[UUID]:
    """Those of a deposit that are of this amount, in the order in which they were ordered."""
    of_it = select(table.c.id).where(table.c.deposit_id == deposit_id, table.c.amount_minor == amount_minor)
    return list((await connection.execute(of_it.order_by(table.c.created_at, table.c.id))).scalars())


async def any_sent_as_another(connection: AsyncConnection, casino_id: UUID, provider: str, sent_as: str) -> bool:
    """Whether a refund is undecided that was sent as another customer of the provider."""
    statement = select(table.c.id).where(
        table.c.casino_id == casino_id,
        table.c.provider == provider,
        table.c.status.in_(UNDECIDED),
        table.c.sent_as != sent_as,
    )
    return (await connection.execute(statement.limit(1))).first() is not None
