"""A debt is written off, and what debts stop is changed, only when a second person agrees."""

from typing import Any, ClassVar
from uuid import UUID

from chassis.approvals import GuardedCommand, Size
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.debts import check_write_off, debt_policy, write_off
from payments.application.desk import Desk
from payments.domain.adjustment.events import AdjustmentFact
from payments.domain.adjustment.words import AdjustmentClass, Direction
from payments.domain.debt.words import DebtStops
from payments.entrypoints.http.debts.schemas import DebtPolicyBody, WriteOff
from payments.entrypoints.http.guarding import ByHand, Policy, by_hand, of_casino

WRITE_OFF = "payments.write_off_debt"
SET_DEBT_POLICY = "payments.set_debt_policy"


class WriteOffPayload(WriteOff, ByHand):
    """What shall be written off."""

    KIND: ClassVar[str] = "debt_write_off"
    KEY: ClassVar[str] = "write_off_id"
    write_off_id: UUID

    def fact(self) -> AdjustmentFact:
        """The same for the domain."""
        said = self.model_dump(exclude={"write_off_id"})
        return AdjustmentFact(**said, direction=Direction.CREDIT, adjustment_class=AdjustmentClass.BAD_DEBT)

    def summary(self) -> str:
        return f"Debt written off in {self.currency}"

    def size(self) -> Size:
        return Size(self.currency, self.amount_minor)


class DebtPolicyPayload(DebtPolicyBody, Policy):
    SUMMARY: ClassVar[str] = "What a chargeback stops that leaves a debt"

    def value(self) -> DebtStops:
        return self.stops


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [
        by_hand(desk, WRITE_OFF, P.DEBT_WRITE_OFF, WriteOffPayload, check_write_off, write_off),
        of_casino(desk, SET_DEBT_POLICY, DebtPolicyPayload, debt_policy(desk)),
    ]
