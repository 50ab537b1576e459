"""What is said about a player's limits."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel
from contracts.money import AmountMinor, CurrencyCode

Cause = Literal["gambling_harm", "money", "time", "other"]
"""Why a player excludes himself. No words of his own: they would outlive an erasure of his data."""


class SetLimitBody(StrictModel):
    period: Literal["day", "week", "month"]
    amount_minor: AmountMinor
    currency: CurrencyCode
    reason: Reason | None = Field(default=None, description="Of staff; a player gives none")


class LimitView(BaseModel):
    """The limit as it will be, and from when."""

    period: str
    amount_minor: int
    currency: str
    effective_from: datetime


class ExcludeBody(StrictModel):
    months: Annotated[int, Field(strict=True, ge=1, le=1200)] | None = Field(
        default=None, description="null: without end"
    )
    cause: Cause | None = Field(default=None, description="Why, if the player wants to say. Of players alone")
    reason: Reason | None = Field(default=None, description="Of staff, who must give one; a player gives none")


class ExclusionView(BaseModel):
    """`until` is null for an exclusion without end."""

    excluded: bool = True
    until: date | None
