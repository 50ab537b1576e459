"""What can be asked of a hit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Decision = Literal["clear", "confirm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseHit:
    """Put a likeness before a person, unless it has been there already with the same content."""

    player_id: UUID
    casino_id: UUID
    list_name: str
    list_version: str
    entity_id: str
    content_hash: str
    listed_name: str
    matched_name: str
    matched_weak: bool
    listed_births: tuple[str, ...]
    programmes: tuple[str, ...]
    score_permille: int
    birth: str
    algorithm: str
    evidence: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawHit:
    """Take an undecided hit back, because its entry left the list or is met in a changed form."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideHit:
    """Say whether the player is the listed person."""

    decision: Decision
    reason: str
    decided_by: str
    now: datetime


HitCommand = RaiseHit | WithdrawHit | DecideHit
