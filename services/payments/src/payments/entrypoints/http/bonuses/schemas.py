"""What is said about bonus money."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from chassis.http import Reason, Reference, StrictModel
from contracts.money import AmountMinor, CurrencyCode
from payments.domain.bonus.words import BonusAction, OrderOfUse


class BonusMove(StrictModel):
    """What shall be done with a player's bonus."""

    action: BonusAction = Field(
        description="`grant`: the house gives it; `forfeit`: the house takes it back; `convert`: it becomes cash"
    )
    amount_minor: AmountMinor
    forfeited_minor: AmountMinor | None = Field(
        default=None, description="With `convert`: what is taken back at the same time, or neither happens"
    )
    currency: CurrencyCode
    reference: Reference | None = Field(
        default=None, description="What it is about, as an outsider calls it: a campaign, a letter"
    )

    @model_validator(mode="after")
    def _only_with_convert(self) -> Self:
        if self.forfeited_minor is not None and self.action is not BonusAction.CONVERT:
            raise ValueError("only what is left of a conversion is forfeited with it")
        return self


class BonusBody(BonusMove):
    """What shall be done, and why."""

    reason: Reason


class BonusItem(BaseModel):
    """What was done with a player's bonus. Its entries of the ledger have its id as `reference_id`."""

    bonus_id: UUID
    casino_id: UUID
    player_id: UUID
    action: BonusAction
    amount_minor: int
    forfeited_minor: int = Field(description="With `convert`: what was taken back at the same time")
    currency: str
    reference: str | None = Field(description="A campaign, a letter; null also of what was done before it was kept")
    proposed_by: str
    approved_by: str = Field(description="Who agreed; several are separated by commas")
    moved_at: datetime


class BonusPolicyBody(StrictModel):
    """From where a casino takes stakes first."""

    order_of_use: OrderOfUse


class BonusPolicyView(BaseModel):
    """From where a casino takes stakes first."""

    casino_id: UUID
    order_of_use: OrderOfUse
