"""Deposits and payouts through a BTCPay Server. A bitcoin costs 50,000 euros there."""

from typing import Any
from uuid import uuid4

import pytest
from services.payments.tests.component.payment.test_notifications import set_aside
from services.payments.tests.component.payment.test_outcomes import decided, say

from crypto.counter import Counter
from payments.application.ledger import AccountType, Transfer, TransferKind, house, player_cash, transfer_id

ADDRESS = "bc1q" + "0" * 34 + "5mdq"
LONG = 20
"""Steps of time after which a test gives up."""


@pytest.fixture
async def euros(desk: Counter) -> Counter:
    """The casino takes crypto currencies for its euros."""
    await desk.configure("btcpay", "EUR")
    return desk


async def test_what_was_paid_is_credited_once_however_often_it_is_told(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("btcpay")
    assert await euros.status(deposit_id) == "requires_action"
    await euros.outside(f"{page}/pay", {"value": "0.001", "webhook_copies": 3})
    await euros.told()
    assert await euros.status(deposit_id) == "succeeded"
    assert await euros.world.balance() == (50_00, 0)
    assert await euros.world.transfers() == [("deposit", 50_00)]
    assert await euros.world.ledger_sum() == 0


async def test_an_invoice_paid_in_part_is_worth_that_part_once_its_time_is_over(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("btcpay")
    await euros.outside(f"{page}/pay", {"value": "0.0006"})
    await euros.told()
    assert await euros.status(deposit_id) == "requires_action", "the rest may still come"
    await euros.outside(f"{page}/expire")
    await euros.told()
    assert await euros.status(deposit_id) == "succeeded"
    assert await euros.world.balance() == (30_00, 0)


async def test_a_surplus_is_credited_when_the_chain_has_it_and_not_before(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("btcpay")
    await euros.outside(f"{page}/pay", {"value": "0.00004", "confirmed": False})
    await euros.outside(f"{page}/pay", {"value": "0.001"})
    await euros.told()
    assert await euros.status(deposit_id) != "succeeded"
    assert await euros.world.balance() == (0, 0)
    await euros.outside(f"{page}/confirm")
    await euros.told()
    assert await euros.status(deposit_id) == "succeeded"
    assert await euros.world.balance() == (52_00, 0)


async def test_what_is_far_more_than_was_asked_people_put_a_worth_to(euros: Counter) -> None:
    """Whoever waits for the price to fall would buy as much as he likes at that of before."""
    deposit_id, page = await euros.deposit("btcpay")
    await euros.outside(f"{page}/pay", {"value": "0.1"})
    await euros.told()
    assert (await euros.status(deposit_id), await euros.world.balance()) == ("processing", (0, 0))
    assert await set_aside(euros.world) == [("btcpay", "paid_over")]


async def test_what_comes_to_an_invoice_that_is_over_people_put_a_worth_to(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("btcpay")
    await euros.outside(f"{page}/expire")
    await euros.told()
    assert await euros.status(deposit_id) == "failed"
    await euros.outside(f"{page}/pay", {"value": "0.0012"})
    await euros.told()
    assert (await euros.status(deposit_id), await euros.world.balance()) == ("failed", (0, 0))
    assert await set_aside(euros.world) == [("btcpay", "paid_late")]
    (told,) = await euros.world.rows("SELECT facts FROM provider_notification WHERE code = 'paid_late'")
    worth = await say(euros.world, f"/deposits/{deposit_id}", told["facts"]["reference"], amount_minor=57_00)
    await decided(euros.world, worth)
    assert (await euros.status(deposit_id), await euros.world.balance()) == ("succeeded", (57_00, 0))
    await euros.told()
    assert await set_aside(euros.world) == [("btcpay", "paid_late")]


async def test_an_invoice_the_server_refuses_is_a_failed_deposit(euros: Counter) -> None:
    await euros.outside(f"/btcpay/stores/{euros.world.casino}/rateless")
    answer = await euros.world.deposit(provider="btcpay")
    assert (answer.status_code, answer.json()["status"]) == (201, "failed")


async def test_a_lost_answer_is_found_out_by_the_question(euros: Counter) -> None:
    await euros.outside("/control/chaos", {"lost_answers": 1.0}, put=True)
    answer = await euros.world.deposit(provider="btcpay")
    deposit_id = answer.json()["deposit_id"]
    assert answer.json()["status"] == "unknown"
    await euros.outside("/control/chaos", {}, put=True)
    await euros.world.pass_time(seconds=20)
    assert await euros.status(deposit_id) == "requires_action"
    await euros.outside(f"{await euros.page(deposit_id)}/pay", {"value": "0.001"})
    await euros.told()
    assert await euros.world.balance() == (50_00, 0)


async def test_lost_webhooks_are_made_up_for_by_the_question(euros: Counter) -> None:
    deposit_id, page = await euros.deposit("btcpay")
    await euros.outside(f"{page}/pay", {"value": "0.001"})
    await euros.world.pass_time(minutes=3)  # Whether they came or not.
    assert await euros.status(deposit_id) == "succeeded"


async def test_what_comes_after_it_was_credited_is_for_a_person(euros: Counter) -> None:
    _, page = await euros.deposit("btcpay")
    for _ in range(2):
        await euros.outside(f"{page}/pay", {"value": "0.001"})
        await euros.told()
    assert await euros.world.balance() == (50_00, 0)
    assert (await euros.world.published()).count("notification_set_aside") == 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_on_a_bad_day_every_payment_is_credited_once(euros: Counter, seed: int) -> None:
    trouble = {"seed": seed, "duplicates": 0.5, "reordering": 0.3, "lost_answers": 0.4, "errors": 0.2}
    await euros.outside("/control/chaos", trouble, put=True)
    sums = [50_00, 100_00, 150_00, 200_00]
    asked = [(await euros.world.deposit(one, provider="btcpay")).json()["deposit_id"] for one in sums]
    for number, deposit_id in enumerate(asked):
        for _ in range(LONG):
            if page := await euros.page(deposit_id):
                break
            await euros.world.pass_time(minutes=2)
        await euros.outside(f"{page}/pay", {"value": f"0.00{number + 1}"})
    await euros.outside("/control/chaos", {}, put=True)
    for _ in range(LONG):
        if all([await euros.status(one) == "succeeded" for one in asked]):
            break
        for deposit_id in asked:
            if page := await euros.page(deposit_id):
                await euros.outside(f"{page}/expire")
        await euros.told()
        await euros.world.pass_time(minutes=10)
    assert sorted(await euros.world.transfers()) == [("deposit", minor) for minor in sums]


@pytest.fixture
async def coins(desk: Counter) -> Counter:
    """The player has 0.05 of a bitcoin, and one person's approval is enough."""
    await desk.configure("btcpay", "BTC")
    await desk.world.register(player=(holder := uuid4()), currency="BTC")
    desk.world.player = holder
    gift = Transfer(
        id=transfer_id("gift", uuid4()),
        kind=TransferKind.ADJUSTMENT,
        debit=house(desk.world.casino, AccountType.ADJUSTMENTS, "BTC"),
        credit=player_cash(desk.world.casino, holder, "BTC"),
        amount_minor=5_000_000,
    )
    assert all(posting.posted for posting in await desk.world.desk.ledger.post([gift]))
    answer = await desk.world.settle("/withdrawal-policy", {"currency": "BTC", "second_person_above_minor": 9_000_000})
    assert answer.status_code == 200, answer.text
    return desk


async def ordered(coins: Counter) -> str:
    """An approved withdrawal, sent as far as it goes."""
    asked: dict[str, Any] = {"provider": "btcpay", "currency": "BTC", "destination": {"address": ADDRESS}}
    answer = await coins.world.withdraw(2_000_000, **asked)
    assert answer.status_code == 201, answer.text
    withdrawal_id = str(answer.json()["withdrawal_id"])
    assert (await coins.world.approve(withdrawal_id)).status_code == 200
    await coins.world.run_tasks()
    return withdrawal_id


async def where(coins: Counter, withdrawal_id: str) -> str:
    return str((await coins.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def payouts(coins: Counter) -> list[dict[str, Any]]:
    """What the server has in its own books."""
    async with coins.browser.get(f"/control/money/{coins.world.casino}") as answer:
        return list((await answer.json())["crypto_payouts"])


@pytest.mark.parametrize(
    ("state", "becomes", "left"), [("Completed", "paid", 3_000_000), ("Cancelled", "failed", 5_000_000)]
)
async def test_a_payout_is_watched_until_it_left_or_came_back(
    coins: Counter, state: str, becomes: str, left: int
) -> None:
    withdrawal_id = await ordered(coins)
    assert await where(coins, withdrawal_id) == "sent"
    [payout] = await payouts(coins)
    assert (payout["state"], payout["originalAmount"]) == ("AwaitingApproval", "0.02000000")
    await coins.outside(f"/btcpay/p/{payout['id']}/{state}")
    await coins.world.pass_time(minutes=5)
    assert await where(coins, withdrawal_id) == becomes
    assert await coins.world.balance() == (left, 0)
    assert await coins.world.ledger_sum() == 0


async def test_an_order_whose_answer_was_lost_is_found_and_not_given_twice(coins: Counter) -> None:
    await coins.outside("/control/chaos", {"lost_answers": 1.0}, put=True)
    withdrawal_id = await ordered(coins)
    assert await where(coins, withdrawal_id) == "unknown"
    await coins.outside("/control/chaos", {}, put=True)
    await coins.world.pass_time(seconds=20)
    assert await where(coins, withdrawal_id) == "sent"
    assert len(await payouts(coins)) == 1


async def test_an_order_that_surely_never_arrived_is_given_again(coins: Counter) -> None:
    await coins.outside("/control/chaos", {"errors": 1.0}, put=True)
    withdrawal_id = await ordered(coins)
    assert await where(coins, withdrawal_id) == "unknown"
    await coins.outside("/control/chaos", {}, put=True)
    await coins.world.pass_time(seconds=20)
    assert (await where(coins, withdrawal_id), await payouts(coins)) == ("unknown", []), "it may be on its way still"
    await coins.world.pass_time(minutes=15)
    assert await where(coins, withdrawal_id) == "sent"
    assert len(await payouts(coins)) == 1
