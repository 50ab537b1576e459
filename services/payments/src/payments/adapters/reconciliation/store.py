"""Files, lines, expectations and batches in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import driver
from payments.adapters.reconciliation import sql
from payments.adapters.reconciliation.converting import SqlConverting
from payments.adapters.reconciliation.resolving import SqlResolving
from payments.adapters.reconciliation.statements import SqlStatements
from payments.adapters.reconciliation.tables import settlement_file
from payments.adapters.reconciliation.terms import SqlTerms
from payments.application.reconciliation.conversions import Published
from payments.application.reconciliation.ports import Overdue, SettlementFile, UnpostedBatch
from payments.domain.reconciliation.bank import BankLine, OpenBatch, Pairing, Sought
from payments.domain.reconciliation.naming import Naming, mark_of
from payments.domain.reconciliation.rows import FileUnreadable, SettlementRow
from payments.domain.reconciliation.staging import staged
from payments.domain.reconciliation.words import FileState

_COLUMNS: Final = (
    "file_id", "line", "casino_id", "provider", "movement", "our_reference", "reference_id", "provider_reference",
    "batch", "said", "amount_minor", "fee_minor", "currency", "booked_at", "final", "code", "state", "difference",
    "difference_minor", "paid_minor", "paid_currency",
)  # fmt: skip
_AT_ONCE: Final = 1_000
"""Rows that are held of a larger number that is read."""
_FILE: Final = tuple(SettlementFile.__dataclass_fields__)

_TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_FORGET = """
    DELETE FROM settlement_item
    WHERE id IN (SELECT id FROM settlement_item WHERE file_id = $1 ORDER BY line LIMIT $2)"""
_STAGED = """
    UPDATE settlement_file SET rows = rows + $2, last_line = $3 WHERE id = $1"""
_WARN = """
    UPDATE settlement_file SET warning = 'nothing_found'
    WHERE id = $1 AND provider IS NOT NULL AND EXISTS (
        SELECT FROM settlement_item
        WHERE file_id = $1 AND state = 'missing_in_ledger' AND difference IS DISTINCT FROM 'repeated'
    ) AND NOT EXISTS (
        SELECT FROM settlement_item
        WHERE file_id = $1 AND (state IN ('matched', 'mismatched') OR difference = 'repeated'))"""
_PUT_BACK = """
    UPDATE settlement_file AS before SET state = CASE WHEN before.why IS NULL THEN 'done' ELSE 'failed' END
    FROM settlement_file AS file
    WHERE file.id = $1 AND file.state IN ('waiting', 'reading')
      AND before.id = file.replaces AND before.state = 'replacing'"""
_LOOK_OVER = "ANALYZE settlement_item, settlement_expectation"
_COMPARED = "UPDATE settlement_file SET compared = $2 WHERE id = $1"
_UNPOSTED = """
    SELECT id, currency, fee_minor + rounding_minor AS fee_minor FROM settlement_batch
    WHERE file_id = $1 AND NOT posted AND state <> 'repeated' AND state_then IS NULL ORDER BY id LIMIT $2"""
_POSTED = "UPDATE settlement_batch SET posted = true WHERE id = ANY($1::uuid[])"
_BANK_LINES = """
    SELECT id, amount_minor, currency, coalesce(said, '') AS said, booked_at FROM settlement_item
    WHERE file_id = $1 AND state = 'staged' ORDER BY line LIMIT $2"""
_CONCERNED = """
    WITH may_be AS MATERIALIZED (
        SELECT id FROM settlement_item
        WHERE provider IS NULL AND state IN ('staged', 'mismatched', 'missing_in_ledger')
          AND bank_marks(said) && $4::text[]
        UNION
        SELECT item.id
        FROM unnest($5::text[], $6::bigint[]) AS amount (currency, minor)
        JOIN settlement_item AS item ON item.casino_id = $1 AND item.currency = amount.currency
            AND item.amount_minor = amount.minor AND item.provider IS NULL
            AND item.state IN ('staged', 'mismatched', 'missing_in_ledger')
    )
    SELECT id, amount_minor, currency, coalesce(said, '') AS said, booked_at
    FROM may_be JOIN settlement_item AS item USING (id)
    WHERE item.casino_id = $1 AND (
        item.file_id = $2 AND state = 'staged'
            AND line > (SELECT max(line) FROM settlement_item WHERE id = ANY($3::bigint[]))
        OR state IN ('mismatched', 'missing_in_ledger') AND difference IN ('amount', 'unknown_reference')
            AND NOT EXISTS (SELECT FROM settlement_file AS file
                            WHERE file.id = item.file_id AND file.state IN ('replacing', 'replaced')))
    ORDER BY state <> 'staged', id"""
"""Behind some lines in their file, or open since another statement; of these those that may name a batch by their
marks, or are of an amount: found in indexes, however many others wait. Of a file that is replaced nothing counts any
more, from the moment on that two people agree to it, although what it did is undone later."""
_LOCK_LINES = """
    SELECT id, amount_minor, currency, coalesce(said, '') AS said, booked_at, state <> 'staged' AS again
    FROM settlement_item WHERE id = ANY($1::bigint[]) AND state IN ('staged', 'mismatched', 'missing_in_ledger')
    ORDER BY id FOR NO KEY UPDATE"""
_TOLD = """
        SELECT FROM settlement_item AS before
        WHERE before.casino_id = mine.casino_id AND before.booked_at = mine.booked_at AND before.provider IS NULL
          AND before.file_id <> mine.file_id AND before.amount_minor = mine.amount_minor
          AND before.currency = mine.currency
          AND before.provider_reference IS NOT DISTINCT FROM mine.provider_reference
          AND (mine.provider_reference IS NOT NULL OR before.said = mine.said
               OR before.said IS NULL AND coalesce(before.said_sha256 = mine.words, true))
          AND before.state NOT IN ('staged', 'replaced')"""
"""A line without a reference is told by its text, or by what stays of that when it is no longer kept."""
_REPEATED_BANK_LINES = f"""
    WITH mine AS MATERIALIZED (
        SELECT *, {sql.SAID_SHA256} AS words FROM settlement_item WHERE id = ANY($1::bigint[]) AND state = 'staged'
    )
    UPDATE settlement_item AS item
    SET state = 'missing_in_ledger', difference = 'repeated', difference_minor = item.amount_minor
    FROM mine
    WHERE item.id = mine.id AND EXISTS ({_TOLD} AND before.difference IS DISTINCT FROM 'repeated')
    RETURNING item.id"""  # noqa: S608 - expressions of our own
_REPEATED_NO_MORE = f"""
    WITH mine AS MATERIALIZED (
        SELECT *, {sql.SAID_SHA256} AS words FROM settlement_item
        WHERE casino_id = $1 AND provider IS NULL AND state = 'missing_in_ledger' AND difference = 'repeated'
    )
    UPDATE settlement_item AS item SET difference = 'unknown_reference' FROM mine
    WHERE item.id = mine.id AND item.state = 'missing_in_ledger' AND NOT EXISTS (
        {_TOLD} AND (before.difference IS DISTINCT FROM 'repeated' OR before.id < mine.id))"""  # noqa: S608 - as above
"""Of those that only what was replaced had told of before, the first counts."""
_AT_THE_BANK = """
    SELECT id, name, said FROM settlement_batch
    WHERE casino_id = $1 AND booked_at > $2::timestamptz - interval '1 year'
      AND (state = 'settled' OR state_then IS NOT NULL)"""
_OPEN = """
    SELECT id, provider, currency, arrives_minor, name, said, booked_at FROM settlement_batch AS batch
    WHERE casino_id = $1 AND state IN ('open', 'mismatched') AND state_then IS NULL
      AND NOT EXISTS (SELECT FROM settlement_file AS file
                      WHERE file.id = batch.file_id AND file.state IN ('replacing', 'replaced'))
    ORDER BY booked_at, id LIMIT $2 FOR NO KEY UPDATE"""
"""Of files that are not replaced, although their batches may not be undone yet."""
_PAIR_LINES = f"""
    UPDATE settlement_item
    SET state = $2, difference = $3, difference_minor = CASE WHEN id = $4 THEN $5::bigint ELSE 0 END,
        ended_at = CASE WHEN $2 = 'matched' THEN $6::timestamptz END, said = CASE WHEN $2 <> 'matched' THEN said END,
        said_sha256 = CASE WHEN $2 = 'matched' AND said IS NOT NULL
            THEN {sql.SAID_SHA256} ELSE said_sha256 END
    WHERE id = ANY($1::bigint[])"""  # noqa: S608 - an expression of our own
_PAIR_BATCHES = """
    UPDATE settlement_batch
    SET state = $2, bank_item_id = $3, ended_at = CASE WHEN $2 = 'settled' THEN $4::timestamptz END
    WHERE id = ANY($1::uuid[])"""
_ALONE = """
    UPDATE settlement_item
    SET state = 'missing_in_ledger', difference = 'unknown_reference', difference_minor = amount_minor
    WHERE id = ANY($1::bigint[])"""


class SqlReconciliations(SqlResolving, SqlTerms, SqlConverting, SqlStatements):
    """Implements `Reconciliations`."""

    async def add(self, connection: AsyncConnection, file: SettlementFile) -> SettlementFile | None:
        """See the port."""
        c = settlement_file.c
        statement = insert(settlement_file).values(**asdict(file)).on_conflict_do_nothing().returning(c.id)
        same = (c.casino_id == file.casino_id) & (c.sha256 == file.sha256) & (c.state != FileState.REPLACED)
        while (await connection.execute(statement)).scalar_one_or_none() is None:
            earlier = (await connection.execute(select(settlement_file).where(same))).one_or_none()
            if earlier is not None:  # Else it was replaced in between.
                return _file(earlier)
        return None

    async def begin_again(self, connection: AsyncConnection, file: SettlementFile) -> bool:
        """See the port."""
        which = (settlement_file.c.id == file.id) & (settlement_file.c.state == FileState.FAILED)
        values = {**asdict(file), "why": None, "why_code": None, "warning": None, "finished_at": None}
        return bool((await connection.execute(update(settlement_file).where(which).values(values))).rowcount)

    async def find(self, connection: AsyncConnection, file_id: UUID, *, lock: bool = False) -> SettlementFile | None:
        """See the port."""
        statement = select(settlement_file).where(settlement_file.c.id == file_id)
        row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
        return None if row is None else _file(row)

    async def take_turns(self, connection: AsyncConnection, casino_id: UUID, provider: str | None) -> None:
        """See the port."""
        await (await driver(connection)).execute(_TAKE_TURNS, f"settlement {casino_id} {provider}")

    async def set_state(
        self,
        connection: AsyncConnection,
        file_id: UUID,
        state: FileState,
        now: datetime,
        *,
        refusal: FileUnreadable | None = None,
    ) -> None:
        """See the port."""
        finished = {"finished_at": now} if state in (FileState.DONE, FileState.FAILED) else {}
        why = {"why": refusal.detail[:500], "why_code": refusal.code} if refusal else {}
        await connection.execute(
            update(settlement_file).where(settlement_file.c.id == file_id).values(state=state, **why, **finished)
        )
        if state == FileState.DONE:
            await (await driver(connection)).execute(_WARN, file_id)

    async def put_back(self, connection: AsyncConnection, file_id: UUID) -> bool:
        """See the port."""
        return _count(await (await driver(connection)).execute(_PUT_BACK, file_id)) > 0

    async def stage(self, connection: AsyncConnection, file: SettlementFile, rows: Sequence[SettlementRow]) -> None:
        """See the port."""
        raw = await driver(connection)
        await raw.copy_records_to_table(
            "settlement_item", records=[_record(file, row) for row in rows], columns=_COLUMNS
        )
        await raw.execute(_STAGED, file.id, len(rows), rows[-1].line)

    async def forget_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """See the port."""
        return _count(await (await driver(connection)).execute(_FORGET, file_id, most))

    async def look_over(self, connection: AsyncConnection) -> None:
        """See the port. Without it the planner takes the tables for empty, and joins every line with every movement."""
        await (await driver(connection)).execute(_LOOK_OVER)

    async def is_anothers(self, connection: AsyncConnection, file: SettlementFile) -> bool:
        """See the port."""
        return bool(await (await driver(connection)).fetchval(sql.ANOTHERS, file.id, file.casino_id))

    async def set_told_before_aside(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """See the port."""
        raw = await driver(connection)
        earlier = [row["file_id"] for row in await raw.fetch(sql.TOLD_BEFORE, file.id, file.casino_id, file.provider)]
        if earlier:
            await raw.execute(sql.REPEATED, file.id, earlier)

    async def compare(
        self, connection: AsyncConnection, file: SettlementFile, until: int, rates: Published, now: datetime
    ) -> None:
        """See the port."""
        raw = await driver(connection)
        lines = (file.id, file.compared, until, file.casino_id, file.provider)
        await raw.execute(sql.RESOLVE, *lines)
        await raw.execute(sql.COMPARE, *lines, now, *rates)
        await raw.execute(_COMPARED, file.id, until)

    async def compare_by_amount(self, connection: AsyncConnection, file: SettlementFile, now: datetime) -> None:
        """See the port."""
        await (await driver(connection)).execute(sql.BY_AMOUNT, file.id, now)

    async def give_up_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> int:
        """See the port."""
        return int(await (await driver(connection)).fetchval(sql.GIVE_UP, file_id, most))

    async def claim_batches(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """See the port."""
        await (await driver(connection)).execute(sql.BATCHES, file.id, file.casino_id, file.provider, "comparing")

    async def make_batches(self, connection: AsyncConnection, file: SettlementFile) -> None:
        """See the port."""
        await (await driver(connection)).execute(sql.BATCHES, file.id, file.casino_id, file.provider, None)

    async def unposted(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[UnpostedBatch]:
        """See the port."""
        rows = await (await driver(connection)).fetch(_UNPOSTED, file_id, most)
        return [UnpostedBatch(**row) for row in rows]

    async def note_posted(self, connection: AsyncConnection, batches: Sequence[UUID]) -> None:
        """See the port."""
        await (await driver(connection)).execute(_POSTED, list(batches))

    async def bank_lines(self, connection: AsyncConnection, file_id: UUID, most: int) -> list[BankLine]:
        """See the port."""
        rows = await (await driver(connection)).fetch(_BANK_LINES, file_id, most)
        return [BankLine(*row) for row in rows]

    async def set_repeated_aside(self, connection: AsyncConnection, lines: Sequence[int]) -> set[int]:
        """See the port."""
        rows = await (await driver(connection)).fetch(_REPEATED_BANK_LINES, list(lines))
        return {row["id"] for row in rows}

    async def count_again(self, connection: AsyncConnection, casino_id: UUID) -> None:
        """See the port."""
        await (await driver(connection)).execute(_REPEATED_NO_MORE, casino_id)

    async def lines_beside(
        self, connection: AsyncConnection, file: SettlementFile, lines: Sequence[int], sought: Sought, most: int
    ) -> list[BankLine]:
        """See the port. All that may be are read, some at a time, and no more of them held than are found."""
        raw = await driver(connection)
        found: list[int] = []
        marks = list({mark for name in sought.names if (mark := mark_of(name)) is not None})
        amounts = ([currency for _, currency in sought.amounts], [minor for minor, _ in sought.amounts])
        waiting = await raw.cursor(_CONCERNED, file.casino_id, file.id, list(lines), marks, *amounts)
        while len(found) < most and (rows := await waiting.fetch(_AT_ONCE)):
            found += [row["id"] for row in rows if sought.concerns(BankLine(*row))]
        return [BankLine(*row) for row in await raw.fetch(_LOCK_LINES, found[:most])]

    async def naming_settled(self, connection: AsyncConnection, casino_id: UUID, lines: Sequence[BankLine]) -> set[int]:
        """See the port."""
        if not lines:
            return set()
        raw, naming = await driver(connection), set[int]()
        at_the_bank = await raw.cursor(_AT_THE_BANK, casino_id, min(line.booked_at for line in lines))
        while rows := await at_the_bank.fetch(_AT_ONCE):
            names = Naming((row["id"], name) for row in rows for name in (row["name"], row["said"]) if name)
            naming.update(line.id for line in lines if any(names.of(line.said)))
        return naming

    async def open_batches(self, connection: AsyncConnection, casino_id: UUID, most: int) -> list[OpenBatch]:
        """See the port."""
        rows = await (await driver(connection)).fetch(_OPEN, casino_id, most)
        return [
            OpenBatch(
                id=row["id"],
                provider=row["provider"],
                currency=row["currency"],
                arrives_minor=row["arrives_minor"],
                names=tuple({name for name in (row["name"], row["said"]) if name}),
                booked_at=row["booked_at"],
            )
            for row in rows
        ]

    async def note_pairing(self, connection: AsyncConnection, pairing: Pairing, now: datetime) -> None:
        """See the port."""
        raw, off = await driver(connection), pairing.difference_minor
        lines, first = [one.id for one in pairing.lines], pairing.lines[0].id
        state, why = ("mismatched", "amount") if off else ("matched", None)
        await raw.execute(_PAIR_LINES, lines, state, why, first, off, now)
        batches = [one.id for one in pairing.batches]
        await raw.execute(_PAIR_BATCHES, batches, "mismatched" if off else "settled", first, now)

    async def note_alone(self, connection: AsyncConnection, lines: Sequence[int]) -> None:
        """See the port."""
        await (await driver(connection)).execute(_ALONE, list(lines))

    async def find_overdue(self, connection: AsyncConnection, now: datetime, most: int) -> int:
        """See the port."""
        return int(await (await driver(connection)).fetchval(sql.OVERDUE, now, most))

    async def oldest(self, connection: AsyncConnection) -> list[Overdue]:
        """See the port."""
        return [Overdue(**row) for row in await (await driver(connection)).fetch(sql.OLDEST)]


def _record(file: SettlementFile, row: SettlementRow) -> tuple[Any, ...]:
    state, difference = staged(row, bank=file.provider is None)
    return (
        file.id,
        row.line,
        file.casino_id,
        file.provider,
        row.movement,
        row.our_reference,
        _uuid(row.our_reference),
        row.provider_reference,
        row.batch,
        row.text,
        row.amount_minor,
        row.fee_minor,
        row.currency,
        row.booked_at,
        row.final,
        row.code,
        state,
        difference,
        row.amount_minor if difference is not None else None,
        row.paid_minor,
        row.paid_currency,
    )


def _uuid(text: str | None) -> UUID | None:
    """Our own references are ids, with hyphens or without; another text is somebody else's."""
    if text is None or len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def _file(row: Any) -> SettlementFile:
    return SettlementFile(**{**{name: getattr(row, name) for name in _FILE}, "state": FileState(row.state)})


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
