"""What can happen to somebody's wish for more access. The assignment that comes of it has the same id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import event

Cause = Literal["ended_by_owner", "ended_by_colleague"]


@event("security.elevation_requested", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ElevationRequested:
    """`casinos` are ids as text, or `*` alone for the whole operator.

    Attributes:
        minutes: how long it is to last, from the moment it is approved.
        answer_by: nobody approves it after that.
    """

    staff_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    minutes: int
    ticket: str
    answer_by: datetime


@event("security.elevation_approved", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ElevationApproved:
    """`approved_by` is the second person's id; the role is held until `ends_at`."""

    staff_id: UUID
    approved_by: str
    ends_at: datetime


@event("security.elevation_refused", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ElevationRefused:
    """`refused_by` is the second person's id."""

    staff_id: UUID
    refused_by: str


@event("security.elevation_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ElevationWithdrawn:
    """It was taken back, or away, before anybody answered it."""

    staff_id: UUID
    cause: Cause


@event("security.elevation_ended", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ElevationEnded:
    """It ended before its time."""

    staff_id: UUID
    cause: Cause


ElevationEvent = ElevationRequested | ElevationApproved | ElevationRefused | ElevationWithdrawn | ElevationEnded
"""All of them."""
