"""A dispute is accepted only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.dispute_answers import Acceptance, accept, check_acceptance

ACCEPT_DISPUTE = "payments.accept_dispute"


class AcceptPayload(StrictModel):
    """Which dispute, and whether the provider knows already. The reason is the proposal's."""

    answer_id: UUID
    dispute_id: UUID
    by_hand: bool

    def wish(self) -> Acceptance:
        """The same for the use case."""
        return Acceptance(**self.model_dump())


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: AcceptPayload) -> Subject:
        state = await check_acceptance(desk, uow, payload.wish())
        fact = state.fact
        return Subject(
            casino_id=fact.casino_id,
            kind="dispute",
            id=str(payload.dispute_id),
            summary=f"Acceptance of a dispute at {fact.provider} in {state.currency}",
            before={"stage": state.stage.value, "status": state.status.value},
            after={
                "dispute_id": str(payload.dispute_id),
                "by_hand": payload.by_hand,
                "player_id": str(fact.player_id),
                "provider": fact.provider,
                "amount_minor": state.amount_minor,
                "currency": state.currency,
                "code": state.code,
            },
            size=Size(state.currency, state.amount_minor),
        )

    async def execute(uow: UnitOfWork, payload: AcceptPayload) -> None:
        await accept(desk, uow, payload.wish())

    return [
        GuardedCommand(
            name=ACCEPT_DISPUTE,
            rule=FourEyes(permission=P.DISPUTE_ACCEPT),
            payload=AcceptPayload,
            describe=describe,
            execute=execute,
            risk="high",
            own_id=True,
        )
    ]
