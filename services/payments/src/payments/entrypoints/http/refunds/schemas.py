"""What is said about refunds."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel
from contracts.money import AmountMinor
from contracts.payments.states import RefundStatus
from payments.domain.withdrawal.going import Held


class Refund(StrictModel):
    """How much of a deposit shall go back."""

    amount_minor: AmountMinor
    may_owe: bool = Field(
        default=False,
        description="What the player no longer holds he owes from then on, and his next deposits pay it. Otherwise the "
        "refund is refused (`refund_not_covered`)",
    )
    even_if_held: bool = Field(
        default=False,
        description="A screening hit of the player's that is confirmed when the second person agrees does not hold it. "
        "One that is confirmed later does, until it is cleared",
    )


class RefundBody(Refund):
    """How much of a deposit shall go back, and why."""

    reason: Reason


class RejectRefundBody(StrictModel):
    """A person stops a refund."""

    reason: Reason


class RefundItem(BaseModel):
    """A refund that was ordered."""

    refund_id: UUID
    deposit_id: UUID
    casino_id: UUID
    player_id: UUID
    provider: str
    status: RefundStatus
    amount_minor: int
    owed_minor: int = Field(description="What of it the player had spent, and owes for it")
    fee_minor: int = Field(
        description="What the player had paid for the deposit and got back, as all of it is refunded"
    )
    currency: str
    reference: str | None = Field(description="How the provider calls it")
    code: str | None = Field(description="Why it failed or came back, in the provider's words")
    reason: str | None = Field(default=None, description="In the words of staff, for whoever may read them")
    proposed_by: str
    approved_by: str = Field(description="Who agreed; several are separated by commas")
    held_by: Held | None = Field(
        default=None, description="Why it was ordered and is not sent, looked at every minute; gone once it goes on"
    )
    created_at: datetime
    updated_at: datetime
