"""The ids of payments, one row each: the primary key decides between two who come at once."""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.application.payment_ids import IdKind, PaymentIdTaken

_CLAIM: Final = """
    INSERT INTO payment_id AS taken (id, kind) SELECT id, $2 FROM unnest($1::uuid[]) AS id ORDER BY id
    ON CONFLICT (id) DO UPDATE SET kind = taken.kind RETURNING kind"""


class SqlPaymentIds:
    """Implements `PaymentIds`."""

    async def claim(self, connection: AsyncConnection, kind: IdKind, *ids: UUID, field: str | None = None) -> None:
        """See the port."""
        raw = await driver(connection)
        if any(row["kind"] != kind for row in await raw.fetch(_CLAIM, ids, kind.value)):
            raise PaymentIdTaken(field=field)
