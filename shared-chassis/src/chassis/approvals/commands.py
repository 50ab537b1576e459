"""What can be asked about a proposal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.auth.permissions import Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is proposed, as people see it.

    Attributes:
        payload_sha256: of the canonical JSON that will be executed.
        subject_sha256: of what it is about, as it is now.
        before, after: the difference that is shown; no secrets, no personal data.
        barred: who may not approve, whatever they hold: whoever profits from it, whoever last edited what it is about.
        summary: one sentence; no personal data.
    """

    payload_sha256: str
    subject_kind: str
    subject_id: str
    subject_sha256: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    barred: tuple[UUID, ...]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
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
    reason_permission: str | None = None
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    by: UUID
    draft: Draft
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Somebody says yes to what they saw. `proved_at`: when they last proved who they are."""

    by: UUID
    payload_sha256: str
    subject_sha256: str
    proved_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    by: UUID
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    by: UUID
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """It can no longer be executed, for the reason that the code names."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execute:
    """Do it now, if everything that allowed it still holds.

    Attributes:
        payload_sha256: of the payload at hand, which is the one that would be executed.
        requester_may: whether the requester still holds the permission.
        may: those of the approvers who still hold theirs.
    """

    payload_sha256: str
    subject_sha256: str
    requester_may: bool
    may: frozenset[UUID] = field(default_factory=frozenset)
    now: datetime


ApprovalCommand = Propose | Edit | Approve | Reject | Withdraw | Expire | Void | Execute
"""All of them."""
