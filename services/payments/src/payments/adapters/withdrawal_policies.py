"""Casinos' rules for withdrawals, one row per currency."""

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
            row.currency: WithdrawalPolicy(
                second_person_above_minor=row.second_person_above_minor,
                automatic_up_to_minor=row.automatic_up_to_minor,
                minimum_minor=row.minimum_minor,
                maximum_minor=row.maximum_minor,
            )
            for row in rows
        }

    async def save(
        self, connection: AsyncConnection, casino_id: UUID, currency: str, policy: WithdrawalPolicy, now: datetime
    ) -> None:
        """Keep the policy as it is now."""
        values = {
            "second_person_above_minor": policy.second_person_above_minor,
            "automatic_up_to_minor": policy.automatic_up_to_minor,
            "minimum_minor": policy.minimum_minor,
            "maximum_minor": policy.maximum_minor,
            "updated_at": now,
        }
        statement = insert(withdrawal_policy).values(casino_id=casino_id, currency=currency, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=["casino_id", "currency"], set_=values))
