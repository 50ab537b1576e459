"""What can be asked of an adjustment. Ids and moments are made by the caller."""

from dataclasses import dataclass
from datetime import datetime

from payments.domain.adjustment.events import AdjustmentFact


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustWallet:
    """Move the money; two people have agreed on exactly this."""

    fact: AdjustmentFact
    now: datetime
