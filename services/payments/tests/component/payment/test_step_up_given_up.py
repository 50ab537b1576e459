"""A payment link that was to be ended for another with the payer's authentication, while its player is excluded."""

from uuid import UUID

import pytest

from contracts.backoffice.events import SelfExclusionStarted

from .test_passed_on import adyen_says, set_aside
from .world import World


@pytest.fixture
async def left_open(world: World) -> UUID:
    """A deposit whose first link should have been ended, and nobody knows whether it was; its player excluded himself
    before that was found out. The deposit's id.
    """
    await world.offer_cards()
    deposit_id = UUID((await world.deposit(provider="adyen")).json()["deposit_id"])
    refused = world.adyen.authorised(deposit_id, psp="PSP0000000000001", refused="3D Not Authenticated")
    assert await adyen_says(world, refused) == 200
    world.adyen.down = 1
    await world.run_tasks()
    assert await status(world, deposit_id) == "unknown"
    assert links(world) == ["active"]
    world.adyen.down = 2
    now = world.clock.now()
    await world.tell(SelfExclusionStarted(player_id=world.player, casino_id=world.casino, started_at=now, until=None))
    await world.run_tasks()
    assert await status(world, deposit_id) == "failed"
    assert links(world) == ["active"]
    return deposit_id


async def status(world: World, deposit_id: UUID) -> str:
    return str((await world.get(f"/deposits/{deposit_id}", as_=world.staff())).json()["status"])


def links(world: World) -> list[str]:
    return [one["status"] for one in world.adyen.links.values()]


async def test_the_link_is_ended_as_soon_as_the_provider_hears_us(world: World, left_open: UUID) -> None:
    for _ in range(4):
        await world.pass_time(minutes=1)
    assert links(world) == ["expired"]  # And no other was made.
    calls = len(world.adyen.calls)
    await world.pass_time(hours=2)
    assert (len(world.adyen.calls), await status(world, left_open)) == (calls, "failed")
    assert await set_aside(world) == []


async def test_what_is_paid_before_that_is_credited_and_a_person_hears_why_it_should_not_have_been(
    world: World, left_open: UUID
) -> None:
    assert await adyen_says(world, world.adyen.authorised(left_open)) == 200
    assert await adyen_says(world, world.adyen.authorised(left_open)) == 200
    row = (await world.get(f"/deposits/{left_open}", as_=world.staff())).json()
    assert (row["status"], row["late"], row["reference"]) == ("succeeded", True, "PSP000000000000A")
    assert await world.balance() == (50_00, 0)
    assert await set_aside(world) == ["paid_although_forbidden"]
    (kept,) = await world.rows("SELECT facts::text FROM provider_notification WHERE code IS NOT NULL")
    assert "excluded" in kept["facts"]
    await world.pass_time(hours=2)
    assert await world.balance() == (50_00, 0)
    assert await world.ledger_sum() == 0
