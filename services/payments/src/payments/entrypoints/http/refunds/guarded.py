"""A deposit is refunded only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.refunds import RefundWish, check_refund, order_refund
from payments.entrypoints.http.refunds.schemas import Refund

REFUND_DEPOSIT = "payments.refund_deposit"


class RefundPayload(Refund):
    """A refund as it shall be ordered: the body and the path. The reason is the proposal's."""

    refund_id: UUID
    deposit_id: UUID

    def wish(self) -> RefundWish:
        """The same for the use case."""
        return RefundWish(**self.model_dump())


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: RefundPayload) -> Subject:
        fact = await check_refund(desk, uow, payload.wish())
        return Subject(
            casino_id=fact.casino_id,
            kind="refund",
            id=str(payload.refund_id),
            summary=f"Refund of a deposit through {fact.provider} in {fact.currency}",
            after={
                **payload.model_dump(mode="json", exclude={"refund_id"}),
                "player_id": str(fact.player_id),
                "provider": fact.provider,
                "currency": fact.currency,
            },
            size=Size(fact.currency, fact.amount_minor),
        )

    async def execute(uow: UnitOfWork, payload: RefundPayload) -> None:
        await order_refund(desk, uow, payload.wish())

    return [
        GuardedCommand(
            name=REFUND_DEPOSIT,
            rule=FourEyes(permission=P.REFUND_CREATE),
            payload=RefundPayload,
            describe=describe,
            execute=execute,
            risk="high",
            reason_permission=P.REFUND_VIEW_REASON,
            own_id=True,
        )
    ]
