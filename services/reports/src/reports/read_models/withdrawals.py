"""Withdrawals with the moments that matter for their age."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from contracts.payments.events import (
    PayoutOutcomeUnknown,
    PayoutSent,
    WithdrawalApproved,
    WithdrawalCancelled,
    WithdrawalFailed,
    WithdrawalPaid,
    WithdrawalRejected,
    WithdrawalRequested,
    WithdrawalReturned,
)
from contracts.payments.states import WithdrawalStatus as Status
from contracts.payments.withdrawal_events import WithdrawalStopped
from reports.application.schema import metadata

table = Table(
    "rm_withdrawal",
    metadata,
    Column("withdrawal_id", Uuid, primary_key=True),
    Column("casino_id", Uuid, nullable=False),
    Column("player_id", Uuid, nullable=False),
    Column("provider", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("approved_by", JSONB, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("approved_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True), comment="paid, rejected, cancelled or failed"),
    Index("ix_rm_withdrawal_casino_id", "casino_id", "requested_at", "withdrawal_id"),
)

_ENDS: dict[type[Any], Status] = {
    WithdrawalPaid: Status.PAID,
    WithdrawalRejected: Status.REJECTED,
    WithdrawalCancelled: Status.CANCELLED,
    WithdrawalFailed: Status.FAILED,
}
_GOES_ON: dict[type[Any], Status] = {PayoutSent: Status.SENT, PayoutOutcomeUnknown: Status.UNKNOWN}


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The withdrawal after an event."""
    event, moment = recorded.event, recorded.meta.occurred_at
    if isinstance(event, WithdrawalRequested):
        return {
            "withdrawal_id": event.withdrawal_id,
            "casino_id": event.casino_id,
            "player_id": event.player_id,
            "provider": event.provider,
            "amount_minor": event.amount_minor,
            "currency": event.currency,
            "status": Status.AWAITING_APPROVAL,
            "approved_by": [],
            "requested_at": moment,
            "approved_at": None,
            "ended_at": None,
        }
    if row is None:
        return None
    if isinstance(event, WithdrawalStopped):
        return {**row, "status": Status.AWAITING_APPROVAL, "approved_by": [], "approved_at": None}
    if isinstance(event, WithdrawalApproved):
        kept = [one for one in row["approved_by"] if one not in event.lapsed]
        approved = {**row, "approved_by": [*kept, event.approved_by]}
        return {**approved, "status": Status.APPROVED, "approved_at": moment} if event.final else approved
    if isinstance(event, WithdrawalReturned):
        return {**row, "status": Status.RETURNED}
    if isinstance(event, WithdrawalPaid) and event.amount_minor < row["amount_minor"]:
        return {**row, "status": Status.PARTLY_PAID, "ended_at": moment}
    if type(event) in _ENDS:
        return {**row, "status": _ENDS[type(event)], "ended_at": moment}
    return {**row, "status": _GOES_ON[type(event)]}


withdrawals = ReadModel(
    "withdrawal",
    table,
    (WithdrawalRequested, WithdrawalStopped, WithdrawalApproved, WithdrawalReturned, *_ENDS, *_GOES_ON),
    key=lambda r: (r.event.withdrawal_id,),
    fold=fold,
)
