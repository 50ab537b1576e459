"""What is said about adjustments."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo

from chassis.http import Reason, Reference, StrictModel
from contracts.money import AmountMinor, CurrencyCode
from payments.domain.adjustment.words import AdjustmentClass, Direction


def _of_cash(said: AdjustmentClass, info: ValidationInfo) -> AdjustmentClass:
    if said is AdjustmentClass.BAD_DEBT:
        raise ValueError("a debt is written off by a request of its own")
    if said is AdjustmentClass.DEBT_PAYMENT and info.data.get("direction") is Direction.CREDIT:
        raise ValueError("a debt is paid by a debit")
    return said


class Adjustment(StrictModel):
    """What shall move."""

    direction: Direction = Field(description="`credit`: the player gets it; `debit`: it is taken from him")
    amount_minor: AmountMinor
    currency: CurrencyCode
    adjustment_class: Annotated[AdjustmentClass, AfterValidator(_of_cash)] = Field(
        description="What for; reports add up by it. `debt_payment`: a debit that pays what he owes, never more."
        " `bad_debt` has a request of its own"
    )
    reference: Reference | None = Field(
        default=None, description="What it is about, as an outsider calls it: a round, a provider's payment, a letter"
    )


class AdjustmentBody(Adjustment):
    """What shall move, and why."""

    reason: Reason


class AdjustmentItem(BaseModel):
    """An adjustment that was made."""

    adjustment_id: UUID
    casino_id: UUID
    player_id: UUID
    direction: Direction
    amount_minor: int
    currency: str
    adjustment_class: AdjustmentClass
    reference: str | None
    reason: str | None = Field(default=None, description="In the words of staff, for whoever may read them")
    proposed_by: str
    approved_by: str = Field(description="Who agreed; several are separated by commas")
    transfer_id: UUID = Field(description="The entry of the ledger")
    adjusted_at: datetime
