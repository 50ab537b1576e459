"""What can happen to a proposal. Neither secrets nor personal data are in it: the payload itself is kept sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.auth.permissions import Risk
from chassis.domain import event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAProposal:
    """Whatever is said for a reason names the permission that reads it; None: whoever sees it does."""

    reason_permission: str | None = None


@event("platform.approval_proposed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed(_OfAProposal):
    command: str
    permission: str
    approve: str
    risk: Risk
    casino_id: UUID | None
    requester_id: UUID
    needed: int
    expires_at: datetime
    step_up_s: int
    reason: str | None
    payload_sha256: str
    subject_kind: str
    subject_id: str
    subject_sha256: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    barred: tuple[UUID, ...]
    summary: str


@event("platform.approval_edited", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(_OfAProposal):
    """Something else is proposed now; nobody has approved it yet."""

    edited_by: UUID
    payload_sha256: str
    subject_sha256: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    barred: tuple[UUID, ...]
    summary: str


@event("platform.approval_given", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(_OfAProposal):
    approved_by: UUID
    payload_sha256: str
    given: int
    needed: int


@event("platform.approval_lapsed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLapsed(_OfAProposal):
    """Who approved may no longer approve; another person must."""

    approved_by: UUID


@event("platform.approval_rejected", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(_OfAProposal):
    rejected_by: UUID


@event("platform.approval_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(_OfAProposal):
    pass


@event("platform.approval_expired", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(_OfAProposal):
    pass


@event("platform.approval_voided", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Voided(_OfAProposal):
    code: str


@event("platform.approval_executed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class Executed(_OfAProposal):
    payload_sha256: str
    requester_id: UUID
    approved_by: tuple[UUID, ...]


ApprovalEvent = Proposed | Edited | Approved | ApprovalLapsed | Rejected | Withdrawn | Expired | Voided | Executed
"""All of them."""

APPROVAL_EVENTS: Final[tuple[type[Any], ...]] = (
    Proposed,
    Edited,
    Approved,
    ApprovalLapsed,
    Rejected,
    Withdrawn,
    Expired,
    Voided,
    Executed,
)
