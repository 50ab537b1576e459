"""What files tell again in other bytes happens once."""

from pathlib import Path

import pytest

from .test_reconciliation import ADYEN_HEAD, Books, adyen, camt
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def two_batches_of_one_amount(books: Books) -> None:
    for name in ("4711471147", "4712471247"):
        line = adyen("Settled", await books.deposit(), "100.00", "100.00", batch=name, at="2026-11-20 10:00:00")
        await books.bring(ADYEN_HEAD + line)


@pytest.mark.parametrize("reference", ["", "BANK1"], ids=["by its text", "by its reference"])
async def test_a_statement_delivered_again_settles_nothing_more(books: Books, reference: str):
    await two_batches_of_one_amount(books)
    statement = camt(("100.00", "ADYEN 4711471147"), reference=reference)
    await books.bring(statement, "camt053")
    await books.bring(f"{statement}\n", "camt053")
    assert await books.balance("bank") == -100_00
    assert (await books.items())[-1] == ("settlement", "missing_in_ledger", "repeated", 100_00)


async def test_a_line_that_names_a_settled_batch_is_not_taken_for_another_of_its_amount(books: Books):
    await two_batches_of_one_amount(books)
    await books.bring(camt(("100.00", "ADYEN 4711471147")), "camt053")
    await books.bring(camt(("100.00", "ADYEN 4711471147 once more"), reference="BANK2"), "camt053")
    assert await books.balance("bank") == -100_00
    assert (await books.items())[-1] == ("settlement", "missing_in_ledger", "unknown_reference", 100_00)
