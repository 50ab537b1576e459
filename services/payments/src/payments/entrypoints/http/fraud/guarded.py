"""Rules against fraud come into force only when a second person agrees."""

from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.fraud.ruling import publish_rules, the_draft
from payments.entrypoints.http.fraud.schemas import Sha256

PUBLISH_RULES = "payments.publish_fraud_rules"


class RulesPayload(StrictModel):
    """The draft that shall be in force."""

    casino_id: UUID
    sha256: Sha256


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: RulesPayload) -> Subject:
        draft = await the_draft(desk, uow.connection, payload.casino_id, payload.sha256)
        current = await desk.fraud.rules.current(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="fraud_rules",
            id=str(payload.casino_id),
            summary=f"Rules against fraud, version {current.version + 1}",
            before=current.content,
            after=draft.content,
            version=payload.sha256,
        )

    async def execute(uow: UnitOfWork, payload: RulesPayload) -> None:
        draft = await the_draft(desk, uow.connection, payload.casino_id, payload.sha256)
        await publish_rules(desk, uow, payload.casino_id, draft.content)

    return [
        GuardedCommand(
            name=PUBLISH_RULES,
            rule=FourEyes(permission=P.FRAUD_RULE_PUBLISH, approve=P.FRAUD_RULE_APPROVE),
            payload=RulesPayload,
            describe=describe,
            execute=execute,
        )
    ]
