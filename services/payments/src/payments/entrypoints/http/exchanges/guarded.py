"""Money is exchanged by hand, and the rule for it changed, only when a second person agrees."""

from typing import Any, ClassVar
from uuid import UUID

from chassis.approvals import GuardedCommand, Size
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.exchanging import ExchangeFact, check_exchange, exchange, exchange_policy
from payments.domain.exchange.words import ExchangePolicy
from payments.entrypoints.http.exchanges.schemas import ExchangeOrder, ExchangePolicyBody
from payments.entrypoints.http.guarding import ByHand, Policy, by_hand, of_casino

EXCHANGE = "payments.exchange"
SET_EXCHANGE_POLICY = "payments.set_exchange_policy"


class ExchangePayload(ExchangeOrder, ByHand):
    """What shall be exchanged."""

    KIND: ClassVar[str] = "exchange"
    KEY: ClassVar[str] = "exchange_id"
    exchange_id: UUID

    def fact(self) -> ExchangeFact:
        """The same for the application."""
        return ExchangeFact(**self.model_dump(exclude={"exchange_id"}))

    def summary(self) -> str:
        return f"Exchange of {self.sold_currency} for {self.bought_currency}"

    def size(self) -> Size:
        return Size(self.sold_currency, self.sold_minor)


class ExchangePolicyPayload(ExchangePolicyBody, Policy):
    SUMMARY: ClassVar[str] = "Whether money is exchanged, and what the house keeps"

    def value(self) -> ExchangePolicy:
        return ExchangePolicy(enabled=self.enabled, spread_bp=self.spread_bp)


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""
    return [
        by_hand(desk, EXCHANGE, P.ADJUSTMENT_CREATE, ExchangePayload, check_exchange, exchange),
        of_casino(desk, SET_EXCHANGE_POLICY, ExchangePolicyPayload, exchange_policy(desk)),
    ]
