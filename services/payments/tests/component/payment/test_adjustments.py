"""Money moved by hand: by two people, once, and no more than there is."""

import json
from asyncio import gather
from typing import Any
from uuid import uuid4

import pytest

from contracts.payments.permissions import PaymentsPermission as P

from .world import V1, World

GOODWILL: dict[str, Any] = {
    "direction": "credit",
    "amount_minor": 25_00,
    "currency": "EUR",
    "adjustment_class": "goodwill",
    "reference": "ticket 4711",
    "reason": "Trouble with a round",
}
ADJUSTMENTS = f"{V1}/adjustments"
SINCE = {"adjusted_at": "gte.now-7d"}


async def propose(world: World, as_: dict[str, str] | None = None, key: str | None = None, **other: Any) -> Any:
    return await world.post(
        f"/players/{world.player}/adjustments", {**GOODWILL, **other}, as_=as_ or world.staff(), key=key
    )


async def adjust(world: World) -> Any:
    """Two people agree; the id of what they did."""
    proposed = await propose(world)
    await world.approved(proposed)
    return proposed.json()["subject_id"]


async def test_nothing_moves_until_another_agrees(world: World) -> None:
    await world.give(100_00)
    proposed = await propose(world)
    assert await world.balance() == (100_00, 0)
    await world.approved(proposed)
    assert await world.balance() == (125_00, 0)
    assert await world.ledger_sum() == 0


async def test_what_was_moved_is_listed_with_who_and_why(world: World) -> None:
    await world.give(100_00)
    proposed = await propose(world, direction="debit", adjustment_class="payment_error")
    await world.approved(proposed)
    assert await world.balance() == (75_00, 0)
    (item,) = (await world.client.get(ADJUSTMENTS, params=SINCE, headers=world.staff())).json()
    assert (item["direction"], item["amount_minor"], item["reason"]) == ("debit", 25_00, GOODWILL["reason"])
    assert item["proposed_by"] not in item["approved_by"]
    assert item["adjustment_id"] == proposed.json()["subject_id"]
    statement = (await world.get(f"/players/{world.player}/statement")).json()
    assert statement["items"][0]["transfer_id"] == item["transfer_id"]
    assert statement["items"][0]["caused_by"]["reference_id"] == item["adjustment_id"]


async def test_one_adjustment_is_shown_as_in_the_list(world: World) -> None:
    await world.give(100_00)
    adjustment_id = (await propose(world)).json()["subject_id"]
    assert (await world.get(f"/adjustments/{adjustment_id}", as_=world.staff())).status_code == 404
    await world.approved(await propose(world))
    (row,) = (await world.client.get(ADJUSTMENTS, params=SINCE, headers=world.staff())).json()
    assert (await world.get(f"/adjustments/{row['adjustment_id']}", as_=world.staff())).json() == row


async def test_the_words_are_for_whoever_may_read_them(world: World) -> None:
    await world.give(100_00)
    await world.approved(await propose(world))
    (item,) = (await world.client.get(ADJUSTMENTS, params=SINCE, headers=world.staff(None, P.ADJUSTMENT_LIST))).json()
    assert GOODWILL["reason"] not in json.dumps(item)


