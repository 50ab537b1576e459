"""What is said about a player's limits."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel
from contracts.money import AmountMinor, CurrencyCode

Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, strip_whitespace=True)]


class SetLimitBody(StrictModel):
    period: Literal["day", "week", "month"]
    amount_minor: AmountMinor
    currency: CurrencyCode
    reason: Reason | None = None


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
    reason: Reason


class ExclusionView(BaseModel):
    """`until` is null for an exclusion without end."""

    excluded: bool = True
    until: date | None
