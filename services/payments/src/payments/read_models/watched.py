"""What operators are told the number of: withdrawals that are late, orders of which nobody knows what became."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.payments.states import DepositStatus, RefundStatus, WithdrawalStatus
from payments.read_models.deposit_list import table as deposits
from payments.read_models.refund_list import table as refunds
from payments.read_models.withdrawal_list import OPEN
from payments.read_models.withdrawal_list import table as withdrawals

_COUNTED: Final = union_all(
    *(
        select(literal(kind), table.c.provider, func.count()).where(table.c.status == status).group_by(table.c.provider)
        for kind, table, status in (
            ("deposit", deposits, DepositStatus.UNKNOWN),
            ("refund", refunds, RefundStatus.UNKNOWN),
            ("withdrawal", withdrawals, WithdrawalStatus.UNKNOWN),
        )
    )
)


async def overdue(connection: AsyncConnection, now: datetime) -> dict[UUID, int]:
    """How many withdrawals are late, by casino: neither paid nor ended, and due before now."""
    statement = (
        select(withdrawals.c.casino_id, func.count())
        .where(withdrawals.c.status.in_(OPEN), withdrawals.c.due_at < now)
        .group_by(withdrawals.c.casino_id)
    )
    return {row[0]: int(row[1]) for row in await connection.execute(statement)}


async def unknown(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many there are now, by what it is (`deposit`, `refund`, `withdrawal`) and its provider."""
    return {(row[0], row[1]): int(row[2]) for row in await connection.execute(_COUNTED)}
