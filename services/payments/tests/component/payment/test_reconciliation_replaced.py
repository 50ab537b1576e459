"""A file takes the place of another once it was read whole; one that cannot be read leaves the other as it was."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from payments.adapters.ledger.verify import verify

from .bank import camt
from .test_bank_lines import batches, lines, settle
from .test_bank_lines_replaced import agree_to_replace, run
from .test_reconciliation import ADYEN_HEAD, Books, Dying, Killed, adyen
from .test_reconciliation_routes import WHY, listed, upload
from .world import World

ADYEN = "adyen_settlement_details"


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def files(books: Books) -> list[tuple[str, str | None]]:
    """State and reason of each, the oldest first."""
    query = "SELECT state, why FROM settlement_file WHERE casino_id = $1 ORDER BY uploaded_at, id"
    return [tuple(row.values()) for row in await books.world.rows(query, books.world.casino)]


async def at_work(books: Books) -> UUID:
    """The file that is about to replace another."""
    query = "SELECT id FROM settlement_file WHERE casino_id = $1 AND state IN ('waiting', 'reading', 'matching')"
    (row,) = await books.world.rows(query, books.world.casino)
    return UUID(str(row["id"]))


async def killed_everywhere(books: Books) -> None:
    """What is at work goes on in one process after the other, each of which dies a transaction later."""
    file = await at_work(books)
    for last in range(1, 60):
        with suppress(Killed):
            await Dying(books.desk, file, books.world.casino, last)()
            break
    assert last > 3


async def holds(books: Books) -> None:
    assert [one for one in await verify(books.world.service.settings.database_url) if not one.holds] == []


async def settled(books: Books, net: str = "97.50") -> tuple[Any, str]:
    """A file of one payment, and what is in it."""
    content = ADYEN_HEAD + adyen("Settled", await books.deposit(100_00), "100.00", net)
    return await books.bring(content), content


@pytest.mark.parametrize("dies", [False, True], ids=["at once", "killed everywhere"])
async def test_a_file_that_cannot_be_read_replaces_nothing(books: Books, dies: bool):
    one, content = await settled(books)
    await agree_to_replace(books, one["id"], content[:-20], ADYEN)
    if dies:
        await killed_everywhere(books)
    await books.work()
    (done, failed) = await files(books)
    assert (done, failed[0]) == (("done", None), "failed")
    assert str(failed[1]).startswith("line 2")
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert (await books.balance("psp_fees"), await books.balance()) == (-2_50, -97_50)
    assert [row[1] for row in await books.items()] == ["matched"]
    again = await upload(books.world, content)
    assert (again.status_code, again.json()["file_id"], again.json()["state"]) == (200, str(one["id"]), "done")
    await holds(books)


async def test_a_file_of_another_casino_replaces_nothing(books: Books):
    stranger, home = uuid4(), books.world.casino
    await books.world.open_casino(stranger)
    theirs = await books.deposit()
    books.world.casino = stranger
    one = await books.bring(ADYEN_HEAD + adyen("Fee", "", "", "-1.20"))
    await agree_to_replace(books, one["id"], ADYEN_HEAD + adyen("Settled", theirs, "100.00", "97.50"), ADYEN)
    await books.work()
    assert [state for state, _ in await files(books)] == ["done", "failed"]
    books.world.casino = home
    assert await books.expectations() == [("deposit", 100_00, "open")]


async def test_what_could_not_replace_a_file_may_be_mended_and_do_so(books: Books):
    one, content = await settled(books, "97.10")
    await agree_to_replace(books, one["id"], content[:-20], ADYEN)
    await books.work()
    await agree_to_replace(books, one["id"], content.replace("97.10", "97.50"), ADYEN)
    await books.work()
    assert [state for state, _ in await files(books)] == ["replaced", "failed", "done"]
    assert (await books.balance("psp_fees"), await books.balance()) == (-2_50, -97_50)
    await holds(books)


async def test_killed_everywhere_a_file_is_undone_once_and_counted_once(books: Books):
    one, content = await settled(books, "97.10")
    await agree_to_replace(books, one["id"], content.replace("97.10", "97.50"), ADYEN)
    await killed_everywhere(books)
    assert await files(books) == [("replaced", None), ("done", None)]
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert (await books.balance("psp_fees"), await books.balance()) == (-2_50, -97_50)
    await holds(books)


async def test_a_file_that_had_failed_has_failed_again_when_its_replacement_does(books: Books):
    broken = (await settled(books))[1][:-20]
    two = await books.bring(broken)
    (_, before) = await files(books)
    await agree_to_replace(books, two["id"], broken[:-1], ADYEN)
    assert (await files(books))[1] == ("replacing", before[1])
    await books.work()
    assert (await files(books))[1] == before
    assert (before[0], before[1] is None) == ("failed", False)


async def test_the_bytes_of_a_replaced_file_are_brought_again(books: Books):
    one, right = await settled(books)
    await agree_to_replace(books, one["id"], right.replace("97.50", "97.00"), ADYEN)
    early = await upload(books.world, right)
    assert (early.status_code, early.json()["file_id"], early.json()["state"]) == (200, str(one["id"]), "replacing")
    await books.work()
    assert await books.balance("psp_fees") == -3_00
    (wrong,) = await books.world.rows("SELECT id FROM settlement_file WHERE replaces = $1", one["id"])
    back = await upload(books.world, right, replaces=wrong["id"])
    assert (back.status_code, back.json()["state"]) == (202, "held")
    assert back.json()["file_id"] != str(one["id"])
    again = await upload(books.world, right)
    assert (again.status_code, again.json()["file_id"]) == (200, back.json()["file_id"])
    path = f"/reconciliation/files/{back.json()['file_id']}/replace"
    await books.world.approved(await books.world.post(path, WHY, as_=books.world.staff()))
    await books.work()
    assert [state for state, _ in await files(books)] == ["replaced", "replaced", "done"]
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert (await books.balance("psp_fees"), await books.balance()) == (-2_50, -97_50)
    await holds(books)


async def test_a_replaced_file_is_brought_again_beside_what_replaced_it(books: Books):
    one, content = await settled(books)
    await agree_to_replace(books, one["id"], ADYEN_HEAD, ADYEN)
    await books.work()
    assert (await books.expectations(), await books.balance("psp_fees")) == ([("deposit", 100_00, "open")], 0)
    again = await books.bring(content)
    assert (again["state"], again["id"] != one["id"]) == ("done", True)
    assert (await books.expectations(), await books.balance("psp_fees")) == ([("deposit", 100_00, "matched")], -2_50)
    await holds(books)


async def test_what_was_undone_before_it_was_read_is_undone_whole(books: Books):
    """By a version that did so and was stopped."""
    one, content = await settled(books)
    await agree_to_replace(books, one["id"], content[:-20], ADYEN)
    async with books.world.service.db.write() as connection:
        for change in (
            "UPDATE settlement_file SET state = 'replaced' WHERE id = $1",
            "UPDATE settlement_item SET state = 'replaced' WHERE file_id = $1",
            """UPDATE settlement_expectation SET state = 'open', item_id = NULL
               WHERE item_id IN (SELECT id FROM settlement_item WHERE file_id = $1)""",
        ):
            await (await driver(connection)).execute(change, one["id"])
    await books.work()
    assert [state for state, _ in await files(books)] == ["replaced", "failed"]
    assert (await batches(books), await books.balance("psp_fees")) == ({"7": "replaced"}, 0)
    await holds(books)


async def test_a_statement_that_cannot_be_read_replaces_nothing_and_what_came_meanwhile_counts_with_the_first(
    books: Books,
):
    await settle(books, b471147=699)
    first, rest = ("400.00", "ADYEN 471147 1/2"), ("299.00", "ADYEN 471147 2/2")
    one = await books.bring(camt(first), "camt053")
    await agree_to_replace(books, one["id"], camt(first)[:-60], "camt053")
    await run(books, camt(rest, opening="400.00", day="2026-11-22"))
    assert (await batches(books), await books.balance("bank")) == ({"471147": "mismatched"}, 0)
    await killed_everywhere(books)
    assert (await batches(books), await books.balance("bank")) == ({"471147": "settled"}, -699_00)
    assert [line[:2] for line in await lines(books)] == [(400_00, "matched"), (299_00, "matched")]
    assert [one["state"] for one in await listed(books.world, "statements")] == ["follows", "follows"]
    await holds(books)


async def test_what_arrived_while_a_file_was_to_be_replaced_is_its_batch_again(books: Books):
    await settle(books, b471147=699)
    (one,) = await books.world.rows("SELECT id FROM settlement_file WHERE casino_id = $1", books.world.casino)
    await agree_to_replace(books, one["id"], ADYEN_HEAD[:40], ADYEN)
    await run(books, camt(("699.00", "ADYEN 471147")))
    assert (await batches(books), await books.balance("bank")) == ({"471147": "open"}, 0)
    await books.work()
    assert (await batches(books), await books.balance("bank")) == ({"471147": "settled"}, -699_00)
    await holds(books)
