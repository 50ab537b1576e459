"""Bonus money moved by hand: by two people, once, and no more than there is."""

import json
from typing import Any

import pytest

from .world import V1, World

WELCOME: dict[str, Any] = {
    "action": "grant",
    "amount_minor": 25_00,
    "currency": "EUR",
    "reference": "spring campaign",
    "reason": "He brought a friend",
}


async def propose(world: World, **other: Any) -> Any:
    return await world.post(f"/players/{world.player}/bonuses", {**WELCOME, **other}, as_=world.staff())


async def give_bonus(world: World) -> Any:
    """Two people agree; the id of what they did."""
    proposed = await propose(world)
    await world.approved(proposed)
    return proposed.json()["subject_id"]


async def bonus(world: World) -> tuple[int, int]:
    (wallet,) = (await world.get(f"/players/{world.player}/balance")).json()["wallets"]
    return wallet["cash_minor"], wallet["bonus_minor"]


async def test_a_bonus_is_given_when_another_agrees_and_shows_apart_from_cash(world: World) -> None:
    await world.give(100_00)
    proposed = await propose(world)
    assert await bonus(world) == (100_00, 0)
    await world.approved(proposed)
    assert await bonus(world) == (100_00, 25_00)
    assert await world.ledger_sum() == 0


async def test_what_was_done_stands_in_the_movements_with_who_proposed_and_who_agreed(world: World) -> None:
    await world.give(100_00)
    proposed = await propose(world)
    await world.approved(proposed)
    path = f"{V1}/players/{world.player}/wallets/EUR/movements"
    item, *_ = (await world.client.get(path, headers=world.staff())).json()
    assert (item["kind"], item["bonus_delta_minor"], item["bonus_after_minor"]) == ("bonus_grant", 25_00, 25_00)
    assert (item["cash_delta_minor"], item["reference_id"]) == (0, proposed.json()["subject_id"])
    assert item["actor_kind"] == "staff"
    assert item["authorised_by"] not in (None, item["actor_id"])


async def test_what_people_did_with_a_bonus_is_listed_with_what_it_was_for(world: World) -> None:
    await world.give(100_00)
    given = await give_bonus(world)
    await world.approved(await propose(world, action="convert", amount_minor=10_00, forfeited_minor=15_00))
    listed = (await world.get(f"/bonuses?player_id=eq.{world.player}&order=moved_at.asc", as_=world.staff())).json()
    assert [(one["action"], one["amount_minor"], one["forfeited_minor"], one["reference"]) for one in listed] == [
        ("grant", 25_00, 0, WELCOME["reference"]),
        ("convert", 10_00, 15_00, WELCOME["reference"]),
    ]
    shown = (await world.get(f"/bonuses/{given}", as_=world.staff())).json()
    assert shown == listed[0]
    assert shown["proposed_by"] not in shown["approved_by"]


async def test_others_are_told_what_became_of_the_bonus_and_not_the_words(world: World) -> None:
    await world.give(100_00)
    await world.approved(await propose(world))
    told = [json.loads(row["envelope"]) for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (moved,) = [one["data"] for one in told if one["data"].get("kind") == "bonus_grant"]
    assert (moved["delta_minor"], moved["balance_minor"]) == (0, 100_00)
    assert (moved["bonus_delta_minor"], moved["bonus_balance_minor"]) == (25_00, 25_00)
    assert WELCOME["reason"] not in json.dumps(moved)


async def test_a_bonus_becomes_cash_and_the_rest_is_forfeited_together(world: World) -> None:
    await world.give(100_00)
    await world.approved(await propose(world))
    await world.approved(await propose(world, action="convert", amount_minor=10_00, forfeited_minor=15_00))
    assert await bonus(world) == (110_00, 0)
    assert await world.ledger_sum() == 0


async def test_no_more_is_taken_from_a_bonus_than_it_holds(world: World) -> None:
    await world.give(100_00)
    await world.approved(await propose(world))
    for asked in (
        {"action": "forfeit", "amount_minor": 25_01},
        {"action": "convert", "amount_minor": 20_00, "forfeited_minor": 5_01},
    ):
        refused = await propose(world, **asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds"), refused.text


async def test_a_bonus_is_not_paid_out(world: World) -> None:
    await world.give(10_00)
    await world.approved(await propose(world))
    refused = await world.withdraw(10_01)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds"), refused.text


@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 1.5},
        {"amount_minor": 10**18},
        {"action": "give"},
        {"forfeited_minor": 5},
        {"currency": "eur"},
        {"reason": ""},
        {"colour": "red"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(world: World, other: dict[str, Any]) -> None:
    await world.give(10_00)
    assert (await propose(world, **other)).status_code == 422


async def test_a_currency_the_player_has_no_wallet_in_is_refused(world: World) -> None:
    await world.give(10_00)
    refused = await propose(world, currency="USD")
    assert refused.json()["code"] == "wallet_unknown", refused.text


async def test_the_order_of_use_is_changed_by_two_and_told(world: World) -> None:
    path = f"{V1}/casinos/{world.casino}/bonus-policy"
    assert (await world.client.get(path, headers=world.staff())).json()["order_of_use"] == "cash_first"
    proposed = await world.client.put(path, json={"order_of_use": "bonus_first"}, headers=world.staff())
    await world.approved(proposed)
    assert (await world.client.get(path, headers=world.staff())).json()["order_of_use"] == "bonus_first"
    told = [json.loads(row["envelope"])["data"] for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (change,) = [one for one in told if one.get("element") == "payments.bonus_policy"]
    assert (change["before"], change["after"]) == ({"order_of_use": "cash_first"}, {"order_of_use": "bonus_first"})
