"""Casinos' rules for exchanging money, and what each exchange was made at."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import UnitOfWork
from payments.adapters.ledger.tables import ledger_exchange
from payments.adapters.tables import exchange_policy
from payments.application.exchange_store import RateSource
from payments.domain.exchange.quotes import Quote
from payments.domain.exchange.words import ExchangePolicy
from payments.settings import Settings


def exchanges_in(settings: Settings, sources: Mapping[str, Callable[[str], RateSource]]) -> "SqlExchanges":
    """The member of the desk, with the source of rates that settings name."""
    return SqlExchanges(sources[settings.rates_source](settings.rates_file), settings.rates_oldest_days)


class SqlExchanges:
    """Implements `Exchanges`."""

    def __init__(self, source: RateSource, oldest_days: int) -> None:
        self.source = source
        self.oldest_days = oldest_days

    async def policy(self, connection: AsyncConnection, casino_id: UUID) -> ExchangePolicy:
        """See Exchanges."""
        table = exchange_policy
        query = select(table.c.enabled, table.c.spread_bp).where(table.c.casino_id == casino_id)
        row = (await connection.execute(query)).one_or_none()
        return ExchangePolicy() if row is None else ExchangePolicy(enabled=row.enabled, spread_bp=row.spread_bp)

    async def set_policy(
        self, connection: AsyncConnection, casino_id: UUID, policy: ExchangePolicy, now: datetime
    ) -> None:
        """See Exchanges."""
        values = {**asdict(policy), "updated_at": now}
        statement = upsert(exchange_policy).values(casino_id=casino_id, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id"], set_=values))

    async def keep(self, uow: UnitOfWork, exchange_id: UUID, casino_id: UUID, player_id: UUID, quote: Quote) -> None:
        """See Exchanges."""
        values = {
            "id": exchange_id,
            "casino_id": casino_id,
            "player_id": player_id,
            **asdict(quote),
            "proposed_by": uow.ctx.actor.id,
            "approved_by": uow.ctx.authorised_by or "",
            "exchanged_at": uow.ctx.occurred_at,
        }
        await uow.connection.execute(insert(ledger_exchange).values(values))
