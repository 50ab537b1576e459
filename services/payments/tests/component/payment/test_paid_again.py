"""Money that was taken back, of which its provider says later that it is there: nothing moves, and people look."""

from uuid import UUID

import pytest

from .test_notifications import set_aside
from .test_passed_on import adyen_says
from .world import World

PAID = "PSP000000000000A"


@pytest.fixture
async def cards(world: World) -> World:
    await world.offer_cards()
    return world


async def at_adyen(world: World) -> UUID:
    """A deposit that was credited."""
    deposit_id = await world.request_deposit(provider="adyen")
    await adyen_says(world, world.adyen.authorised(deposit_id, psp=PAID))
    assert await world.balance() == (50_00, 0)
    return deposit_id


async def test_a_capture_that_is_made_again_after_one_failed_is_laid_before_people(cards: World) -> None:
    deposit_id = await at_adyen(cards)
    assert await adyen_says(cards, cards.adyen.says("CAPTURE_FAILED", deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [])
    assert await adyen_says(cards, cards.adyen.says("CAPTURE", deposit_id, psp="CAPTURE2", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [("adyen", "paid_after_taken_back")])


@pytest.mark.parametrize("first", ["CAPTURE", "CAPTURE_FAILED"])
async def test_a_capture_that_failed_is_not_there_in_whichever_order_it_is_told(cards: World, first: str) -> None:
    deposit_id = await at_adyen(cards)
    for kind in (first, *({"CAPTURE", "CAPTURE_FAILED"} - {first})):
        assert await adyen_says(cards, cards.adyen.says(kind, deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((0, 0), [])


async def test_an_ordinary_capture_is_no_news(cards: World) -> None:
    deposit_id = await at_adyen(cards)
    assert await adyen_says(cards, cards.adyen.says("CAPTURE", deposit_id, psp="CAPTURE1", of=PAID)) == 200
    assert (await cards.balance(), await set_aside(cards)) == ((50_00, 0), [])
