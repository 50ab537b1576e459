"""Casinos' routing strategies, every version of them."""

from dataclasses import asdict
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from payments.adapters.routing.breakers import SqlBreakers
from payments.adapters.routing.decisions import SqlDecisions
from payments.adapters.routing.tables import routing_strategy
from payments.application.routing.ports import PublishedStrategy
from payments.domain.routing.strategy import Direction, Strategy


class SqlRouting(SqlDecisions, SqlBreakers):
    """Implements `Routing`."""

    async def strategy(
        self, connection: AsyncConnection, casino_id: UUID, direction: Direction
    ) -> PublishedStrategy | None:
        """See Routing."""
        table = routing_strategy
        of_casino = select(table).where(table.c.casino_id == casino_id, table.c.direction == direction)
        newest = of_casino.order_by(table.c.version.desc()).limit(1)
        row = (await connection.execute(newest)).mappings().one_or_none()
        if row is None:
            return None
        return PublishedStrategy(
            **{**row, "direction": direction, "strategy": msgspec.convert(row["strategy"], Strategy)}
        )

    async def publish(self, connection: AsyncConnection, published: PublishedStrategy) -> None:
        """See Routing."""
        kept = {**asdict(published), "strategy": msgspec.to_builtins(published.strategy)}
        await connection.execute(insert(routing_strategy).values(**kept))
