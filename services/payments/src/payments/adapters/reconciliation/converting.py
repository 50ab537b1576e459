"""What was settled in another currency than it was paid in, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.reconciliation import sql
from payments.application.reconciliation.conversions import Published
from payments.domain.reconciliation.conversions import Conversion

_UNPOSTED: Final = """
    WITH waiting AS MATERIALIZED (
        SELECT one.item_id, coalesce(item.batch, '') AS batch, one.sold_currency, one.bought_currency,
               one.sold_minor > 0 AS comes
        FROM settlement_conversion AS one JOIN settlement_item AS item ON item.id = one.item_id
        WHERE one.file_id = $1 AND one.posted_as IS NULL AND NOT one.undone
    ), together AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, batch, sold_currency, bought_currency, comes
        FROM waiting GROUP BY 2, 3, 4, 5 LIMIT $2
    ), posted AS (
        UPDATE settlement_conversion AS one SET posted_as = together.id
        FROM together JOIN waiting USING (batch, sold_currency, bought_currency, comes)
        WHERE one.item_id = waiting.item_id RETURNING one.*
    )
    SELECT posted_as AS id, casino_id, provider, sold_currency, sum(sold_minor)::bigint AS sold_minor, bought_currency,
           sum(bought_minor)::bigint AS bought_minor
    FROM posted GROUP BY 1, 2, 3, 4, 6"""
"""Sums by batch, pair of currencies and direction: two entries for each, however many payments they are."""
_UNDONE: Final = """
    WITH one AS (
        SELECT item_id FROM settlement_conversion
        WHERE NOT undone AND (file_id = $1 OR expectation_id IN (
            SELECT expectation_id FROM settlement_item WHERE file_id = $1 AND state <> 'replaced'))
        LIMIT $2 FOR NO KEY UPDATE
    ), undone AS (
        UPDATE settlement_conversion AS done SET undone = true FROM one WHERE done.item_id = one.item_id
        RETURNING done.*
    )
    SELECT posted_as AS id, casino_id, provider, sold_currency, sum(sold_minor)::bigint AS sold_minor, bought_currency,
           sum(bought_minor)::bigint AS bought_minor
    FROM undone GROUP BY 1, 2, 3, 4, 6"""
"""Those of other files as well that are of a payment the file told a part of."""
_KEEP: Final = f"""
    WITH {sql.RATES}, sold AS (SELECT $2::text AS currency, $3::bigint AS amount_minor),
    bought AS (SELECT $4::text AS currency, $5::bigint AS amount_minor), made AS (
        SELECT published.own_rate, published.minor AS published_minor, bought.amount_minor AS bought_minor
        FROM sold CROSS JOIN bought {sql.CONVERTED}
    )
    INSERT INTO settlement_conversion (
        item_id, file_id, casino_id, provider, expectation_id, sold_currency, sold_minor, bought_currency, bought_minor,
        rate, published_minor, off_bps, source, as_of, booked_at, posted_as)
    SELECT item.id, item.file_id, item.casino_id, item.provider, $12, $2, $3, $4, $5, own_rate, published_minor,
           {sql.OFF_BPS}, $10::text, $11::date, $6, $13
    FROM made CROSS JOIN settlement_item AS item WHERE item.id = $1
    {sql.AGAIN}"""  # noqa: S608 - put together from parts that are written here


class SqlConverting:
    """Implements `Converting`."""

    async def post_conversions(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[Conversion]:
        """See the port."""
        return _conversions(await (await driver(connection)).fetch(_UNPOSTED, file_id, most))

    async def undo_conversions(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[Conversion] | None:
        """See the port."""
        rows = await (await driver(connection)).fetch(_UNDONE, file_id, most)
        return _conversions([row for row in rows if row["id"] is not None]) if rows else None

    async def keep_conversion(
        self,
        connection: AsyncConnection,
        conversion: Conversion,
        item_id: int,
        expectation_id: UUID,
        rates: Published,
        now: datetime,
    ) -> None:
        """See the port."""
        one = conversion
        sides = (one.sold_currency, one.sold_minor, one.bought_currency, one.bought_minor)
        await (await driver(connection)).execute(_KEEP, item_id, *sides, now, *rates, expectation_id, one.id)


def _conversions(rows: Sequence[Any]) -> list[Conversion]:
    return [Conversion(**row) for row in rows]
