"""What waits for a second person, over all services: proposals, and what has approvals of its own: withdrawals, wishes
for more access, and emergencies that somebody else must review.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from backoffice.application.schema import metadata
from chassis.db.states import ApprovalState as State
from chassis.store import ReadModel, Recorded, Row
from contracts.payments.events import WithdrawalApproved, WithdrawalCancelled, WithdrawalRejected, WithdrawalRequested
from contracts.payments.permissions import PaymentsPermission
from contracts.payments.withdrawal_events import WithdrawalStopped
from contracts.platform.events import (
    ApprovalClosed,
    ApprovalEdited,
    ApprovalExecuted,
    ApprovalGiven,
    ApprovalLapsed,
    ApprovalProposed,
)
from contracts.security.break_glass_events import BreakGlassOpened, BreakGlassReviewed
from contracts.security.elevation_events import (
    ElevationApproved,
    ElevationRefused,
    ElevationRequested,
    ElevationWithdrawn,
)
from contracts.security.permissions import SecurityPermission

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
    Column("amount_minor", BigInteger, comment="what is moved, where a role may say how much somebody approves"),
    Column("currency", Text),
    Index("ix_rm_approval_inbox_casino_id", "casino_id", "proposed_at", "id"),
    Index("ix_rm_approval_inbox_state", "state", "proposed_at", "id"),
)

WITHDRAWAL: Final = "payments.withdrawal"
_NO_AMOUNT: Final = {"amount_minor": None, "currency": None}
_OF_PROPOSALS: Final = (
    ApprovalProposed, ApprovalEdited, ApprovalGiven, ApprovalLapsed, ApprovalExecuted, ApprovalClosed,
)  # fmt: skip
_OF_ACCESS: Final = (
    ElevationRequested, ElevationApproved, ElevationRefused, ElevationWithdrawn, BreakGlassOpened, BreakGlassReviewed,
)  # fmt: skip
_OF_WITHDRAWALS: Final = (
    WithdrawalRequested, WithdrawalStopped, WithdrawalApproved, WithdrawalRejected, WithdrawalCancelled,
)  # fmt: skip


def _key(recorded: Recorded[Any]) -> tuple[Any, ...]:
    match recorded.event:
        case WithdrawalRequested() | WithdrawalStopped() | WithdrawalApproved() as event:
            return (event.withdrawal_id,)
        case WithdrawalRejected() | WithdrawalCancelled() as event:
            return (event.withdrawal_id,)
        case ElevationRequested() | ElevationApproved() | ElevationRefused() | ElevationWithdrawn() as event:
            return (event.elevation_id,)
        case BreakGlassOpened() | BreakGlassReviewed() as event:
            return (event.break_glass_id,)
    return (recorded.event.approval_id,)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The proposal or withdrawal after an event."""
    match recorded.event:
        case ApprovalProposed() as event:
            return _proposed(event, recorded)
        case WithdrawalRequested() as event:
            return _withdrawal(event, recorded)
        case ElevationRequested() as event:
            return _elevation(event, recorded)
        case BreakGlassOpened() as event:
            return _emergency(event, recorded)
        case WithdrawalStopped() as event if row is not None:
            again: Row = {"approved_by": [], "state": State.WAITING, "expires_at": None}
            return {**row, **again, "needed": event.approvals_needed}
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
        "state": State.WAITING,
        "proposed_at": recorded.meta.occurred_at,
        "href": f"/api/{event.service}/v1/approvals/{event.approval_id}",
        **_NO_AMOUNT,
    }


def _withdrawal(event: WithdrawalRequested, recorded: Recorded[Any]) -> Row:
    return {
        "id": event.withdrawal_id,
        "service": "payments",
        "casino_id": event.casino_id,
        "command": WITHDRAWAL,
        "permission": str(PaymentsPermission.WITHDRAWAL_APPROVE),
        "approve_permission": str(PaymentsPermission.WITHDRAWAL_APPROVE),
        "list_permission": str(PaymentsPermission.WITHDRAWAL_LIST),
        "risk": "high",
        "subject_kind": "withdrawal",
        "subject_id": str(event.withdrawal_id),
        "summary": f"Withdrawal in {event.currency}",
        "requester_id": event.player_id,
        "barred": [],
        "approved_by": [],
        "needed": 2 if event.needs_second_person else 1,
        "state": State.WAITING,
        "proposed_at": recorded.meta.occurred_at,
        "expires_at": None,
        "href": f"/api/payments/v1/withdrawals/{event.withdrawal_id}",
        "amount_minor": event.amount_minor,
        "currency": event.currency,
    }


