"""A call that surely never left is no call without an answer: nothing is unknown because of it, and nobody waits."""

from uuid import UUID

import pytest

from payments.application.ports import NotSent

from .test_routing import by_card
from .world import World

NO_PLACE, NOT_REACHED = NotSent(by_us=True), NotSent(by_us=False)


@pytest.fixture
async def two(world: World) -> World:
    """Two providers that take cards; Stripe is cheaper."""
    await world.offer_cards()
    return world


async def shown(world: World, deposit_id: str) -> str:
    return str((await world.get(f"/deposits/{deposit_id}")).json()["status"])


@pytest.mark.parametrize("unsent", [NO_PLACE, NOT_REACHED], ids=["no_place", "not_reached"])
async def test_a_deposit_that_was_never_sent_is_not_unknown_and_goes_out_later(world: World, unsent: NotSent) -> None:
    world.stripe.unsent = unsent
    deposit_id = (await world.deposit()).json()["deposit_id"]
    assert await shown(world, deposit_id) == "requested"
    world.stripe.unsent = None
    await world.pass_time(seconds=15)
    assert await shown(world, deposit_id) == "requires_action"
    assert [(call.method, call.key) for call in world.stripe.calls] == [("POST", UUID(deposit_id).hex)]
    kept = "SELECT outcome FROM provider_attempt WHERE payment_id = $1::uuid ORDER BY attempted_at"
    assert [one["outcome"] for one in await world.rows(kept, deposit_id)] == ["not_sent", "action_needed"]


async def test_what_was_unanswered_before_stays_unknown(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit()).json()["deposit_id"]
    world.stripe.unsent = NOT_REACHED
    await world.pass_time(seconds=15)
    assert await shown(world, deposit_id) == "unknown"


async def test_that_we_had_no_place_says_nothing_of_the_provider(two: World) -> None:
    two.stripe.unsent = NO_PLACE
    for _ in range(5):
        await by_card(two)
    two.stripe.unsent = None
    assert (await by_card(two))["provider"] == "stripe"


async def test_a_provider_that_takes_no_connection_is_left_out(two: World) -> None:
    two.stripe.unsent = NOT_REACHED
    for _ in range(5):
        await by_card(two)
    assert (await by_card(two))["provider"] == "adyen"
