"""What people decide about lines, movements, batches and files, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.reconciliation import sql
from payments.application.reconciliation.ports import HeldFees, KnownBatch, OpenItem, OpenMovement, UnpostedBatch
from payments.domain.reconciliation.bank import OpenBatch
from payments.domain.reconciliation.words import ExpectationState, ItemState

_HOLD_FILES: Final = """
    SELECT id FROM settlement_file WHERE state = 'done' AND id IN (
        SELECT file_id FROM settlement_item WHERE id = ANY($1::bigint[])
        UNION ALL SELECT file_id FROM settlement_batch WHERE id = ANY($2::uuid[]))
    ORDER BY id FOR SHARE"""
"""Asked before what is in them is locked: nobody agrees to replace a file while people decide about what it says, and
whoever works on one that is not done waits for nobody here.
"""
_TAKE_TURNS: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended('settlement ' || casino_id || ' ' || provider, 0))
    FROM (SELECT DISTINCT casino_id, provider FROM settlement_item
          WHERE id = ANY($1::bigint[]) AND provider IS NOT NULL ORDER BY 1, 2) AS one"""
"""Of the providers of lines, and before anything else: nobody sums up a line while people decide about it."""
_ITEMS: Final = """
    SELECT id, casino_id, provider, currency, amount_minor, paid_minor, paid_currency, booked_at,
           provider_reference AS reference,
           state IN ('mismatched', 'missing_in_ledger') AS waits,
           state = 'missing_in_ledger' AS unknown, difference IS NOT DISTINCT FROM 'fee' AS only_fee,
           file_id = ANY($2::uuid[]) AS file_done
    FROM settlement_item WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"""
_MOVEMENTS: Final = """
    SELECT id, casino_id, provider, currency, amount_minor, booked_at, provider_reference AS reference,
           state IN ('open', 'missing_at_provider', 'mismatched') AS waits
    FROM settlement_expectation WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"""
_BATCH: Final = """
    SELECT id, casino_id, provider, currency, arrives_minor, booked_at, state, state_then IS NOT NULL AS held,
           fee_minor + rounding_minor AS fee_minor, coalesce(explained_minor, 0) AS explained_minor,
           file_id = ANY($2::uuid[]) AS file_done
    FROM settlement_batch WHERE id = $1 FOR NO KEY UPDATE"""
_END_ITEMS: Final = f"""
    UPDATE settlement_item SET state = $2, ended_at = $3, said = CASE WHEN provider IS NOT NULL THEN said END,
        said_sha256 = CASE WHEN provider IS NULL AND said IS NOT NULL
            THEN {sql.SAID_SHA256} ELSE said_sha256 END
    WHERE id = ANY($1::bigint[])"""  # noqa: S608 - an expression of our own
"""What a bank says of a line names people: it is kept for as long as somebody must find out what the line is. What
stays of it tells whether the same comes again."""
_END_MOVEMENTS: Final = """
    UPDATE settlement_expectation SET state = $2, item_id = coalesce($3, item_id), ended_at = $4
    WHERE id = ANY($1::uuid[])"""
