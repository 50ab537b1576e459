"""Statements of banks in PostgreSQL, and whether one is missing between two of them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from chassis.domain import uuid7
from payments.application.reconciliation.stating import KnownStatement
from payments.domain.reconciliation.statements import BankStatement

_COLUMNS: Final = (
    "id", "file_id", "place", "casino_id", "account", "currency", "name", "number", "opened_on", "opening_minor",
    "closed_on", "closing_minor", "state",
)  # fmt: skip
_FORGET: Final = "DELETE FROM bank_statement WHERE file_id = $1 AND state = 'read'"
_DROP: Final = "UPDATE bank_statement SET state = 'replaced', gap_minor = NULL WHERE file_id = $1"
_IN_LINE: Final = "('follows', 'gap', 'accepted')"
_ENTER: Final = f"""
    UPDATE bank_statement AS one
    SET state = CASE WHEN EXISTS (
        SELECT FROM bank_statement AS other
        WHERE other.casino_id = one.casino_id AND other.account = one.account AND other.currency = one.currency
          AND other.closed_on = one.closed_on AND other.opened_on = one.opened_on
          AND other.opening_minor = one.opening_minor AND other.closing_minor = one.closing_minor
          AND other.number IS NOT DISTINCT FROM one.number
          AND (other.state IN {_IN_LINE} OR other.file_id = $1 AND other.state = 'read' AND other.place < one.place)
    ) THEN 'repeated' ELSE 'follows' END
    WHERE one.file_id = $1 AND one.state = 'read'"""  # noqa: S608 - words of our own
_LINE_UP: Final = f"""
    WITH own AS (
        SELECT casino_id, account, currency, min(closed_on) AS since FROM bank_statement
        WHERE file_id = $1 GROUP BY 1, 2, 3
    ), judged AS (
        SELECT one.id, CASE WHEN before.id IS NOT NULL AND NOT EXISTS (
            SELECT FROM bank_statement AS other
            WHERE other.casino_id = one.casino_id AND other.account = one.account AND other.currency = one.currency
              AND other.id <> one.id AND other.state IN {_IN_LINE}
              AND (other.closing_minor = one.opening_minor AND other.closed_on IN (before.closed_on, one.closed_on)
                       AND (other.closed_on < one.closed_on OR coalesce(other.number <= one.number, true))
                   OR other.opening_minor = one.opening_minor AND other.opened_on = one.opened_on
                       AND other.closed_on < one.closed_on)
        ) THEN one.opening_minor - before.closing_minor END AS gap_minor
        FROM own JOIN bank_statement AS one USING (casino_id, account, currency)
        LEFT JOIN LATERAL (
            SELECT id, closed_on, closing_minor FROM bank_statement AS earlier
            WHERE earlier.casino_id = one.casino_id AND earlier.account = one.account
              AND earlier.currency = one.currency AND earlier.state IN {_IN_LINE} AND earlier.closed_on <= one.closed_on
              AND (earlier.closed_on < one.closed_on OR earlier.number < one.number)
            ORDER BY earlier.closed_on DESC, earlier.number DESC NULLS LAST, earlier.place DESC LIMIT 1
        ) AS before ON true
        WHERE one.closed_on >= own.since AND one.state IN {_IN_LINE}
    )
    UPDATE bank_statement AS one
    SET state = CASE WHEN judged.gap_minor IS NULL THEN 'follows'
                     WHEN one.state = 'accepted' AND one.gap_minor = judged.gap_minor THEN 'accepted' ELSE 'gap' END,
        gap_minor = judged.gap_minor
    FROM judged
    WHERE one.id = judged.id
      AND (one.gap_minor IS DISTINCT FROM judged.gap_minor
           OR one.state = 'gap' AND judged.gap_minor IS NULL)"""  # noqa: S608 - words of our own
"""A statement follows on one of its own day, or of the last day before that has any, by the balance between them;
numbers tell the order of a day, where the bank gives them. One that begins where an earlier one began covers that, and
more."""
_ONE: Final = """
    SELECT id, casino_id, account, currency, opening_minor, CASE WHEN state = 'gap' THEN gap_minor END AS gap_minor
    FROM bank_statement WHERE id = $1 FOR NO KEY UPDATE"""
_ACCEPT: Final = "UPDATE bank_statement SET state = 'accepted' WHERE id = $1 AND state = 'gap'"


class SqlStatements:
    """Implements `Statements`."""

    async def forget_statements(self, connection: AsyncConnection, file_id: UUID) -> None:
        """See the port."""
        await (await driver(connection)).execute(_FORGET, file_id)

    async def keep_statements(
        self, connection: AsyncConnection, file_id: UUID, casino_id: UUID, statements: Sequence[BankStatement]
    ) -> None:
        """See the port."""
        records = [
            (
                uuid7(),
                file_id,
                one.place,
                casino_id,
                one.account,
                one.opening.currency,
                one.name,
                one.number,
                one.opening.on,
                one.opening.minor,
                one.closing.on,
                one.closing.minor,
                "read",
            )
            for one in statements
        ]
        raw = await driver(connection)
        await raw.copy_records_to_table("bank_statement", records=records, columns=_COLUMNS)

    async def line_statements_up(self, connection: AsyncConnection, file_id: UUID) -> None:
        """See the port."""
        raw = await driver(connection)
        await raw.execute(_ENTER, file_id)
        await raw.execute(_LINE_UP, file_id)

    async def drop_statements(self, connection: AsyncConnection, file_id: UUID) -> None:
        """See the port."""
        raw = await driver(connection)
        await raw.execute(_DROP, file_id)
        await raw.execute(_LINE_UP, file_id)

    async def statement(self, connection: AsyncConnection, statement_id: UUID) -> KnownStatement | None:
        """See the port."""
        row = await (await driver(connection)).fetchrow(_ONE, statement_id)
        return None if row is None else KnownStatement(**row)

    async def accept_gap(self, connection: AsyncConnection, statement_id: UUID) -> None:
        """See the port."""
        await (await driver(connection)).execute(_ACCEPT, statement_id)
