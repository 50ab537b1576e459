"""Deposits through Praxis's cashier: paid, refused, lost, told twice, charged back."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.postgres import Databases
from crypto.counter import Counter, counter

LONG = 20
"""Steps of time after which a test gives up."""


@pytest.fixture(scope="module")
async def database_url(databases: Databases) -> str:
    """One database for all of them."""
    return await databases.create("payments")


@pytest.fixture
async def casino(database_url: str) -> AsyncIterator[Counter]:
    """A casino that takes deposits through Praxis alone."""
    async with counter(database_url) as made:
        await made.configure("praxis", "EUR")
        yield made


async def session_of(casino: Counter, deposit_id: str) -> str:
    """The path of the page of an order, from the provider's own books."""
    async with casino.browser.get(f"/control/money/{casino.world.casino}") as answer:
        orders = (await answer.json())["sessions"]
    return f"/praxis/pay/{orders[UUID(deposit_id).hex]['session']['auth_token']}"


async def distrusted(casino: Counter) -> int:
    async with casino.browser.get("/control/parcels") as answer:
        return int((await answer.json())["distrusted"])


async def test_what_was_approved_is_credited_once_and_our_answers_are_believed(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("praxis")
    assert await casino.status(deposit_id) == "requires_action"
    await casino.outside(page, {"outcome": "approved", "webhook_copies": 3})
    await casino.told()
    assert await casino.status(deposit_id) == "succeeded"
    assert await casino.world.transfers() == [("deposit", 50_00)]
    assert (await distrusted(casino), await casino.world.ledger_sum()) == (0, 0)


async def test_what_was_charged_is_credited_and_not_what_was_asked_for(casino: Counter) -> None:
    _, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "approved", "processed_amount": 48_80})
    await casino.told()
    assert await casino.world.balance() == (48_80, 0)


async def test_another_currency_is_for_a_person(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "approved", "currency": "USD"})
    await casino.told()
    assert await casino.status(deposit_id) != "succeeded"
    assert await casino.world.balance() == (0, 0)
    assert "notification_set_aside" in await casino.world.published()


async def test_after_a_refused_card_the_player_tries_another_one(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "rejected"})
    await casino.told()
    assert await casino.status(deposit_id) == "requires_action"
    await casino.outside(page, {"outcome": "approved"})
    await casino.told()
    assert await casino.status(deposit_id) == "succeeded"


async def test_a_session_that_ran_out_fails_with_why_nothing_was_paid(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "rejected"})
    await casino.outside(f"{page}/expire")
    await casino.told()
    shown = (await casino.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "rejected")
    assert await casino.world.balance() == (0, 0)


async def test_a_lost_session_is_found_by_our_id_and_ends_by_itself(casino: Counter) -> None:
    await casino.outside("/control/chaos", {"lost_answers": 1.0}, put=True)
    deposit_id = (await casino.world.deposit(provider="praxis")).json()["deposit_id"]
    assert await casino.status(deposit_id) == "unknown"
    await casino.outside("/control/chaos", {}, put=True)
    await casino.world.pass_time(seconds=20)
    assert await casino.status(deposit_id) == "requires_action"
    await casino.outside(f"{await session_of(casino, deposit_id)}/expire")
    await casino.told()
    assert await casino.status(deposit_id) == "failed"


async def test_a_call_that_never_arrived_is_made_again(casino: Counter) -> None:
    await casino.outside("/control/chaos", {"errors": 1.0}, put=True)
    deposit_id = (await casino.world.deposit(provider="praxis")).json()["deposit_id"]
    assert await casino.status(deposit_id) == "unknown"
    await casino.outside("/control/chaos", {}, put=True)
    await casino.world.pass_time(seconds=20)
    assert await casino.page(deposit_id)


async def test_lost_notifications_are_made_up_for_by_the_question(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "approved"})
    await casino.world.pass_time(minutes=3)  # Whether they came or not.
    assert await casino.status(deposit_id) == "succeeded"


async def test_a_chargeback_takes_the_money_back_once(casino: Counter) -> None:
    _, page = await casino.deposit("praxis")
    await casino.outside(page, {"outcome": "approved"})
    await casino.told()
    await casino.outside(page, {"outcome": "chargeback", "webhook_copies": 2})
    await casino.told()
    assert await casino.world.balance() == (0, 0)
    assert await casino.world.ledger_sum() == 0


async def test_a_notification_of_a_stranger_is_not_believed(casino: Counter) -> None:
    headers = {"GT-Authentication": "0" * 96}
    body: dict[str, Any] = {"merchant_id": f"API-{casino.world.casino}", "session": {}, "transaction": {}}
    answer = await casino.world.client.post(casino.world.calls_at("praxis"), json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "notification_not_genuine")


@pytest.mark.parametrize("seed", [1, 2])
async def test_on_a_bad_day_every_payment_is_credited_once(casino: Counter, seed: int) -> None:
    trouble = {"seed": seed, "duplicates": 0.5, "reordering": 0.3, "lost_answers": 0.4, "errors": 0.2}
    await casino.outside("/control/chaos", trouble, put=True)
    asked = [
        (await casino.world.deposit(10_00 + number, provider="praxis")).json()["deposit_id"] for number in range(4)
    ]
    await casino.outside("/control/chaos", {**trouble, "errors": 0.0, "lost_answers": 0.2}, put=True)
    await casino.world.pass_time(minutes=2)
    await casino.outside("/control/chaos", {}, put=True)
    await casino.world.pass_time(minutes=2)
    for deposit_id in asked:
        await casino.outside(await session_of(casino, deposit_id), {"outcome": "approved", "webhook_copies": 2})
    for _ in range(LONG):
        if all([await casino.status(one) == "succeeded" for one in asked]):
            break
        await casino.told()
        await casino.world.pass_time(minutes=10)
    assert sorted(await casino.world.transfers()) == [("deposit", 10_00 + number) for number in range(4)]