_LET_GO: Final = """
    WITH ended AS MATERIALIZED (
        SELECT DISTINCT casino_id, provider, reference_id, movement, expectation_id FROM settlement_item
        WHERE id = ANY($1::bigint[]) AND reference_id IS NOT NULL AND expectation_id IS NOT NULL
    ), held AS MATERIALIZED (
        SELECT moved.id, moved.amount_minor, moved.currency, moved.due_at, ended.expectation_id
        FROM ended JOIN settlement_expectation AS moved USING (casino_id, provider, reference_id, movement)
        JOIN settlement_item AS told ON told.id = moved.item_id AND told.expectation_id = ended.expectation_id
        WHERE moved.state = 'mismatched'
    ), expected AS (
        SELECT expectation_id, sum(amount_minor) AS minor, min(currency) AS currency,
               min(currency) = max(currency) AS one_currency
        FROM held GROUP BY 1
    ), said AS MATERIALIZED (
        SELECT expectation_id, array_agg(line.id) AS ids, max(line.id) AS item_id, sum(line.amount_minor) AS minor,
               min(line.currency) AS currency, min(line.currency) = max(line.currency) AS one_currency,
               bool_and(line.final) AS final
        FROM ended JOIN settlement_item AS line USING (casino_id, provider, reference_id, movement, expectation_id)
        WHERE line.state = 'mismatched' AND line.difference <> 'fee'
        GROUP BY 1
    ), opened AS (
        UPDATE settlement_expectation AS moved
        SET item_id = said.item_id,
            state = CASE WHEN said.item_id IS NOT NULL THEN 'mismatched'
                         WHEN held.due_at < $2 THEN 'missing_at_provider' ELSE 'open' END
        FROM held LEFT JOIN said USING (expectation_id) WHERE moved.id = held.id
    ), off AS (
        SELECT said.ids, said.item_id, said.final, said.minor - expected.minor AS minor,
               said.one_currency AND expected.one_currency AND said.currency = expected.currency AS one_currency
        FROM said JOIN expected USING (expectation_id)
    )
    UPDATE settlement_item AS line
    SET difference = CASE WHEN NOT off.final THEN 'status' WHEN off.one_currency THEN 'amount' ELSE 'currency' END,
        difference_minor = CASE WHEN off.one_currency THEN CASE line.id WHEN off.item_id THEN off.minor ELSE 0 END END
    FROM off WHERE line.id = ANY(off.ids)"""
_END_BATCH: Final = "UPDATE settlement_batch SET state = 'settled', ended_at = $2 WHERE id = $1"
_RELEASE: Final = """
    UPDATE settlement_batch SET state = state_then, state_then = NULL, posted = true
    WHERE id = $1 AND state_then IS NOT NULL"""
_SETTLED: Final = """
    SELECT EXISTS (
        SELECT FROM settlement_batch WHERE file_id = $1 AND state = 'settled' AND arrives_minor <> 0
    ) OR EXISTS (
        SELECT FROM settlement_batch WHERE file_id = $1 AND bank_item_id IS NOT NULL
    ) OR EXISTS (
        SELECT FROM settlement_item WHERE file_id = $1
          AND (state IN ('ignored', 'booked')
               OR (state = 'matched' AND (provider IS NULL OR difference IS NOT NULL)))
    )"""
_UNDO_LINES: Final = """
    WITH line AS (
        SELECT id FROM settlement_item WHERE file_id = $1 AND state <> 'replaced' ORDER BY line LIMIT $2
    ), opened AS (
        UPDATE settlement_expectation AS movement
        SET state = CASE WHEN movement.due_at < now() THEN 'missing_at_provider' ELSE 'open' END,
            item_id = NULL, ended_at = NULL
        FROM settlement_item AS item, line, settlement_item AS told
        WHERE item.id = line.id AND movement.reference_id = item.reference_id AND movement.movement = item.movement
          AND movement.casino_id = item.casino_id AND movement.provider = item.provider
          AND movement.state IN ('matched', 'mismatched')
          AND told.id = movement.item_id AND told.expectation_id = item.expectation_id
    ), summed_again AS (
        UPDATE settlement_item AS other
        SET state = 'mismatched', difference = 'amount', difference_minor = 0, ended_at = NULL
        FROM settlement_item AS item, line
        WHERE item.id = line.id AND other.reference_id = item.reference_id AND other.movement = item.movement
          AND other.expectation_id = item.expectation_id AND other.file_id <> $1 AND other.state = 'matched'
    ), opened_alone AS (
        UPDATE settlement_expectation AS movement
        SET state = CASE WHEN movement.due_at < now() THEN 'missing_at_provider' ELSE 'open' END,
            item_id = NULL, ended_at = NULL
        FROM settlement_item AS item, line
        WHERE item.id = line.id AND item.reference_id IS NULL AND movement.id = item.expectation_id
    ), undone AS (
        UPDATE settlement_item AS item SET state = 'replaced', ended_at = NULL FROM line WHERE item.id = line.id
    )
    SELECT count(*) FROM line"""
"""The lines that were held against movements together have one expectation: only those movements are open again, and
the lines other files told of them wait to be summed with what the new file says."""
_UNDO_BATCHES: Final = """
    WITH one AS (
        SELECT id, posted FROM settlement_batch WHERE file_id = $1 AND state <> 'replaced' ORDER BY id LIMIT $2
        FOR NO KEY UPDATE
    )
    UPDATE settlement_batch AS batch SET state = 'replaced', state_then = NULL FROM one WHERE batch.id = one.id
    RETURNING batch.id, batch.currency,
              CASE WHEN one.posted THEN batch.fee_minor + batch.rounding_minor ELSE 0 END AS fee_minor"""

