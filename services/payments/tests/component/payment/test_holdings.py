"""How much of the casino's money a provider may hold: two people set it, and deposits beyond it go to others."""

import json
from typing import Any

import pytest

from payments.adapters.ledger.rollup import roll_up

from .fake_adyen import ADYEN
from .test_reconciliation_routes import listed
from .test_refunds import refund
from .test_settlement_terms import agreed, proposed
from .test_taken_back import paid_in
from .world import STRIPE, V1, World


@pytest.fixture
async def full(world: World) -> World:
    """Stripe, which is cheaper than Adyen, may hold 120.00 and holds 70.00."""
    await world.offer_cards()
    await agreed(world, "stripe", holds_max_minor=120_00)
    await paid_in(world, 70_00)
    await roll_up(world.service.db)
    return world


async def asked_of(world: World, amount_minor: int, **fields: Any) -> tuple[str, dict[str, str | None]]:
    """Who is asked for a deposit by card, and why every other one is not."""
    answer = await world.deposit(amount_minor, provider=None, method="card", **fields)
    assert answer.status_code == 201, answer.text
    statement = "SELECT candidates::text FROM routing_decision WHERE deposit_id = $1::uuid ORDER BY attempt DESC"
    (latest, *_) = await world.rows(statement, answer.json()["deposit_id"])
    candidates = json.loads(latest["candidates"])
    return answer.json()["provider"], {one["provider"]: one["left_out"] for one in candidates}


async def card(world: World, amount_minor: int | None = None) -> dict[str, Any]:
    amount = "" if amount_minor is None else f"&amount_minor={amount_minor}"
    answer = await world.get(f"/cashier?currency=EUR{amount}")
    return next(one for one in answer.json() if one["method"] == "card")


async def test_a_deposit_with_which_it_would_hold_more_goes_to_another_and_the_log_says_why(full: World) -> None:
    assert await asked_of(full, 50_00) == ("stripe", {"stripe": None, "adyen": None, "trustly": "method_not_offered"})
    provider, why = await asked_of(full, 50_01)
    assert (provider, why["stripe"]) == ("adyen", "holds_too_much")


async def test_where_it_may_hold_less_than_it_takes_at_once_it_is_not_offered(full: World) -> None:
    for provider, more in (("adyen", ADYEN), ("stripe", STRIPE)):
        bounds = {"EUR": {"min_minor": 50_01}}
        body = {"enabled": provider == "stripe", "currencies": ["EUR"], "methods": {"card": {}}, **more}
        assert (await full.settle(f"/providers/{provider}", {**body, "deposit_bounds": bounds})).status_code == 200
    shown = await card(full)
    assert (shown["offered"], shown["why_missing"]) == (False, "holds_too_much")


async def test_what_it_holds_beyond_leaves_no_room_and_what_leaves_it_makes_some(full: World) -> None:
    await agreed(full, "stripe")
    intent = await paid_in(full, 50_00)
    await roll_up(full.service.db)
    await agreed(full, "stripe", holds_max_minor=100_00)
    assert (await asked_of(full, 1))[0] == "adyen"
    await refund(full, intent, 50_00)
    await full.run_tasks()
    await roll_up(full.service.db)
    assert (await asked_of(full, 30_01))[0] == "adyen"
    assert (await asked_of(full, 30_00))[0] == "stripe"


async def test_a_no_does_not_lead_to_a_provider_that_holds_too_much(full: World) -> None:
    await agreed(full, "adyen", holds_max_minor=0)
    full.stripe.refuse = "do_not_honor"
    deposit = (await full.deposit(50_00, provider=None, method="card")).json()
    assert (deposit["provider"], deposit["status"]) == ("stripe", "failed")


async def test_naming_the_provider_is_no_way_around_it(full: World) -> None:
    answer = await full.deposit(50_01)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_provider_available")
    assert answer.json()["errors"][0]["field"] == "provider"
    assert (await full.deposit(50_00)).status_code == 201


async def test_the_cashier_shows_what_is_left_and_that_it_is_why(full: World) -> None:
    assert (await card(full))["max_minor"] == 100_000_00  # Adyen holds any amount.
    await agreed(full, "adyen", holds_max_minor=30_00)
    shown = await card(full)
    assert (shown["max_minor"], shown["providers"]) == (50_00, ["adyen", "stripe"])
    assert (await card(full, 40_00))["providers"] == ["stripe"]
    beyond = await card(full, 50_01)
    assert (beyond["offered"], beyond["why_missing"]) == (False, "holds_too_much")
    for provider in ("stripe", "adyen"):
        await agreed(full, provider, holds_max_minor=0)
    shown = await card(full)
    assert (shown["offered"], shown["why_missing"], shown["max_minor"]) == (False, "holds_too_much", 0)


async def test_it_is_of_one_currency_and_goes_when_it_is_not_agreed_any_more(full: World) -> None:
    await agreed(full, "stripe", holds_max_minor=0)
    await agreed(full, "stripe", currency="SEK", holds_max_minor=0)
    assert (await asked_of(full, 10_00))[0] == "adyen"
    await agreed(full, "stripe")
    assert (await asked_of(full, 1_000_00))[0] == "stripe"
    assert {(one["currency"], one["holds_max_minor"]) for one in await listed(full, "terms")} == {
        ("EUR", None),
        ("SEK", 0),
    }


@pytest.mark.parametrize("bound", [-1, 1.5, "much", 2**63], ids=str)
async def test_a_bound_that_makes_no_sense_is_refused(world: World, bound: Any) -> None:
    answer = await proposed(world, "stripe", holds_max_minor=bound)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("holds_max_minor")


async def test_one_person_alone_changes_nothing(full: World) -> None:
    assert (await proposed(full, "stripe", holds_max_minor=0)).status_code == 202
    assert (await asked_of(full, 50_00))[0] == "stripe"
    unable = full.staff(None, "payments.policy.read")
    path = f"{V1}/reconciliation/casinos/{full.casino}/terms/stripe"
    body = {"currency": "EUR", "holds_max_minor": 0}
    assert (await full.client.put(path, json=body, headers=unable)).status_code == 403
