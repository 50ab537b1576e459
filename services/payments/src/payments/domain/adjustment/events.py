"""What can happen to an adjustment: it is made, once and for ever. To take it back is another one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event
from payments.domain.adjustment.words import AdjustmentClass, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFact:
    """What two people agree on.

    Attributes:
        amount_minor: in minor units, greater than zero.
        reference: what it is about, as an outsider calls it: a supplier's round, a provider's payment, a letter.
    """

    casino_id: UUID
    player_id: UUID
    currency: str
    direction: Direction
    amount_minor: int
    adjustment_class: AdjustmentClass
    reference: str | None


@event("payments.wallet_adjusted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class WalletAdjusted:
    """The money moved. Who proposed it, who agreed and why stand beside the event."""

    fact: AdjustmentFact
    adjusted_at: datetime


ADJUSTMENT_EVENTS = (WalletAdjusted,)