def _elevation(event: ElevationRequested, recorded: Recorded[Any]) -> Row:
    said = {
        "command": "security.elevation",
        "permission": str(SecurityPermission.ELEVATION_REQUEST),
        "approve_permission": str(SecurityPermission.ROLE_ASSIGN),
        "list_permission": str(SecurityPermission.ELEVATION_LIST),
        "subject_kind": "elevation",
        "summary": f"The role {event.role_name} for {event.minutes} minutes, {event.ticket}",
        "expires_at": event.answer_by,
        "href": f"/api/security/v1/elevations/{event.elevation_id}",
    }
    return _of_access(event.elevation_id, event.staff_id, event.casinos, recorded, said)


def _emergency(event: BreakGlassOpened, recorded: Recorded[Any]) -> Row:
    """Its review is what waits. It is never too late for that, so it does not expire."""
    said = {
        "command": "security.break_glass",
        "permission": str(SecurityPermission.BREAK_GLASS_OPEN),
        "approve_permission": str(SecurityPermission.BREAK_GLASS_REVIEW),
        "list_permission": str(SecurityPermission.BREAK_GLASS_LIST),
        "subject_kind": "break_glass",
        "summary": f"Review of an emergency, {event.incident_id}, by {event.review_by:%Y-%m-%d %H:%M} UTC",
        "expires_at": None,
        "href": f"/api/security/v1/break-glass/{event.break_glass_id}",
    }
    return _of_access(event.break_glass_id, event.staff_id, event.casinos, recorded, said)


def _of_access(
    of: UUID, staff_id: UUID, casinos: tuple[str, ...], recorded: Recorded[Any], said: dict[str, Any]
) -> Row:
    """What is about one casino is its managers' to decide; about several, the whole operator's."""
    one = casinos[0] if len(casinos) == 1 and casinos != ("*",) else None
    return {
        **said,
        "id": of,
        "service": "security",
        "casino_id": UUID(one) if one is not None else None,
        "risk": "critical",
        "subject_id": str(of),
        "requester_id": staff_id,
        "barred": [],
        "approved_by": [],
        "needed": 1,
        "state": State.WAITING,
        "proposed_at": recorded.meta.occurred_at,
        **_NO_AMOUNT,
    }


def _moved(row: Row, event: Any) -> Row:
    match event:
        case ApprovalEdited():
            barred = sorted({*row["barred"], *map(str, event.barred)})
            return {**row, "summary": event.summary, "barred": barred, "approved_by": [], "state": State.WAITING}
        case ApprovalGiven():
            by = [*row["approved_by"], str(event.approved_by)]
            return {**row, "approved_by": by, "state": State.APPROVED if event.given >= event.needed else State.WAITING}
        case ApprovalLapsed():
            by = [one for one in row["approved_by"] if one != str(event.approved_by)]
            return {**row, "approved_by": by, "state": State.WAITING}
        case ApprovalExecuted():
            return {**row, "state": State.EXECUTED}
        case ApprovalClosed():
            return {**row, "state": State(event.outcome)}
        case WithdrawalApproved():
            by = [*(one for one in row["approved_by"] if one not in event.lapsed), event.approved_by]
            state = State.EXECUTED if event.final else State.WAITING
            return {**row, "approved_by": by, "state": state, "expires_at": event.counts_until}
        case ElevationApproved():
            return {**row, "approved_by": [event.approved_by], "state": State.EXECUTED}
        case BreakGlassReviewed():
            return {**row, "approved_by": [event.reviewed_by.removeprefix("staff:")], "state": State.EXECUTED}
        case WithdrawalRejected() | ElevationRefused():
            return {**row, "state": State.REJECTED}
        case _:
            return {**row, "state": State.WITHDRAWN}


approval_inbox = ReadModel(
    "approval_inbox", table, (*_OF_PROPOSALS, *_OF_WITHDRAWALS, *_OF_ACCESS), key=_key, fold=fold
)
