"""What payments does only with a second person: a casino's accounts at providers, and its rules for withdrawals."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.configuring import (
    AccountChange,
    check_account,
    check_policy,
    configure_provider,
    secrets_of,
    set_policy,
    shown_account,
    shown_change,
)
from payments.application.desk import Desk
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.routing.terms import MethodTerms, PlayerFee
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.entrypoints.http.providers.schemas import PolicyBody, ProviderBody

CONFIGURE_PROVIDER = "payments.configure_provider"
SET_POLICY = "payments.set_withdrawal_policy"


class ProviderPayload(ProviderBody):
    """An account as it shall be: the body and the path."""

    casino_id: UUID
    provider: str

    def change(self) -> AccountChange:
        """The same for the application."""
        bounds: Mapping[str, DepositBounds] | None = None
        if self.deposit_bounds is not None:
            bounds = {currency: DepositBounds(**one.model_dump()) for currency, one in self.deposit_bounds.items()}
        return AccountChange(
            casino_id=self.casino_id,
            provider=self.provider,
            enabled=self.enabled,
            currencies=frozenset(self.currencies),
            settings=self.settings,
            secrets=self.secrets,
            deposit_bounds=bounds,
            methods=self.terms(),
            replaced_until=self.replaced_until,
        )

    def terms(self) -> Mapping[str, MethodTerms] | None:
        """The methods for the domain; None: they stay as they are."""
        if self.methods is None:
            return None
        return {
            method: MethodTerms(
                countries=tuple(one.countries),
                fee_bps=one.fee_bps,
                fee_fixed_minor=dict(one.fee_fixed_minor),
                payout_fee_bps=one.payout_fee_bps,
                payout_fee_fixed_minor=dict(one.payout_fee_fixed_minor),
                payout_min_minor=dict(one.payout_min_minor),
                payout_max_minor=dict(one.payout_max_minor),
                details=tuple(one.details),
                deposit_fee=PlayerFee(**one.deposit_fee.model_dump()),
                withdrawal_fee=PlayerFee(**one.withdrawal_fee.model_dump()),
            )
            for method, one in self.methods.items()
        }


class PolicyPayload(PolicyBody):
    """A casino's rules for withdrawals in one currency, as they shall be: the body and the path."""

    casino_id: UUID

    def policy(self) -> WithdrawalPolicy:
        """The same for the domain."""
        return WithdrawalPolicy(**self.model_dump(exclude={"casino_id", "currency"}))


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [_configuring(desk), _policy(desk)]


def _configuring(desk: Desk) -> GuardedCommand[ProviderPayload]:
    async def describe(uow: UnitOfWork, payload: ProviderPayload) -> Subject:
        change = payload.change()
        before, after = await check_account(desk, uow, change)
        return Subject(
            casino_id=payload.casino_id,
            kind="provider",
            id=f"{payload.casino_id}:{payload.provider}",
            summary=f"Account at {payload.provider}",
            before=shown_account(before),
            after=shown_change(before, after),
            version=desk.vault.blind_index(secrets_of(before)),
        )

    async def execute(uow: UnitOfWork, payload: ProviderPayload) -> None:
        await configure_provider(desk, uow, payload.change())

    return GuardedCommand(
        name=CONFIGURE_PROVIDER,
        rule=FourEyes(permission=P.PROVIDER_CONFIGURE, approve=P.PROVIDER_APPROVE),
        payload=ProviderPayload,
        describe=describe,
        execute=execute,
    )


def _policy(desk: Desk) -> GuardedCommand[PolicyPayload]:
    async def describe(uow: UnitOfWork, payload: PolicyPayload) -> Subject:
        await check_policy(desk, uow, payload.casino_id, payload.policy())
        before = await desk.policies.find(uow.connection, payload.casino_id, payload.currency)
        return Subject(
            casino_id=payload.casino_id,
            kind="withdrawal_policy",
            id=f"{payload.casino_id}:{payload.currency}",
            summary=f"Rules for withdrawals in {payload.currency}",
            before=asdict(before) if before else None,
            after=asdict(payload.policy()),
        )

    async def execute(uow: UnitOfWork, payload: PolicyPayload) -> None:
        await set_policy(desk, uow, payload.casino_id, payload.currency, payload.policy())

    return GuardedCommand(
        name=SET_POLICY,
        rule=FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE),
        payload=PolicyPayload,
        describe=describe,
        execute=execute,
    )
