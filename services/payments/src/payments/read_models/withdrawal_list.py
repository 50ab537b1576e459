"""The list of withdrawals: one row each, with who approved and where it stands. Of the destination only its end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import ReadModel, Recorded, Row
from contracts.payments.states import WithdrawalStatus as Status
from payments.application.schema import metadata
from payments.application.withdrawals import order_sha256, stopped_sha256
from payments.domain.withdrawal import events as e
from payments.domain.withdrawal.policy import DUE_WITHIN
from payments.domain.withdrawal.states import Order

table = Table(
    "rm_withdrawal_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column(
        "fee_minor",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="what the player pays for it, on hold beside it",
    ),
    Column("currency", Text, nullable=False),
    Column("destination", Text, nullable=False, comment="masked"),
    Column("approvals_needed", SmallInteger, nullable=False),
    Column("approved_by", JSONB, nullable=False),
    Column("reference", Text, comment="how the provider calls it"),
    Column("sent_as", Text, comment="the customer of the provider it was sent as, as a fingerprint"),
    Column("code", Text, comment="why it failed or came back"),
    Column("reject_reason", Text),
    Column("returned_minor", BigInteger, comment="all that came back, in however many parts"),
    Column("due_at", DateTime(timezone=True), comment="until when it should be paid; NULL: it is part of another"),
    Column(
        "stopped_by",
        JSONB,
        nullable=False,
        server_default=text("'[]'"),
        comment="why nobody could let it go by itself",
    ),
    Column("instrument_id", Uuid, comment="what it goes to; NULL: it cannot be told"),
    Column("parent_id", Uuid, comment="the withdrawal it is a part of; NULL: it is a whole one"),
    Column("batch_id", Uuid, comment="with which it was released"),
    Column("held_by", Text, comment="why it was approved and is not sent; NULL: nothing holds it"),
    Column("paid_minor", BigInteger, comment="what left of a whole in parts"),
    Column("method", Text, comment="by which the provider was chosen; NULL: the player named it"),
    Column("payload_sha256", Text, comment="of the whole order; whoever is the second to approve it names it"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("updated_at >= created_at", name="updated_after_created"),
    Index("ix_rm_withdrawal_list_casino", "casino_id", "created_at", "id"),
    Index("ix_rm_withdrawal_list_player", "player_id", "created_at", "id"),
    Index("ix_rm_withdrawal_list_created_at", "created_at", "id"),
    Index("ix_rm_withdrawal_list_status", "status", "created_at", "id"),
    Index("ix_rm_withdrawal_list_reference", "reference"),
    Index("ix_rm_withdrawal_list_provider", "casino_id", "provider", "currency", "status", "updated_at"),
    Index("ix_rm_withdrawal_list_due", "status", "due_at", "id"),
    Index("ix_rm_withdrawal_list_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("ix_rm_withdrawal_list_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The withdrawal's row after the event."""
    event, at = recorded.event, recorded.meta.occurred_at
    if isinstance(event, e.WithdrawalRequested | e.WithdrawalPartOrdered):
        return {
            "id": recorded.stream_key,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "provider": event.provider,
            **_begun(event),
            "amount_minor": event.amount_minor,
            "fee_minor": event.fee_minor,
            "currency": event.currency,
            "destination": event.shown_as,
            "instrument_id": event.instrument_id,
            "method": event.method,
            "parent_id": event.parent_id,
            "batch_id": None,
            "held_by": None,
            "paid_minor": None,
            "payload_sha256": order_sha256(recorded.stream_key, Order(event, event.destination)),
            "approved_by": [],
            "reference": None,
            "sent_as": None,
            "code": None,
            "reject_reason": None,
            "returned_minor": None,
            "created_at": at,
            "updated_at": at,
        }
    if row is None:
        return None
    return {**row, "held_by": None, **_changes(row, event), "updated_at": max(row["created_at"], at)}


def _begun(event: e.WithdrawalRequested | e.WithdrawalPartOrdered) -> dict[str, Any]:
    if isinstance(event, e.WithdrawalPartOrdered):
        needed = event.approvals_needed
        return {"status": Status.APPROVED, "due_at": None, "stopped_by": [], "approvals_needed": needed}
    return {
        "status": Status.AWAITING_APPROVAL,
        "due_at": event.due_at or event.requested_at + DUE_WITHIN,
        "stopped_by": list(event.stopped_by),
        "approvals_needed": event.approvals_needed,
    }


def _changes(row: Row, event: Any) -> dict[str, Any]:
    if isinstance(event, _DECISIONS):
        return _decided(row, event)
    if isinstance(event, e.WithdrawalStopped):
        return _stopped(row, event)
    if isinstance(event, e.PayoutHeld):
        return {"held_by": event.why}
    if isinstance(event, e.PayoutReleased):
        return {"batch_id": event.batch_id}
    return _in_parts(row, event) if isinstance(event, e.PART_EVENTS) else _paid_out(event)


def _stopped(row: Row, event: e.WithdrawalStopped) -> dict[str, Any]:
    seen = row["payload_sha256"]
    return {
        "status": Status.AWAITING_APPROVAL,
        "approvals_needed": event.approvals_needed,
        "approved_by": [],
        "batch_id": None,
        "stopped_by": [*(one for one in row["stopped_by"] if one not in event.stopped_by), *event.stopped_by],
        "payload_sha256": None if seen is None else stopped_sha256(seen),
    }


