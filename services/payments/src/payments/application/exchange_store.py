"""What exchanging needs of the world: published rates, the casino's rule, and a place for what was agreed."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from payments.domain.exchange.quotes import Quote, Rates
from payments.domain.exchange.words import ExchangePolicy


class RateSource(Protocol):
    """Published rates."""

    def rates(self) -> Rates:
        """The newest; RateUnavailable when there are none, or they cannot be read."""
        ...


class Exchanges(Protocol):
    """The casino's rule, and the quote beside the movements of each exchange."""

    source: RateSource
    oldest_days: int
    """Rates that are older are none."""

    async def policy(self, connection: AsyncConnection, casino_id: UUID) -> ExchangePolicy:
        """The casino's rule; not enabled where nothing is set."""
        ...

    async def set_policy(
        self, connection: AsyncConnection, casino_id: UUID, policy: ExchangePolicy, now: datetime
    ) -> None:
        """Keep it."""
        ...

    async def keep(self, uow: UnitOfWork, exchange_id: UUID, casino_id: UUID, player_id: UUID, quote: Quote) -> None:
        """Keep what an exchange was made at, when and by whom, for ever."""
        ...
