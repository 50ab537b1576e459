"""How a casino's providers do now, as staff sees it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.payments.permissions import PaymentsPermission as P

from .test_routing import by_card, fail, later
from .world import World


@pytest.fixture
async def two(world: World) -> World:
    """Two providers that take cards; Stripe is cheaper."""
    await world.offer_cards()
    return world


async def shown(world: World, provider: str, direction: str = "deposit") -> Any:
    listed = await world.get(f"/casinos/{world.casino}/breakers", as_=world.staff(None, P.ROUTING_LIST))
    assert listed.status_code == 200, listed.text
    (one,) = [one for one in listed.json() if (one["provider"], one["direction"]) == (provider, direction)]
    return one


async def test_every_offer_of_the_casino_is_shown_also_before_anything_happened(two: World) -> None:
    nothing = {"state": "closed", "open_until": None, "opened": 0, "counted": 0, "settled": 0, "last_ended_at": None}
    place = {"provider": "stripe", "method": "card", "currency": "EUR", "direction": "deposit", "enabled": True}
    assert await shown(two, "stripe") == {**place, **nothing}
    assert (await shown(two, "adyen"))["state"] == "closed"


async def test_a_breaker_is_open_for_a_while_then_half_open_then_closed(two: World) -> None:
    await fail(two, 5)
    seen = await shown(two, "stripe")
    assert (seen["state"], seen["opened"]) == ("open", 1)
    assert datetime.fromisoformat(seen["open_until"]) == two.clock.now() + timedelta(seconds=30)
    assert (await shown(two, "adyen"))["state"] == "closed"
    await later(two, 31)
    assert (await shown(two, "stripe"))["state"] == "half_open"
    await by_card(two)
    assert (await shown(two, "stripe"))["state"] == "closed"


async def test_payments_that_were_settled_or_declined_are_counted(two: World) -> None:
    for _ in range(2):
        deposit = await by_card(two)
        await two.webhook("payment_intent.succeeded", two.stripe.settle(deposit["deposit_id"]))
    await by_card(two)  # Nobody knows yet what becomes of it.
    two.stripe.refuse = "do_not_honor"
    await by_card(two)
    seen = await shown(two, "stripe")
    assert (seen["counted"], seen["settled"]) == (3, 2)
    assert datetime.fromisoformat(seen["last_ended_at"]) == two.clock.now()


async def test_who_works_elsewhere_or_may_not_look_sees_nothing(two: World) -> None:
    path = f"/casinos/{two.casino}/breakers"
    assert (await two.get(path, as_=two.staff(None, P.PROVIDER_LIST))).status_code == 403
    assert (await two.get(path, as_=two.staff(casino=uuid4()))).status_code in (403, 404)
