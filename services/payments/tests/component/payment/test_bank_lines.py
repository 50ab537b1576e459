"""Lines of banks find the batches they name, and only those, wherever in a statement, or in which one, they stand."""

from pathlib import Path
from typing import Any

import pytest

from .bank import ACCOUNT, camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import SINCE, decided, listed
from .world import World

FILLER = [("1.00", f"of a supplier, {n}") for n in range(500)]
"""As many lines of something else as are paired in one transaction."""


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def settle(books: Books, **batches: int) -> None:
    """A batch at Adyen of each name, in whole euros."""
    for name, euros in batches.items():
        await books.deposit(euros * 100)
        line = adyen("Settled", "", f"{euros}.00", f"{euros}.00", batch=name.removeprefix("b"), said="")
        await books.bring(ADYEN_HEAD + line)


async def batches(books: Books) -> dict[str, str]:
    query = "SELECT name, state FROM settlement_batch WHERE casino_id = $1 ORDER BY name"
    return {row["name"]: row["state"] for row in await books.world.rows(query, books.world.casino)}


async def lines(books: Books) -> list[tuple[Any, ...]]:
    """Of the banks' lines those of Adyen, or nobody."""
    query = """SELECT amount_minor, state, difference, difference_minor FROM settlement_item
               WHERE casino_id = $1 AND provider IS NULL AND amount_minor <> 100 ORDER BY id"""
    return [tuple(row.values()) for row in await books.world.rows(query, books.world.casino)]


async def test_a_batch_whose_name_begins_as_anothers_is_not_taken_for_that(books: Books):
    await settle(books, b471147=699, b4711471=499)
    await books.bring(camt(("699.00", "ADYEN 471147"), ("499.00", "ADYEN 4711471")), "camt053")
    assert await batches(books) == {"471147": "settled", "4711471": "settled"}
    assert (await books.balance(), await books.balance("bank")) == (0, -1198_00)


@pytest.mark.parametrize("rent", ["Rent, invoice 2026-0471147", "Rent, invoice 2026-471147"])
async def test_an_invoice_that_holds_a_name_by_chance_swallows_no_batch(books: Books, rent: str):
    await settle(books, b471147=699)
    await books.bring(camt(("-12.00", rent), ("699.00", "ADYEN 471147")), "camt053")
    assert await batches(books) == {"471147": "settled"}
    assert await lines(books) == [
        (-12_00, "missing_in_ledger", "unknown_reference", -12_00),
        (699_00, "matched", None, 0),
    ]


async def test_a_batch_in_several_lines_is_their_sum_however_far_apart_they_stand(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("400.00", "ADYEN 471147 1/2"), *FILLER, ("299.00", "ADYEN 471147 2/2")), "camt053")
    assert await batches(books) == {"471147": "settled"}
    assert [line[:3] for line in await lines(books)] == [(400_00, "matched", None), (299_00, "matched", None)]
    assert (await books.balance(), await books.balance("bank")) == (0, -699_00)


async def test_a_batch_in_lines_of_several_statements_is_their_sum(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("400.00", "ADYEN 471147 1/2")), "camt053")
    assert await batches(books) == {"471147": "mismatched"}
    assert await lines(books) == [(400_00, "mismatched", "amount", -299_00)]
    await books.bring(camt(("299.00", "ADYEN 471147 2/2"), opening="400.00", day="2026-11-22"), "camt053")
    assert await batches(books) == {"471147": "settled"}
    assert [line[:3] for line in await lines(books)] == [(400_00, "matched", None), (299_00, "matched", None)]


async def test_what_differed_belongs_to_nothing_once_its_batch_arrives_whole(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("12.00", "Refund of 2026-471147")), "camt053")
    assert await lines(books) == [(12_00, "mismatched", "amount", -687_00)]
    await books.bring(camt(("699.00", "ADYEN 471147"), opening="12.00", day="2026-11-22"), "camt053")
    assert await batches(books) == {"471147": "settled"}
    assert await lines(books) == [
        (12_00, "missing_in_ledger", "unknown_reference", 12_00),
        (699_00, "matched", None, 0),
    ]