_OPEN_AGAIN: Final = f"""
    UPDATE settlement_batch AS one
    SET bank_item_id = NULL, state = CASE WHEN lines > 1 AND arrives_minor <> (
            SELECT coalesce(sum(amount_minor - fee_minor), 0) FROM settlement_item
            WHERE file_id = one.file_id AND currency = one.currency AND final AND movement <> 'settlement'
              AND {sql.BATCH_NAME} = one.name
        ) THEN 'mismatched' ELSE 'open' END
    FROM settlement_item AS named
    WHERE one.casino_id = $1 AND one.state = 'mismatched' AND named.id = one.bank_item_id
      AND named.file_id = $2"""  # noqa: S608 - an expression of our own
"""Where the provider's own sum is not that of its lines, that is still so."""


class SqlResolving:
    """Implements `Resolving`."""

    async def items(self, connection: AsyncConnection, ids: Sequence[int]) -> list[OpenItem]:
        """See the port."""
        raw = await driver(connection)
        await raw.fetch(_TAKE_TURNS, list(ids))
        files = [row["id"] for row in await raw.fetch(_HOLD_FILES, list(ids), [])]
        return [OpenItem(**row) for row in await raw.fetch(_ITEMS, list(ids), files)]

    async def movements(self, connection: AsyncConnection, ids: Sequence[UUID]) -> list[OpenMovement]:
        """See the port."""
        return [OpenMovement(**row) for row in await (await driver(connection)).fetch(_MOVEMENTS, list(ids))]

    async def batch(self, connection: AsyncConnection, batch_id: UUID) -> KnownBatch | None:
        """See the port."""
        raw = await driver(connection)
        files = [row["id"] for row in await raw.fetch(_HOLD_FILES, [], [batch_id])]
        row = await raw.fetchrow(_BATCH, batch_id, files)
        if row is None:
            return None
        known = OpenBatch(row["id"], row["provider"], row["currency"], row["arrives_minor"], (), row["booked_at"])
        held = HeldFees(row["fee_minor"], row["explained_minor"]) if row["held"] else None
        waits = row["state"] in ("open", "mismatched")
        return KnownBatch(row["casino_id"], known if waits else None, held, row["file_done"])

    async def end_items(self, connection: AsyncConnection, ids: Sequence[int], state: ItemState, now: datetime) -> None:
        """See the port."""
        await (await driver(connection)).execute(_END_ITEMS, list(ids), state, now)

    async def end_movements(
        self,
        connection: AsyncConnection,
        ids: Sequence[UUID],
        state: ExpectationState,
        item_id: int | None,
        now: datetime,
    ) -> None:
        """See the port."""
        await (await driver(connection)).execute(_END_MOVEMENTS, list(ids), state, item_id, now)

    async def let_go(self, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
        """See the port."""
        await (await driver(connection)).execute(_LET_GO, list(ids), now)

    async def end_batch(self, connection: AsyncConnection, batch_id: UUID, now: datetime) -> None:
        """See the port."""
        await (await driver(connection)).execute(_END_BATCH, batch_id, now)

    async def release_batch(self, connection: AsyncConnection, batch_id: UUID) -> None:
        """See the port."""
        await (await driver(connection)).execute(_RELEASE, batch_id)

    async def is_settled(self, connection: AsyncConnection, file_id: UUID) -> bool:
        """See the port."""
        return bool(await (await driver(connection)).fetchval(_SETTLED, file_id))

    async def undo_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """See the port."""
        return int(await (await driver(connection)).fetchval(_UNDO_LINES, file_id, most))

    async def undo_batches(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[UnpostedBatch]:
        """See the port."""
        rows = await (await driver(connection)).fetch(_UNDO_BATCHES, file_id, most)
        return [UnpostedBatch(**row) for row in rows]

    async def open_batches_again(self, connection: AsyncConnection, casino_id: UUID, file_id: UUID) -> None:
        """See the port."""
        await (await driver(connection)).execute(_OPEN_AGAIN, casino_id, file_id)
