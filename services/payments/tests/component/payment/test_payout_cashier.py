"""What the cashier offers of being paid is what a request for it gets."""

from typing import Any

import pytest

from .test_disputes import charged_back, dispute_of, told
from .test_routing_strategy import cashier
from .test_taken_back import paid_in, spend
from .world import World

POLICY = {"currency": "EUR", "second_person_above_minor": 1000_00, "minimum_minor": 20_00, "maximum_minor": 900_00}


@pytest.fixture
async def paying(world: World) -> World:
    """A casino that pays to banks, between 20 and 900 euros at once."""
    trustly = (await world.get(f"/casinos/{world.casino}/providers", as_=world.staff())).json()
    settings = next(one["settings"] for one in trustly if one["provider"] == "trustly")
    body = {"enabled": True, "currencies": ["EUR"], "settings": settings, "methods": {"bank": {}}}
    assert (await world.settle("/providers/trustly", body)).status_code == 200
    assert (await world.settle("/withdrawal-policy", POLICY)).status_code == 200
    return world


async def bank(world: World, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await cashier(world, direction="withdrawal", **asked))["bank"]
    return found


async def agrees(world: World, why: str, amount_minor: int) -> None:
    """The cashier says why not, and the request is refused for it."""
    for asked in ({}, {"amount_minor": amount_minor}):
        shown = await bank(world, **asked)
        assert (shown["offered"], shown["why_missing"], shown["providers"]) == (False, why, [])
    refused = await world.withdraw(amount_minor)
    assert (refused.status_code, refused.json()["code"]) == (409, why)


async def test_it_pays_out_by_the_casinos_policy(paying: World) -> None:
    await paying.give(2000_00)
    shown = await bank(paying)
    assert (shown["offered"], shown["why_missing"], shown["providers"]) == (True, None, ["trustly"])
    assert (shown["min_minor"], shown["max_minor"]) == (20_00, 900_00)
    assert (await bank(paying, amount_minor=19_99))["why_missing"] == "amount_too_small"
    assert (await bank(paying, amount_minor=900_01))["why_missing"] == "amount_too_large"
    assert (await bank(paying, amount_minor=900_00))["offered"] is True


async def test_no_more_is_offered_than_the_player_holds(paying: World) -> None:
    await paying.give(50_00)
    shown = await bank(paying)
    assert (shown["offered"], shown["max_minor"]) == (True, 50_00)
    refused = await bank(paying, amount_minor=50_01)
    assert (refused["offered"], refused["why_missing"]) == (False, "insufficient_funds")
    assert (await paying.withdraw(50_01)).json()["code"] == "insufficient_funds"
    assert (await paying.withdraw(50_00)).status_code == 201
    await agrees(paying, "insufficient_funds", 20_00)
    assert (await bank(paying))["max_minor"] == 0


async def test_nothing_is_offered_while_a_bank_wants_money_back(paying: World) -> None:
    await paying.give(200_00)
    await charged_back(paying, await paid_in(paying))
    await agrees(paying, "dispute_open", 50_00)


async def test_nothing_is_offered_to_whoever_owes(paying: World) -> None:
    intent = await paid_in(paying)
    await spend(paying, 50_00)
    await charged_back(paying, intent)
    await told(paying, "closed", dispute_of(paying, intent, "lost"))
    await paying.give(200_00)
    await agrees(paying, "debt_outstanding", 50_00)


async def test_nothing_is_offered_below_the_level_that_the_jurisdiction_wants(paying: World) -> None:
    await paying.give(200_00)
    await paying.open_casino(withdrawal_requires_level="verified")
    await agrees(paying, "verification_required", 50_00)
