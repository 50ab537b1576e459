"""Bonus money is moved by hand, and its order of use changed, only when a second person agrees."""

from typing import Any, ClassVar
from uuid import UUID

from chassis.approvals import GuardedCommand, Size
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.bonuses import MOVE_BONUS, check_bonus, move_bonus, order_of_use
from payments.application.desk import Desk
from payments.domain.bonus.words import BonusFact, OrderOfUse
from payments.entrypoints.http.bonuses.schemas import BonusMove, BonusPolicyBody
from payments.entrypoints.http.guarding import ByHand, Policy, by_hand, of_casino

SET_BONUS_POLICY = "payments.set_bonus_policy"


class BonusPayload(BonusMove, ByHand):
    """What shall be done."""

    KIND: ClassVar[str] = "bonus"
    KEY: ClassVar[str] = "bonus_id"
    bonus_id: UUID

    def fact(self) -> BonusFact:
        """The same for the domain."""
        said = self.model_dump(exclude={"bonus_id", "forfeited_minor"})
        return BonusFact(**said, forfeited_minor=self.forfeited_minor or 0)

    def summary(self) -> str:
        return f"Bonus: {self.action} in {self.currency}"

    def size(self) -> Size:
        return Size(self.currency, self.amount_minor + (self.forfeited_minor or 0))


class BonusPolicyPayload(BonusPolicyBody, Policy):
    SUMMARY: ClassVar[str] = "From where stakes are taken first"

    def value(self) -> OrderOfUse:
        return self.order_of_use


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [
        by_hand(desk, MOVE_BONUS, P.BONUS_CREATE, BonusPayload, check_bonus, move_bonus),
        of_casino(desk, SET_BONUS_POLICY, BonusPolicyPayload, order_of_use(desk)),
    ]
