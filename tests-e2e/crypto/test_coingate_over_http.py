"""Deposits through CoinGate."""

from datetime import timedelta

import pytest
from services.payments.tests.component.payment.test_taken_back import owed, spend

from crypto.counter import Counter


@pytest.fixture
async def euros(desk: Counter) -> Counter:
    """The casino takes crypto currencies for its euros."""
    await desk.configure("coingate", "EUR")
    return desk


@pytest.mark.parametrize(("part", "credited"), [("1", 50_00), ("0.9", 45_00), ("1.2", 60_00)])
async def test_what_was_paid_is_credited_once_however_often_it_is_told(
    euros: Counter, part: str, credited: int
) -> None:
    deposit_id, page = await euros.deposit("coingate")
    assert await euros.status(deposit_id) == "requires_action"
    await euros.outside(f"{page}/pay", {"part": part, "webhook_copies": 3})
    await euros.told()
    assert await euros.status(deposit_id) == "succeeded"
    assert await euros.world.balance() == (credited, 0)
    assert await euros.world.transfers() == [("deposit", credited)]


@pytest.mark.parametrize("ending", ["invalid", "expired", "canceled", "refunded"])
async def test_an_order_that_came_to_nothing_is_a_failed_deposit(euros: Counter, ending: str) -> None:
    deposit_id, page = await euros.deposit("coingate")
    await euros.outside(f"{page}/becomes/{ending}")
    await euros.told()
    assert await euros.status(deposit_id) == "failed"
    assert await euros.world.balance() == (0, 0)


async def test_an_order_that_is_refused_is_a_failed_deposit(euros: Counter) -> None:
    await euros.outside(f"/coingate/shops/{euros.world.casino}/closes")
    answer = await euros.world.deposit(provider="coingate")
    assert (answer.status_code, answer.json()["status"]) == (201, "failed")


async def paid_then(euros: Counter, ending: str, *, spent: int = 0) -> str:
    """A deposit of 50.00 that was credited, of which `spent` is gone, and whose order then becomes something else."""
    deposit_id, page = await euros.deposit("coingate")
    await euros.outside(f"{page}/pay")
    await euros.told()
    if spent:
        await spend(euros.world, spent)
    euros.world.clock.advance(timedelta(minutes=1))
    for _ in range(2):
        await euros.outside(f"{page}/becomes/{ending}")
        await euros.told()
    return deposit_id


@pytest.mark.parametrize("ending", ["refunded", "invalid"])
async def test_provider_says_paid_then_failed(euros: Counter, ending: str) -> None:
    deposit_id = await paid_then(euros, ending, spent=20_00)
    assert await euros.status(deposit_id) == "reversed"
    assert (await euros.world.balance(), await owed(euros.world)) == ((0, 0), 20_00)
    moved = [("chargeback", 20_00), ("deposit", 50_00), ("deposit_reversal", 30_00)]
    assert sorted(await euros.world.transfers()) == moved
    assert "notification_set_aside" not in await euros.world.published()


@pytest.mark.parametrize("ending", ["partially_refunded", "canceled"])
async def test_what_nobody_can_say_after_it_was_paid_is_for_a_person(euros: Counter, ending: str) -> None:
    deposit_id = await paid_then(euros, ending)
    assert await euros.status(deposit_id) == "succeeded"
    assert await euros.world.balance() == (50_00, 0)
    assert (await euros.world.published()).count("notification_set_aside") == 1


async def test_an_order_whose_answer_was_lost_is_made_anew_and_paid_once(euros: Counter) -> None:
    await euros.outside("/control/chaos", {"lost_answers": 1.0}, put=True)
    answer = await euros.world.deposit(provider="coingate")
    deposit_id = answer.json()["deposit_id"]
    assert answer.json()["status"] == "unknown"
    await euros.outside("/control/chaos", {}, put=True)
    await euros.world.pass_time(seconds=20)
    assert await euros.status(deposit_id) == "requires_action"
    await euros.outside(f"{await euros.page(deposit_id)}/pay")
    await euros.told()
    assert await euros.world.transfers() == [("deposit", 50_00)]


async def test_a_callback_without_the_orders_token_is_nobodys(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("coingate")
    forged = {"id": page.rsplit("/", 1)[1], "order_id": deposit_id, "status": "paid", "token": "0" * 64}
    answer = await euros.world.client.post(euros.world.calls_at("coingate"), data=forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "notification_not_genuine")
    assert await euros.world.balance() == (0, 0)
