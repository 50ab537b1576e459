"""What the cashier offers of being paid is what a request for it gets."""

import random
from typing import Any
from uuid import uuid4

import pytest

from .test_destinations import IBAN, SUE
from .test_disputes import charged_back, dispute_of, told
from .test_payout_routing import WALLET, fail, publish, terms, to_bank
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


BY_BANK: dict[str, Any] = {"provider": None, "method": "bank", "destination": IBAN}


async def agrees(world: World, why: str, amount_minor: int) -> None:
    """The cashier says why not, and the request is refused for it."""
    for asked in ({}, {"amount_minor": amount_minor}):
        shown = await bank(world, **asked)
        assert (shown["offered"], shown["why_missing"], shown["providers"]) == (False, why, [])
    refused = await world.withdraw(amount_minor, **BY_BANK)
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
    assert (await paying.withdraw(50_01, **BY_BANK)).json()["code"] == "insufficient_funds"
    assert (await paying.withdraw(50_00, **BY_BANK)).status_code == 201
    await agrees(paying, "insufficient_funds", 20_00)
    assert (await bank(paying))["max_minor"] == 0


async def test_whoever_holds_less_than_is_paid_at_once_is_told_that(paying: World) -> None:
    await paying.give(50_00)
    await terms(paying, "trustly", payout_min_minor={"EUR": 60_00})
    shown = await bank(paying)
    assert (shown["offered"], shown["why_missing"], shown["providers"]) == (False, "insufficient_funds", [])


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


# --- where to


def kinds(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in shown["destinations"]}


async def test_it_says_where_he_can_be_paid_to_and_what_that_is_told_by(paying: World) -> None:
    await paying.give(200_00)
    to = kinds(await bank(paying))
    assert to.keys() == {"iban", "bank_account"}
    assert (to["iban"]["fields"], to["iban"]["optional"]) == (["iban", "first_name", "last_name"], [])
    assert "DE" in to["iban"]["one_of"]["country"]
    assert "SE" not in to["iban"]["one_of"]["country"]
    by_number = [one for one in (await bank(paying))["destinations"] if one["kind"] == "bank_account"]
    assert [(one["optional"], one["one_of"]["country"]) for one in by_number] == [
        (["bank_number"], ["DK", "NO", "SE"]),
        ([], ["GB"]),
    ]
    await terms(paying, "adyen_transfers")
    anywhere = [one["one_of"] for one in (await bank(paying))["destinations"] if one["kind"] == "iban"]
    assert {} in anywhere


async def test_his_own_instruments_are_offered_while_they_can_be_reached(paying: World) -> None:
    await paying.give(200_00)
    known = (await to_bank(paying, 20_00))["instrument_id"]
    assert kinds(await bank(paying))["instrument"]["one_of"] == {"instrument_id": [known]}
    switched = await paying.post(f"/instruments/{known}/disable", {"reason": "lost it"})
    assert switched.status_code == 200, switched.text
    assert "instrument" not in kinds(await bank(paying))


async def test_a_provider_that_does_not_work_is_why(paying: World) -> None:
    await paying.give(200_00)
    policy = {**POLICY, "minimum_minor": None, "automatic_up_to_minor": 900_00}
    assert (await paying.settle("/withdrawal-policy", policy)).status_code == 200
    await fail(paying, 5)
    shown = await bank(paying)
    assert (shown["offered"], shown["why_missing"], shown["destinations"]) == (False, "breaker_open", [])
    assert (await paying.withdraw(50_00, **BY_BANK)).json()["code"] == "no_provider_available"


async def test_where_one_costs_more_than_is_left_another_pays(paying: World) -> None:
    """Trustly would be chosen, and with its fee he has too little."""
    await paying.give(50_00)
    await terms(paying, "trustly", withdrawal_fee={"fixed_minor": {"EUR": 1_00}})
    await terms(paying, "adyen_transfers", payout_fee_bps=100)
    assert (await bank(paying, amount_minor=49_01))["providers"] == ["adyen_transfers"]
    assert (await bank(paying, amount_minor=49_00))["providers"] == ["adyen_transfers", "trustly"]
    assert (await to_bank(paying, 49_01))["provider"] == "adyen_transfers"


