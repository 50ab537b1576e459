"""A provider that hangs is waited for by the questions to it alone: orders, and other providers, go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from chassis.tasks import Task, TaskRunner
from chassis.tasks.runner import PLACES, PLACES_OF_A_LANE
from payments.application import deposits, refunds, withdrawal_moves

from .test_step_up import automatic
from .world import World

PAYER = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "country": "SE", "locale": "en_US"}
MANY = PLACES + PLACES_OF_A_LANE


@dataclass
class Worker:
    """One that asks about deposits and hears nothing. `asked`: how often it does; `sent`: once an order to pay was."""

    asked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    sent: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def hanging(world: World) -> AsyncIterator[Worker]:
    """While the block lasts questions about deposits are not answered; it begins with a lane that is full of them."""
    worker, tasks, stop, over = Worker(), world.service.tasks, asyncio.Event(), asyncio.Event()

    async def ask(task: Task) -> None:
        worker.asked.release()
        await over.wait()
        await tasks[deposits.ASK](task)

    async def send(task: Task) -> None:
        await tasks[withdrawal_moves.SEND](task)
        worker.sent.set()

    kinds = {**tasks, deposits.ASK: ask, withdrawal_moves.SEND: send}
    running = asyncio.create_task(TaskRunner(world.service.db, kinds, clock=world.clock).run(stop))
    try:
        for _ in range(PLACES_OF_A_LANE):
            await worker.asked.acquire()
        yield worker
    finally:
        stop.set()
        over.set()
        await running


@pytest.mark.parametrize("hung", ["stripe", "trustly"], ids=["of_another_provider", "of_the_same_provider"])
async def test_a_payout_leaves_while_questions_about_deposits_hang(world: World, hung: str) -> None:
    await world.give()
    await automatic(world)
    (world.stripe if hung == "stripe" else world.trustly).lost = MANY
    for _ in range(MANY):
        asked = await world.deposit(1_00, provider=hung, details=PAYER if hung == "trustly" else {})
        assert (asked.status_code, asked.json()["status"]) == (201, "unknown"), asked.text
    world.clock.advance(deposits.PATIENCE)
    async with hanging(world) as worker, asyncio.timeout(60):
        withdrawal_id = (await world.withdraw(50_00)).json()["withdrawal_id"]
        await worker.sent.wait()
        assert (await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == "sent"
        assert worker.asked.locked()  # No more than the lane's places.


async def test_a_task_is_in_the_lane_of_whoever_it_waits_for(world: World) -> None:
    await world.give()
    await automatic(world)
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await world.withdraw(50_00)
    lanes = {row["kind"]: row["lane"] for row in await world.rows("SELECT kind, lane FROM task")}
    assert (lanes[deposits.ASK], lanes[withdrawal_moves.SEND]) == ("stripe questions", "trustly orders")
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    wish = {"amount_minor": 50_00, "reason": "asked for it"}
    proposed = await world.post(f"/deposits/{deposit_id}/refunds", wish, as_=world.staff())
    await world.approved(proposed)
    lanes = {row["kind"]: row["lane"] for row in await world.rows("SELECT kind, lane FROM task")}
    assert lanes[refunds.SEND] == "stripe orders"
