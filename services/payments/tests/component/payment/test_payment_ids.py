"""An id that a caller makes is of one payment: of one kind, whoever names it and whenever."""

import runpy
from asyncio import gather
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from chassis.testing.postgres import Databases
from payments.adapters.ledger.verify import verify
from payments.domain.instrument.events import Direction

from .test_adjustments import adjust
from .test_at_providers import INSTRUMENT, broken
from .test_closed_loop import approved, by_account, settle, shape, split
from .test_instruments import another_player, pay
from .test_refunds import refund
from .test_taken_back import paid_in
from .world import World

ONE_KIND = "I4 an id is of one kind of payment"
MIGRATION = next(Path(__file__).parents[3].glob("migrations/versions/*_ids_of_payments.py"))


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


def refusal(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["code"], [one["field"] for one in body.get("errors", [])]


NO_DEPOSIT = (409, "payment_id_taken", ["deposit_id"])
NO_WITHDRAWAL = (409, "payment_id_taken", ["withdrawal_id"])


async def as_if_nobody_had_claimed(world: World) -> None:
    """As it was before ids were kept."""
    async with world.service.db.write() as connection:
        await (await driver(connection)).execute("DELETE FROM payment_id")


async def test_a_withdrawals_id_is_no_deposits(world: World) -> None:
    await world.give(100_00)
    taken = (await world.withdraw()).json()["withdrawal_id"]
    assert refusal(await world.deposit(deposit_id=taken)) == NO_DEPOSIT
    await another_player(world)
    assert refusal(await world.deposit(deposit_id=taken)) == NO_DEPOSIT
    assert await world.rows("SELECT 1 FROM rm_deposit_list") == []


async def test_a_deposits_id_is_no_withdrawals(world: World) -> None:
    await world.give(100_00)
    taken = (await world.deposit()).json()["deposit_id"]
    assert refusal(await world.withdraw(withdrawal_id=taken)) == NO_WITHDRAWAL
    assert await world.balance() == (100_00, 0)


async def test_the_id_of_a_refund_or_an_adjustment_is_no_deposits_and_no_withdrawals(world: World) -> None:
    refunded = await refund(world, await paid_in(world))
    for taken in (str(refunded), str(await adjust(world))):
        assert refusal(await world.deposit(deposit_id=taken)) == NO_DEPOSIT
        assert refusal(await world.withdraw(10_00, withdrawal_id=taken)) == NO_WITHDRAWAL


async def test_the_id_of_a_part_is_no_deposits(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    parts = (await split(world, await approved(world)))["parts"]
    assert {one["way"] for one in parts} == {"refund", "payout"}
    for part in parts:
        assert refusal(await world.deposit(deposit_id=part["part_id"])) == NO_DEPOSIT


async def test_a_repeat_is_answered_as_ever(world: World) -> None:
    await world.give(100_00)
    ours, theirs = str(uuid4()), str(uuid4())
    for _ in range(2):
        assert (await world.deposit(deposit_id=ours)).status_code == 201
        assert (await world.withdraw(withdrawal_id=theirs)).status_code == 201


@pytest.mark.parametrize("attempt", range(3))
async def test_of_two_kinds_at_once_one_has_the_id(world: World, attempt: int) -> None:
    await world.give(100_00)
    wanted = str(uuid4())
    answers = await gather(world.deposit(deposit_id=wanted), world.withdraw(withdrawal_id=wanted))
    assert sorted(one.status_code for one in answers) == [201, 409], attempt
    made = "SELECT id FROM rm_deposit_list UNION ALL SELECT id FROM rm_withdrawal_list"
    assert await world.rows(made) == [{"id": UUID(wanted)}]


async def test_a_card_pays_in_what_has_the_id_of_an_older_withdrawal_and_no_account_did(world: World) -> None:
    await world.give(10_00)
    await settle(world)
    both = (await world.withdraw(5_00, destination={"account_id": "6660001"})).json()["withdrawal_id"]
    answer = await world.post(f"/withdrawals/{both}/reject", {"reason": "not now"}, as_=world.staff(uuid4()))
    assert answer.status_code == 200
    await as_if_nobody_had_claimed(world)
    await pay(world, deposit_id=both)
    used = await world.rows("SELECT direction FROM rm_instrument_use WHERE payment_id = $1 ORDER BY 1", UUID(both))
    assert [one["direction"] for one in used] == [Direction.IN, Direction.OUT]
    wanted = await world.withdraw(50_00, destination={"account_id": "6660001"})
    parts = shape(await split(world, str(wanted.json()["withdrawal_id"])))
    assert [(way, amount) for way, why, amount, _ in parts if why == "deposited"] == [("refund", 50_00)]


async def test_money_that_went_back_to_an_account_that_paid_nothing_in_is_found(world: World) -> None:
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    for part in (await split(world, await approved(world)))["parts"]:
        await world.notify("payoutconfirmation", part["part_id"])
    assert await broken(world) == set()
    async with world.service.db.write() as connection:
        await (await driver(connection)).execute(
            "UPDATE rm_instrument_use SET direction = 'out' WHERE direction = 'in'"
        )
    assert await broken(world) == {INSTRUMENT}


async def of_one_kind(world: World) -> tuple[bool, tuple[str, ...]]:
    (finding,) = [one for one in await verify(world.service.db.url) if one.name == ONE_KIND]
    return finding.holds, finding.beside


async def test_what_is_there_keeps_its_id_and_what_is_of_two_kinds_is_told(world: World) -> None:
    await world.give(100_00)
    paid = UUID((await world.deposit()).json()["deposit_id"])
    wanted = UUID((await world.withdraw(10_00)).json()["withdrawal_id"])
    assert await of_one_kind(world) == (True, ())
    await as_if_nobody_had_claimed(world)
    both = UUID((await world.deposit()).json()["deposit_id"])
    await as_if_nobody_had_claimed(world)
    await world.withdraw(10_00, withdrawal_id=str(both))
    assert (await of_one_kind(world))[0] is False
    await as_if_nobody_had_claimed(world)
    async with world.service.db.write() as connection:
        await (await driver(connection)).execute(runpy.run_path(str(MIGRATION))["TAKEN"])
    kept = {one["id"]: one["kind"] for one in await world.rows("SELECT id, kind FROM payment_id")}
    assert kept == {paid: "deposit", wanted: "withdrawal", both: "several"}
    assert await of_one_kind(world) == (True, (f"known: id={both}, kinds=deposit, withdrawal",))
    assert refusal(await world.deposit(deposit_id=str(both))) == NO_DEPOSIT
