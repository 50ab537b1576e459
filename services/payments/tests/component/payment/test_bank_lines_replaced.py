"""What a replaced file told settles nothing, from the moment that two people agreed and not once it is undone."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chassis.db.engine import driver
from payments.adapters.ledger.verify import verify
from payments.application.reconciliation.running import Run
from payments.domain.reconciliation.words import ItemState

from .bank import camt
from .test_bank_lines import batches, lines, settle
from .test_reconciliation import ADYEN_HEAD, Books, Dying, Killed, adyen
from .test_reconciliation_decisions import refused_to_replace
from .test_reconciliation_routes import WHY, decided, upload
from .world import World

WAITS = """SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

HELD_UP = """SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def agree_to_replace(books: Books, file_id: Any, content: str, name: str) -> None:
    """Two people do; nobody has worked on it yet."""
    held = (await upload(books.world, content, format=name, replaces=file_id)).json()
    await decided(books.world, f"files/{held['file_id']}/replace")


async def run(books: Books, statement: str) -> None:
    """On this one alone, whatever else waits."""
    file = await books.lay(statement, "camt053")
    await Run(books.desk, file.id, books.world.casino)()


async def test_a_line_of_a_replaced_statement_is_no_part_of_what_another_tells(books: Books):
    await settle(books, b471147=699)
    first, rest = ("400.00", "ADYEN 471147 1/2"), ("299.00", "ADYEN 471147 2/2")
    wrong = await books.bring(camt(first), "camt053")
    await agree_to_replace(books, wrong["id"], camt(first, ("-9.00", "rent")), "camt053")
    await run(books, camt(rest, opening="391.00", day="2026-11-22"))
    assert (await batches(books), await books.balance("bank")) == ({"471147": "mismatched"}, 0)
    await books.work()
    assert (await batches(books), await books.balance("bank")) == ({"471147": "settled"}, -699_00)
    assert [line[:2] for line in await lines(books)] == [
        (400_00, "replaced"),
        (299_00, "matched"),
        (400_00, "matched"),
        (-9_00, "missing_in_ledger"),
    ]


async def test_a_batch_of_a_replaced_file_does_not_arrive(books: Books):
    await settle(books, b471147=699)
    (wrong,) = await books.world.rows("SELECT id FROM settlement_file WHERE casino_id = $1", books.world.casino)
    await agree_to_replace(books, wrong["id"], ADYEN_HEAD, "adyen_settlement_details")
    await run(books, camt(("699.00", "ADYEN 471147")))
    await books.work()
    assert (await batches(books), await books.balance("bank")) == ({"471147": "replaced"}, 0)
    assert await lines(books) == [(699_00, "missing_in_ledger", "unknown_reference", 699_00)]


async def test_whether_a_file_is_settled_is_asked_once_the_statement_at_work_has_settled(books: Books):
    await settle(books, b471147=699)
    file = await books.bring(camt(("400.00", "ADYEN 471147 1/2")), "camt053")
    async with books.world.service.db.write() as connection:
        await books.desk.reconciling.store.take_turns(connection, books.world.casino, None)
        asked = asyncio.create_task(refused_to_replace(books, file["id"], camt(("1.00", "rent")), "camt053"))
        while not asked.done() and not await books.world.rows(WAITS):
            await asyncio.wait([asked], timeout=0)
        statement = "UPDATE settlement_item SET state = 'matched' WHERE file_id = $1"
        await (await driver(connection)).execute(statement, file["id"])
    assert await asked == "409 file_already_settled"


async def named(books: Books) -> list[tuple[Any, ...]]:
    """State of each batch, and the amount of the line it is named by."""
    query = """SELECT batch.state, line.amount_minor FROM settlement_batch AS batch
               LEFT JOIN settlement_item AS line ON line.id = bank_item_id WHERE batch.casino_id = $1"""
    return [tuple(row.values()) for row in await books.world.rows(query, books.world.casino)]


async def bring_and_replace(books: Books, *entries: tuple[str, str], then: str = "", dies: bool = False) -> None:
    """A statement; another one after it, if any; and one of a rent in the place of the first."""
    first = await books.bring(camt(*entries), "camt053")
    if then:
        await books.bring(then, "camt053")
    await agree_to_replace(books, first["id"], camt(("-9.00", "rent")), "camt053")
    (file,) = await books.world.rows("SELECT id FROM settlement_file WHERE replaces = $1", first["id"])
    for last in range(1, 60 if dies else 1):
        with suppress(Killed):
            await Dying(books.desk, file["id"], books.world.casino, last)()
    await books.work()


@pytest.mark.parametrize("dies", [False, True], ids=["at once", "killed everywhere"])
async def test_a_batch_that_a_replaced_statement_named_is_open_again(books: Books, dies: bool):
    await settle(books, b471147=699)
    await bring_and_replace(books, ("400.00", "ADYEN 471147 1/2"), dies=dies)
    assert await named(books) == [("open", None)]
    query = "SELECT id FROM settlement_file WHERE provider = 'adyen' AND casino_id = $1"
    (file,) = await books.world.rows(query, books.world.casino)
    await agree_to_replace(books, file["id"], ADYEN_HEAD, "adyen_settlement_details")
    await books.work()
    assert await batches(books) == {"471147": "replaced"}


async def test_it_arrives_with_what_another_statement_says_later(books: Books):
    await settle(books, b471147=699)
    await bring_and_replace(books, ("400.00", "ADYEN 471147 1/2"))
    await books.bring(camt(("699.00", "ADYEN 471147"), opening="-9.00", day="2026-11-22"), "camt053")
    assert (await batches(books), await books.balance("bank")) == ({"471147": "settled"}, -699_00)


@pytest.mark.parametrize("dies", [False, True], ids=["at once", "killed everywhere"])
@pytest.mark.parametrize(
    ("others", "state", "off"),
    [
        ([("200.00", "ADYEN 471147 2/2")], ("mismatched", 200_00), [(200_00, "mismatched", "amount", -499_00)]),
        (
            [("300.00", "ADYEN 471147 2/3"), ("399.00", "ADYEN 471147 3/3")],
            ("settled", 300_00),
            [(300_00, "matched", None, 0), (399_00, "matched", None, 0)],
        ),
    ],
    ids=["too little", "all of it"],
)
async def test_what_another_statement_said_of_it_is_looked_at_again(
    books: Books, others: Any, state: Any, off: Any, dies: bool
):
    await settle(books, b471147=699)
    then = camt(*others, opening="100.00", day="2026-11-22")
    await bring_and_replace(books, ("100.00", "ADYEN 471147 1/2"), then=then, dies=dies)
    assert await named(books) == [state]
    assert [line for line in await lines(books) if line[1] != "replaced" and line[0] > 0] == off
    assert await books.balance("bank") == (-699_00 if state[0] == "settled" else 0)
    assert [one for one in await verify(books.world.service.settings.database_url) if not one.holds] == []


async def test_what_other_statements_repeated_counts_once_when_the_first_is_replaced(books: Books):
    await settle(books, b471147=699)
    part, rest = ("400.00", "ADYEN 471147 1/2"), ("299.00", "ADYEN 471147 2/2")
    first = await books.bring(camt(part), "camt053")
    for said in ("rent", "power"):
        await books.bring(camt(part, ("-9.00", said)), "camt053")
    await agree_to_replace(books, first["id"], camt(("-5.00", "tax")), "camt053")
    await books.work()
    assert [line[:3] for line in await lines(books) if line[0] == 400_00] == [
        (400_00, "replaced", "amount"),
        (400_00, "mismatched", "amount"),
        (400_00, "missing_in_ledger", "repeated"),
    ]
    await books.bring(camt(rest, opening="391.00", day="2026-11-22"), "camt053")
    assert (await batches(books), await books.balance("bank")) == ({"471147": "settled"}, -699_00)


async def test_a_batch_that_does_not_add_up_still_does_not(books: Books):
    line = adyen("Settled", await books.deposit(699_00), "699.00", "699.00", batch="471147")
    line += adyen("MerchantPayout", "", "", "-690.00", batch="471147", said="TX471147XT")
    await books.bring(ADYEN_HEAD + line)
    assert await named(books) == [("mismatched", None)]
    await bring_and_replace(books, ("400.00", "ADYEN 471147 1/2"))
    assert await named(books) == [("mismatched", None)]


async def refused(books: Books, path: str, **body: Any) -> tuple[int, str]:
    answer = await books.world.post(f"/reconciliation/{path}", {**WHY, **body}, as_=books.world.staff())
    return answer.status_code, answer.json()["errors"][0]["field"]


async def test_nobody_decides_about_what_is_in_a_file_that_is_replaced(books: Books):
    await settle(books, b471147=699)
    world = books.world
    (wrong,) = await world.rows("SELECT id FROM settlement_file WHERE casino_id = $1", world.casino)
    (batch,) = await world.rows("SELECT id FROM settlement_batch WHERE casino_id = $1", world.casino)
    bank = await books.bring(camt(("-9.00", "rent")), "camt053")
    (line,) = await world.rows("SELECT id FROM settlement_item WHERE provider IS NULL AND casino_id = $1", world.casino)
    await agree_to_replace(books, wrong["id"], ADYEN_HEAD, "adyen_settlement_details")
    await agree_to_replace(books, bank["id"], camt(("-9.00", "power")), "camt053")
    assert await refused(books, f"batches/{batch['id']}/receive") == (422, "batch_id")
    assert await refused(books, f"items/{line['id']}/ignore") == (422, "item_id")
    await books.work()
    assert await books.balance("bank") == 0


async def test_a_file_is_replaced_before_people_decide_about_its_lines_or_after(books: Books):
    bank = await books.bring(camt(("-9.00", "rent")), "camt053")
    (line,) = await books.world.rows("SELECT id FROM settlement_item WHERE casino_id = $1", books.world.casino)
    store = books.desk.reconciling.store
    async with books.world.service.db.write() as connection:
        (found,) = await store.items(connection, [line["id"]])
        asked = asyncio.create_task(refused_to_replace(books, bank["id"], camt(("-9.00", "power")), "camt053"))
        while not asked.done() and not await books.world.rows(HELD_UP):
            await asyncio.wait([asked], timeout=0)
        assert (found.file_done, asked.done()) == (True, False)
        await store.end_items(connection, [line["id"]], ItemState.IGNORED, found.booked_at)
    assert await asked == "409 file_already_settled"
