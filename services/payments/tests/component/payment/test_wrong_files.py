"""However many lines of a wrong file wait, the pages about what does not agree read no more."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chassis.db.engine import driver

from .test_reconciliation import Books
from .test_reconciliation_routes import listed
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def lines_of_nobody(books: Books, count: int) -> None:
    """So many, of a wrong file that was compared."""
    async with books.world.service.db.write() as connection:
        raw = await driver(connection)
        await raw.execute(
            """INSERT INTO settlement_item (file_id, line, casino_id, provider, movement, amount_minor, fee_minor,
                                            currency, booked_at, final, code, state, difference, difference_minor)
               SELECT $2, line, $1, 'adyen', 'deposit', line, 0, 'EUR',
                      timestamptz '2020-01-01Z' + line * interval '1 s', true,
                      'Settled', 'missing_in_ledger', 'unknown_reference', line
               FROM generate_series(1, $3::int) AS line""",
            books.world.casino, uuid4(), count,
        )  # fmt: skip
        await raw.execute("ANALYZE settlement_item")


def most_read(plan: dict[str, Any]) -> int:
    """The rows that any step of a plan read, or left out."""
    read = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return max([int(read), *(most_read(one) for one in plan.get("Plans", ()))])


async def test_a_wrong_file_makes_the_clearing_accounts_no_slower(books: Books):
    """Lines are counted to 10000, and the oldest is looked up: the page reads no more after however many."""
    await books.deposit(100_00)
    await lines_of_nobody(books, 15_000)
    (account,) = [one for one in await listed(books.world, "clearing-accounts") if one["provider"] == "adyen"]
    assert account["open_lines"] == 10_001
    assert account["oldest_open_at"][:19] == "2020-01-01T00:00:01"
    query = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM clearing_account WHERE casino_id = $1"
    ((plan,),) = [tuple(row.values()) for row in await books.world.rows(query, books.world.casino)]
    assert most_read(plan[0]["Plan"]) == 10_001


BREAKS_FIRST = (
    "WHERE casino_id = $1 ORDER BY booked_at DESC, id DESC",
    "WHERE casino_id = ANY(ARRAY[$1::uuid]) ORDER BY booked_at DESC, id DESC",
    "WHERE casino_id = $1 AND currency = 'EUR' ORDER BY difference_minor DESC, id DESC",
    "WHERE casino_id = $1 AND currency = 'EUR' ORDER BY difference_minor, id",
    "WHERE $1::uuid IS NOT NULL ORDER BY booked_at DESC, id DESC",
    "WHERE $1::uuid IS NOT NULL AND currency = 'EUR' ORDER BY difference_minor DESC, id DESC",
)


@pytest.mark.parametrize("asked", BREAKS_FIRST)
async def test_a_wrong_file_makes_the_breaks_no_slower(books: Books, asked: str):
    """The newest, and the largest, are read in order and not sorted."""
    await lines_of_nobody(books, 15_000)
    query = f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM settlement_break {asked} LIMIT 6"
    ((plan,),) = [tuple(row.values()) for row in await books.world.rows(query, books.world.casino)]
    assert most_read(plan[0]["Plan"]) < 100
