"""What waits for a second person, over all services: proposals, and withdrawals with approvals of their own."""

from typing import Any, Final

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.application.schema import metadata
from chassis.store import ReadModel, Recorded, Row
from contracts.payments.events import WithdrawalApproved, WithdrawalCancelled, WithdrawalRejected, WithdrawalRequested
from contracts.payments.permissions import PaymentsPermission
from contracts.platform.events import (
    ApprovalClosed,
    ApprovalEdited,
    ApprovalExecuted,
    ApprovalGiven,
    ApprovalLapsed,
    ApprovalProposed,
)

table = Table(
    "rm_approval_inbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service", Text, nullable=False),
    Column("casino_id", Uuid),
    Column("command", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("approve_permission", Text, nullable=False),
    Column("list_permission", Text, nullable=False, comment="whoever holds it there may know of it"),
    Column("risk", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("requester_id", Uuid, nullable=False),
    Column("barred", JSONB, nullable=False),
    Column("approved_by", JSONB, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("href", Text, nullable=False, comment="where it is decided"),
    Index("ix_rm_approval_inbox_casino_id", "casino_id", "proposed_at", "id"),
    Index("ix_rm_approval_inbox_state", "state", "proposed_at", "id"),
)

_OF_PROPOSALS: Final = (
    ApprovalProposed, ApprovalEdited, ApprovalGiven, ApprovalLapsed, ApprovalExecuted, ApprovalClosed,
)  # fmt: skip
_OF_WITHDRAWALS: Final = (WithdrawalRequested, WithdrawalApproved, WithdrawalRejected, WithdrawalCancelled)


def _key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    event = recorded.event
    return (event.approval_id if isinstance(event, _OF_PROPOSALS) else event.withdrawal_id,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The proposal or withdrawal after an event."""
    match recorded.event:
        case ApprovalProposed() as event:
            return _proposed(event, recorded)
        case WithdrawalRequested() as event:
            return _withdrawal(event, recorded)
    return None if row is None else _moved(row, recorded.event)


def _proposed(event: ApprovalProposed, recorded: Recorded[Any]) -> Row:
    same = (
        "service", "casino_id", "command", "permission", "approve_permission", "risk", "subject_kind", "subject_id",
        "summary", "requester_id", "needed", "expires_at",
    )  # fmt: skip
    return {
        **{name: getattr(event, name) for name in same},
        "id": event.approval_id,
        "list_permission": f"{event.service}.approval.list",
        "barred": [str(one) for one in event.barred],
        "approved_by": [],
        "state": "waiting",
        "proposed_at": recorded.meta.occurred_at,
        "href": f"/api/{event.service}/v1/approvals/{event.approval_id}",
    }


def _withdrawal(event: WithdrawalRequested, recorded: Recorded[Any]) -> Row:
    return {
        "id": event.withdrawal_id,
        "service": "payments",
        "casino_id": event.casino_id,
        "command": "payments.withdrawal",
        "permission": str(PaymentsPermission.WITHDRAWAL_APPROVE),
        "approve_permission": str(PaymentsPermission.WITHDRAWAL_APPROVE),
        "list_permission": str(PaymentsPermission.WITHDRAWAL_LIST),
        "risk": "high",
        "subject_kind": "withdrawal",
        "subject_id": str(event.withdrawal_id),
        "summary": f"Withdrawal of {event.amount_minor} minor units {event.currency}",
        "requester_id": event.player_id,
        "barred": [],
        "approved_by": [],
        "needed": 2 if event.needs_second_person else 1,
        "state": "waiting",
        "proposed_at": recorded.meta.occurred_at,
        "expires_at": None,
        "href": f"/api/payments/v1/withdrawals/{event.withdrawal_id}",
    }


def _moved(row: Row, event: Any) -> Row:
    match event:
        case ApprovalEdited():
            barred = sorted({*row["barred"], *map(str, event.barred)})
            return {**row, "summary": event.summary, "barred": barred, "approved_by": [], "state": "waiting"}
        case ApprovalGiven():
            by = [*row["approved_by"], str(event.approved_by)]
            return {**row, "approved_by": by, "state": "approved" if event.given >= event.needed else "waiting"}
        case ApprovalLapsed():
            by = [one for one in row["approved_by"] if one != str(event.approved_by)]
            return {**row, "approved_by": by, "state": "waiting"}
        case ApprovalExecuted():
            return {**row, "state": "executed"}
        case ApprovalClosed():
            return {**row, "state": event.outcome}
        case WithdrawalApproved():
            by = [*row["approved_by"], event.approved_by]
            return {**row, "approved_by": by, "state": "executed" if event.final else "waiting"}
        case WithdrawalRejected():
            return {**row, "state": "rejected"}
        case _:
            return {**row, "state": "withdrawn"}


approval_inbox = ReadModel("approval_inbox", table, (*_OF_PROPOSALS, *_OF_WITHDRAWALS), key=_key, fold=fold)
