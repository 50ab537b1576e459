"""A casino's accounts at payment providers, and its rules for withdrawals."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Caller, Requires
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.configuring import AccountChange, configure_provider, set_policy
from payments.domain.deposit.bounds import DepositBounds
from payments.domain.withdrawal.policy import WithdrawalPolicy
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.providers.schemas import PolicyBody, PolicyView, ProviderBody, ProviderView

router = APIRouter(prefix="/api/payments/v1/casinos/{casino_id}", tags=["providers"])


@router.put("/providers/{provider}")
async def configure(
    caller: Annotated[Caller, Requires(P.PROVIDER_CONFIGURE)],
    casino_id: UUID,
    provider: str,
    body: ProviderBody,
    request: Request,
    desk: TheDesk,
) -> ProviderView:
    """Configure a casino's account at a provider. What was begun with it goes on when it is switched off."""
    caller.must_see(casino_id)
    change = AccountChange(
        casino_id=casino_id,
        provider=provider,
        enabled=body.enabled,
        currencies=frozenset(body.currencies),
        settings=body.settings,
        secrets=body.secrets,
        deposit_bounds=None
        if body.deposit_bounds is None
        else {currency: DepositBounds(**one.model_dump()) for currency, one in body.deposit_bounds.items()},
    )

    async def work(uow: UnitOfWork) -> ProviderView:
        await configure_provider(desk, uow, change)
        accounts = await desk.accounts.of_casino(uow.connection, casino_id)
        return next(ProviderView(**asdict(one)) for one in accounts if one.provider == provider)

    return await desk.app.transact(work, caller.context(request, casino_id=casino_id))


@router.get("/providers")
async def list_providers(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> list[ProviderView]:
    """The casino's accounts, by name. There are few of them, so there are no pages."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        return [ProviderView(**asdict(one)) for one in await desk.accounts.of_casino(connection, casino_id)]


@router.put("/withdrawal-policy")
async def put_policy(
    caller: Annotated[Caller, Requires(P.POLICY_SET)],
    casino_id: UUID,
    body: PolicyBody,
    request: Request,
    desk: TheDesk,
) -> PolicyView:
    """Set how withdrawals of a currency are approved. Where nothing is set, two people look at each."""
    caller.must_see(casino_id)
    policy = WithdrawalPolicy(
        second_person_above_minor=body.second_person_above_minor,
        automatic_up_to_minor=body.automatic_up_to_minor,
        minimum_minor=body.minimum_minor,
        maximum_minor=body.maximum_minor,
    )

    async def work(uow: UnitOfWork) -> PolicyView:
        await set_policy(desk, uow, casino_id, body.currency, policy)
        return PolicyView(casino_id=casino_id, currency=body.currency, **asdict(policy))

    return await desk.app.transact(work, caller.context(request, casino_id=casino_id))


@router.get("/withdrawal-policy")
async def list_policies(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> list[PolicyView]:
    """How withdrawals are approved, by currency."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        policies = await desk.policies.of_casino(connection, casino_id)
    return [PolicyView(casino_id=casino_id, currency=name, **asdict(one)) for name, one in policies.items()]
