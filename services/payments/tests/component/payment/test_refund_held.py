"""A refund of a player whose hit was confirmed waits, wherever it would go to, until people know of it."""

from typing import Any
from uuid import UUID

import pytest

from payments.application.ports import NotSent

from .test_fraud_lists import set_aside
from .test_passed_on import both_paid, refunds
from .test_refunds import refund, statuses
from .test_taken_back import books_hold, paid_in
from .test_withdrawal_news import hit
from .world import World


@pytest.fixture
async def two(world: World) -> World:
    """Two providers take cards; the first says no to everything it is asked, and is paid after all."""
    await world.offer_cards()
    world.stripe.refuse = "do_not_honor"
    return world


async def held(world: World, **wish: Any) -> tuple[dict[str, Any], UUID]:
    """What was paid, and a refund of it that waits."""
    intent = await paid_in(world)
    refund_id = await refund(world, intent, **wish)
    await hit(world)
    for _ in range(2):
        await world.pass_time(minutes=2)
    assert (await statuses(world), world.stripe.refunds) == (["ordered"], {})
    assert await set_aside(world) == ["refund_awaits_people"]
    return intent, refund_id


async def test_an_ordered_refund_waits_while_a_hit_is_confirmed_and_goes_once_it_is_cleared(world: World) -> None:
    _, refund_id = await held(world)
    assert await world.balance() == (20_00, 30_00)
    path = f"/refunds/{refund_id}"
    shown = (await world.get(path, as_=world.staff())).json()
    assert (shown["status"], shown["held_by"]) == ("ordered", None), "that there is a hit is not for everybody"
    await hit(world, "clear")
    await world.pass_time(minutes=2)
    assert (await statuses(world), len(world.stripe.refunds)) == (["succeeded"], 1)
    await books_hold(world)


@pytest.mark.parametrize("knowing", [True, False])
async def test_two_people_who_order_it_anew_say_whether_the_hit_holds_it(world: World, knowing: bool) -> None:
    intent, refund_id = await held(world)
    body = {"reason": "ordered before the hit"}
    stopped = await world.post(f"/refunds/{refund_id}/reject", body, as_=world.staff())
    assert (stopped.status_code, await world.balance()) == (200, (50_00, 0))
    await refund(world, intent, even_if_held=knowing)
    await world.pass_time(minutes=2)
    assert sorted(await statuses(world)) == ["failed", "succeeded" if knowing else "ordered"]
    assert len(world.stripe.refunds) == knowing


async def test_nobody_says_beforehand_that_a_hit_shall_not_hold_it(world: World) -> None:
    """There was none to know of when the two agreed."""
    await held(world, even_if_held=True)


@pytest.mark.parametrize("how", ["not sent", "no answer"])
async def test_an_order_that_did_not_arrive_is_not_sent_again_while_a_hit_is_confirmed(world: World, how: str) -> None:
    intent = await paid_in(world)
    await refund(world, intent)
    world.stripe.unsent = NotSent(by_us=False) if how == "not sent" else None
    world.stripe.down = 1 if how == "no answer" else 0
    await world.run_tasks()
    await hit(world)
    world.stripe.unsent = None
    await world.pass_time(minutes=20)
    await world.pass_time(minutes=20)
    assert (await statuses(world), world.stripe.refunds) == (["unknown"], {})
    assert await set_aside(world) == ["refund_awaits_people"]
    await hit(world, "clear")
    await world.pass_time(minutes=20)
    assert (await statuses(world), len(world.stripe.refunds)) == (["succeeded"], 1)


async def test_a_second_payment_does_not_go_back_by_itself_while_a_hit_is_confirmed(two: World) -> None:
    await both_paid(two)
    await hit(two)
    await two.pass_time(minutes=2)
    assert ([one["status"] for one in await refunds(two)], two.stripe.refunds) == (["ordered"], {})
    assert await two.balance() == (50_00, 50_00)
    assert "refund_awaits_people" in await set_aside(two)
    await hit(two, "clear")
    await two.pass_time(minutes=2)
    assert len(two.stripe.refunds) == 1
