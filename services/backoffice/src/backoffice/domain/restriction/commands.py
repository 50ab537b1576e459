"""What can be asked about a player's restrictions."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDepositLimit:
    """`player_currency` is that of the account; a limit in another one would limit nothing."""

    period: str
    amount_minor: int
    currency: str
    player_currency: str
    loosening_hours: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeOneself:
    """For some months, or without end."""

    months: int | None
    months_min: int
    months_max: int | None
    now: datetime


RestrictionCommand = SetDepositLimit | ExcludeOneself
"""All of them."""
