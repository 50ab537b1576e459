"""I7: whatever providers tell, in any order, some of it twice, ends in the same balances.

Each story happens at the provider's simulator, whose notifications wait at the door until all are there. The order in
which they are let in is drawn from a seed; between them, now and then, what is due is done. ORDERS says how many orders
are tried of each story.
"""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import pytest
from services.payments.tests.component.payment.world import World

from any_order.stories import STORIES, Story
from chassis.testing.postgres import Databases
from crypto.counter import Counter, Letter, counter
from journey.client import eventually
from payments.adapters.ledger.verify import verify

PROVIDERS = ("adyen", "btcpay", "coingate", "paysafe", "praxis", "skrill", "stripe", "truelayer", "trustly")
ORDERS = int(os.environ.get("ORDERS", "2"))


@pytest.fixture(scope="module")
async def casino(databases: Databases) -> AsyncIterator[Counter]:
    """A casino with an account at every provider."""
    async with counter(await databases.create("payments")) as made:
        contracts = await made.outside("/control/casinos", {"casino_id": str(made.world.casino)})
        for provider in PROVIDERS:
            body = {"enabled": True, "currencies": ["EUR"], **contracts[provider]}
            answer = await made.world.settle(f"/providers/{provider}", body)
            assert answer.status_code == 200, answer.text
        yield made
        findings = await verify(made.world.service.db.url, against_events=True)
        assert [one for one in findings if not one.holds] == []


async def brought(casino: Counter) -> list[Letter]:
    """Everything that is told of the story, once all of it waits at the door."""
    held = casino.door.held
    assert held is not None

    async def all_wait() -> bool:
        async with casino.browser.get("/control/parcels") as answer:
            return bool((await answer.json())["waiting"] == len(held))

    await eventually("every notification is at the door", all_wait)
    return list(held)


@pytest.fixture(autouse=True)
def door_open(casino: Counter) -> Iterator[None]:
    """Whatever becomes of a story, the next one begins with an open door."""
    yield
    for letter in casino.door.held or ():
        letter.answer.cancel()
    casino.door.held = None


@pytest.mark.parametrize("order", range(ORDERS))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.happens.__name__)
async def test_in_any_order_it_ends_alike(casino: Counter, story: Story, order: int) -> None:
    world, dice = casino.world, Random(f"{story.happens.__name__} {order}")
    world.player = uuid4()
    world.clock.advance(datetime.now(UTC) - world.clock.now())  # Providers sign the time, and theirs is the true one.
    await world.register()
    await world.beat()
    await story.happens(casino)
    letters = await brought(casino)
    again = dice.choices(letters, k=dice.randint(1, len(letters))) if letters else []
    for letter in dice.sample([*letters, *again], len(letters) + len(again)):
        await casino.door.let_in(letter)
        if dice.random() < 0.3:
            await world.run_tasks()
    held, casino.door.held = casino.door.held or [], None
    for letter in held:  # Whoever waited too long for an answer is there once more.
        if not letter.answer.done():
            await casino.door.let_in(letter)
    for _ in range(2):
        await casino.told()
    for _ in range(2):
        await world.pass_time(minutes=20)
    assert (await world.balance(), await owed(world)) == ((story.cash_minor, 0), 0)


async def owed(world: World) -> int:
    """What the player owes."""
    wallet = (await world.get(f"/players/{world.player}/balance", as_=world.staff())).json()["wallets"][0]
    return int(wallet["owed_minor"])
