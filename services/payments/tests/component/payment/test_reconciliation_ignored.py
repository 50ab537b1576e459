"""A movement a line told of otherwise is open again once that line is ignored, or is matched with something else."""

import asyncio
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from chassis.db.engine import driver
from payments.adapters.ledger.verify import verify
from payments.application.ledger import TransferKind
from payments.application.reconciliation.watching import Watch

from .bank import camt
from .test_bank_lines_replaced import WAITS
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_decisions import agree
from .test_reconciliation_routes import SINCE, WHY, decided, listed
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def breaks(books: Books) -> list[tuple[Any, ...]]:
    found = await listed(books.world, "breaks")
    return sorted((one["kind"], one["difference"] or "", one["difference_minor"]) for one in found)


async def the_lines(books: Books) -> list[int]:
    return sorted(int(one["item_id"]) for one in await listed(books.world, "items", **SINCE))


async def ignore(books: Books, *items: int) -> None:
    await decided(books.world, "items/ignore", item_ids=list(items))


async def told_by(books: Books) -> list[Any]:
    """The line of each movement that is not matched."""
    query = "SELECT item_id FROM settlement_expectation WHERE casino_id = $1 AND state <> 'matched'"
    return [row["item_id"] for row in await books.world.rows(query, books.world.casino)]


async def match(books: Books, item: int, minor: int, **body: Any) -> None:
    """With the movement of this amount."""
    (one,) = [m for m in await listed(books.world, "expectations", **SINCE) if m["amount_minor"] == minor]
    await decided(books.world, "matches", item_ids=[item], expectation_ids=[one["expectation_id"]], **body)


async def holds(books: Books) -> None:
    assert [one for one in await verify(books.world.service.settings.database_url) if not one.holds] == []


async def test_its_movement_is_open_and_missing_once_it_is_due(books: Books):
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00", batch="471147"))
    assert await breaks(books) == [("mismatched", "amount", -1_00)]
    await ignore(books, *await the_lines(books))
    assert await books.expectations() == [("deposit", 100_00, "open")]
    assert (await breaks(books), await told_by(books)) == ([], [None])
    await books.bring(camt(("99.00", "ADYEN 471147")), "camt053")
    books.world.clock.advance(timedelta(days=4))
    await Watch(books.desk).look()
    assert await breaks(books) == [("missing_at_provider", "", 100_00)]
    await holds(books)


async def test_a_movement_that_is_due_is_missing_at_once(books: Books):
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    books.world.clock.advance(timedelta(days=4))
    await ignore(books, *await the_lines(books))
    assert await breaks(books) == [("missing_at_provider", "", 100_00)]


async def test_lines_that_are_ignored_together_let_go_what_each_held(books: Books):
    paid = [adyen("Settled", await books.deposit(minor), "9.00", "9.00") for minor in (10_00, 20_00, 30_00)]
    await books.bring(ADYEN_HEAD + "".join(paid))
    await ignore(books, *(await the_lines(books))[:2])
    assert await books.expectations() == [
        ("deposit", 10_00, "open"),
        ("deposit", 20_00, "open"),
        ("deposit", 30_00, "mismatched"),
    ]
    await holds(books)


async def test_a_line_that_agrees_finds_the_movement_afterwards(books: Books):
    deposit = await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "99.00", "99.00"))
    await ignore(books, *await the_lines(books))
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "100.00", batch="8"))
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert [row[1] for row in await books.items()] == ["ignored", "matched"]
    await holds(books)


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the last"])
async def test_what_other_lines_tell_of_it_is_summed_without_the_one_that_is_ignored(books: Books, which: int):
    line = adyen("Settled", await books.deposit(), "100.00", "100.00")
    await books.bring(ADYEN_HEAD + line + line)
    assert await breaks(books) == [("mismatched", "amount", 0), ("mismatched", "amount", 100_00)]
    both = await the_lines(books)
    other = both[1 - which]
    await ignore(books, both[which])
    assert (await breaks(books), await told_by(books)) == ([("mismatched", "amount", 0)], [other])
    await match(books, other, 100_00)
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert await breaks(books) == []
    await holds(books)


async def test_the_last_of_several_lines_lets_it_go(books: Books):
    line = adyen("Settled", await books.deposit(), "60.00", "60.00")
    await books.bring(ADYEN_HEAD + line + line + line)
    first, second, third = await the_lines(books)
    await ignore(books, third)
    assert await breaks(books) == [("mismatched", "amount", 0), ("mismatched", "amount", 20_00)]
    await ignore(books, second)
    assert (await breaks(books), await told_by(books)) == ([("mismatched", "amount", -40_00)], [first])
    await ignore(books, first)
    assert (await books.expectations(), await told_by(books)) == ([("deposit", 100_00, "open")], [None])
    await holds(books)


