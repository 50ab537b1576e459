"""What a deposit brought, what was taken back of it and what is being refunded: never more than there was.

The database holds to that as well: an order to refund more is not written, whoever forgets to look.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from payments.application.schema import metadata
from payments.domain.deposit.events import DepositReinstated, DepositReversed, DepositSucceeded
from payments.domain.refund.events import RefundFailed, RefundOrdered, RefundSucceeded

table = Table(
    "rm_capture",
    metadata,
    Column("deposit_id", Uuid, primary_key=True),
    Column("captured_minor", BigInteger, nullable=False, comment="as the provider settled it"),
    Column("taken_minor", BigInteger, nullable=False, comment="refunded or charged back of it"),
    Column("ordered_minor", BigInteger, nullable=False, comment="kept for refunds that are not decided"),
    Column(
        "fee_minor",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="paid by the player and not given back since",
    ),
    CheckConstraint("fee_minor >= 0", name="fee_given_back_once"),
    CheckConstraint(
        "taken_minor >= 0 AND ordered_minor >= 0 AND taken_minor + ordered_minor <= captured_minor",
        name="refunds_within_capture",
    ),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The deposit's row after the event. What is taken back by others goes before what is being refunded.

    A refund that was under way when others took the money may have gone all the same: then nothing is left, not less.
    """
    event = recorded.event
    if isinstance(event, DepositSucceeded):
        return {
            "deposit_id": recorded.stream_key,
            "captured_minor": event.amount_minor,
            "taken_minor": 0,
            "ordered_minor": 0,
            "fee_minor": event.fee_minor,
        }
    if row is None:
        return None
    match event:
        case DepositReversed() | DepositReinstated():
            taken = min(event.all_reversed_minor, row["captured_minor"])
            ordered = min(row["ordered_minor"], row["captured_minor"] - taken)
            return {**row, "taken_minor": taken, "ordered_minor": ordered}
        case RefundOrdered():
            fact, kept = event.fact, row["fee_minor"] - event.fact.fee_minor
            return {**row, "ordered_minor": row["ordered_minor"] + fact.amount_minor, "fee_minor": kept}
        case RefundSucceeded() | RefundFailed():
            paid_again = event.fact.fee_minor if isinstance(event, RefundFailed) else 0
            ordered = max(0, row["ordered_minor"] - event.fact.amount_minor)
            return {**row, "ordered_minor": ordered, "fee_minor": row["fee_minor"] + paid_again}
        case _:
            return row


def _key(recorded: Recorded[Any]) -> tuple[UUID]:
    event = recorded.event
    refund = isinstance(event, RefundOrdered | RefundSucceeded | RefundFailed)
    return (event.fact.deposit_id if refund else recorded.stream_key,)


capture = ReadModel(
    name="capture",
    table=table,
    handles=(DepositSucceeded, DepositReversed, DepositReinstated, RefundOrdered, RefundSucceeded, RefundFailed),
    key=_key,
    fold=fold,
)


async def room(connection: AsyncConnection, deposit_id: UUID) -> int:
    """How much of it may still be refunded."""
    left = table.c.captured_minor - table.c.taken_minor - table.c.ordered_minor
    found = (await connection.execute(select(left).where(table.c.deposit_id == deposit_id))).scalar_one_or_none()
    return found or 0


async def fee_of_whole(connection: AsyncConnection, deposit_id: UUID, amount_minor: int) -> int:
    """The fee that goes back with a refund of so much: what is left of it, where that is all of the deposit."""
    statement = select(table.c.fee_minor).where(
        table.c.deposit_id == deposit_id, table.c.captured_minor == amount_minor
    )
    return (await connection.execute(statement)).scalar_one_or_none() or 0
