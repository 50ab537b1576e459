"""What people may decide about lines of settlement files, and what their decisions keep from happening."""

from pathlib import Path
from typing import Any

import pytest

from chassis.db.engine import driver
from chassis.domain import Invalid
from payments.application.reconciliation.booking import BOOK
from payments.domain.reconciliation.words import BookedTo
from payments.entrypoints.http.reconciliation.guarded import BookPayload, guarded_commands

from .bank import camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import SINCE, WHY, decided, listed, upload
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def agree(books: Books, fee_minor: int) -> None:
    """A fixed fee of each movement at Adyen, without tolerance."""
    statement = """
        INSERT INTO settlement_terms (casino_id, provider, currency, due_days, alarm_days, match_days, tolerance_minor,
            fee_fixed_minor, fee_tolerance_minor, fee_share_bps, updated_at)
        VALUES ($1, 'adyen', 'EUR', 3, 7, 2, 0, $2, 0, 300, now())"""
    async with books.world.service.db.write() as connection:
        await (await driver(connection)).execute(statement, books.world.casino, fee_minor)


async def the_items(books: Books) -> list[Any]:
    return await listed(books.world, "items", **SINCE)


async def test_a_line_whose_fee_alone_differs_is_not_booked_again(books: Books):
    world = books.world
    await agree(books, 1_00)
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "100.00", "97.50"))
    (item,) = await the_items(books)
    assert (item["state"], item["difference"], item["difference_minor"]) == ("mismatched", "fee", 1_50)
    path = f"/reconciliation/items/{item['item_id']}/book"
    refused = await world.post(path, {**WHY, "booked_to": "suspense"}, as_=world.staff())
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), refused.text
    other = await books.deposit()
    (movement,) = await listed(world, "expectations", state="eq.open", **SINCE)
    assert movement["reference_id"] == str(other)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    refused = await world.post("/reconciliation/matches", {**WHY, **both}, as_=world.staff())
    assert refused.status_code == 422, refused.text
    await decided(world, f"items/{item['item_id']}/ignore")
    assert (await books.balance(), await books.balance("suspense", None)) == (-197_50, 0)


async def test_a_line_that_differs_in_its_amount_is_matched_and_not_booked(books: Books):
    await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    (item,) = await the_items(books)
    path = f"/reconciliation/items/{item['item_id']}/book"
    refused = await books.world.post(path, {**WHY, "booked_to": "fees"}, as_=books.world.staff())
    assert refused.status_code == 422, refused.text


async def test_a_banks_line_is_booked_to_suspense_alone(books: Books):
    world = books.world
    await books.bring(camt(("-9.00", "bank charges")), "camt053")
    (item,) = await the_items(books)
    path = f"/reconciliation/items/{item['item_id']}/book"
    refused = await world.post(path, {**WHY, "booked_to": "fees"}, as_=world.staff())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "booked_to"), refused.text
    await decided(world, f"items/{item['item_id']}/book", booked_to="suspense")
    assert (await books.balance("suspense", None), await books.balance("bank", None)) == (-9_00, 9_00)


async def test_what_was_proposed_before_about_a_banks_line_and_fees_is_not_done(books: Books):
    await books.bring(camt(("-9.00", "bank charges")), "camt053")
    (item,) = await the_items(books)
    (book,) = [one for one in guarded_commands(books.desk) if one.name == BOOK]
    payload = BookPayload(item_id=item["item_id"], booked_to=BookedTo.FEES)
    with pytest.raises(Invalid) as refused:
        await books.desk.app.transact(
            lambda uow: book.execute(uow, payload), books.desk.ours("tests", books.world.casino)
        )
    assert refused.value.field == "booked_to"
    assert await books.balance("suspense", None) == 0


async def refused_to_replace(
    books: Books, file_id: Any, content: str = ADYEN_HEAD, name: str = "adyen_settlement_details"
) -> str:
    held = (await upload(books.world, content, format=name, replaces=file_id)).json()
    answer = await books.world.post(f"/reconciliation/files/{held['file_id']}/replace", WHY, as_=books.world.staff())
    return f"{answer.status_code} {answer.json().get('code')}"


async def test_a_file_with_a_line_matched_by_hand_is_not_replaced(books: Books):
    file = await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    (item,), (movement,) = await the_items(books), await listed(books.world, "expectations", **SINCE)
    both = {"item_ids": [item["item_id"]], "expectation_ids": [movement["expectation_id"]]}
    await decided(books.world, "matches", **both, booked_to="fees")
    assert await refused_to_replace(books, file["id"]) == "409 file_already_settled"


async def test_a_line_is_decided_about_once_its_file_is_compared(books: Books):
    file = await books.bring(ADYEN_HEAD + adyen("Settled", await books.deposit(), "99.00", "99.00"))
    (item,) = await the_items(books)
    async with books.world.service.db.write() as connection:
        statement = "UPDATE settlement_file SET state = 'matching' WHERE id = $1"
        await (await driver(connection)).execute(statement, file["id"])
    path = f"/reconciliation/items/{item['item_id']}/ignore"
    refused = await books.world.post(path, WHY, as_=books.world.staff())
    assert refused.status_code == 422, refused.text


async def replace(books: Books, file_id: Any, content: str) -> None:
    held = (await upload(books.world, content, replaces=file_id)).json()
    await decided(books.world, f"files/{held['file_id']}/replace")
    await books.work()


async def test_replacing_a_file_opens_no_movement_another_one_explains(books: Books):
    deposit = await books.deposit()
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "100.00"))
    again = await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "100.00", batch="8"))
    await replace(books, again["id"], ADYEN_HEAD + adyen("Fee", "", "", "-1.20", batch="8"))
    assert await books.expectations() == [("deposit", 100_00, "matched")]


async def test_parts_told_by_two_files_are_summed_again_when_one_is_replaced(books: Books):
    deposit = await books.deposit(100_00)
    wrong = await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "60.00", "60.00"))
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "40.00", "40.00", batch="8"))
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    await replace(books, wrong["id"], ADYEN_HEAD + adyen("Settled", deposit, "60.00", "59.00"))
    assert await books.expectations() == [("deposit", 100_00, "matched")]
    assert [row[1] for row in await books.items()] == ["replaced", "matched", "matched"]