_DECISIONS = (e.WithdrawalApproved, e.WithdrawalRejected, e.WithdrawalCancelled)


def _decided(row: Row, event: e.WithdrawalApproved | e.WithdrawalRejected | e.WithdrawalCancelled) -> dict[str, Any]:
    match event:
        case e.WithdrawalApproved():
            approved_by = [*(one for one in row["approved_by"] if one not in event.lapsed), event.approved_by]
            return {"status": Status.APPROVED if event.final else row["status"], "approved_by": approved_by}
        case e.WithdrawalRejected():
            return {"status": Status.REJECTED, "reject_reason": event.reason}
        case e.WithdrawalCancelled():
            return {"status": Status.CANCELLED}


def _in_parts(row: Row, event: e.PartEvent) -> dict[str, Any]:
    match event:
        case e.WithdrawalSplit():
            return {"status": Status.SPLIT, "paid_minor": row["paid_minor"] or 0}
        case e.WithdrawalPartPaid():
            whole = event.paid_minor == event.amount_minor
            return {"status": Status.PAID if whole else Status.SPLIT, "paid_minor": event.paid_minor}
        case e.WithdrawalPartFailed():
            return {"code": event.code}
        case e.WithdrawalPartReturned():
            return {"returned_minor": event.back_minor}
        case e.WithdrawalHalted():
            return {"status": Status.HALTED}
        case e.WithdrawalElsewhereWanted():
            return {}
        case e.WithdrawalRetried():
            return {"status": Status.SPLIT, "code": None}
        case e.WithdrawalRestReleased():
            status = Status.PARTLY_PAID if event.paid_minor else Status.REJECTED
            fee = event.fee_of(event.paid_minor) if event.paid_minor else event.fee_minor
            return {"status": status, "reject_reason": event.reason, "fee_minor": fee}


def _paid_out(event: e.ProviderEvent) -> dict[str, Any]:
    match event:
        case e.PayoutStarted():
            return {"status": Status.SENDING, "sent_as": event.sent_as}
        case e.PayoutOutcomeUnknown():
            return {"status": Status.UNKNOWN}
        case e.PayoutSent():
            return {"status": Status.SENT, "reference": event.reference}
        case e.WithdrawalPaid():
            return {"status": Status.PAID}
        case e.WithdrawalFailed():
            return {"status": Status.FAILED, "code": event.code}
        case e.WithdrawalReturned():
            return {"status": Status.RETURNED, "code": event.code, "returned_minor": event.all_back_minor}


withdrawal_list = ReadModel(
    name="withdrawal_list",
    table=table,
    handles=e.WITHDRAWAL_EVENTS,
    key=lambda recorded: (recorded.stream_key,),
    fold=fold,
)


async def find(connection: AsyncConnection, withdrawal_id: UUID) -> Row | None:
    """One row."""
    row = (await connection.execute(select(table).where(table.c.id == withdrawal_id))).mappings().one_or_none()
    return None if row is None else dict(row)


async def any_open(connection: AsyncConnection, player_id: UUID) -> bool:
    """Whether a withdrawal of the player is on its way, or may be. A paid one may still come back to his account."""
    statement = select(table.c.id).where(table.c.player_id == player_id, table.c.status.in_(OPEN)).limit(1)
    return (await connection.execute(statement)).first() is not None


async def open_of(connection: AsyncConnection, player_id: UUID) -> list[UUID]:
    """The player's whole withdrawals that are on their way, or may be."""
    statement = select(table.c.id).where(
        table.c.player_id == player_id, table.c.status.in_(OPEN), table.c.parent_id.is_(None)
    )
    return list((await connection.execute(statement)).scalars())


async def asked_since(
    connection: AsyncConnection, player_id: UUID, currency: str, since: datetime, *, besides: UUID
) -> int:
    """What a player asked for since then, but for one withdrawal and what came back to him."""
    statement = select(func.coalesce(func.sum(table.c.amount_minor), 0)).where(
        table.c.player_id == player_id,
        table.c.currency == currency,
        table.c.created_at >= since,
        table.c.id != besides,
        table.c.parent_id.is_(None),
        table.c.status.not_in((Status.REJECTED, Status.CANCELLED, Status.FAILED)),
    )
    return int((await connection.execute(statement)).scalar_one())


OPEN = (
    Status.AWAITING_APPROVAL,
    Status.APPROVED,
    Status.SENDING,
    Status.UNKNOWN,
    Status.SENT,
    Status.SPLIT,
    Status.HALTED,
)


async def any_sent_as_another(connection: AsyncConnection, casino_id: UUID, provider: str, sent_as: str) -> bool:
    """Whether an order of the casino is on its way, or may be, that was sent as another customer of the provider."""
    statement = select(table.c.id).where(
        table.c.casino_id == casino_id,
        table.c.provider == provider,
        table.c.status.in_((Status.SENDING, Status.UNKNOWN)),
        table.c.sent_as != sent_as,
    )
    return (await connection.execute(statement.limit(1))).first() is not None
