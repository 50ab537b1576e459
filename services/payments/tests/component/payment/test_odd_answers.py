"""Providers' answers to our own calls that cannot be applied, or that nobody may read any more."""

from uuid import uuid4

import pytest

from chassis.testing.problems import problem
from contracts.backoffice.events import PersonalDataErased

from .test_notifications import set_aside
from .world import World


async def test_an_answer_in_another_currency_is_set_aside_and_credits_nothing(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    world.stripe.settle(deposit_id).update(currency="usd")
    await world.pass_time(seconds=3)
    assert await set_aside(world) == [("stripe", "currency_differs")]
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "unknown"
    assert await world.balance() == (0, 0)


async def test_after_an_answer_that_was_set_aside_the_provider_is_asked_again(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    intent.update(currency="usd")
    await world.pass_time(seconds=3)
    intent.update(currency="eur")
    await world.pass_time(minutes=1)
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "succeeded"
    assert await world.balance() == (50_00, 0)


async def test_what_a_player_has_to_do_is_forgotten_with_him_and_his_money_still_comes(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.run_tasks()
    await world.pass_time(seconds=3)
    shown = (await world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["next_action"]) == ("requires_action", None)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (50_00, 0)


async def test_what_was_to_be_done_before_is_not_readable_either(world: World) -> None:
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    assert (await world.get(f"/deposits/{deposit_id}")).json()["next_action"] is not None
    await world.tell(PersonalDataErased(player_id=world.player, casino_id=world.casino))
    await world.run_tasks()
    assert (await world.get(f"/deposits/{deposit_id}")).json()["next_action"] is None


@pytest.mark.parametrize("things", ["deposits", "withdrawals"])
async def test_what_nobody_asked_for_is_not_found(world: World, things: str) -> None:
    for caller in (world.himself(), world.staff()):
        problem(await world.get(f"/{things}/{uuid4()}", as_=caller), 404, "not_found")
