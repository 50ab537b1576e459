"""A bank's statement opens with what the one before closed with, or one is missing and people hear of it."""

from pathlib import Path
from typing import Any

import pytest

from .bank import camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import WHY, listed, upload
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


def day(number: int, opening: str, amount: str, **more: Any) -> str:
    """The statement of a day with one entry."""
    return camt((amount, f"day {number}"), opening=opening, day=f"2026-11-{number:02}", reference=f"B{number}", **more)


async def line(world: World) -> list[tuple[str, str, int | None]]:
    """Every statement: the day it closed on, its state and its gap, the oldest first."""
    shown = await listed(world, "statements", order="closed_on.asc")
    return [(one["closed_on"][-2:], one["state"], one["gap_minor"]) for one in shown]


async def missing(world: World) -> list[int]:
    return [one["difference_minor"] for one in await listed(world, "breaks") if one["kind"] == "statement_missing"]


async def test_statements_that_follow_on_each_other_are_no_break(books: Books):
    for number, opening in ((1, "10.00"), (2, "15.00"), (4, "20.00")):
        await books.bring(day(number, opening, "5.00"), "camt053")
    assert await line(books.world) == [("01", "follows", None), ("02", "follows", None), ("04", "follows", None)]
    assert await missing(books.world) == []


async def test_a_missing_statement_is_a_break_until_it_comes(books: Books):
    world = books.world
    await books.bring(day(1, "10.00", "5.00"), "camt053")
    await books.bring(day(3, "22.00", "1.00"), "camt053")
    (found,) = [one for one in await listed(world, "breaks") if one["kind"] == "statement_missing"]
    (_, gap) = await listed(world, "statements", order="closed_on.asc")
    assert (found["difference_minor"], found["currency"], found["booked_at"][:10]) == (7_00, "EUR", "2026-11-03")
    assert (found["statement_id"], found["file_id"]) == (gap["statement_id"], gap["file_id"])
    assert gap["account"] == "MT84MALT011000012345MTLCAST001S"
    await books.bring(day(2, "15.00", "7.00"), "camt053")
    assert await line(world) == [("01", "follows", None), ("02", "follows", None), ("03", "follows", None)]
    assert await missing(world) == []


async def test_what_comes_late_and_does_not_fit_leaves_the_break(books: Books):
    for number, opening in ((1, "10.00"), (4, "30.00"), (3, "20.00")):
        await books.bring(day(number, opening, "5.00"), "camt053")
    assert await line(books.world) == [("01", "follows", None), ("03", "gap", 5_00), ("04", "gap", 5_00)]


async def test_the_same_statement_again_counts_once(books: Books):
    world, deposit = books.world, await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "100.00", batch="4711471147"))
    told = camt(("100.00", "ADYEN 4711471147"), reference="B1")
    await books.bring(told, "camt053")
    await books.bring(f"{told}\n", "camt053")
    assert sorted(await line(world)) == [("21", "follows", None), ("21", "repeated", None)]
    assert (await books.balance("bank"), await missing(world)) == (-100_00, [])


async def test_a_statement_that_covers_earlier_ones_is_no_break_and_counts_what_is_new(books: Books):
    world = books.world
    await books.bring(day(1, "10.00", "5.00"), "camt053")
    await books.bring(day(2, "15.00", "5.00"), "camt053")
    days = [part("Ntry", day(number, "0.00", amount)) for number, amount in ((1, "5.00"), (2, "5.00"), (3, "2.00"))]
    week = camt(opening="10.00", closing="22.00", day="2026-11-01").replace("</Stmt>", f"{''.join(days)}</Stmt>")
    await books.bring(closed_on(week, 3), "camt053")
    assert await line(world) == [("01", "follows", None), ("02", "follows", None), ("03", "follows", None)]
    assert [row[2] for row in await books.items()].count("repeated") == 2
    await books.bring(day(4, "22.00", "1.00"), "camt053")
    assert await missing(world) == []


def part(name: str, statement: str) -> str:
    """The first element of this name, with what is in it."""
    return statement[statement.index(f"<{name}>") : statement.index(f"</{name}>") + len(f"</{name}>")]


def closed_on(statement: str, number: int) -> str:
    """The statement with its closing balance on another day."""
    head, _, rest = statement.partition("<Cd>CLBD</Cd>")
    return f"{head}<Cd>CLBD</Cd>{rest.replace('2026-11-01', f'2026-11-{number:02}', 1)}"


async def test_several_statements_of_a_day_follow_by_their_numbers(books: Books):
    numbered = [
        day(5, opening, amount).replace("<Stmt>", f"<Stmt><ElctrncSeqNb>{number}</ElctrncSeqNb>")
        for number, opening, amount in ((1, "1.00", "1.00"), (2, "2.00", "-1.00"), (3, "1.00", "4.00"))
    ]
    await books.bring(day(4, "0.00", "1.00"), "camt053")
    await books.bring(numbered[0], "camt053")
    await books.bring(numbered[2], "camt053")
    assert await missing(books.world) == [-1_00], "the second of the day is missing"
    await books.bring(numbered[1], "camt053")
    assert await missing(books.world) == []


async def test_another_account_and_another_currency_have_lines_of_their_own(books: Books):
    other = "DE89370400440532013000"
    await books.own("MT84MALT011000012345MTLCAST001S", other)
    await books.bring(day(1, "10.00", "5.00"), "camt053")
    await books.bring(day(2, "99.00", "5.00", account=other), "camt053")
    await books.bring(day(2, "77.00", "5.00").replace('"EUR"', '"USD"'), "camt053")
    assert await missing(books.world) == []


async def test_two_people_say_that_nothing_is_missing(books: Books):
    world = books.world
    await books.bring(day(1, "10.00", "5.00"), "camt053")
    await books.bring(day(3, "22.00", "1.00"), "camt053")
    (_, gap) = await listed(world, "statements", order="closed_on.asc")
    path = f"/reconciliation/statements/{gap['statement_id']}/accept"
    proposed = await world.post(path, WHY, as_=world.staff())
    assert (proposed.status_code, await missing(world)) == (202, [7_00]), proposed.text
    await world.approved(proposed)
    assert (await missing(world), await line(world)) == ([], [("01", "follows", None), ("03", "accepted", 7_00)])
    again = await world.post(path, WHY, as_=world.staff())
    assert (again.status_code, again.json()["code"]) == (409, "reconciled_already")
    await books.bring(day(2, "15.00", "6.00"), "camt053")
    assert await missing(world) == [1_00], "what two people agreed to was another gap"


async def test_nothing_is_in_line_of_a_file_that_failed(books: Books):
    wrong = part("Stmt", day(2, "15.00", "5.00", closing="21.00"))
    failed = day(1, "10.00", "5.00").replace("</Stmt>", f"</Stmt>{wrong}")
    told = await books.bring(failed, "camt053")
    assert (told["state"], told["why_code"]) == ("failed", "statement_unbalanced")
    assert await line(books.world) == []


async def test_the_statement_of_a_replaced_file_is_in_line_no_more(books: Books):
    world = books.world
    first = await books.bring(day(1, "10.00", "5.00"), "camt053")
    await books.bring(day(2, "15.00", "5.00"), "camt053")
    held = (await upload(world, day(1, "10.00", "6.00"), format="camt053", replaces=first["id"])).json()
    answer = await world.post(f"/reconciliation/files/{held['file_id']}/replace", WHY, as_=world.staff())
    assert answer.status_code == 202, answer.text
    await world.approved(answer)
    await books.work()
    assert sorted(await line(world)) == [("01", "follows", None), ("01", "replaced", None), ("02", "gap", -1_00)]
