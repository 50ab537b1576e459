"""What happens to a hit. The listed side is public and kept in clear, the player's side is sealed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event


@event("verification.hit_raised", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class HitRaised:
    """A player's name is like a listed one.

    `score_permille` is 1000 for an equal name. `content_hash` is that of the listed entity's names and dates: a
    decision holds for this content only. `evidence` is the explanation with both names, sealed under the player's key.
    """

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
    raised_at: datetime


@event("verification.hit_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class HitWithdrawn:
    """The listed entity left its list, or changed so that this hit is about something that is no more."""

    withdrawn_at: datetime


@event("verification.hit_cleared", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class HitCleared:
    """A person found: this is somebody else."""

    reason: str
    decided_by: str
    decided_at: datetime


@event("verification.hit_confirmed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class HitConfirmed:
    """A person found: this is the listed one."""

    reason: str
    decided_by: str
    decided_at: datetime


HitEvent = HitRaised | HitWithdrawn | HitCleared | HitConfirmed
