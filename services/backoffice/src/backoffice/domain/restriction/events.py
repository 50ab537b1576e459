"""What can happen to a player's restrictions."""

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import event


@event("backoffice.deposit_limit_set", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class DepositLimitSet:
    """In force from `effective_from`; until then the previous one is."""

    period: str
    amount_minor: int
    currency: str
    previous_amount_minor: int | None
    effective_from: datetime


@event("backoffice.self_exclusion_started", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class SelfExclusionStarted:
    """`until` is the first day on which a return may be asked for; None: never."""

    started_at: datetime
    until: date | None


RestrictionEvent = DepositLimitSet | SelfExclusionStarted
"""All of them."""
