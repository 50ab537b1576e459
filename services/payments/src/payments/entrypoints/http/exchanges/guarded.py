"""Money is exchanged by hand, and the rule for it changed, only when a second person agrees."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from chassis.approvals import FourEyes, GuardedCommand, Size, Subject
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.exchanging import ExchangeFact, check_exchange, exchange, set_exchange_policy
from payments.domain.exchange.words import ExchangePolicy
from payments.entrypoints.http.exchanges.schemas import ExchangeOrder, ExchangePolicyBody

EXCHANGE = "payments.exchange"
SET_EXCHANGE_POLICY = "payments.set_exchange_policy"


class ExchangePayload(ExchangeOrder):
    """What shall be exchanged: the body and the path. The reason is the proposal's."""

    exchange_id: UUID
    casino_id: UUID
    player_id: UUID

    def fact(self) -> ExchangeFact:
        """The same for the application."""
        return ExchangeFact(**self.model_dump(exclude={"exchange_id"}))


class ExchangePolicyPayload(ExchangePolicyBody):
    """The body and the path."""

    casino_id: UUID

    def policy(self) -> ExchangePolicy:
        """The same for the domain."""
        return ExchangePolicy(enabled=self.enabled, spread_bp=self.spread_bp)


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [_exchanging(desk), _policy(desk)]


def _exchanging(desk: Desk) -> GuardedCommand[ExchangePayload]:
    async def describe(uow: UnitOfWork, payload: ExchangePayload) -> Subject:
        await check_exchange(desk, uow, payload.fact())
        return Subject(
            casino_id=payload.casino_id,
            kind="exchange",
            id=str(payload.exchange_id),
            summary=f"Exchange of {payload.sold_currency} for {payload.bought_currency}",
            after=payload.model_dump(mode="json", exclude={"exchange_id", "casino_id"}),
            size=Size(payload.sold_currency, payload.sold_minor),
        )

    async def execute(uow: UnitOfWork, payload: ExchangePayload) -> None:
        await exchange(desk, uow, payload.exchange_id, payload.fact())

    return GuardedCommand(
        name=EXCHANGE,
        rule=FourEyes(permission=P.ADJUSTMENT_CREATE),
        payload=ExchangePayload,
        describe=describe,
        execute=execute,
        risk="high",
        reason_permission=P.ADJUSTMENT_VIEW_REASON,
    )


def _policy(desk: Desk) -> GuardedCommand[ExchangePolicyPayload]:
    async def describe(uow: UnitOfWork, payload: ExchangePolicyPayload) -> Subject:
        await desk.casino(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="exchange_policy",
            id=str(payload.casino_id),
            summary="Whether money is exchanged, and what the house keeps",
            before=asdict(await desk.exchanges.policy(uow.connection, payload.casino_id)),
            after=asdict(payload.policy()),
        )

    async def execute(uow: UnitOfWork, payload: ExchangePolicyPayload) -> None:
        await set_exchange_policy(desk, uow, payload.casino_id, payload.policy())

    return GuardedCommand(
        name=SET_EXCHANGE_POLICY,
        rule=FourEyes(permission=P.POLICY_SET, approve=P.POLICY_APPROVE),
        payload=ExchangePolicyPayload,
        describe=describe,
        execute=execute,
    )
