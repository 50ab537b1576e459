"""What a provider settles in another currency than it was paid in: converted at its own rate, or laid before people."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from payments.adapters.ledger.verify import verify

from .bank import rates_of_today
from .test_reconciliation import ADYEN_HEAD, Books, Dying, Killed
from .test_reconciliation_routes import SINCE, WHY, decided, listed, upload
from .test_settlement_terms import agreed
from .world import World

HEAD = ADYEN_HEAD.replace("Batch Number\n", "Commission (NC),Batch Number\n")


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    return rates_of_today(tmp_path)


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


def settled(
    deposit: UUID, paid: str, net: str, *, fee: str = "", batch: str = "4711471147", kind: str = "Settled", **of: str
) -> str:
    """A line that was paid in euros and is settled in dollars; with a minus it goes out."""
    sides = [("", one) if not one.startswith("-") else (one[1:], "") for one in (paid, net)]
    paid_in, settled_in = of.get("paid_in", "EUR"), of.get("settled_in", "USD")
    return (
        f"P,{deposit},2026-11-20 10:00:00,UTC,{kind},M,{paid_in},{sides[0][0]},{sides[0][1]},"
        f"{settled_in},{sides[1][0]},{sides[1][1]},{fee},{batch}\n"
    )


async def clearing(world: World) -> dict[str, int]:
    return {one["currency"]: one["balance_minor"] for one in await listed(world, "clearing-accounts")}


async def fx(world: World) -> dict[str, int]:
    query = """SELECT currency, (balance_minor + coalesce(sum(delta_minor), 0))::bigint AS minor
               FROM account LEFT JOIN account_delta ON account_id = account.id
               WHERE type = 'fx' AND casino_id = $1 GROUP BY account.id"""
    return {row["currency"]: row["minor"] for row in await world.rows(query, world.casino)}


async def entries(world: World) -> int:
    query = "SELECT count(*) AS n FROM transfer WHERE kind = 'settlement_exchange' AND casino_id = $1"
    (row,) = await world.rows(query, world.casino)
    return int(row["n"])


async def holds(world: World) -> None:
    assert await world.ledger_sum() == 0
    assert [one for one in await verify(world.service.settings.database_url) if not one.holds] == []


async def test_beyond_the_tolerance_two_people_agree_to_the_rate(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    await books.bring(HEAD + settled(deposit, "100.00", "110.00"))
    (found,) = await listed(world, "breaks")
    assert (found["kind"], found["difference"], found["difference_minor"], found["currency"]) == (
        "mismatched", "rate", -10_00, "USD",
    )  # fmt: skip
    assert await clearing(world) == {"EUR": -100_00}
    (item,), (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    assert (item["paid_minor"], item["paid_currency"]) == (100_00, "EUR")
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    proposed = await world.post("/reconciliation/matches", {**WHY, **both}, as_=world.staff())
    assert proposed.status_code == 202, proposed.text
    assert await clearing(world) == {"EUR": -100_00}, "one alone converts nothing"
    await world.approved(proposed)
    assert await clearing(world) == {"EUR": 0, "USD": -110_00}
    assert await listed(world, "breaks") == []
    (made,) = await listed(world, "conversions")
    assert (made["rate"], made["published_minor"], made["off_bps"]) == ("1.100000000000", 120_00, -833)
    await holds(world)


def _write(path: str, rates: str) -> None:
    Path(path).write_text(rates)


async def test_without_rates_that_are_new_enough_a_person_decides(books: Books, rates_file: str):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=2_500)
    _write(rates_file, "Date, USD, \n1 October 2020, 1.2000, \n")
    await books.bring(HEAD + settled(deposit, "100.00", "120.00"))
    assert [row[1:] for row in await books.items()] == [("mismatched", "rate", None)]
    (item,), (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    await decided(world, "matches", item_ids=[item["item_id"]], expectation_ids=[movement["expectation_id"]])
    (made,) = await listed(world, "conversions")
    assert (made["rate"], made["published_minor"], made["source"]) == ("1.200000000000", None, None)
    await holds(world)


async def test_a_part_that_is_missing_is_booked_beside_what_is_converted(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await books.bring(HEAD + settled(deposit, "60.00", "72.00"))
    assert [row[1:3] for row in await books.items()] == [("mismatched", "amount")]
    (item,), (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    refused = await world.post("/reconciliation/matches", {**WHY, **both}, as_=world.staff())
    assert (refused.status_code, refused.json()["code"]) == (409, "difference_unbooked"), refused.text
    await decided(world, "matches", **both, booked_to="suspense")
    assert await clearing(world) == {"EUR": 0, "USD": -72_00}
    assert await books.balance("suspense", None) == -40_00
    assert await fx(world) == {"EUR": -60_00, "USD": 72_00}
    await holds(world)


async def test_parts_in_two_files_are_converted_once_the_last_is_there(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    await books.bring(HEAD + settled(deposit, "60.00", "72.00"))
    await books.bring(HEAD + settled(deposit, "40.00", "47.50", batch="4712471247"))
    assert {row[1] for row in await books.items()} == {"matched"}
    assert await clearing(world) == {"EUR": 0, "USD": -119_50}
    await holds(world)


async def test_what_was_paid_in_a_third_currency_is_no_conversion(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=2_500)
    await books.bring(HEAD + settled(deposit, "16000", "120.00", paid_in="JPY"))
    assert [row[1:3] for row in await books.items()] == [("mismatched", "currency")]
    assert await clearing(world) == {"EUR": -100_00}
    assert await listed(world, "conversions") == []


async def test_a_replaced_file_converts_nothing_any_more(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    wrong = await books.bring(HEAD + settled(deposit, "100.00", "119.00"))
    right = HEAD + settled(deposit, "100.00", "120.50")
    held = (await upload(world, right, replaces=wrong["id"])).json()
    await decided(world, f"files/{held['file_id']}/replace")
    await books.work()
    assert await clearing(world) == {"EUR": 0, "USD": -120_50}
    assert await fx(world) == {"EUR": -100_00, "USD": 120_50}
    found = await listed(world, "conversions")
    assert sorted((one["bought_minor"], one["undone"]) for one in found) == [(119_00, True), (120_50, False)]
    await holds(world)


async def test_killed_anywhere_it_is_converted_once(books: Books):
    world, deposits = books.world, [await books.deposit(10_00) for _ in range(3)]
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    file = await books.lay(HEAD + "".join(settled(one, "10.00", "11.90", fee="0.10") for one in deposits))
    for last in range(1, 40):
        try:
            await Dying(books.desk, file.id, world.casino, last)()
        except Killed:
            continue
        break
    assert last > 5
    assert await clearing(world) == {"EUR": 0, "USD": -35_70}
    assert await fx(world) == {"EUR": -30_00, "USD": 36_00}
    assert await entries(world) == 2
    await holds(world)


async def test_a_rate_that_was_changed_afterwards_is_found(books: Books):
    world, deposit = books.world, await books.deposit(100_00)
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    await books.bring(HEAD + settled(deposit, "100.00", "119.00"))
    async with world.service.db.write() as connection:
        await connection.execute(text("UPDATE settlement_conversion SET bought_minor = 11800"))
    broken = [one.name for one in await verify(world.service.settings.database_url) if not one.holds]
    assert broken == ["I9 what was settled in another currency is two entries of its sums, and has its rate"]


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ([("", "-120.00", "Refunded")], {}),
        ([("100.00", "120.00", "Settled")], {"other": "JPY"}),
    ],
    ids=["the other way", "two currencies"],
)
async def test_what_cannot_be_converted_is_refused(books: Books, lines: Any, more: dict[str, str]):
    world, deposit = books.world, await books.deposit(100_00)
    content = "".join(settled(deposit, paid, net, kind=kind) for paid, net, kind in lines)
    if more:
        content += settled(deposit, "100.00", "16000", settled_in=more["other"])
    await books.bring(HEAD + content)
    items, (movement,) = await listed(world, "items", **SINCE), await listed(world, "expectations", **SINCE)
    both = {"item_ids": [one["item_id"] for one in items], "expectation_ids": [movement["expectation_id"]]}
    body = {**WHY, **both, "booked_to": "suspense"}
    answer = await world.post("/reconciliation/matches", body, as_=world.staff())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    assert answer.json()["errors"][0]["field"] == "expectation_ids"
