"""A debt is written off, and what debts stop is changed, only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.debts import check_write_off, set_debt_stops, write_off
from payments.application.desk import Desk
from payments.domain.adjustment.events import AdjustmentFact
from payments.domain.adjustment.words import AdjustmentClass, Direction
from payments.entrypoints.http.debts.schemas import DebtPolicyBody, WriteOff

WRITE_OFF = "payments.write_off_debt"
SET_DEBT_POLICY = "payments.set_debt_policy"


class WriteOffPayload(WriteOff):
    """What shall be written off: the body and the path. The reason is the proposal's."""

    write_off_id: UUID
    casino_id: UUID
    player_id: UUID

    def fact(self) -> AdjustmentFact:
        """The same for the domain."""
        said = self.model_dump(exclude={"write_off_id"})
        return AdjustmentFact(**said, direction=Direction.CREDIT, adjustment_class=AdjustmentClass.BAD_DEBT)


class DebtPolicyPayload(DebtPolicyBody):
    """The body and the path."""

    casino_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [_writing_off(desk), _policy(desk)]


def _writing_off(desk: Desk) -> GuardedCommand[WriteOffPayload]:
    async def describe(uow: UnitOfWork, payload: WriteOffPayload) -> Subject:
        await check_write_off(desk, uow, payload.fact())
        return Subject(
            casino_id=payload.casino_id,
            kind="debt_write_off",
            id=str(payload.write_off_id),
            summary=f"Debt written off in {payload.currency}",
            after=payload.model_dump(mode="json", exclude={"write_off_id", "casino_id"}),
            size=Size(payload.currency, payload.amount_minor),
        )

    async def execute(uow: UnitOfWork, payload: WriteOffPayload) -> None:
        await write_off(desk, uow, payload.write_off_id, payload.fact())

    return GuardedCommand(
        name=WRITE_OFF,
        rule=FourEyes(permission=P.DEBT_WRITE_OFF),
        payload=WriteOffPayload,
        describe=describe,
        execute=execute,
        risk="high",
        reason_permission=P.ADJUSTMENT_VIEW_REASON,
    )


def _policy(desk: Desk) -> GuardedCommand[DebtPolicyPayload]:
    async def describe(uow: UnitOfWork, payload: DebtPolicyPayload) -> Subject:
        await desk.casino(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="debt_policy",
            id=str(payload.casino_id),
            summary="What a chargeback stops that leaves a debt",
            before={"stops": await desk.debts.stops(uow.connection, payload.casino_id)},
            after={"stops": payload.stops},
        )

    async def execute(uow: UnitOfWork, payload: DebtPolicyPayload) -> None:
        await set_debt_stops(desk, uow, payload.casino_id, payload.stops)

    return GuardedCommand(
        name=SET_DEBT_POLICY,
        rule=FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE),
        payload=DebtPolicyPayload,
        describe=describe,
        execute=execute,
    )
