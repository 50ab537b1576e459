"""Casinos' rules for withdrawals, one row per currency."""

from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from payments.adapters.tables import withdrawal_policy
from payments.domain.withdrawal.policy import WithdrawalPolicy


class SqlWithdrawalPolicies:
    """Implements `WithdrawalPolicies`."""

    async def find(self, connection: AsyncConnection, casino_id: UUID, currency: str) -> WithdrawalPolicy | None:
        """See WithdrawalPolicies."""
        return (await self.of_casino(connection, casino_id)).get(currency)

    async def of_casino(self, connection: AsyncConnection, casino_id: UUID) -> dict[str, WithdrawalPolicy]:
        """A casino's policies by currency."""
        table = withdrawal_policy
        rows = await connection.execute(select(table).where(table.c.casino_id == casino_id).order_by(table.c.currency))
        return {
            row["currency"]: WithdrawalPolicy(**{one.name: row[one.name] for one in fields(WithdrawalPolicy)})
            for row in rows.mappings()
        }

    async def save(
        self, connection: AsyncConnection, casino_id: UUID, currency: str, policy: WithdrawalPolicy, now: datetime
    ) -> None:
        """Keep the policy as it is now."""
        values = {**asdict(policy), "updated_at": now}
        statement = insert(withdrawal_policy).values(casino_id=casino_id, currency=currency, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id", "currency"], set_=values))
