"""What waits longest at each clearing account is looked up, however much waits."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from payments.adapters.reconciliation import sql

from .test_reconciliation import Books
from .test_wrong_files import lines_of_nobody, most_read
from .world import World

CURRENCIES = ["EUR", "SEK", "USD"]
COUNT = 6_000
PAGES = 5
"""From the root of an index of so many to the row, and the page behind."""


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def movements_and_batches(books: Books) -> None:
    """So many of each, and lines of banks, as if the ledger had posted and files had told of them."""
    file, casino, begun = uuid4(), books.world.casino, datetime(2026, 1, 1, tzinfo=UTC)
    async with books.world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO settlement_file (id, casino_id, format, provider, sha256, size_bytes, path, state,
                                            uploaded_by, uploaded_at)
               VALUES ($1, $2, 'x', 'adyen', $3, 1, 'nowhere', 'done', 'x', $4)""",
            file, casino, file.hex, begun,
        )  # fmt: skip
        await raw.execute(
            """INSERT INTO settlement_expectation (id, casino_id, provider, movement, amount_minor, currency, booked_at,
                                                   due_at, state)
               SELECT gen_random_uuid(), $1, 'adyen', 'deposit', n, ($2::text[])[1 + n % 3],
                      $3::timestamptz + n * interval '1 s', $3::timestamptz + interval '900 days', 'open'
               FROM generate_series(1, $4::int) AS n""",
            casino, CURRENCIES, begun, COUNT,
        )  # fmt: skip
        await raw.execute(
            """INSERT INTO settlement_batch (id, file_id, casino_id, provider, name, currency, lines, gross_minor,
                                             fee_minor, rounding_minor, arrives_minor, booked_at, state)
               SELECT gen_random_uuid(), $1, $2, 'stripe', n::text, ($3::text[])[1 + n % 3], 1, n, 0, 0, n,
                      $4::timestamptz - n * interval '1 s', 'open' FROM generate_series(1, $5::int) AS n""",
            file, casino, CURRENCIES, begun, COUNT,
        )  # fmt: skip
        await raw.execute(
            """INSERT INTO settlement_item (file_id, line, casino_id, movement, amount_minor, fee_minor, currency,
                                            booked_at, final, code, state, difference, difference_minor)
               SELECT $1, n, $2, 'payout', n, 0, ($3::text[])[1 + n % 3], $4::timestamptz - n * interval '1 s', true,
                      'x', 'missing_in_ledger', 'unknown_reference', n FROM generate_series(1, $5::int) AS n""",
            uuid4(), casino, CURRENCIES, begun, COUNT,
        )  # fmt: skip
        await raw.execute("ANALYZE settlement_expectation, settlement_batch, settlement_item")


async def oldest(books: Books) -> list[tuple[UUID, str, str, datetime, int]]:
    async with books.world.service.db.read() as connection:
        found = await books.desk.reconciling.store.oldest(connection)
    return sorted(
        (one.casino_id, one.provider, one.currency, one.booked_at, one.alarm_days)
        for one in found
        if one.casino_id == books.world.casino
    )


async def test_the_oldest_of_each_account_is_found_whatever_it_is(books: Books):
    await movements_and_batches(books)
    await lines_of_nobody(books, COUNT)
    casino = books.world.casino
    assert await oldest(books) == [
        (casino, "adyen", "EUR", datetime(2020, 1, 1, 0, 0, 1, tzinfo=UTC), 7),
        (casino, "adyen", "SEK", datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), 7),
        (casino, "adyen", "USD", datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC), 7),
        (casino, "stripe", "EUR", datetime(2025, 12, 31, 22, 20, tzinfo=UTC), 7),
        (casino, "stripe", "SEK", datetime(2025, 12, 31, 22, 20, 2, tzinfo=UTC), 7),
        (casino, "stripe", "USD", datetime(2025, 12, 31, 22, 20, 1, tzinfo=UTC), 7),
    ]


async def test_finding_it_reads_a_row_of_each_kind_for_each_account_and_sorts_no_more(books: Books):
    await movements_and_batches(books)
    await lines_of_nobody(books, COUNT)
    async with books.world.service.db.read() as connection:
        raw = await driver(connection)
        accounts = len(await raw.fetch(sql.OLDEST))
        (plan,) = await raw.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql.OLDEST}")
    assert accounts >= 6
    looked_up = 3 * (accounts + 1)
    assert most_read(plan["Plan"]) <= looked_up
    pages = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    assert pages <= PAGES * looked_up, "what an index leaves out itself is no row that was read, but is read"


async def test_nothing_that_waits_is_nothing(books: Books):
    assert await oldest(books) == []
