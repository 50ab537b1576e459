"""Bonus money is moved by hand, and its order of use changed, only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.bonuses import check_bonus, move_bonus, set_order_of_use
from payments.application.desk import Desk
from payments.domain.bonus.words import BonusFact
from payments.entrypoints.http.bonuses.schemas import BonusMove, BonusPolicyBody

MOVE_BONUS = "payments.move_bonus"
SET_BONUS_POLICY = "payments.set_bonus_policy"


class BonusPayload(BonusMove):
    """What shall be done: the body and the path. The reason is the proposal's."""

    bonus_id: UUID
    casino_id: UUID
    player_id: UUID

    def fact(self) -> BonusFact:
        """The same for the domain."""
        said = self.model_dump(exclude={"bonus_id", "forfeited_minor"})
        return BonusFact(**said, forfeited_minor=self.forfeited_minor or 0)


class BonusPolicyPayload(BonusPolicyBody):
    """The body and the path."""

    casino_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [_moving(desk), _policy(desk)]


def _moving(desk: Desk) -> GuardedCommand[BonusPayload]:
    async def describe(uow: UnitOfWork, payload: BonusPayload) -> Subject:
        await check_bonus(desk, uow, payload.fact())
        return Subject(
            casino_id=payload.casino_id,
            kind="bonus",
            id=str(payload.bonus_id),
            summary=f"Bonus: {payload.action} in {payload.currency}",
            after=payload.model_dump(mode="json", exclude={"bonus_id", "casino_id"}),
            size=Size(payload.currency, payload.amount_minor + (payload.forfeited_minor or 0)),
        )

    async def execute(uow: UnitOfWork, payload: BonusPayload) -> None:
        await move_bonus(desk, uow, payload.bonus_id, payload.fact())

    return GuardedCommand(
        name=MOVE_BONUS,
        rule=FourEyes(permission=P.BONUS_CREATE),
        payload=BonusPayload,
        describe=describe,
        execute=execute,
        risk="high",
        reason_permission=P.ADJUSTMENT_VIEW_REASON,
    )


def _policy(desk: Desk) -> GuardedCommand[BonusPolicyPayload]:
    async def describe(uow: UnitOfWork, payload: BonusPolicyPayload) -> Subject:
        await desk.casino(uow.connection, payload.casino_id)
        before = await desk.ledger.order_of_use(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="bonus_policy",
            id=str(payload.casino_id),
            summary="From where stakes are taken first",
            before={"order_of_use": before},
            after={"order_of_use": payload.order_of_use},
        )

    async def execute(uow: UnitOfWork, payload: BonusPolicyPayload) -> None:
        await set_order_of_use(desk, uow, payload.casino_id, payload.order_of_use)

    return GuardedCommand(
        name=SET_BONUS_POLICY,
        rule=FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE),
        payload=BonusPolicyPayload,
        describe=describe,
        execute=execute,
    )
