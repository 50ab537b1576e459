"""What can happen to emergency access. The assignment that it is has the same id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import event

Cause = Literal["ended_by_owner", "ended_by_colleague"]


@event("security.break_glass_opened", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassOpened:
    """`casinos` are ids as text, or `*` alone. It ends by itself at `ends_at`; a review is due at `review_by`."""

    staff_id: UUID
    role_id: UUID
    casinos: tuple[str, ...]
    incident_id: str
    ends_at: datetime
    review_by: datetime


@event("security.break_glass_ended", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassEnded:
    """It ended before its time."""

    staff_id: UUID
    cause: Cause


@event("security.break_glass_reviewed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassReviewed:
    """Somebody else looked at what was done. `reviewed_by` is his id."""

    staff_id: UUID
    reviewed_by: str
    findings: str


@event("security.break_glass_review_overdue", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassReviewOverdue:
    """Nobody has looked at it in time. Said once."""

    staff_id: UUID
    review_by: datetime


BreakGlassEvent = BreakGlassOpened | BreakGlassEnded | BreakGlassReviewed | BreakGlassReviewOverdue
"""All of them."""
