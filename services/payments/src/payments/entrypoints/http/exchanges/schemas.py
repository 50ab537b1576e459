"""What is said about exchanging money."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from chassis.http import Reason, StrictModel
from contracts.money import AmountMinor, KnownCurrency


class ExchangeOrder(StrictModel):
    """What shall be exchanged."""

    sold_currency: KnownCurrency
    sold_minor: AmountMinor = Field(description="Taken from the player's cash of that currency")
    bought_currency: KnownCurrency
    at_least_minor: AmountMinor = Field(description="Refused when it buys less by the rates of the moment it is done")

    @model_validator(mode="after")
    def _of_two(self) -> Self:
        if self.sold_currency == self.bought_currency:
            raise ValueError("money is exchanged for money of another currency")
        return self


class ExchangeBody(ExchangeOrder):
    """What shall be exchanged, and why."""

    reason: Reason


class MadeAt(BaseModel):
    """At what an exchange was made."""

    rate: str = Field(description="Units bought for one sold, before the spread: a decimal of twelve places")
    spread_bp: int = Field(description="What the house kept of what was bought, in hundredths of a per cent")
    source: str = Field(description="Who published the rates")
    as_of: date = Field(description="Of what day they were")


class ExchangeItem(MadeAt):
    """An exchange that was made. Its two entries of the ledger have its id as `group_id`."""

    exchange_id: UUID
    casino_id: UUID
    player_id: UUID
    sold_currency: str
    sold_minor: int = Field(description="Taken from the player's cash of that currency")
    bought_currency: str
    bought_minor: int = Field(description="Given to his cash of that currency")
    proposed_by: str
    approved_by: str = Field(description="Who agreed; several are separated by commas")
    exchanged_at: datetime


class ExchangePolicyBody(StrictModel):
    """Whether a casino exchanges money, and what it keeps."""

    enabled: bool
    spread_bp: Annotated[int, Field(strict=True, ge=0, lt=10_000)] = Field(
        description="What the house keeps of what is bought, in hundredths of a per cent"
    )


class ExchangePolicyView(BaseModel):
    """Whether a casino exchanges money, and what it keeps."""

    casino_id: UUID
    enabled: bool
    spread_bp: int
