"""What is said about floats."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel
from contracts.money import MAX_MINOR, KnownCurrency
from contracts.payments.errors import SetAside
from payments.domain.routing.float import FloatSource


class FloatBody(StrictModel):
    """What somebody read at the provider."""

    currency: KnownCurrency
    balance_minor: Annotated[int, Field(strict=True, ge=0, le=MAX_MINOR)] = Field(
        description="What the provider can pay out now, in minor units"
    )
    reason: Reason


class FloatItem(BaseModel):
    """What a provider holds of a casino's money in one currency, to be paid out."""

    float_id: UUID
    casino_id: UUID
    provider: str
    currency: str
    balance_minor: int | None = Field(description="As it was said; null: nobody did")
    source: FloatSource | None = Field(description="Who said it")
    told_by: str | None = Field(description="Of staff: which")
    told_at: datetime | None
    fresh_until: datetime | None = Field(description="It keeps payouts away until then, and no longer")
    under_way_minor: int = Field(
        description="What it was chosen to pay and may not be in the balance: what it has not taken for certain, and "
        "what it took since the balance was said"
    )
    free_minor: int | None = Field(description="The balance less that")
    ledger_minor: int | None = Field(
        description="The same as our ledger says, of a provider whose payouts are bound by that; the lesser counts"
    )
    low_minor: int | None = Field(description="Below it people are told; null: they are not")
    alarm: SetAside | None = Field(description="What they were told; null: nothing, or it is over")
    alarm_since: datetime | None
