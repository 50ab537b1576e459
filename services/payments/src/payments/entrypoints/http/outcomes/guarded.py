"""What became of an order, where the provider does not say it, is decided by two people."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.finding_out import (
    About,
    check_payout,
    check_refund,
    evidence,
    resolve_payout,
    resolve_refund,
)
from payments.entrypoints.http.outcomes.schemas import Finding, Outcome

RESOLVE_WITHDRAWAL = "payments.resolve_withdrawal"
RESOLVE_REFUND = "payments.resolve_refund"


class FindingPayload(Finding):
    """What was found out about what. The reason is the proposal's."""

    subject_id: UUID

    def found(self) -> str | None:
        """How the provider calls it; None: it was never paid. Invalid where it says neither."""
        return evidence(self.outcome is Outcome.PAID, self.reference)


Check = Callable[[Desk, UnitOfWork, UUID, str | None], Awaitable[About]]
Resolve = Callable[[Desk, UnitOfWork, UUID, str | None], Awaitable[None]]


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [
        _command(desk, RESOLVE_WITHDRAWAL, "withdrawal", check_payout, resolve_payout),
        _command(desk, RESOLVE_REFUND, "refund", check_refund, resolve_refund),
    ]


def _command(desk: Desk, name: str, kind: str, check: Check, resolve: Resolve) -> GuardedCommand[Any]:
    async def describe(uow: UnitOfWork, payload: FindingPayload) -> Subject:
        about = await check(desk, uow, payload.subject_id, payload.found())
        return Subject(
            casino_id=about.casino_id,
            kind=kind,
            id=str(payload.subject_id),
            summary=f"What became of a {kind} at {about.provider}: {payload.outcome}",
            before={"status": about.status},
            after={
                **payload.model_dump(mode="json", exclude={"subject_id"}),
                "player_id": str(about.player_id),
                "provider": about.provider,
                "amount_minor": about.amount_minor,
                "currency": about.currency,
            },
            size=Size(about.currency, about.amount_minor),
        )

    async def execute(uow: UnitOfWork, payload: FindingPayload) -> None:
        await resolve(desk, uow, payload.subject_id, payload.found())

    return GuardedCommand(
        name=name,
        rule=FourEyes(permission=P.OUTCOME_RESOLVE),
        payload=FindingPayload,
        describe=describe,
        execute=execute,
        risk="critical",
        reason_permission=P.OUTCOME_VIEW_REASON,
    )
