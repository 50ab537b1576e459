"""What files tell again in other bytes happens once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chassis.store import UnitOfWork
from payments.application.reconciliation.running import Run

from .bank import camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
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
    said = "SELECT said FROM settlement_item WHERE casino_id = $1 AND provider IS NULL"
    assert await books.world.rows(said, books.world.casino) == [{"said": None}]
    await books.bring(f"{statement}\n", "camt053")
    assert await books.balance("bank") == -100_00
    assert (await books.items())[-1] == ("settlement", "missing_in_ledger", "repeated", 100_00)


async def test_two_lines_of_one_amount_and_day_without_a_reference_are_two_when_they_say_other_things(books: Books):
    await two_batches_of_one_amount(books)
    await books.bring(camt(("100.00", "ADYEN 4711471147"), reference=""), "camt053")
    await books.bring(camt(("100.00", "ADYEN 4712471247"), reference=""), "camt053")
    assert await books.balance("bank") == -200_00


async def test_a_line_that_names_a_settled_batch_is_not_taken_for_another_of_its_amount(books: Books):
    await two_batches_of_one_amount(books)
    await books.bring(camt(("100.00", "ADYEN 4711471147")), "camt053")
    await books.bring(camt(("100.00", "ADYEN 4711471147 once more"), reference="BANK2"), "camt053")
    assert await books.balance("bank") == -100_00
    assert (await books.items())[-1] == ("settlement", "missing_in_ledger", "unknown_reference", 100_00)


async def test_the_same_settlement_in_other_bytes_posts_its_fees_once_and_settles_once(books: Books):
    deposit = await books.deposit()
    content = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50", batch="4711471147")
    content += adyen("Fee", "", "", "-0.50", batch="4711471147")
    await books.bring(content)
    await books.bring(content.replace("\n", "\r\n"))
    assert await books.balance("psp_fees") == -3_00
    assert [row[1:3] for row in await books.items()][2:] == [("missing_in_ledger", "repeated")] * 2
    states = "SELECT state FROM settlement_batch WHERE casino_id = $1 ORDER BY state"
    assert [row["state"] for row in await books.world.rows(states, books.world.casino)] == ["open", "repeated"]
    await books.bring(camt(("97.00", "ADYEN 4711471147")), "camt053")
    assert (await books.balance(), await books.balance("bank")) == (0, -97_00)


class InStep(Run):
    """A run that begins each of its first transactions together with another."""

    steps, together = 6, asyncio.Barrier(2)

    async def step(self, work: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        """As `Run.step`; six are what both of them do, whichever is first: read, stage, and compare."""
        if self.steps:
            self.steps -= 1
            await self.together.wait()
        return await super().step(work)


async def test_the_same_settlement_compared_twice_at_the_very_same_moment_counts_once(books: Books):
    deposit = await books.deposit()
    content = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50", batch="4711471147")
    content += adyen("Fee", "", "", "-0.50", batch="4711471147")
    files = [await books.lay(text) for text in (content, content.replace("\n", "\r\n"))]
    await asyncio.gather(*(InStep(books.desk, file.id, books.world.casino)() for file in files))
    assert await books.balance("psp_fees") == -3_00
    states = "SELECT state FROM settlement_batch WHERE casino_id = $1 ORDER BY state"
    assert [row["state"] for row in await books.world.rows(states, books.world.casino)] == ["open", "repeated"]
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    await books.bring(camt(("97.00", "ADYEN 4711471147")), "camt053")
    assert (await books.balance(), await books.balance("bank")) == (0, -97_00)


SKRILL_HEAD = (
    "ID,Time (CET),Type,Transaction Details,[-] EUR,[+] EUR,Status,balance,Reference,Amount Sent,Currency sent,"
    "More information,ID of the corresponding Skrill transaction,Payment Type\n"
)


async def test_histories_without_batches_overlap_and_count_each_line_once(books: Books):
    paid = [await books.deposit(provider="skrill") for _ in range(2)]
    line = "{},20 Nov 26 10:15,Receive Money,from a player,,100,processed,,{},,,,,\n"
    first, second = (line.format(n, one) for n, one in enumerate(paid, 9))
    fee = f"{first}2,20 Nov 26 10:15,Receive Money,Fee,1.00,,processed,,,,,,9,\n"
    taken = "3,20 Nov 26 10:20,Withdraw Money,to bank,50,,processed,,,,,,,\n"
    later = f"{second}5,20 Nov 26 11:15,Receive Money,Fee,2.00,,processed,,,,,,10,\n"
    await books.bring(SKRILL_HEAD + fee + taken, "skrill_history")
    await books.bring(SKRILL_HEAD + fee + taken + later, "skrill_history")
    assert await books.balance("psp_fees", "skrill") == -3_00
    batches = "SELECT arrives_minor FROM settlement_batch WHERE casino_id = $1 AND name <> ''"
    assert [row["arrives_minor"] for row in await books.world.rows(batches, books.world.casino)] == [50_00]
