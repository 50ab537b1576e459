"""A casino's routing strategy: proposed, agreed to, simulated; its log; and what the player meets at the cashier."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.tokens import ALL_CLEAR
from contracts.backoffice.events import SelfExclusionStarted
from contracts.payments.permissions import PaymentsPermission as P
from payments.domain.routing.choice import drawn

from .fake_adyen import ADYEN
from .test_deposits import limit
from .test_routing import PAYER, offer_bank, settings
from .world import STRIPE, V1, World

STRATEGY: dict[str, Any] = {
    "rules": [
        {"name": "large", "when": {"min_minor": 100_00}, "then": {"way": "order", "providers": ["stripe"]}},
    ],
    "otherwise": {"way": "order", "providers": ["adyen"]},
    "fallback": ["stripe"],
    "attempts_max": 2,
}
SIMULATION: dict[str, Any] = {
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-03-08T00:00:00Z",
    "strategy": {"otherwise": {"way": "order", "providers": ["stripe"]}},
}


@pytest.fixture
async def two(world: World) -> World:
    """Two providers that take cards; Stripe is cheaper."""
    await world.offer_cards()
    return world


async def by_card(world: World, **fields: Any) -> dict[str, Any]:
    answer = await world.deposit(**{"provider": None, "method": "card", **fields})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decision_of(world: World) -> Any:
    """A decision in the log."""
    await world.offer_cards()
    await by_card(world)
    rows = await world.rows("SELECT id FROM routing_decision WHERE casino_id = $1", world.casino)
    return rows[0]["id"]


async def publish(world: World, **changes: Any) -> None:
    path = f"{V1}/casinos/{world.casino}/routing-strategy"
    await world.approved(await world.client.put(path, json={**STRATEGY, **changes}, headers=world.staff()))


async def test_whoever_chooses_the_id_of_his_deposit_does_not_choose_what_is_drawn_for_it(two: World) -> None:
    """The ids are those for which a hash that anybody can compute names the same provider each time."""
    halves = {"way": "split", "providers": ["stripe", "adyen"], "percents": [50, 50]}
    await publish(two, rules=[], otherwise=halves)
    ids = [str(UUID(int=n, version=4)) for n in range(100)]
    of_stripe = [one for one in ids if drawn(one, "split", 100_000) < 50_000]
    made = [await by_card(two, deposit_id=one) for one in of_stripe[:20]]
    assert {one["provider"] for one in made} == {"stripe", "adyen"}


async def simulated(world: World, strategy: dict[str, Any], as_: dict[str, str] | None = None) -> dict[str, Any]:
    now = world.clock.now()
    body = {
        "since": (now - timedelta(days=1)).isoformat(),
        "until": (now + timedelta(hours=1)).isoformat(),
        "strategy": strategy,
    }
    path = f"{V1}/casinos/{world.casino}/routing-simulations"
    answer = await world.client.post(path, json=body, headers=as_ or world.staff())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def cashier(world: World, **asked: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in {"currency": "EUR", **asked}.items())
    answer = await world.get(f"/cashier?{query}")
    assert answer.status_code == 200, answer.text
    return {one["method"]: one for one in answer.json()}


# --- publishing


async def test_a_strategy_is_in_force_once_a_second_person_agrees_and_versions_are_kept(two: World) -> None:
    path = f"/casinos/{two.casino}/routing-strategy"
    before = (await two.get(path, as_=two.staff())).json()
    assert (before["version"], before["strategy"]["otherwise"]["way"]) == (0, "economic_value")
    await publish(two)
    assert (await by_card(two))["provider"] == "adyen"
    assert (await by_card(two, amount_minor=100_00))["provider"] == "stripe"
    await publish(two, rules=[])
    assert (await by_card(two, amount_minor=100_00))["provider"] == "adyen"
    after = (await two.get(path, as_=two.staff())).json()
    assert after["version"] == 2
    assert after["approved_by"] is not None
    assert after["approved_by"] != after["proposed_by"]
    kept = await two.rows("SELECT version FROM routing_strategy WHERE casino_id = $1 ORDER BY version", two.casino)
    assert [row["version"] for row in kept] == [1, 2]


async def test_a_strategy_that_makes_no_sense_is_refused_with_its_field(two: World) -> None:
    path = f"{V1}/casinos/{two.casino}/routing-strategy"
    for changes, field in (
        ({"fallback": ["pigeon"]}, "fallback.0"),
        ({"otherwise": {"way": "order", "providers": ["stripe", "btcpay"]}}, "otherwise.providers.1"),
        ({"rules": [{**STRATEGY["rules"][0], "when": {"methods": ["crypto"]}}]}, "rules.0.when.methods.0"),
        ({"otherwise": {"way": "split", "providers": ["stripe", "adyen"], "percents": [60, 30]}}, "otherwise.percents"),
    ):
        answer = await two.client.put(path, json={**STRATEGY, **changes}, headers=two.staff())
        assert answer.status_code == 422, answer.text
        assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_draft_that_names_who_the_casino_has_no_account_at_is_not_simulated_either(two: World) -> None:
    path = f"{V1}/casinos/{two.casino}/routing-simulations"
    draft = {"otherwise": {"way": "order", "providers": ["btcpay"]}}
    answer = await two.client.post(path, json={**SIMULATION, "strategy": draft}, headers=two.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "otherwise.providers.0"), answer.text


async def test_who_is_switched_off_may_be_named(two: World) -> None:
    body = {"enabled": False, "currencies": ["EUR"], "methods": {"card": {}}, **ADYEN}
    assert (await two.settle("/providers/adyen", body)).status_code == 200
    await publish(two)
    assert (await by_card(two))["provider"] == "stripe"


async def test_a_cascade_goes_along_the_fallback(two: World) -> None:
    await publish(two)
    two.adyen.refuse = "138"
    deposit = await by_card(two)
    assert (deposit["provider"], deposit["attempts"]) == ("stripe", 2)


# --- the log


async def test_decisions_are_a_list_and_each_shows_every_candidate(two: World) -> None:
    decision_id = await decision_of(two)
    listed = (await two.get("/routing/decisions?decided_at=gte.now-1d", as_=two.staff())).json()
    assert [(one["decision_id"], one["provider"], one["way"]) for one in listed] == [
        (str(decision_id), "stripe", "economic_value")
    ]
    shown = (await two.get(f"/routing/decisions/{decision_id}", as_=two.staff())).json()
    candidates = {one["provider"]: (one["place"], one["left_out"]) for one in shown["candidates"]}
    assert candidates == {"stripe": (1, None), "adyen": (2, None), "trustly": (None, "method_not_offered")}
    blind = two.staff(None, P.DEPOSIT_LIST)
    assert (await two.get(f"/routing/decisions/{decision_id}", as_=blind)).status_code == 403


# --- the simulator


async def test_a_draft_is_replayed_and_says_what_it_would_have_changed(two: World) -> None:
    for _ in range(2):
        deposit = await by_card(two)
        await two.webhook("payment_intent.succeeded", two.stripe.settle(deposit["deposit_id"]))
    two.stripe.refuse = "insufficient_funds"
    await by_card(two)
    two.stripe.refuse = None
    found = await simulated(two, {"otherwise": {"way": "order", "providers": ["stripe"]}})
    assert (found["decisions"], found["changed"], found["unserved"], found["truncated"]) == (3, 0, 0, False)
    (stripe,) = found["providers"]
    assert (stripe["was_decided"], stripe["was_settled"], stripe["rate_percent"]) == (3, 2, "66.66")
    assert (stripe["expected_settled"], stripe["was_fees_minor"]) == ("2.00", 100)
    assert stripe["would_be_fees_minor"] == 100
    moved = await simulated(two, {"otherwise": {"way": "order", "providers": ["adyen"]}})
    assert moved["changed"] == 3
    adyen = next(one for one in moved["providers"] if one["provider"] == "adyen")
    assert (adyen["would_be"], adyen["expected_settled"], adyen["would_be_fees_minor"]) == (3, None, None)
    nobody = await simulated(two, {"otherwise": {"way": "order", "providers": ["trustly"]}})
    assert (nobody["changed"], nobody["unserved"]) == (3, 3)
    assert await two.rows("SELECT 1 FROM routing_strategy WHERE casino_id = $1", two.casino) == []


async def test_what_nobody_took_is_replayed_as_well(two: World) -> None:
    """A draft that names who could have taken it shows what that saves; what nobody could take stays untaken."""
    await publish(two, rules=[], otherwise={"way": "order", "providers": ["trustly"]}, fallback=[])
    refused = [await two.deposit(provider=None, method="card", amount_minor=amount) for amount in (50_00, 60_00)]
    assert [one.status_code for one in refused] == [409, 409]
    saves = await simulated(two, {"otherwise": {"way": "order", "providers": ["stripe"]}})
    assert [saves[name] for name in ("decisions", "changed", "served", "unserved")] == [2, 2, 2, 0]
    (move,) = saves["moves"]
    assert (move["was"], move["would_be"], move["decisions"], move["amount_minor"]) == (None, "stripe", 2, 110_00)
    (stripe,) = saves["providers"]
    assert (stripe["was"], stripe["would_be"], stripe["expected_settled"]) == (0, 2, None)
    same = await simulated(two, {"otherwise": {"way": "order", "providers": ["trustly"]}})
    assert [same[name] for name in ("decisions", "changed", "served", "unserved")] == [2, 0, 0, 2]


async def test_a_draft_costs_the_fees_of_what_would_have_been_paid_alone(two: World) -> None:
    deposit = await by_card(two)
    await two.webhook("payment_intent.succeeded", two.stripe.settle(deposit["deposit_id"]))
    two.stripe.refuse = "insufficient_funds"
    await by_card(two)
    two.stripe.refuse = None
    await publish(two)
    assert (await by_card(two))["provider"] == "adyen"
    found = await simulated(two, {"otherwise": {"way": "order", "providers": ["stripe"]}})
    fees = {
        one["provider"]: (one["was_settled"], one["was_fees_minor"], one["would_be"], one["would_be_fees_minor"])
        for one in found["providers"]
    }
    assert fees == {"stripe": (1, 50, 3, 75), "adyen": (0, 0, 0, 0)}


async def test_what_would_have_changed_is_told_from_whom_to_whom_and_by_which_decisions(two: World) -> None:
    for amount in (50_00, 60_00, 200_00):
        await by_card(two, amount_minor=amount)
    rows = await two.rows("SELECT id FROM routing_decision WHERE casino_id = $1 ORDER BY decided_at, id", two.casino)
    logged = [str(row["id"]) for row in rows]
    large = {"name": "large", "when": {"min_minor": 100_00}, "then": {"way": "order", "providers": ["trustly"]}}
    draft = {"rules": [large], "otherwise": {"way": "order", "providers": ["adyen"]}}
    blind = two.staff(modes={**ALL_CLEAR, "financial": "none"})
    assert "amount_minor" not in (await simulated(two, draft, blind))["moves"][0]
    found = await simulated(two, draft)
    assert (found["changed"], found["unserved"], found["moves_left_out"]) == (3, 1, 0)
    to_adyen, to_nobody = found["moves"]
    assert (to_adyen["was"], to_adyen["would_be"], to_adyen["method"], to_adyen["currency"]) == (
        "stripe",
        "adyen",
        "card",
        "EUR",
    )
    assert (to_adyen["decisions"], to_adyen["amount_minor"], to_adyen["why"]) == (2, 110_00, [])
    assert to_adyen["examples"] == logged[:2]
    assert (to_nobody["would_be"], to_nobody["amount_minor"], to_nobody["examples"]) == (None, 200_00, logged[2:])
    assert {one["provider"]: (one["left_out"], one["decisions"]) for one in to_nobody["why"]} == {
        "adyen": ("not_in_strategy", 1),
        "stripe": ("not_in_strategy", 1),
        "trustly": ("method_not_offered", 1),
    }


async def test_a_draft_for_a_casino_nobody_has_heard_of_is_refused_as_such(two: World) -> None:
    unknown = UUID(int=7)
    path = f"{V1}/casinos/{unknown}/routing-simulations"
    answer = await two.client.post(path, json=SIMULATION, headers=two.staff(casino=unknown))
    assert answer.json()["code"] == "casino_unknown"


async def test_a_period_that_makes_no_sense_is_refused(two: World) -> None:
    path = f"{V1}/casinos/{two.casino}/routing-simulations"
    for until in ("2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z"):
        answer = await two.client.post(path, json={**SIMULATION, "until": until}, headers=two.staff())
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["errors"]] == ["until"]


# --- the cashier


async def test_the_cashier_shows_what_is_offered_to_this_player_now(two: World) -> None:
    bounds = {"EUR": {"min_minor": 10_00, "max_minor": 500_00}}
    for provider, more in (("stripe", STRIPE), ("adyen", ADYEN)):
        methods = {"card": {"details": ["email"] if provider == "adyen" else []}}
        body = {"enabled": True, "currencies": ["EUR"], "deposit_bounds": bounds, "methods": methods, **more}
        assert (await two.settle(f"/providers/{provider}", body)).status_code == 200
    card = (await cashier(two))["card"]
    assert (card["offered"], card["why_missing"], card["fee_minor"]) == (True, None, 0)
    assert (card["min_minor"], card["max_minor"], card["details"]) == (10_00, 500_00, ["email"])
    assert card["providers"] == ["adyen", "stripe"]
    assert (await cashier(two, amount_minor=9_99))["card"]["why_missing"] == "amount_too_small"
    assert (await cashier(two, amount_minor=500_01))["card"]["why_missing"] == "amount_too_large"
    assert (await cashier(two, amount_minor=500_00))["card"]["offered"] is True
    assert (await cashier(two, currency="SEK"))["card"]["why_missing"] == "currency_not_offered"


async def test_the_cashier_says_which_details_nobody_does_without(two: World) -> None:
    await settings(two, "adyen", methods={"card": {"details": ["email"]}})
    await offer_bank(two, methods={"bank": {"details": ["email", "mobile_phone"]}})
    found = await cashier(two)
    assert (found["card"]["details"], found["card"]["required_details"]) == (["email"], [])
    assert found["bank"]["required_details"] == sorted(PAYER)  # Listed by the casino or not.
    assert found["bank"]["details"] == sorted([*PAYER, "mobile_phone"])
    await settings(two, "adyen", methods={"card": {}, "bank": {}})
    both = (await cashier(two))["bank"]
    assert (both["providers"], both["required_details"]) == (["adyen", "trustly"], [])  # Adyen takes it without.
    assert (await by_card(two, method="bank"))["provider"] == "adyen"


async def test_who_does_not_offer_the_method_is_not_why_it_is_missing(two: World) -> None:
    for provider in ("stripe", "adyen"):
        await settings(two, provider, enabled=False, methods={"card": {}})
    assert (await cashier(two))["card"]["why_missing"] == "switched_off"


@pytest.mark.parametrize("asked", [{}, {"amount_minor": 50_00}], ids=["any-amount", "an-amount"])
async def test_the_cashier_offers_what_the_strategy_has_asked_for(two: World, asked: dict[str, Any]) -> None:
    await offer_bank(two)
    await publish(two, rules=[], otherwise={"way": "order", "providers": ["adyen"]}, fallback=[])
    found = await cashier(two, **asked)
    assert found["card"]["providers"] == ["adyen"]
    assert (found["bank"]["offered"], found["bank"]["why_missing"]) == (False, "not_in_strategy")
    refused = await two.deposit(provider=None, method="bank", details=PAYER)
    assert refused.json()["errors"][0]["code"] == "not_in_strategy"


async def test_a_rule_about_amounts_is_within_reach_until_one_is_named(two: World) -> None:
    await publish(two, fallback=[])
    assert (await cashier(two))["card"]["providers"] == ["adyen", "stripe"]
    assert (await cashier(two, amount_minor=99_99))["card"]["providers"] == ["adyen"]
    assert (await cashier(two, amount_minor=100_00))["card"]["providers"] == ["stripe"]


async def test_the_least_at_the_cashier_is_more_than_its_fee(two: World) -> None:
    for provider in ("stripe", "adyen"):
        await settings(two, provider, methods={"card": {"deposit_fee": {"fixed_minor": {"EUR": 50}}}})
    assert (await cashier(two))["card"]["min_minor"] == 51
    assert (await cashier(two, amount_minor=50))["card"]["why_missing"] == "amount_too_small"
    assert (await cashier(two, amount_minor=51))["card"]["offered"] is True


async def test_whoever_may_not_pay_in_is_offered_nothing_and_told_why(two: World) -> None:
    exclusion = SelfExclusionStarted(player_id=two.player, casino_id=two.casino, started_at=two.clock.now(), until=None)
    await two.tell(exclusion)
    card = (await cashier(two))["card"]
    assert (card["offered"], card["why_missing"], card["providers"]) == (False, "self_excluded", [])


async def test_the_cashier_knows_the_players_own_limits(two: World) -> None:
    assert (await cashier(two))["card"]["max_minor"] == 100_000_00
    await two.tell(limit(two, 100_00))
    assert (await by_card(two, amount_minor=60_00))["status"] == "requires_action"
    card = (await cashier(two))["card"]
    assert (card["offered"], card["max_minor"]) == (True, 40_00)
    assert (await cashier(two, amount_minor=40_01))["card"]["why_missing"] == "deposit_limit_reached"
    assert (await by_card(two, amount_minor=40_00))["status"] == "requires_action"
    card = (await cashier(two))["card"]
    assert (card["offered"], card["why_missing"], card["max_minor"]) == (False, "deposit_limit_reached", 0)


async def test_a_method_of_which_he_may_pay_no_amount_is_not_offered(two: World) -> None:
    await settings(two, "adyen", methods={"card": {}}, deposit_bounds={"EUR": {"min_minor": 20_00}})
    await settings(two, "stripe", methods={"card": {}}, deposit_bounds={"EUR": {"min_minor": 10_00}})
    await two.tell(limit(two, 15_00))
    card = (await cashier(two))["card"]
    assert (card["providers"], card["min_minor"], card["max_minor"]) == (["stripe"], 10_00, 15_00)
    await two.tell(limit(two, 9_99))
    card = (await cashier(two))["card"]
    assert (card["offered"], card["why_missing"], card["providers"]) == (False, "deposit_limit_reached", [])
    assert (await two.deposit(10_00, provider=None, method="card")).json()["code"] == "deposit_limit_reached"


async def test_what_the_strategy_has_asked_for_larger_amounts_alone_is_not_offered_below_them(two: World) -> None:
    await publish(two, fallback=[])
    await two.tell(limit(two, 99_99))
    assert (await cashier(two))["card"]["providers"] == ["adyen"]
    await settings(two, "adyen", enabled=False)
    assert (await cashier(two))["card"]["why_missing"] == "deposit_limit_reached"


async def test_the_cashier_is_for_players_and_refuses_nonsense(two: World) -> None:
    assert (await two.get("/cashier?currency=EUR", as_=two.staff())).status_code == 403
    for query, field in (
        ("currency=EUR&amount_minor=0", "amount_minor"),
        ("currency=EUR&amount_minor=x", "amount_minor"),
        ("currency=EUR&amount=100", "amount"),
        ("currency=euro", "currency"),
        ("", "currency"),
        ("currency=EUR&direction=up", "direction"),
    ):
        answer = await two.get(f"/cashier?{query}")
        assert answer.status_code == 422, query
        assert [one["field"] for one in answer.json()["errors"]] == [f"query.{field}"], query