# --- what is offered is accepted, and what is not is refused

OTHERS: list[dict[str, str]] = [
    {"kind": "iban", "iban": "SE4550000000058398257466", **SUE},
    {"kind": "bank_account", "country": "SE", "bank_number": "6112", "account_number": "69706212", **SUE},
    WALLET,
    {"kind": "instrument", "instrument_id": str(uuid4())},
]
AMOUNTS = (1, 20_00, 20_01, 50_00, 99_00, 99_01, 100_00, 900_01)


def covers(offered: list[dict[str, Any]], to: dict[str, str]) -> bool:
    """Whether one of the destinations is this."""
    country = to.get("country") or to.get("iban", "")[:2]
    told = {**to, "country": country}
    return any(
        one["kind"] == to["kind"]
        and all(told[name] in values for name, values in one["one_of"].items())
        and all(name in to for name in one["fields"])
        for one in offered
    )


async def any_house(world: World, dice: random.Random) -> None:
    """A casino, its strategy and its player, as it may happen."""
    await world.give(dice.choice((1, 50_00, 100_00, 2000_00)))
    fees: tuple[dict[str, Any], ...] = ({}, {"fixed_minor": {"EUR": 1_00}}, {"bps": 100, "min_minor": {"EUR": 50}})
    for provider in ("trustly", "adyen_transfers"):
        bounds = {
            "payout_min_minor": dice.choice(({}, {"EUR": 20_01})),
            "payout_max_minor": dice.choice(({}, {"EUR": 99_00})),
        }
        more = {"countries": dice.choice(([], [], ["MT"], ["SE"])), "withdrawal_fee": dice.choice(fees)}
        method = dice.choice(("bank", "bank", "bank", "card"))
        await terms(world, provider, enabled=dice.random() < 0.9, method=method, **bounds, **more)
    policy = {"currency": "EUR", "second_person_above_minor": 100_00}
    policy |= {
        name: minor for name, minor in (("minimum_minor", 20_00), ("maximum_minor", 900_00)) if dice.random() < 0.5
    }
    assert (await world.settle("/withdrawal-policy", policy)).status_code == 200
    one, other = dice.sample(("trustly", "adyen_transfers"), 2)
    rule = {"name": "large", "when": {"min_minor": 50_00}, "then": {"way": "order", "providers": [other]}}
    ways = (
        {"otherwise": {"way": "order", "providers": [one]}},
        {"rules": [rule], "otherwise": {"way": "order", "providers": [one]}},
        {"otherwise": {"way": "split", "providers": [one, other], "percents": [50, 50]}, "fallback": [other]},
        None,
    )
    if (strategy := dice.choice(ways)) is not None:
        await publish(world, **strategy)


@pytest.mark.parametrize("seed", range(10))
async def test_the_cashier_and_the_request_never_disagree(world: World, seed: int) -> None:
    dice = random.Random(seed)
    await any_house(world, dice)
    bound = (await cashier(world, direction="withdrawal")).get("bank")
    taken = []
    for amount in AMOUNTS:
        found = (await cashier(world, direction="withdrawal", amount_minor=amount)).get("bank")
        for to in (IBAN, *dice.sample(OTHERS, 1)):
            offered = found is not None and found["offered"] and covers(found["destinations"], to)
            answer = await world.withdraw(amount, **{**BY_BANK, "destination": to})
            assert (answer.status_code == 201) is offered, (amount, to["kind"], found, answer.text)
            if answer.status_code == 201:
                assert found is not None
                assert answer.json()["provider"] in found["providers"]
                assert answer.json()["fee_minor"] <= found["fee_minor"]
                back = f"/withdrawals/{answer.json()['withdrawal_id']}/reject"
                assert (await world.post(back, {"reason": "a test"}, as_=world.staff())).status_code == 200
                taken.append(amount)
    assert bound is None or bool(bound["offered"]) >= bool(taken)
    if taken:
        assert bound is not None
        assert (bound["min_minor"] or 1) <= min(taken)
        assert max(taken) <= bound["max_minor"]
