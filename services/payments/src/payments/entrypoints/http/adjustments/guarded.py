"""Money moves by hand only when a second person agrees."""

from typing import Any, ClassVar
from uuid import UUID

from chassis.approvals import GuardedCommand, Size
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.adjusting import adjust_wallet, check_adjustment
from payments.application.desk import Desk
from payments.domain.adjustment.events import AdjustmentFact
from payments.entrypoints.http.adjustments.schemas import Adjustment
from payments.entrypoints.http.guarding import ByHand, by_hand

ADJUST_WALLET = "payments.adjust_wallet"


class AdjustmentPayload(Adjustment, ByHand):
    """An adjustment as it shall be made."""

    KIND: ClassVar[str] = "adjustment"
    KEY: ClassVar[str] = "adjustment_id"
    adjustment_id: UUID

    def fact(self) -> AdjustmentFact:
        """The same for the domain."""
        return AdjustmentFact(**self.model_dump(exclude={"adjustment_id"}))

    def summary(self) -> str:
        return f"Adjustment ({self.adjustment_class}): {self.direction} in {self.currency}"

    def size(self) -> Size:
        return Size(self.currency, self.amount_minor)


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [by_hand(desk, ADJUST_WALLET, P.ADJUSTMENT_CREATE, AdjustmentPayload, check_adjustment, adjust_wallet)]
