"""A routing strategy comes into force only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.routing.publishing import check_strategy, element_of, publish_strategy, shown
from payments.entrypoints.http.routing.schemas import StrategyBody

PUBLISH_STRATEGY = "payments.publish_routing_strategy"


class StrategyPayload(StrategyBody):
    """A strategy as it shall be: the body and the path."""

    casino_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: StrategyPayload) -> Subject:
        before = await check_strategy(desk, uow, payload.casino_id, payload.direction, payload.strategy())
        return Subject(
            casino_id=payload.casino_id,
            kind="routing_strategy",
            id=element_of(payload.casino_id, payload.direction),
            summary=f"Routing of {payload.direction}s",
            before=None if before is None else shown(before.strategy),
            after=shown(payload.strategy()),
            version="" if before is None else str(before.version),
        )

    async def execute(uow: UnitOfWork, payload: StrategyPayload) -> None:
        await publish_strategy(desk, uow, payload.casino_id, payload.direction, payload.strategy())

    return [
        GuardedCommand(
            name=PUBLISH_STRATEGY,
            rule=FourEyes(permission=P.ROUTING_PUBLISH, approve=P.ROUTING_APPROVE),
            payload=StrategyPayload,
            describe=describe,
            execute=execute,
        )
    ]
