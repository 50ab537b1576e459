"""What a provider holds is asked for, kept with its age, and no payout is routed to who cannot cover it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.payments.permissions import PaymentsPermission as P
from payments.application.floats.watching import FLOATS, FloatWatch

from .test_payout_routing import decided, fail, refused, terms, to_bank
from .test_routing_strategy import cashier
from .world import V1, World

POLICY = {"currency": "EUR", "second_person_above_minor": 2000_00, "automatic_up_to_minor": 900_00}


@pytest.fixture
async def paid_from(world: World) -> World:
    """Trustly takes less than Adyen for a payout, and holds 300 euros; the player has 1,000; nobody has to approve."""
    await world.give(1000_00)
    assert (await world.settle("/withdrawal-policy", POLICY)).status_code == 200
    await terms(world, "trustly", payout_fee_bps=10)
    await terms(world, "adyen_transfers", payout_fee_fixed_minor={"EUR": 50})
    world.trustly.balance = "300.00"
    return world


async def look(world: World) -> None:
    await FloatWatch(world.desk).look()


async def floats(world: World, provider: str = "trustly", **filters: str) -> dict[str, Any]:
    answer = await world.client.get(
        f"{V1}/floats", params={"provider": f"eq.{provider}", **filters}, headers=world.staff()
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found[0] if found else {}


async def candidates(world: World, withdrawal_id: str) -> dict[str, dict[str, Any]]:
    row = await decided(world, withdrawal_id)
    return {one["provider"]: one for one in json.loads(row["candidates"])}


async def enter(world: World, balance_minor: int, provider: str = "adyen_transfers", **fields: Any) -> Any:
    body = {"currency": "EUR", "balance_minor": balance_minor, "reason": "read it there", **fields}
    return await world.post(f"/casinos/{world.casino}/floats/{provider}", body, as_=world.staff())


async def low_is(world: World, minor: int, provider: str = "trustly", **more: Any) -> None:
    path = f"{V1}/reconciliation/casinos/{world.casino}/terms/{provider}"
    body = {"currency": "EUR", "float_low_minor": minor, **more}
    await world.approved(await world.client.put(path, json=body, headers=world.staff()))


async def set_aside(world: World) -> list[str]:
    rows = await world.rows("SELECT code FROM provider_notification WHERE casino_id = $1 ORDER BY id", world.casino)
    return [row["code"] for row in rows]


# --- asking


async def test_a_provider_is_asked_what_it_holds_and_the_answer_is_kept_with_its_age(paid_from: World) -> None:
    await look(paid_from)
    known = await floats(paid_from)
    assert (known["balance_minor"], known["source"], known["free_minor"]) == (300_00, "provider", 300_00)
    assert known["told_at"] == paid_from.clock.now().isoformat().replace("+00:00", "Z")
    assert known["fresh_until"] > known["told_at"]
    calls = await paid_from.rows("SELECT operation, outcome FROM provider_attempt WHERE provider = 'trustly'")
    assert calls[-1] == {"operation": "payout.balance", "outcome": "confirmed"}


async def test_it_is_asked_once_a_quarter_of_an_hour_however_often_somebody_looks(paid_from: World) -> None:
    for _ in range(3):
        await look(paid_from)
    assert paid_from.trustly.balances_told == 1
    paid_from.clock.advance(timedelta(minutes=15))
    await look(paid_from)
    assert paid_from.trustly.balances_told == 2


async def test_where_it_does_not_answer_it_is_asked_ever_more_rarely_and_nothing_is_believed(paid_from: World) -> None:
    paid_from.trustly.lost = 100
    for minutes in (0, 15, 15, 15):
        paid_from.clock.advance(timedelta(minutes=minutes))
        await look(paid_from)
    assert paid_from.trustly.balances_told == 3  # At once, after 15 and after 30 more.
    assert (await floats(paid_from))["balance_minor"] is None
    paid_from.trustly.lost = 0
    paid_from.clock.advance(timedelta(hours=2))
    await look(paid_from)
    assert (await floats(paid_from))["balance_minor"] == 300_00


async def test_a_word_that_is_not_the_providers_is_not_believed(paid_from: World) -> None:
    paid_from.trustly.forges = True
    await look(paid_from)
    assert (await floats(paid_from))["balance_minor"] is None


async def test_who_does_not_work_is_not_asked(paid_from: World) -> None:
    await fail(paid_from, 5)
    await look(paid_from)
    assert paid_from.trustly.balances_told == 0
    paid_from.clock.advance(timedelta(minutes=11))
    await look(paid_from)
    assert paid_from.trustly.balances_told == 1


# --- routing


async def test_more_than_it_holds_goes_to_another_and_the_decision_says_why(paid_from: World) -> None:
    await look(paid_from)
    assert (await to_bank(paid_from, 300_00))["provider"] == "trustly"
    asked = await to_bank(paid_from, 1_00)
    assert asked["provider"] == "adyen_transfers"
    found = await candidates(paid_from, asked["withdrawal_id"])
    trustly, adyen = found["trustly"], found["adyen_transfers"]
    assert (trustly["left_out"], trustly["float_state"], trustly["float_minor"]) == ("float_too_small", "known", 0)
    assert (adyen["left_out"], adyen["float_state"], adyen["float_minor"]) == (None, "unknown", None)


async def test_where_nobody_holds_enough_it_is_refused_and_the_cashier_says_so(paid_from: World) -> None:
    await terms(paid_from, "adyen_transfers", enabled=False)
    await look(paid_from)
    assert (await refused(paid_from, amount_minor=300_01))[1] == "no_provider_available"
    shown = (await cashier(paid_from, direction="withdrawal", amount_minor=300_01))["bank"]
    assert (shown["offered"], shown["why_missing"]) == (False, "float_too_small")
    shown = (await cashier(paid_from, direction="withdrawal"))["bank"]
    assert (shown["offered"], shown["max_minor"]) == (True, 300_00)


async def test_a_provider_named_pays_no_more_than_it_holds_either(paid_from: World) -> None:
    await look(paid_from)
    named: dict[str, Any] = {"provider": "trustly", "method": None}
    assert await refused(paid_from, amount_minor=300_01, **named) == (409, "no_provider_available", ["amount_minor"])
    assert (await to_bank(paid_from, 300_00, **named))["provider"] == "trustly"


async def test_what_it_took_before_it_was_asked_is_in_its_word_and_what_it_takes_after_is_not(paid_from: World) -> None:
    await to_bank(paid_from, 100_00)
    await paid_from.run_tasks()
    paid_from.clock.advance(timedelta(seconds=1))
    paid_from.trustly.balance = "200.00"
    await look(paid_from)
    assert (await floats(paid_from))["free_minor"] == 200_00
    paid_from.clock.advance(timedelta(seconds=1))
    await to_bank(paid_from, 150_00)
    await paid_from.run_tasks()
    known = await floats(paid_from)
    assert (known["under_way_minor"], known["free_minor"]) == (150_00, 50_00)


async def test_what_is_known_no_longer_stops_nothing_and_is_told(paid_from: World) -> None:
    await look(paid_from)
    paid_from.trustly.lost = 100
    paid_from.clock.advance(timedelta(minutes=36))
    await look(paid_from)
    asked = await to_bank(paid_from, 400_00)
    assert asked["provider"] == "trustly"
    trustly = (await candidates(paid_from, asked["withdrawal_id"]))["trustly"]
    assert (trustly["float_state"], trustly["float_minor"]) == ("stale", None)
    counted = {(one.labels["provider"], one.labels["state"]): one.value for one in next(iter(FLOATS.collect())).samples}
    assert counted["trustly", "stale"] == 1
    assert counted["adyen_transfers", "unknown"] == 1


async def test_where_payouts_are_bound_by_the_ledger_that_is_known_as_well_and_the_lesser_counts(
    paid_from: World,
) -> None:
    await look(paid_from)
    await low_is(paid_from, 0, prefunded=True)
    assert (await floats(paid_from))["ledger_minor"] == 0  # Nothing was paid in through it, or sent ahead.
    assert (await to_bank(paid_from, 10_00))["provider"] == "adyen_transfers"


# --- what staff say


async def test_staff_say_what_a_provider_holds_that_does_not_and_it_counts_for_a_day(paid_from: World) -> None:
    await terms(paid_from, "trustly", enabled=False)
    answer = await enter(paid_from, 50_00)
    assert (answer.status_code, answer.json()["source"], answer.json()["free_minor"]) == (200, "staff", 50_00)
    assert (await refused(paid_from, amount_minor=50_01))[1] == "no_provider_available"
    paid_from.clock.advance(timedelta(hours=24))
    assert (await to_bank(paid_from, 50_01))["provider"] == "adyen_transfers"
    told = await paid_from.rows(
        "SELECT envelope::json -> 'data' ->> 'element' AS element FROM outbox WHERE envelope LIKE '%provider_float%'"
    )
    assert told == [{"element": "payments.provider_float"}]


async def test_what_makes_no_sense_is_refused(paid_from: World) -> None:
    assert (await enter(paid_from, 1, "stripe")).json()["errors"][0]["field"] == "provider"
    assert (await enter(paid_from, 1, currency="SEK")).json()["code"] == "provider_not_offered"
    assert (await enter(paid_from, 1, "skrill")).json()["code"] == "provider_not_offered"
    assert (await enter(paid_from, -1)).status_code == 422
    assert (await enter(paid_from, 1, reason="")).status_code == 422


async def test_floats_are_seen_and_said_at_casinos_one_works_for(paid_from: World) -> None:
    await look(paid_from)
    elsewhere, listed = paid_from.staff(casino=uuid4()), f"{V1}/floats"
    assert (await paid_from.client.get(listed, headers=elsewhere)).json() == []
    without = paid_from.staff(None, P.ROUTING_LIST)
    assert (await paid_from.client.get(listed, headers=without)).status_code == 403
    body = {"currency": "EUR", "balance_minor": 1, "reason": "a try"}
    path = f"/casinos/{paid_from.casino}/floats/trustly"
    assert (await paid_from.post(path, body, as_=elsewhere)).status_code in (403, 404)
    assert (await paid_from.post(path, body, as_=paid_from.staff(None, P.FLOAT_LIST))).status_code == 403
    assert (await paid_from.post(path, body)).status_code == 403


# --- people are told


async def test_people_hear_once_that_it_runs_low_and_again_when_it_does_again(paid_from: World) -> None:
    await low_is(paid_from, 250_00)
    await look(paid_from)
    assert (await floats(paid_from))["alarm"] is None
    await to_bank(paid_from, 50_01)
    for _ in range(2):
        await look(paid_from)
    known = await floats(paid_from, alarm="eq.float_low")
    assert (known["alarm"], known["low_minor"], known["free_minor"]) == ("float_low", 250_00, 249_99)
    assert await set_aside(paid_from) == ["float_low"]
    assert "notification_set_aside" in await paid_from.published()
    paid_from.trustly.balance = "900.00"
    paid_from.clock.advance(timedelta(minutes=15))
    await look(paid_from)
    assert (await floats(paid_from))["alarm"] is None
    paid_from.trustly.balance = "100.00"
    paid_from.clock.advance(timedelta(minutes=15))
    await look(paid_from)
    assert await set_aside(paid_from) == ["float_low", "float_low"]


async def test_people_hear_that_nobody_knows_where_they_wanted_to_hear_of_it(paid_from: World) -> None:
    paid_from.trustly.lost = 100
    await look(paid_from)
    assert await set_aside(paid_from) == []
    await low_is(paid_from, 1)
    await look(paid_from)
    assert await set_aside(paid_from) == ["float_unknown"]