async def test_a_line_people_have_decided_about_is_not_taken_again(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("400.00", "ADYEN 471147 1/2")), "camt053")
    (item,) = await listed(books.world, "items", state="eq.mismatched", **SINCE)
    await decided(books.world, f"items/{item['item_id']}/ignore")
    await books.bring(camt(("299.00", "ADYEN 471147 2/2"), opening="400.00", day="2026-11-22"), "camt053")
    assert (await lines(books))[1] == (299_00, "mismatched", "amount", -400_00)


async def test_two_lines_without_a_name_that_may_be_one_batch_are_neither_however_far_apart(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("699.00", "PSP"), *FILLER, ("699.00", "a loan")), "camt053")
    assert await batches(books) == {"471147": "open"}
    assert {line[1:3] for line in await lines(books)} == {("missing_in_ledger", "unknown_reference")}


async def test_a_line_without_a_name_is_the_batch_that_no_line_elsewhere_names(books: Books):
    await settle(books, b471147=699, b471148=699)
    await books.bring(camt(("699.00", "PSP"), *FILLER, ("699.00", "ADYEN 471148")), "camt053")
    assert await batches(books) == {"471147": "settled", "471148": "settled"}
    assert await books.balance("bank") == -1398_00


@pytest.mark.parametrize(
    ("said", "state"), [("PSP", "settled"), ("ADYEN 471147", "open")], ids=["nothing", "a settled batch"]
)
async def test_what_is_all_that_is_owed_beside_its_neighbour_is_so_where_it_names_nothing(
    books: Books, said: str, state: str
):
    await settle(books, b471147=699)
    await books.bring(camt(("699.00", "ADYEN 471147")), "camt053")
    await settle(books, b471148=100, b471149=30, b471150=20)
    statement = camt(("100.00", "ADYEN 471148"), ("50.00", said), opening="699.00", day="2026-11-22")
    assert (await books.bring(statement, "camt053"))["state"] == "done"
    assert await batches(books) == {"471147": "settled", "471148": "settled", "471149": state, "471150": state}


async def test_what_another_statement_told_counts_once_wherever_it_stands(books: Books):
    await settle(books, b471147=699, b471148=299)
    await books.bring(camt(("400.00", "ADYEN 471147 1/2")), "camt053")
    again = camt(("299.00", "ADYEN 471147 2/2"), *FILLER, ("400.00", "ADYEN 471147 1/2"))
    await books.bring(again, "camt053")
    assert await batches(books) == {"471147": "settled", "471148": "open"}
    assert [line[:3] for line in await lines(books)] == [
        (400_00, "matched", None),
        (299_00, "matched", None),
        (400_00, "missing_in_ledger", "repeated"),
    ]


async def test_the_name_of_a_settled_batch_in_a_longer_number_keeps_no_line_from_its_own(books: Books):
    await settle(books, b471147=699)
    await books.bring(camt(("699.00", "ADYEN 471147")), "camt053")
    await settle(books, b471148=299)
    await books.bring(camt(("299.00", "PSP 94711471"), opening="699.00", day="2026-11-22"), "camt053")
    assert await batches(books) == {"471147": "settled", "471148": "settled"}


MT940 = """:20:STARTUMSE
:25:{account}
:28C:00001/001
:60F:C261120EUR0,00
:61:2611211121C699,00NTRFNONREF
:86:ADYEN N.V. AMSTERDAM SETTLEMENT OF NOVEMBER CASINO MALTA TX123
4567XT batch 471147 CasinoMT
:62F:C261121EUR699,00
"""


async def test_a_name_that_the_end_of_a_line_breaks_is_found(books: Books):
    deposit = await books.deposit(699_00)
    content = ADYEN_HEAD + adyen("Settled", deposit, "699.00", "699.00", batch="47")
    content += adyen("MerchantPayout", "", "", "-699.00", batch="47", said="TX1234567XT batch 471147")
    await books.bring(content)
    await settle(books, b48=699)
    await books.bring(MT940.format(account=ACCOUNT), "mt940")
    assert await batches(books) == {"47": "settled", "48": "open"}
