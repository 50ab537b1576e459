"""What became of an order, where the provider does not say it, is decided by two people."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.finding_out import (
    About,
    DepositFinding,
    check_deposit,
    check_payout,
    check_refund,
    evidence,
    resolve_deposit,
    resolve_payout,
    resolve_refund,
)
from payments.entrypoints.http.outcomes.schemas import Finding, OfDeposit, Outcome, OutcomeOfDeposit

RESOLVE_WITHDRAWAL = "payments.resolve_withdrawal"
RESOLVE_REFUND = "payments.resolve_refund"
RESOLVE_DEPOSIT = "payments.resolve_deposit"

_PROVED = (OutcomeOfDeposit.PAID, OutcomeOfDeposit.GIVEN_BACK)


class FindingPayload(Finding):
    """What was found out about what. The reason is the proposal's."""

    subject_id: UUID

    def found(self) -> str | None:
        """How the provider calls it; None: it was never paid. Invalid where it says neither."""
        return evidence(self.outcome is Outcome.PAID, self.reference)


class DepositPayload(OfDeposit):
    """What was found out about which deposit. The reason is the proposal's."""

    subject_id: UUID

    def found(self) -> DepositFinding:
        """The same for the use case. Invalid where it says neither."""
        return DepositFinding(
            reference=evidence(self.outcome in _PROVED, self.reference),
            amount_minor=self.amount_minor,
            provider=self.provider,
            uncollected=self.outcome is OutcomeOfDeposit.NEVER_COLLECTED,
            given_back=self.outcome is OutcomeOfDeposit.GIVEN_BACK,
        )


F = TypeVar("F", FindingPayload, DepositPayload)


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def payout(uow: UnitOfWork, payload: FindingPayload) -> Subject:
        about = await check_payout(desk, uow, payload.subject_id, payload.found())
        return _subject("withdrawal", about, payload)

    async def pay(uow: UnitOfWork, payload: FindingPayload) -> None:
        await resolve_payout(desk, uow, payload.subject_id, payload.found())

    async def refund(uow: UnitOfWork, payload: FindingPayload) -> Subject:
        about = await check_refund(desk, uow, payload.subject_id, payload.found())
        return _subject("refund", about, payload)

    async def give_back(uow: UnitOfWork, payload: FindingPayload) -> None:
        await resolve_refund(desk, uow, payload.subject_id, payload.found())

    async def deposit(uow: UnitOfWork, payload: DepositPayload) -> Subject:
        about = await check_deposit(desk, uow, payload.subject_id, payload.found())
        return _subject("deposit", about, payload)

    async def credit(uow: UnitOfWork, payload: DepositPayload) -> None:
        await resolve_deposit(desk, uow, payload.subject_id, payload.found())

    return [
        _command(RESOLVE_WITHDRAWAL, FindingPayload, payout, pay),
        _command(RESOLVE_REFUND, FindingPayload, refund, give_back),
        _command(RESOLVE_DEPOSIT, DepositPayload, deposit, credit),
    ]


def _command(
    name: str,
    payload: type[F],
    describe: Callable[[UnitOfWork, F], Awaitable[Subject]],
    execute: Callable[[UnitOfWork, F], Awaitable[None]],
) -> GuardedCommand[F]:
    return GuardedCommand(
        name=name,
        rule=FourEyes(permission=P.OUTCOME_RESOLVE),
        payload=payload,
        describe=describe,
        execute=execute,
        risk="critical",
        reason_permission=P.OUTCOME_VIEW_REASON,
    )


def _subject(kind: str, about: About, payload: FindingPayload | DepositPayload) -> Subject:
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
