"""Money moves by hand only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.adjusting import adjust_wallet, check_adjustment
from payments.application.desk import Desk
from payments.domain.adjustment.events import AdjustmentFact
from payments.entrypoints.http.adjustments.schemas import Adjustment

ADJUST_WALLET = "payments.adjust_wallet"


class AdjustmentPayload(Adjustment):
    """An adjustment as it shall be made: the body and the path. The reason is the proposal's."""

    adjustment_id: UUID
    casino_id: UUID
    player_id: UUID

    def fact(self) -> AdjustmentFact:
        """The same for the domain."""
        return AdjustmentFact(**self.model_dump(exclude={"adjustment_id"}))


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: AdjustmentPayload) -> Subject:
        await check_adjustment(desk, uow, payload.fact())
        return Subject(
            casino_id=payload.casino_id,
            kind="adjustment",
            id=str(payload.adjustment_id),
            summary=f"Adjustment ({payload.adjustment_class}): {payload.direction} in {payload.currency}",
            after=payload.model_dump(mode="json", exclude={"adjustment_id", "casino_id"}),
            size=Size(payload.currency, payload.amount_minor),
        )

    async def execute(uow: UnitOfWork, payload: AdjustmentPayload) -> None:
        await adjust_wallet(desk, uow, payload.adjustment_id, payload.fact())

    return [
        GuardedCommand(
            name=ADJUST_WALLET,
            rule=FourEyes(permission=P.ADJUSTMENT_CREATE),
            payload=AdjustmentPayload,
            describe=describe,
            execute=execute,
            risk="high",
            reason_permission=P.ADJUSTMENT_VIEW_REASON,
        )
    ]
