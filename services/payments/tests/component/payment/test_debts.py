"""What a player owes for deposits that were taken back: people write it off, and each casino says what it stops."""

import json
from typing import Any
from uuid import uuid4

import pytest

from contracts.payments.permissions import PaymentsPermission as P
from payments.application.ledger import Code, Transfer, TransferKind, player_receivable, psp_clearing

from .test_adjustments import ADJUSTMENTS, SINCE
from .test_charged_back import flags, is_free, is_stopped, owes
from .test_disputes import dispute_of, told
from .test_held import bet
from .test_notifications import set_aside
from .test_taken_back import books_hold, owed, paid_in, refunded, spend
from .world import V1, World

ALL_OF_IT: dict[str, Any] = {
    "amount_minor": 50_00,
    "currency": "EUR",
    "reference": "collector 4711",
    "reason": "He moved abroad and cannot be found",
}


async def propose(world: World, as_: dict[str, str] | None = None, key: str | None = None, **other: Any) -> Any:
    path = f"/players/{world.player}/debt-write-offs"
    return await world.post(path, {**ALL_OF_IT, **other}, as_=as_ or world.staff(), key=key)


async def lost(world: World, amount_minor: int = 50_00) -> dict[str, Any]:
    """He owes for a chargeback that nobody contests any more; the intent of its deposit."""
    intent = await owes(world, amount_minor)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    return intent


async def in_debt(world: World) -> None:
    """He owes as much, whatever for."""
    owing = Transfer(
        id=uuid4(),
        kind=TransferKind.CHARGEBACK,
        debit=player_receivable(world.casino, world.player, "EUR"),
        credit=psp_clearing(world.casino, "stripe", "EUR"),
        amount_minor=ALL_OF_IT["amount_minor"],
    )
    assert all(posting.posted for posting in await world.desk.ledger.post([owing]))


async def policy(world: World, stops: str) -> None:
    path = f"{V1}/casinos/{world.casino}/debt-policy"
    await world.approved(await world.client.put(path, json={"stops": stops}, headers=world.staff()))
    assert (await world.client.get(path, headers=world.staff())).json()["stops"] == stops


async def loss(world: World) -> int:
    """What the house has lost so far."""
    (row,) = await world.rows(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM transfer WHERE debit_type = 'bad_debt'"
        " AND credit_type = 'chargeback_receivable' AND player_id = $1",
        world.player,
    )
    return int(row["minor"])


async def test_nothing_is_written_off_until_another_agrees_and_then_he_goes_on(world: World) -> None:
    await lost(world)
    proposed = await propose(world)
    assert (proposed.status_code, await owed(world)) == (202, 50_00)
    await world.approved(proposed)
    assert (await owed(world), await loss(world), await world.balance()) == (0, 50_00, (0, 0))
    await world.run_tasks()
    assert await flags(world) == {(False, False)}
    await world.give()
    await is_free(world)
    await books_hold(world)


async def test_of_a_debt_that_is_written_off_in_part_the_rest_stops_him_and_is_paid(world: World) -> None:
    await lost(world)
    await world.approved(await propose(world, amount_minor=20_00))
    await world.run_tasks()
    assert await owed(world) == 30_00
    await is_stopped(world)
    lift = f"/players/{world.player}/chargeback-stop/lift"
    assert (await world.post(lift, {"reason": "he pays the rest"}, as_=world.staff())).status_code == 200
    await paid_in(world, 40_00)
    assert (await owed(world), await world.balance()) == (0, (10_00, 0))
    await books_hold(world)


async def test_what_was_written_off_is_listed_and_explained_with_who_and_why(world: World) -> None:
    await lost(world)
    proposed = await propose(world)
    await world.approved(proposed)
    (item,) = (await world.client.get(ADJUSTMENTS, params=SINCE, headers=world.staff())).json()
    assert (item["adjustment_class"], item["amount_minor"], item["reason"], item["reference"]) == (
        "bad_debt", 50_00, ALL_OF_IT["reason"], ALL_OF_IT["reference"]
    )  # fmt: skip
    assert item["adjustment_id"] == proposed.json()["subject_id"]
    assert item["proposed_by"] not in item["approved_by"]
    line = (await world.get(f"/players/{world.player}/statement")).json()["items"][0]
    assert (line["kind"], line["transfer_id"], line["owed_delta_minor"], line["cash_delta_minor"]) == (
        "debt_write_off", item["transfer_id"], -50_00, 0
    )  # fmt: skip
    assert line["caused_by"]["reference_id"] == item["adjustment_id"]


