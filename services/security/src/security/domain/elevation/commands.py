"""What can be asked about more access for some hours. `by` is the staff id of whoever asks.

`within` are the casinos whose access is his to manage; None: all of them, and those to come.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Within = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestElevation:
    staff_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    minutes: int
    ticket: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveElevation:
    by: UUID
    now: datetime
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseElevation:
    by: UUID
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class EndElevation:
    """Take the wish back, or end what came of it. One's own needs no reach."""

    by: UUID
    now: datetime
    within: Within


ElevationCommand = RequestElevation | ApproveElevation | RefuseElevation | EndElevation
"""All of them."""
