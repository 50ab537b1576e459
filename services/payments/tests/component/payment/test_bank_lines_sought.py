"""Whatever else banks have told of, only lines that may be the sought batches are looked at."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from payments.application.reconciliation.ports import SettlementFile
from payments.domain.reconciliation.bank import BankLine, OpenBatch, Sought
from payments.domain.reconciliation.naming import Naming, mark_of
from payments.domain.reconciliation.words import FileState

from .test_reconciliation import Books
from .world import World

DAY = datetime(2026, 11, 21, tzinfo=UTC)
OTHERS = 3_000
BATCH = OpenBatch(UUID(int=1), "adyen", "EUR", 699_00, ("BATCH-471147", "471147"), DAY)


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


class Counting(Sought):
    """How many lines it was asked about."""

    asked = 0

    def concerns(self, line: BankLine) -> bool:
        self.asked += 1
        return super().concerns(line)


async def lines_of_suppliers(books: Books, file: UUID, state: str) -> None:
    async with books.world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO settlement_item (file_id, line, casino_id, movement, amount_minor, fee_minor, currency,
                                            booked_at, final, code, said, state, difference, difference_minor)
               SELECT $1, line + 10, $2, 'settlement', line, 0, 'EUR', $5, true, 'BOOK',
                      'of supplier ' || line || ', batch 48' || line, $4,
                      CASE $4 WHEN 'staged' THEN NULL ELSE 'unknown_reference' END, line
               FROM generate_series(1, $3::int) AS line""",
            file, books.world.casino, OTHERS, state, DAY,
        )  # fmt: skip


async def said(books: Books, file: UUID, line: int, minor: int, text: str) -> int:
    async with books.world.service.db.write() as connection:
        kept = await (await driver(connection)).fetchval(
            """INSERT INTO settlement_item (file_id, line, casino_id, movement, amount_minor, fee_minor, currency,
                                            booked_at, final, code, said, state)
               VALUES ($1, $2, $3, 'settlement', $4, 0, 'EUR', $6, true, 'BOOK', $5, 'staged') RETURNING id""",
            file, line, books.world.casino, minor, text, DAY,
        )  # fmt: skip
    return int(kept)


@pytest.mark.parametrize("state", ["staged", "missing_in_ledger"])
async def test_of_thousands_of_lines_only_those_that_may_be_it_are_looked_at(books: Books, state: str):
    mine, other = uuid4(), uuid4()
    await lines_of_suppliers(books, mine if state == "staged" else other, state)
    first = await said(books, mine, 1, 400_00, "ADYEN 471147 1/2")
    named = await said(books, mine, 9_001, 299_00, "Adyen batch/4711 47 2 of 2")
    equal = await said(books, mine, 9_002, 699_00, "PSP")
    await said(books, mine, 9_003, 7_00, "Rent 2471147")  # Ends as the name does, and is looked at in vain.
    sought = Counting([BATCH], {(699_00, "EUR")})
    file = SettlementFile(
        id=mine, casino_id=books.world.casino, format="camt053", provider=None, sha256="", size_bytes=0, path="",
        state=FileState.MATCHING, uploaded_by="x", uploaded_at=DAY,
    )  # fmt: skip
    async with books.world.service.db.write() as connection:
        found = await books.desk.reconciling.store.lines_beside(connection, file, [first], sought, 1_000)
    assert {one.id for one in found} == {named, equal}
    assert sought.asked <= 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ADYEN BATCH 471147", "471147"),
        ("batch/4711 47,rest", "4711-47"),
        ("po_1AbC9xYz", "PO_1abc9xyz"),
        ("Überweisung po-1abc9xyz für Sie", "po_1abc9xyz"),
        ("a b c d e f g", "BCDEF-G"),
        ("471147", "471147"),
        ("471147 471148", "471148"),
        ("Zahlung Käse4711", "Käse4711"),
    ],
    ids=["whole", "broken", "capitals", "beside umlauts", "letter by letter", "alone", "second", "umlauts"],
)
async def test_a_text_that_names_a_batch_holds_the_mark_of_its_name(books: Books, text: str, name: str):
    assert any(Naming([(BATCH.id, name)]).of(text)), "else it proves nothing"
    (row,) = await books.world.rows("SELECT $2::text = ANY(bank_marks($1)) AS held", text, mark_of(name))
    assert row["held"]


@pytest.mark.parametrize("text", ["Rent 4711471", "471 148"])
async def test_a_text_that_holds_a_name_as_part_of_a_longer_one_lacks_its_mark(books: Books, text: str):
    (row,) = await books.world.rows("SELECT $2::text = ANY(bank_marks($1)) AS held", text, mark_of("471147"))
    assert not row["held"]
