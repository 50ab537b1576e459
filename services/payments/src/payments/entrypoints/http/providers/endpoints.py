"""A casino's accounts at payment providers, and its rules for withdrawals."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.approvals import PROPOSED, Proposing
from chassis.auth import Caller, Requires
from chassis.http import Once
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.configuring import stop_provider
from payments.application.desk import Desk
from payments.application.ports import PaymentProvider
from payments.entrypoints.http.desk import TheDesk
from payments.entrypoints.http.providers.guarded import CONFIGURE_PROVIDER, SET_POLICY, PolicyPayload, ProviderPayload
from payments.entrypoints.http.providers.schemas import (
    PolicyBody,
    PolicyView,
    ProviderBody,
    ProviderKind,
    ProviderView,
    Reason,
    StopBody,
    StoppedView,
)

router = APIRouter(prefix="/api/payments/v1/casinos/{casino_id}", tags=["providers"])
catalogue = APIRouter(prefix="/api/payments/v1", tags=["providers"])


@catalogue.get("/providers")
async def list_kinds(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)],  # noqa: ARG001 - they are the same for everybody
    desk: TheDesk,
) -> list[ProviderKind]:
    """The payment providers there are, by name: which way money goes, and what their reasons for saying no mean."""
    return [_kind(desk, one) for _, one in sorted(desk.providers.items())]


def _kind(desk: Desk, provider: PaymentProvider) -> ProviderKind:
    return ProviderKind(
        provider=provider.name,
        takes_deposits=provider.deposits is not None,
        makes_payouts=provider.payouts is not None,
        destinations=[] if provider.payouts is None else sorted(provider.payouts.destinations),
        hosts=sorted(provider.hosts),
        notifications_url=f"{desk.public_base_url}/partner/payments/{provider.name}/{{casino_id}}/notifications",
        reasons=[Reason(code=code, **asdict(one)) for code, one in sorted(provider.codes.items())],
    )


@router.put("/providers/{provider}", **PROPOSED)
async def configure(
    caller: Annotated[Caller, Requires(P.PROVIDER_CONFIGURE, proposes=True)],
    casino_id: UUID,
    provider: str,
    body: ProviderBody,
    proposing: Proposing,
) -> Response:
    """Propose a casino's account at a provider; a second person approves it. What was begun with it goes on when it is
    switched off.
    """
    caller.must_see(casino_id)
    payload = ProviderPayload(casino_id=casino_id, provider=provider, **body.model_dump())
    return await proposing(caller, CONFIGURE_PROVIDER, payload)


@router.post("/providers/{provider}/stop", response_model=StoppedView)
async def stop(
    caller: Annotated[Caller, Requires(P.PROVIDER_STOP)],
    casino_id: UUID,
    provider: str,
    body: StopBody,
    once: Once,
    desk: TheDesk,
) -> Response:
    """Stop a provider for every payment from now on. One person does it, at once; to switch it on again takes two.
    What was begun with it goes on.
    """
    caller.must_see(casino_id)

    async def work(uow: UnitOfWork) -> StoppedView:
        return StoppedView(**asdict(await stop_provider(desk, uow, casino_id, provider, body.reason)))

    return await once(caller, work, status=200, reason=body.reason)


@router.get("/providers")
async def list_providers(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> list[ProviderView]:
    """The casino's accounts, by name. There are few of them, so there are no pages."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        return [ProviderView(**asdict(one)) for one in await desk.accounts.of_casino(connection, casino_id)]


@router.put("/withdrawal-policy", **PROPOSED)
async def put_policy(
    caller: Annotated[Caller, Requires(P.POLICY_SET, proposes=True)],
    casino_id: UUID,
    body: PolicyBody,
    proposing: Proposing,
) -> Response:
    """Propose how withdrawals of a currency are approved; a second person approves that. Where nothing is set, two
    people look at each withdrawal.
    """
    caller.must_see(casino_id)
    return await proposing(caller, SET_POLICY, PolicyPayload(casino_id=casino_id, **body.model_dump()))


@router.get("/withdrawal-policy")
async def list_policies(
    caller: Annotated[Caller, Requires(P.PROVIDER_LIST)], casino_id: UUID, desk: TheDesk
) -> list[PolicyView]:
    """How withdrawals are approved, by currency."""
    caller.must_see(casino_id)
    async with desk.app.db.read() as connection:
        policies = await desk.policies.of_casino(connection, casino_id)
    return [PolicyView(casino_id=casino_id, currency=name, **asdict(one)) for name, one in policies.items()]