async def test_others_are_told_of_it_without_the_words(world: World) -> None:
    await world.give(100_00)
    await world.approved(await propose(world))
    told = [json.loads(row["envelope"]) for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (adjusted,) = [one for one in told if one["type"] == "payments.wallet_adjusted"]
    assert adjusted["data"]["adjustment_class"] == "goodwill"
    assert adjusted["actorid"] != adjusted["authorisedby"]
    assert GOODWILL["reason"] not in json.dumps(adjusted["data"])
    same = [one for one in told if one["data"].get("transfer_id") == adjusted["data"]["transfer_id"]]
    (moved,) = [one for one in same if one["type"] == "payments.transfer_posted"]
    assert moved["actorid"] == adjusted["actorid"]
    assert GOODWILL["reason"] not in json.dumps(moved)


async def test_no_more_is_taken_than_there_is(world: World) -> None:
    await world.give(10_00)
    refused = await propose(world, direction="debit", amount_minor=10_01)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds"), refused.text
    assert "cash is 1000 minor units of EUR" in refused.json()["detail"]
    assert await world.balance() == (10_00, 0)


async def test_what_was_spent_meanwhile_is_not_taken(world: World) -> None:
    await world.give(100_00)
    proposed = await propose(world, direction="debit", amount_minor=100_00)
    await world.withdraw(50_00)
    seen = {"payload_sha256": proposed.json()["payload_sha256"]}
    second = await world.client.post(f"{proposed.json()['href']}/approve", json=seen, headers=world.staff())
    assert second.json()["code"] == "insufficient_funds", second.text
    assert await world.balance() == (50_00, 50_00)


async def test_asked_twice_under_one_key_it_is_proposed_once(world: World) -> None:
    await world.give(100_00)
    me, key = world.staff(), str(uuid4())
    first, again = await propose(world, me, key=key), await propose(world, me, key=key)
    assert first.json()["approval_id"] == again.json()["approval_id"]
    await world.approved(first)
    assert await world.balance() == (125_00, 0)


async def test_clicked_several_times_it_is_proposed_once(world: World) -> None:
    await world.give(100_00)
    me = world.staff(uuid4())
    clicked = await gather(*(propose(world, me) for _ in range(4)))
    assert {one.status_code for one in clicked} == {202}
    assert len({one.json()["approval_id"] for one in clicked}) == 1
    await world.approved(clicked[0])
    assert await world.balance() == (125_00, 0)
    again = await propose(world, me)
    assert again.json()["approval_id"] != clicked[0].json()["approval_id"]


async def test_another_one_of_the_same_says_so_in_its_reason(world: World) -> None:
    await world.give(100_00)
    me = world.staff(uuid4())
    for proposed in (await propose(world, me), await propose(world, me, reason="The same in the next round")):
        await world.approved(proposed)
    assert await world.balance() == (150_00, 0)


async def test_two_of_the_same_by_two_people_are_two(world: World) -> None:
    await world.give(100_00)
    first, second = await propose(world), await propose(world)
    await world.approved(first)
    await world.approved(second)
    assert await world.balance() == (150_00, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 0),
        ("amount_minor", -1),
        ("amount_minor", 1.5),
        ("amount_minor", "25"),
        ("amount_minor", 2**63),
        ("currency", "euro"),
        ("direction", "sideways"),
        ("adjustment_class", "because"),
        ("reference", ""),
        ("reference", "x" * 256),
        ("reason", " "),
        ("extra", 1),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_name(world: World, field: str, value: Any) -> None:
    await world.give(100_00)
    answer = await propose(world, **{field: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_a_wallet_he_does_not_have_is_refused(world: World) -> None:
    await world.give(100_00)
    answer = await propose(world, currency="USD")
    assert (answer.status_code, answer.json()["code"]) == (404, "wallet_unknown"), answer.text


async def test_a_player_of_another_casino_is_not_there(world: World) -> None:
    await world.give(100_00)
    assert (await propose(world, world.staff(casino=uuid4()))).status_code == 404


async def test_a_role_may_set_how_much_is_proposed(world: World) -> None:
    await world.give(100_00)
    little = world.staff(ceilings={"EUR": 24_99})
    refused = await propose(world, little)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text
    assert (await propose(world, little, amount_minor=24_99)).status_code == 202
    other_currency = await propose(world, world.staff(ceilings={"USD": 100_00}))
    assert other_currency.status_code == 403, other_currency.text


async def test_a_role_may_set_how_much_is_approved(world: World) -> None:
    await world.give(100_00)
    proposed = (await propose(world)).json()
    seen, little = {"payload_sha256": proposed["payload_sha256"]}, world.staff(ceilings={"EUR": 24_99})
    refused = await world.client.post(f"{proposed['href']}/approve", json=seen, headers=little)
    assert refused.status_code == 403, refused.text
    assert await world.balance() == (100_00, 0)


@pytest.mark.parametrize(("field", "value"), [("reference", "x" * 256), ("amount_minor", 0), ("currency", "euro")])
async def test_an_edited_proposal_keeps_the_bounds_of_what_is_asked_for(world: World, field: str, value: Any) -> None:
    await world.give(100_00)
    me = world.staff()
    proposed = (await propose(world, me)).json()
    payload = {
        "adjustment_id": proposed["subject_id"],
        "casino_id": str(world.casino),
        "player_id": str(world.player),
        **{name: GOODWILL[name] for name in ("direction", "amount_minor", "currency", "adjustment_class", "reference")},
    }
    edited = {"payload": {**payload, field: value}}
    answer = await world.client.put(f"{proposed['href']}/payload", json=edited, headers=me)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"payload.{field}"), answer.text
    good = {"payload": {**payload, "amount_minor": 10_00}}
    assert (await world.client.put(f"{proposed['href']}/payload", json=good, headers=me)).status_code == 200
