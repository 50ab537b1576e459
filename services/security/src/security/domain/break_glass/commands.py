"""What can be asked about emergency access. `by` is the staff id of whoever asks.

`within` are the casinos whose access is his to manage; None: all of them, and those to come.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Within = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreakGlass:
    staff_id: UUID
    role_id: UUID
    casinos: tuple[str, ...]
    incident_id: str
    minutes: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBreakGlass:
    by: UUID
    now: datetime
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewBreakGlass:
    by: UUID
    findings: str
    now: datetime
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOverdue:
    """Say that nobody has reviewed it, if that is so."""

    now: datetime


BreakGlassCommand = OpenBreakGlass | EndBreakGlass | ReviewBreakGlass | TellOverdue
"""All of them."""