async def test_others_are_told_of_it_without_the_words(world: World) -> None:
    await lost(world)
    await world.approved(await propose(world))
    said = [json.loads(row["envelope"]) for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (adjusted,) = [one for one in said if one["type"] == "payments.wallet_adjusted"]
    (moved,) = [one for one in said if one["data"].get("kind") == "debt_write_off"]
    assert adjusted["data"]["adjustment_class"] == "bad_debt"
    assert adjusted["data"]["transfer_id"] == moved["data"]["transfer_id"]
    assert (moved["data"]["delta_minor"], moved["data"]["amount_minor"]) == (0, 50_00)
    assert adjusted["actorid"] != adjusted["authorisedby"]
    assert ALL_OF_IT["reason"] not in json.dumps([one["data"] for one in said])


async def test_what_a_refund_left_him_owing_is_written_off_as_well(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 50_00)
    await refunded(world, intent, 50_00)
    await world.approved(await propose(world))
    assert (await owed(world), await loss(world)) == (0, 50_00)


async def test_no_more_is_written_off_than_he_owes(world: World) -> None:
    await lost(world)
    refused = await propose(world, amount_minor=50_01)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_exceeded"), refused.text
    assert "5000" in refused.json()["detail"]
    assert refused.json()["errors"][0]["field"] == "amount_minor"


async def test_what_he_paid_meanwhile_is_not_written_off(world: World) -> None:
    intent = await paid_in(world)
    await spend(world, 50_00)
    await refunded(world, intent, 50_00)
    proposed = (await propose(world)).json()
    await paid_in(world, 10_00)
    seen = {"payload_sha256": proposed["payload_sha256"]}
    second = await world.client.post(f"{proposed['href']}/approve", json=seen, headers=world.staff())
    assert (second.status_code, second.json()["code"]) == (409, "debt_exceeded"), second.text
    assert (await owed(world), await loss(world)) == (40_00, 0)


async def test_nothing_is_written_off_that_the_bank_may_yet_give_back(world: World) -> None:
    """It would be the player's money then, and the house had lost it twice."""
    await owes(world)
    refused = await propose(world)
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_open"), refused.text


async def test_of_what_a_bank_gives_back_after_the_house_wrote_it_off_people_hear(world: World) -> None:
    intent = await lost(world)
    await world.approved(await propose(world, amount_minor=40_00))
    for kind in ("updated", "funds_reinstated", "funds_reinstated"):
        await told(world, kind, dispute_of(world, intent, "won"))
    assert (await owed(world), await world.balance()) == (0, (40_00, 0)), "10.00 of it paid what he still owed"
    assert await set_aside(world) == [("stripe", "given_back_after_write_off")]
    await books_hold(world)


async def test_asked_twice_under_one_key_it_is_proposed_once_and_of_two_proposals_one_is_done(world: World) -> None:
    await lost(world)
    me, key = world.staff(), str(uuid4())
    first, again = await propose(world, me, key=key), await propose(world, me, key=key)
    assert first.json()["approval_id"] == again.json()["approval_id"]
    other = (await propose(world)).json()
    await world.approved(first)
    seen = {"payload_sha256": other["payload_sha256"]}
    refused = await world.client.post(f"{other['href']}/approve", json=seen, headers=world.staff())
    assert refused.json()["code"] == "debt_exceeded", refused.text
    assert (await owed(world), await loss(world)) == (0, 50_00)
    await books_hold(world)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 0),
        ("amount_minor", -1),
        ("amount_minor", 1.5),
        ("amount_minor", "25"),
        ("amount_minor", 2**63),
        ("currency", "euro"),
        ("reference", ""),
        ("reference", "x" * 256),
        ("reason", " "),
        ("extra", 1),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_name(world: World, field: str, value: Any) -> None:
    answer = await propose(world, **{field: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_it_is_no_adjustment_of_cash(world: World) -> None:
    await lost(world)
    body = {**ALL_OF_IT, "direction": "credit", "adjustment_class": "bad_debt"}
    answer = await world.post(f"/players/{world.player}/adjustments", body, as_=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "adjustment_class"), answer.text


async def test_who_writes_off_must_be_allowed_to_there_and_for_as_much(world: World) -> None:
    await lost(world)
    assert (await propose(world, world.staff(None, P.ADJUSTMENT_CREATE))).status_code == 403
    assert (await propose(world, world.staff(casino=uuid4()))).status_code == 404
    assert (await propose(world, world.himself())).status_code == 403
    little = world.staff(ceilings={"EUR": 49_99})
    assert (await propose(world, little)).status_code == 403
    assert (await propose(world, little, amount_minor=49_99)).status_code == 202
    assert (await propose(world, currency="USD")).status_code == 404


async def test_a_casino_may_let_its_debtors_go_on(world: World) -> None:
    """They owe all the same: nothing is paid out to them, and what they pay in pays it."""
    await policy(world, "nothing")
    await owes(world)
    await world.run_tasks()
    await world.give(100_00)
    assert await bet(world) == Code.CREATED
    assert (await world.withdraw(10_00)).json()["code"] == "debt_outstanding"
    await paid_in(world, 60_00)
    assert await owed(world) == 0
    await books_hold(world)


async def test_whom_a_chargeback_stopped_stays_so_when_the_rule_changes_and_the_next_is_by_the_new_one(
    world: World,
) -> None:
    await owes(world)
    await policy(world, "nothing")
    await world.run_tasks()
    await is_stopped(world)
    await policy(world, "bets_and_deposits")
    await is_stopped(world)


async def test_the_rule_takes_two_people_and_is_told(world: World) -> None:
    path = f"{V1}/casinos/{world.casino}/debt-policy"
    assert (await world.client.get(path, headers=world.staff())).json()["stops"] == "bets_and_deposits"
    proposed = await world.client.put(path, json={"stops": "nothing"}, headers=world.staff())
    assert (await world.client.get(path, headers=world.staff())).json()["stops"] == "bets_and_deposits"
    await world.approved(proposed)
    said = [json.loads(row["envelope"])["data"] for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (change,) = [one for one in said if one.get("element") == "payments.debt_policy"]
    assert (change["before"], change["after"]) == ({"stops": "bets_and_deposits"}, {"stops": "nothing"})


@pytest.mark.parametrize("body", [{"stops": "everything"}, {"stops": None}, {}, {"stops": "nothing", "more": 1}])
async def test_a_rule_that_makes_no_sense_is_refused(world: World, body: dict[str, Any]) -> None:
    answer = await world.client.put(f"{V1}/casinos/{world.casino}/debt-policy", json=body, headers=world.staff())
    assert answer.status_code == 422, answer.text
