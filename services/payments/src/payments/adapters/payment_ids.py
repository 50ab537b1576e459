"""The ids of payments, one row each: the primary key decides between two who come at once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.application.payment_ids import IdKind, PaymentIdTaken

_CLAIM: Final = """
    INSERT INTO payment_id AS taken (id, kind) SELECT id, $2 FROM unnest($1::uuid[]) AS id ORDER BY id
    ON CONFLICT (id) DO UPDATE SET kind = taken.kind RETURNING kind"""


_OPEN: Final = "INSERT INTO payment_id (id, kind, player_id, open_until) VALUES ($1, $2, $3, $4)"

_STILL_OPEN: Final = """
    SELECT count(*) FROM payment_id AS page WHERE player_id = $1 AND open_until > $2
        AND NOT EXISTS (SELECT FROM rm_withdrawal_list WHERE rm_withdrawal_list.id = page.id)"""


class SqlPaymentIds:
    """Implements `PaymentIds`."""

    async def claim(self, connection: AsyncConnection, kind: IdKind, *ids: UUID, field: str | None = None) -> None:
        """See the port."""
        raw = await driver(connection)
        if any(row["kind"] != kind for row in await raw.fetch(_CLAIM, ids, kind.value)):
            raise PaymentIdTaken(field=field)

    async def claim_page(
        self, connection: AsyncConnection, withdrawal_id: UUID, player_id: UUID, until: datetime
    ) -> None:
        """See the port."""
        await (await driver(connection)).execute(_OPEN, withdrawal_id, IdKind.WITHDRAWAL_PAGE.value, player_id, until)

    async def open_pages(self, connection: AsyncConnection, player_id: UUID, now: datetime) -> int:
        """See the port."""
        return int(await (await driver(connection)).fetchval(_STILL_OPEN, player_id, now))
