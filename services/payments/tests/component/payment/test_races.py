"""What happens at the same time: the end is the one some order would have had, and money moves once."""

from asyncio import gather
from random import Random
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.postgres import count_statements
from payments.application.closed_loop.splitting import split_off
from payments.domain.withdrawal.aggregate import withdrawal
from payments.domain.withdrawal.states import Approved, Rejected

from .test_closed_loop import by_account, settle
from .test_taken_back import paid_in
from .world import World


async def two_approvals(world: World, withdrawal_id: str) -> None:
    for _ in range(2):
        await world.approve(withdrawal_id)


async def test_the_same_and_other_webhooks_at_once_credit_once(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    kinds = [("evt_1", "payment_intent.succeeded")] * 4 + [
        ("evt_2", "payment_intent.succeeded"), ("evt_3", "payment_intent.processing"),
    ]  # fmt: skip
    answers = await gather(*(world.webhook(kind, intent, event_id=event_id) for event_id, kind in kinds))
    assert {answer.status_code for answer in answers} == {200}
    assert await world.transfers() == [("deposit", 50_00)]


async def test_a_webhook_and_our_own_question_at_once_credit_once(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    await gather(world.pass_time(minutes=3), world.webhook("payment_intent.succeeded", intent))
    assert await world.transfers() == [("deposit", 50_00)]


@pytest.mark.parametrize("seed", range(4))
async def test_notifications_in_any_order_and_number_end_alike(world: World, seed: int) -> None:
    await world.give(500_00)
    withdrawal_id = (await world.withdraw(100_00)).json()["withdrawal_id"]
    await two_approvals(world, withdrawal_id)
    await world.run_tasks()
    notices = [("payoutconfirmation", "n1"), ("payoutfailed", "n2"), ("credit", "n3"), ("payoutconfirmation", "n4")]
    chance = Random(seed)
    delivered = [*notices, *chance.choices(notices, k=4)]
    chance.shuffle(delivered)
    for method, notification_id in delivered:
        answer = await world.notify(method, withdrawal_id, notificationid=notification_id)
        assert answer.status_code == 200
    assert await world.balance() == (500_00, 0)
    assert await world.ledger_sum() == 0


@pytest.mark.parametrize("attempt", range(3))
async def test_a_rejection_that_races_with_a_division_leaves_no_parts_behind(world: World, attempt: int) -> None:
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    withdrawal_id = (await world.withdraw(80_00)).json()["withdrawal_id"]
    path = f"/withdrawals/{withdrawal_id}"
    while (await world.get(path)).json()["status"] == "awaiting_approval":
        await world.approve(withdrawal_id)
    rejection, _ = await gather(
        world.post(f"{path}/reject", {"reason": "at the last moment"}, as_=world.staff()), world.run_tasks()
    )
    if rejection.status_code == 200:
        assert (world.trustly.orders, await world.balance()) == ({}, (150_00, 0))
    else:
        assert sorted(one["Amount"] for one in world.trustly.orders.values()) == ["30.00", "50.00"]
    assert await world.ledger_sum() == 0


async def test_what_was_rejected_is_not_divided_any_more(world: World) -> None:
    """The task had read that it was approved, and waited for the wallet that the rejection held."""
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    withdrawal_id = (await world.withdraw(80_00)).json()["withdrawal_id"]
    path = f"/withdrawals/{withdrawal_id}"
    while (await world.get(path)).json()["status"] == "awaiting_approval":
        await world.approve(withdrawal_id)
    ctx = world.desk.ours("test", world.casino)
    read = await world.desk.app.transact(lambda uow: uow.load(withdrawal, UUID(withdrawal_id)), ctx)
    assert isinstance(read.state, Approved)
    await world.post(f"{path}/reject", {"reason": "at the last moment"}, as_=world.staff())
    stale = read.state
    late = await world.desk.app.transact(lambda uow: split_off(world.desk, uow, UUID(withdrawal_id), stale), ctx)
    await world.run_tasks()
    assert isinstance(late, Rejected)
    assert (world.trustly.orders, await world.balance()) == ({}, (150_00, 0))


async def test_lists_cost_the_same_however_long_they_are(world: World) -> None:
    async def cost(path: str) -> int:
        with count_statements(world.service.db) as statements:
            answer = await world.get(f"{path}?created_at=gte.now-7d", as_=world.staff())
        assert answer.status_code == 200
        return len([one for one in statements.sent if "restriction_beat" not in one])  # That is looked at by the clock.

    await world.give(500_00)
    await world.deposit()
    await world.withdraw(1_00)
    await cost("/deposits")  # The first look at a list opens its connection.
    before = [await cost("/deposits"), await cost("/withdrawals")]
    for _ in range(3):
        await world.deposit()
        await world.withdraw(1_00)
    assert [await cost("/deposits"), await cost("/withdrawals")] == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=eq.requires_action", 2),
        ("status=eq.succeeded", 1),
        ("status=in.(succeeded,failed)&order=created_at.asc", 1),
        ("amount_minor=gte.2000&currency=eq.EUR", 2),
        ("limit=1", 1),
    ],
)
async def test_deposits_are_filtered_and_sorted(world: World, query: str, found: int) -> None:
    deposits: list[Any] = [(await world.deposit(amount)).json() for amount in (10_00, 20_00, 30_00)]
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposits[0]["deposit_id"]))
    answer = await world.get(f"/deposits?created_at=gte.now-7d&{query}", as_=world.staff())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == found
