"""Payouts through Adyen's Transfers API: left, failed, sent back, lost, told twice, asked about, forgotten there."""

from typing import Any

import pytest

from crypto.counter import Counter

PAYEE = {"account_holder_name": "Sue Hopper", "iban": "DE89370400440532013000"}


@pytest.fixture
async def rich(desk: Counter) -> Counter:
    """The casino has a balance account, the player 500 euros, and one person's approval is enough."""
    await desk.configure("adyen_transfers", "EUR")
    await desk.world.give()
    answer = await desk.world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 1_000_00})
    assert answer.status_code == 200, answer.text
    return desk


async def ordered(rich: Counter, **destination: str) -> str:
    """A withdrawal that was approved, sent as far as it goes."""
    answer = await rich.world.withdraw(provider="adyen_transfers", destination={**PAYEE, **destination})
    assert answer.status_code == 201, answer.text
    withdrawal_id = str(answer.json()["withdrawal_id"])
    assert (await rich.world.approve(withdrawal_id)).status_code == 200
    await rich.world.run_tasks()
    return withdrawal_id


async def where(rich: Counter, withdrawal_id: str) -> str:
    return str((await rich.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def books(rich: Counter) -> list[dict[str, Any]]:
    """What the provider has in its own books."""
    async with rich.browser.get(f"/control/money/{rich.world.casino}") as answer:
        return list((await answer.json())["bank_transfers"])


async def move(rich: Counter, status: str, copies: int = 1) -> None:
    """The bank does something with the only transfer there is."""
    [transfer] = await books(rich)
    await rich.outside(f"/adyen_transfers/transfers/{transfer['id']}/{status}", {"webhook_copies": copies})
    await rich.told()


async def badly(rich: Counter, **how: Any) -> None:
    """From now on the provider behaves like this; well, when nothing is said."""
    await rich.outside("/control/chaos", how, put=True)


@pytest.mark.parametrize(
    ("status", "becomes", "left"),
    [("booked", "paid", 400_00), ("credited", "paid", 400_00), ("failed", "failed", 500_00)],
)
async def test_a_payout_leaves_or_fails_once_however_often_it_is_told(
    rich: Counter, status: str, becomes: str, left: int
) -> None:
    withdrawal_id = await ordered(rich)
    await rich.told()
    assert await where(rich, withdrawal_id) == "sent"
    await move(rich, status, copies=3)
    assert await where(rich, withdrawal_id) == becomes
    assert await rich.world.balance() == (left, 0)
    assert await rich.world.ledger_sum() == 0


async def test_what_the_players_bank_sends_back_is_his_again(rich: Counter) -> None:
    withdrawal_id = await ordered(rich)
    await move(rich, "booked")
    await move(rich, "returned", copies=2)
    assert await where(rich, withdrawal_id) == "returned"
    assert await rich.world.balance() == (500_00, 0)


async def test_a_balance_account_that_holds_too_little_pays_nothing(rich: Counter) -> None:
    await rich.outside(f"/adyen_transfers/balance/{rich.world.casino}", {"minor": 0}, put=True)
    withdrawal_id = await ordered(rich)
    await rich.told()
    shown = (await rich.world.get(f"/withdrawals/{withdrawal_id}")).json()
    assert shown["status"] == "failed"
    assert await rich.world.balance() == (500_00, 0)


async def test_an_account_number_that_is_none_is_refused_there(rich: Counter) -> None:
    withdrawal_id = await ordered(rich, iban="DE88370400440532013000")
    assert (await where(rich, withdrawal_id), await books(rich)) == ("failed", [])
    assert await rich.world.balance() == (500_00, 0)


async def test_an_order_whose_answer_was_lost_is_paid_once(rich: Counter) -> None:
    await badly(rich, lost_answers=1, lost_callbacks=1)
    withdrawal_id = await ordered(rich)
    assert await where(rich, withdrawal_id) == "unknown"
    await badly(rich)
    await rich.world.pass_time(seconds=20)
    assert await where(rich, withdrawal_id) == "sent"
    assert len(await books(rich)) == 1


async def test_a_webhook_that_overtakes_the_answer_tells_what_became_of_it(rich: Counter) -> None:
    await badly(rich, lost_answers=1)
    withdrawal_id = await ordered(rich)
    await badly(rich)
    await move(rich, "booked")
    assert await where(rich, withdrawal_id) == "paid"


async def test_where_nothing_is_heard_it_is_asked(rich: Counter) -> None:
    await badly(rich, lost_callbacks=1)
    withdrawal_id = await ordered(rich)
    await move(rich, "booked")
    assert await where(rich, withdrawal_id) == "sent"
    await rich.world.pass_time(hours=2)
    assert await where(rich, withdrawal_id) == "paid"
    assert await rich.world.ledger_sum() == 0


async def test_an_order_the_provider_may_have_forgotten_is_left_to_a_person(rich: Counter) -> None:
    await badly(rich, errors=1)
    withdrawal_id = await ordered(rich)
    await rich.world.pass_time(days=6)
    await badly(rich)
    for _ in range(3):
        await rich.world.pass_time(days=1)
    assert (await where(rich, withdrawal_id), await books(rich)) == ("unknown", [])
    assert (await rich.world.published()).count("notification_set_aside") == 1


async def test_money_that_nobody_here_ordered_is_for_a_person_to_see(rich: Counter) -> None:
    withdrawal_id = await ordered(rich)
    await rich.told()
    transfer = dict((await books(rich))[0])
    await rich.outside(f"/adyen_transfers/transfers/{transfer['id']}/reference", {"reference": "salaries"}, put=True)
    await move(rich, "booked")
    assert await where(rich, withdrawal_id) == "sent"
    assert (await rich.world.published()).count("notification_set_aside") == 1