async def test_a_line_that_did_not_happen_is_no_reason_once_it_is_ignored(books: Books):
    deposit = await books.deposit()
    content = adyen("Settled", deposit, "100.00", "100.00") + adyen("Settled", deposit, "70.00", "70.00", psp="Q")
    await books.bring(ADYEN_HEAD + content)
    async with books.world.service.db.write() as connection:
        change = "UPDATE settlement_item SET final = amount_minor = 10000, difference = 'status' WHERE casino_id = $1"
        await (await driver(connection)).execute(change, books.world.casino)
    await ignore(books, (await the_lines(books))[1])
    assert await breaks(books) == [("mismatched", "amount", 0)]


async def two_refunds(books: Books, told: str) -> int:
    """Two movements of 20.00 and 25.00 out, and one line for both."""
    deposit = await books.deposit()
    for minor in (20_00, 25_00):
        await books.move(TransferKind.DEPOSIT_REVERSAL, deposit, minor, minor)
    await books.bring(ADYEN_HEAD + adyen("Refunded", deposit, told, told))
    (line,) = await the_lines(books)
    return line


async def test_all_movements_of_a_line_are_open_again(books: Books):
    line = await two_refunds(books, "-44.00")
    assert await breaks(books) == [("mismatched", "amount", 1_00)]
    await ignore(books, line)
    assert [row for row in await books.expectations() if row[0] == "reversal"] == [
        ("reversal", -25_00, "open"),
        ("reversal", -20_00, "open"),
    ]
    await holds(books)


async def test_a_movement_that_its_line_was_not_matched_with_is_open_again(books: Books):
    await match(books, await two_refunds(books, "-25.50"), -25_00, booked_to="fees")
    assert [row for row in await books.expectations() if row[0] == "reversal"] == [
        ("reversal", -25_00, "matched"),
        ("reversal", -20_00, "open"),
    ]
    await holds(books)


async def test_a_line_whose_fee_alone_differs_lets_nothing_go(books: Books):
    await agree(books, 1_00)
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50"))
    assert await breaks(books) == [("mismatched", "fee", 1_50)]
    await ignore(books, *await the_lines(books))
    assert (await books.expectations(), await breaks(books)) == ([("deposit", 100_00, "matched")], [])
    await holds(books)


async def test_a_movement_that_people_have_ended_stays_so(books: Books):
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    (movement,) = await listed(books.world, "expectations", **SINCE)
    await decided(books.world, f"expectations/{movement['expectation_id']}/receive")
    await ignore(books, *await the_lines(books))
    assert await books.expectations() == [("deposit", 100_00, "received")]


async def test_nobody_decides_about_a_line_while_a_file_is_compared_that_may_sum_it(books: Books):
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "60.00", "60.00"))
    (line,), world = await the_lines(books), books.world
    async with world.service.db.write() as connection:
        await books.desk.reconciling.store.take_turns(connection, world.casino, "adyen")
        asked = asyncio.create_task(world.post(f"/reconciliation/items/{line}/ignore", WHY, as_=world.staff()))
        while not asked.done() and not await world.rows(WAITS):
            await asyncio.wait([asked], timeout=0)
        assert not asked.done()
    assert (await asked).status_code == 202


def mends() -> list[str]:
    """What the migration changes of rows."""
    path = next(Path(__file__).parents[3].glob("migrations/versions/*_replaced_files_come_again.py"))
    spec = spec_from_file_location("migration", path)
    assert spec is not None
    assert spec.loader is not None
    migration = module_from_spec(spec)
    spec.loader.exec_module(migration)
    return [one for one in migration._STATEMENTS if one.strip().startswith("UPDATE")]


async def test_what_earlier_versions_left_mismatched_is_open_once_it_is_migrated(books: Books):
    await books.deposit(699_00)
    line = adyen("Settled", await books.deposit(), "99.00", "99.00", batch="471147")
    await books.bring(ADYEN_HEAD + line + adyen("Settled", await books.deposit(50_00), "49.00", "49.00"))
    await books.bring(camt(("40.00", "ADYEN 471147 1/2")), "camt053")
    before = [("deposit", 50_00, "mismatched"), ("deposit", 100_00, "mismatched"), ("deposit", 699_00, "open")]
    assert await books.expectations() == before
    async with books.world.service.db.write() as connection:
        raw, casino = await driver(connection), books.world.casino
        change = "UPDATE settlement_item SET state = $2 WHERE casino_id = $1 AND amount_minor = $3"
        await raw.execute(change, casino, "ignored", 99_00)
        await raw.execute(change, casino, "replaced", 40_00)
        for mend in mends():
            await raw.execute(mend)
    before[1] = ("deposit", 100_00, "open")
    assert await books.expectations() == before
    query = "SELECT name, state, bank_item_id FROM settlement_batch WHERE casino_id = $1 ORDER BY name"
    named = [tuple(row.values()) for row in await books.world.rows(query, casino)]
    assert named == [("471147", "open", None), ("7", "open", None)]
