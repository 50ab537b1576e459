"""Money of a payout that comes back in parts, and words that contradict what came back before."""

import pytest

from contracts.backoffice.events import PersonalDataErased

from .test_notifications import set_aside
from .world import World


@pytest.fixture
async def paid(world: World) -> str:
    """A withdrawal of 100.00 that was paid."""
    await world.give(500_00)
    withdrawal_id: str = (await world.withdraw(100_00)).json()["withdrawal_id"]
    for _ in range(2):
        await world.approve(withdrawal_id)
    await world.run_tasks()
    await world.notify("payoutconfirmation", withdrawal_id)
    return withdrawal_id


async def test_money_that_comes_back_in_parts_is_credited_until_the_whole_is_back(world: World, paid: str) -> None:
    for amount in ("30.00", "30.00", "40.01", "40.00", "0.01"):
        answer = await world.notify("credit", paid, amount=amount)
        assert world.trustly.read_answer(answer.content) == "OK"
    assert (await world.get(f"/withdrawals/{paid}")).json()["returned_minor"] == 100_00
    assert await world.balance() == (500_00, 0)
    returned = [amount for kind, amount in await world.transfers() if kind == "withdrawal_returned"]
    assert returned == [30_00, 30_00, 40_00]
    assert await set_aside(world) == [("trustly", "returned_too_much")] * 2
    assert await world.ledger_sum() == 0


async def test_after_a_return_a_word_of_another_amount_is_set_aside(world: World, paid: str) -> None:
    await world.notify("credit", paid, amount="30.00")
    for method in ("payoutconfirmation", "credit"):
        await world.notify(method, paid, amount="999.99")
    assert await set_aside(world) == [("trustly", "amount_differs")] * 2
    assert await world.balance() == (430_00, 0)


async def test_a_return_that_is_told_in_two_ways_is_credited_once_and_looked_at(world: World, paid: str) -> None:
    await world.notify("payoutfailed", paid, amount="40.00")
    await world.notify("credit", paid, amount="40.00")
    assert await world.balance() == (440_00, 0)
    assert await set_aside(world) == [("trustly", "return_told_twice")]


async def test_money_that_comes_back_to_a_closed_account_is_seen_by_a_person(world: World, paid: str) -> None:
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.notify("credit", paid, amount="100.00")
    assert await world.balance() == (500_00, 0)
    assert await set_aside(world) == [("trustly", "returned_to_closed_account")]
