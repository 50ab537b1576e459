"""What a chargeback's debt stops at each casino."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from payments.adapters.tables import debt_policy
from payments.domain.debt.words import DebtStops


class SqlDebtPolicies:
    """Implements `DebtPolicies`."""

    async def stops(self, connection: AsyncConnection, casino_id: UUID) -> DebtStops:
        """See DebtPolicies."""
        query = select(debt_policy.c.stops).where(debt_policy.c.casino_id == casino_id)
        found = (await connection.execute(query)).scalar_one_or_none()
        return DebtStops.BETS_AND_DEPOSITS if found is None else DebtStops(found)

    async def set_stops(self, connection: AsyncConnection, casino_id: UUID, stops: DebtStops, now: datetime) -> None:
        """See DebtPolicies."""
        values = {"stops": stops, "updated_at": now}
        statement = insert(debt_policy).values(casino_id=casino_id, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id"], set_=values))
