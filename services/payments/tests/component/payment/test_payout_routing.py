"""A withdrawal is asked for by method: who is chosen, what is kept of it, and that nobody else is asked after him."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from .test_destinations import IBAN, SUE
from .world import World

AWAY: dict[str, Any] = {
    "settings": {
        "base_url": "https://balanceplatform-api-test.adyen.com",
        "balance_account": "BA00000000000000000000001",
    },
    "secrets": {"api_key": "adyen-transfers-key", "hmac_key": "ab" * 32},
}
WALLET = {"kind": "wallet", "service": "skrill", "owner": "sue@player.example"}


@pytest.fixture
async def two(world: World) -> World:
    """Two providers that pay to banks; Trustly takes less for it. The player has 500.00 and nobody has to approve."""
    await world.give(500_00)
    policy = {"currency": "EUR", "second_person_above_minor": 1000_00, "automatic_up_to_minor": 900_00}
    assert (await world.settle("/withdrawal-policy", policy)).status_code == 200
    await terms(world, "trustly", payout_fee_bps=10)
    await terms(world, "adyen_transfers", payout_fee_fixed_minor={"EUR": 50})
    return world


async def terms(world: World, provider: str, *, enabled: bool = True, method: str = "bank", **fields: Any) -> None:
    account = AWAY if provider == "adyen_transfers" else {"settings": await settings_of(world, provider)}
    body = {"enabled": enabled, "currencies": ["EUR"], "methods": {method: fields}, **account}
    path = f"/api/payments/v1/casinos/{world.casino}/providers/{provider}"
    await world.approved(await world.client.put(path, json=body, headers=world.staff()))


async def settings_of(world: World, provider: str) -> dict[str, Any]:
    listed = (await world.get(f"/casinos/{world.casino}/providers", as_=world.staff())).json()
    return dict(next(one["settings"] for one in listed if one["provider"] == provider))


async def to_bank(world: World, amount_minor: int = 100_00, **fields: Any) -> dict[str, Any]:
    asked = {"provider": None, "method": "bank", "destination": IBAN, **fields}
    answer = await world.withdraw(amount_minor, **asked)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def refused(world: World, **fields: Any) -> tuple[int, str, list[str]]:
    answer = await world.withdraw(**{"provider": None, "method": "bank", "destination": IBAN, **fields})
    body = answer.json()
    return answer.status_code, body["code"], [one["field"] for one in body.get("errors", [])]


async def decisions(world: World, withdrawal_id: str) -> list[dict[str, Any]]:
    statement = """
        SELECT direction, attempt, provider, way, outcome, code, strategy_version, attempts_max, deposit_id,
        candidates::text AS candidates FROM routing_decision WHERE withdrawal_id = $1::uuid ORDER BY attempt"""
    return await world.rows(statement, withdrawal_id)


async def decided(world: World, withdrawal_id: str) -> dict[str, Any]:
    (row,) = await decisions(world, withdrawal_id)
    return row


async def publish(world: World, **strategy: Any) -> None:
    path = f"/api/payments/v1/casinos/{world.casino}/routing-strategy"
    body = {"direction": "withdrawal", **strategy}
    answer = await world.client.put(path, json=body, headers=world.staff())
    await world.approved(answer)


async def shown(world: World, withdrawal_id: str) -> dict[str, Any]:
    return dict((await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json())


# --- the request


async def test_a_method_is_enough_and_whoever_costs_least_is_chosen(two: World) -> None:
    asked = await to_bank(two)
    assert (asked["provider"], asked["method"], asked["destination"]) == ("trustly", "bank", "****1332")
    row = await decided(two, asked["withdrawal_id"])
    assert (row["direction"], row["attempt"], row["provider"], row["outcome"]) == (
        "withdrawal", 1, "trustly", "pending",
    )  # fmt: skip
    assert (row["strategy_version"], row["attempts_max"], row["deposit_id"]) == (0, 1, None)
    await two.run_tasks()
    assert two.trustly.orders[asked["withdrawal_id"]]["ClearingHouse"] == "SPAIN"
    assert (await to_bank(two, 10_00))["provider"] == "trustly"
    await terms(two, "trustly", payout_fee_bps=100)
    assert (await to_bank(two, 100_00))["provider"] == "adyen_transfers"  # 1.00 against 0.50.
    assert (await to_bank(two, 10_00))["provider"] == "trustly"  # 0.10 against 0.50.


async def test_a_provider_or_a_method_but_not_both(two: World) -> None:
    assert await refused(two, provider="trustly") == (422, "invalid", ["method"])
    assert await refused(two, method=None) == (422, "invalid", ["provider"])


async def test_bad_requests_are_refused_and_nothing_is_held(two: World) -> None:
    assert await refused(two, method="pigeon") == (422, "method_not_offered", ["method"])
    assert await refused(two, destination=WALLET) == (422, "invalid", ["destination.kind"])
    assert await refused(two, destination={"account_id": "1520389582"}) == (422, "invalid", ["destination.kind"])
    assert await refused(two, destination={**IBAN, "iban": "ES00"}) == (422, "invalid", ["destination.iban"])
    card = {"kind": "wallet", "service": "skrill", "owner": "4111111111111111"}
    assert await refused(two, destination=card) == (422, "invalid", ["destination.owner"])
    assert (await refused(two, currency="SEK"))[0] in (409, 422)
    assert await two.balance() == (500_00, 0)
    kept = "SELECT code FROM routing_decision WHERE casino_id = $1 AND outcome = 'none' ORDER BY decided_at, id"
    assert [one["code"] for one in await two.rows(kept, two.casino)][:2] == [
        "method_not_offered", "destination_not_payable",
    ]  # fmt: skip
    asked = "SELECT 1 FROM routing_decision WHERE casino_id = $1 AND outcome <> 'none'"
    assert await two.rows(asked, two.casino) == []


async def test_a_withdrawal_that_nobody_pays_is_kept_with_its_reason_and_its_repeat_answered_the_same(
    two: World,
) -> None:
    for provider in ("trustly", "adyen_transfers"):
        await terms(two, provider, payout_max_minor={"EUR": 99_99})
    key = str(uuid4())
    asked = {"provider": None, "method": "bank", "destination": IBAN}
    first = await two.withdraw(100_00, key=key, **asked)
    await terms(two, "trustly")
    again = await two.withdraw(100_00, key=key, **asked)
    for answer in (first.json(), again.json()):
        assert (answer["code"], answer["errors"][0]["code"]) == ("no_provider_available", "amount_too_large")
    kept = "SELECT outcome, code, provider, attempt FROM routing_decision WHERE casino_id = $1"
    (row,) = await two.rows(kept, two.casino)
    assert row == {"outcome": "none", "code": "amount_too_large", "provider": None, "attempt": None}
    assert await two.balance() == (500_00, 0)


async def test_what_was_set_up_by_method_is_of_one_casino(two: World) -> None:
    other, player = uuid4(), uuid4()
    await two.open_casino(other)
    await two.configure(other)
    two.casino, before = other, two.casino
    await two.register(player, casino=other)
    body = {"method": "bank", "amount_minor": 10_00, "currency": "EUR", "destination": IBAN}
    answer = await two.post("/withdrawals", body, as_=two.himself(player))
    assert answer.json()["code"] == "method_not_offered"
    two.casino = before


async def test_the_same_request_again_is_the_same_withdrawal_whatever_is_offered_by_now(two: World) -> None:
    withdrawal_id = str(uuid4())
    first = await to_bank(two, withdrawal_id=withdrawal_id)
    await terms(two, "trustly", enabled=False, method="card")
    again = await to_bank(two, withdrawal_id=withdrawal_id)
    assert (again["withdrawal_id"], again["provider"]) == (first["withdrawal_id"], "trustly")
    assert len(await decisions(two, withdrawal_id)) == 1
    other = await two.withdraw(
        100_00, withdrawal_id=withdrawal_id, provider=None, method="bank", destination={**IBAN, "last_name": "Hoper"}
    )
    assert other.json()["code"] == "withdrawal_already_requested"
    assert await two.balance() == (400_00, 100_00)


async def test_a_provider_that_is_named_is_asked_as_ever_and_not_routed(two: World) -> None:
    asked = (await two.withdraw(100_00, provider="adyen_transfers", destination=IBAN)).json()
    assert (asked["provider"], asked["method"]) == ("adyen_transfers", None)
    assert await decisions(two, asked["withdrawal_id"]) == []


# --- who may, and who is first


async def test_each_that_is_left_out_says_why(two: World) -> None:
    await terms(two, "trustly", payout_max_minor={"EUR": 99_99})
    asked = await to_bank(two)
    assert asked["provider"] == "adyen_transfers"
    assert '"left_out": "amount_too_large"' in (await decided(two, asked["withdrawal_id"]))["candidates"]
    await terms(two, "trustly", countries=["SE"])
    assert (await to_bank(two, 50_00))["provider"] == "adyen_transfers"
    await terms(two, "trustly", payout_min_minor={"EUR": 50_01})
    assert (await to_bank(two, 50_00))["provider"] == "adyen_transfers"
    await terms(two, "adyen_transfers", enabled=False)
    assert (await to_bank(two, 60_00))["provider"] == "trustly"
    assert (await refused(two, amount_minor=50_00))[1] == "no_provider_available"


async def test_the_id_of_another_players_withdrawal_is_refused_before_anybody_is_looked_for(two: World) -> None:
    his = await to_bank(two, 50_00)
    for provider in ("trustly", "adyen_transfers"):
        await terms(two, provider, enabled=False)
    two.player = uuid4()
    await two.register(two.player)
    await two.give(100_00)
    assert (await refused(two, withdrawal_id=his["withdrawal_id"]))[:2] == (409, "withdrawal_already_requested")
    assert [one["outcome"] for one in await decisions(two, his["withdrawal_id"])] == ["pending"]


async def test_only_who_can_pay_there_is_asked(two: World) -> None:
    swedish = {"kind": "iban", "iban": "SE45 5000 0000 0583 9825 7466", **SUE}
    asked = await to_bank(two, destination=swedish)  # Trustly names accounts there by their own numbers.
    assert asked["provider"] == "adyen_transfers"
    assert '"left_out": "destination_not_payable"' in (await decided(two, asked["withdrawal_id"]))["candidates"]


async def test_an_instrument_is_paid_to_by_whoever_told_how(two: World) -> None:
    first = await to_bank(two, destination={"kind": "iban", "iban": "SE4550000000058398257466", **SUE})
    known = {"kind": "instrument", "instrument_id": first["instrument_id"]}
    again = await to_bank(two, destination=known)
    assert (again["provider"], again["instrument_id"]) == ("adyen_transfers", first["instrument_id"])


async def test_the_casinos_strategy_for_withdrawals_decides_and_leaves_deposits_alone(two: World) -> None:
    await publish(two, otherwise={"way": "order", "providers": ["adyen_transfers"]}, fallback=["trustly"])
    asked = await to_bank(two)
    row = await decided(two, asked["withdrawal_id"])
    assert (row["provider"], row["way"], row["strategy_version"]) == ("adyen_transfers", "order", 1)
    path = f"/casinos/{two.casino}/routing-strategy"
    assert (await two.get(path, as_=two.staff())).json()["version"] == 0
    found = (await two.get(f"{path}?direction=withdrawal", as_=two.staff())).json()
    assert (found["version"], found["direction"], found["strategy"]["attempts_max"]) == (1, "withdrawal", 1)
    await terms(two, "adyen_transfers", enabled=False)
    assert (await to_bank(two))["provider"] == "trustly"


async def test_a_strategy_that_asks_several_or_takes_deposits_only_is_refused(two: World) -> None:
    path = f"/api/payments/v1/casinos/{two.casino}/routing-strategy"
    order = {"way": "order", "providers": ["trustly"]}
    several = {"direction": "withdrawal", "otherwise": order, "attempts_max": 2}
    incoming = {"direction": "withdrawal", "otherwise": {**order, "providers": ["stripe"]}}
    for body, field in ((several, "attempts_max"), (incoming, "otherwise.providers.0")):
        answer = await two.client.put(path, json=body, headers=two.staff())
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text


async def test_a_split_is_stable_and_goes_to_both(two: World) -> None:
    split = {"way": "split", "providers": ["trustly", "adyen_transfers"], "percents": [50, 50]}
    await publish(two, otherwise=split)
    asked = [await to_bank(two, 1_00) for _ in range(12)]
    assert {one["provider"] for one in asked} == {"trustly", "adyen_transfers"}


# --- what becomes of it


async def test_that_it_was_paid_is_kept_with_the_decision(two: World) -> None:
    asked = await to_bank(two)
    await two.run_tasks()
    await two.notify("payoutconfirmation", asked["withdrawal_id"], amount="100.00")
    assert (await shown(two, asked["withdrawal_id"]))["status"] == "paid"
    assert (await decided(two, asked["withdrawal_id"]))["outcome"] == "settled"


async def test_a_refusal_fails_it_and_nobody_else_is_asked(two: World) -> None:
    two.trustly.refuse = "ERROR_INVALID_BANK_ACCOUNT_NUMBER"
    asked = await to_bank(two)
    await two.run_tasks()
    assert (await shown(two, asked["withdrawal_id"]))["status"] == "failed"
    row = await decided(two, asked["withdrawal_id"])
    assert (row["outcome"], bool(row["code"])) == ("declined", True)
    assert await two.balance() == (500_00, 0)


async def test_what_people_reject_says_nothing_of_the_provider(two: World) -> None:
    policy = {"currency": "EUR", "second_person_above_minor": 1000_00}
    assert (await two.settle("/withdrawal-policy", policy)).status_code == 200
    asked = await to_bank(two)
    body = {"reason": "not now"}
    answer = await two.post(f"/withdrawals/{asked['withdrawal_id']}/reject", body, as_=two.staff())
    assert answer.status_code == 200, answer.text
    assert (await decided(two, asked["withdrawal_id"]))["outcome"] == "expired"


async def test_a_provider_that_is_switched_off_before_it_is_sent_keeps_it_and_people_may_give_it_back(
    two: World,
) -> None:
    asked = await to_bank(two)
    await terms(two, "trustly", enabled=False)
    await two.run_tasks()
    assert (await shown(two, asked["withdrawal_id"]))["status"] == "approved"
    assert two.trustly.orders == {}
    await two.pass_time(minutes=5)
    assert (await shown(two, asked["withdrawal_id"]))["provider"] == "trustly"
    await terms(two, "trustly")
    await two.pass_time(minutes=5)
    assert (await shown(two, asked["withdrawal_id"]))["status"] == "sent"
    assert len(await decisions(two, asked["withdrawal_id"])) == 1


async def test_as_long_as_its_outcome_is_unknown_it_is_asked_of_one_provider_alone(two: World) -> None:
    """Whatever happens meanwhile: other providers are on, cheaper and preferred, and the first one is switched off."""
    two.trustly.lost = 100
    asked = await to_bank(two)
    await two.run_tasks()
    await publish(two, otherwise={"way": "order", "providers": ["adyen_transfers"]})
    await terms(two, "trustly", payout_fee_bps=10_000)
    for minutes in (1, 10, 60, 600):
        await two.pass_time(minutes=minutes)
    assert (await shown(two, asked["withdrawal_id"]))["status"] == "unknown"
    await terms(two, "trustly", enabled=False)
    await two.pass_time(minutes=600)
    called = await two.rows(
        "SELECT DISTINCT provider, idempotency_key FROM provider_attempt WHERE payment_id = $1::uuid",
        asked["withdrawal_id"],
    )
    assert [one["provider"] for one in called] == ["trustly"]
    assert len(called) == 1
    assert await two.balance() == (400_00, 100_00)


# --- breakers of payouts


async def fail(world: World, times: int) -> None:
    for _ in range(times):
        world.trustly.lost = 1
        await to_bank(world, 1_00)
        await world.run_tasks()
        world.trustly.lost = 0


async def test_a_provider_that_takes_no_orders_is_left_out_for_a_while_of_payouts_alone(two: World) -> None:
    await fail(two, 5)
    left = await to_bank(two)
    assert left["provider"] == "adyen_transfers"
    assert '"left_out": "breaker_open"' in (await decided(two, left["withdrawal_id"]))["candidates"]
    assert await two.rows("SELECT 1 FROM provider_breaker WHERE casino_id = $1", two.casino) == []
    two.clock.advance(timedelta(seconds=31))
    assert (await to_bank(two))["provider"] == "trustly"


async def test_one_payout_that_stays_unknown_opens_nothing_however_often_it_is_asked_about(two: World) -> None:
    two.trustly.lost = 50
    await to_bank(two, 1_00)
    for _ in range(8):
        await two.pass_time(minutes=2)
    two.trustly.lost = 0
    assert (await to_bank(two))["provider"] == "trustly"
    assert await two.rows("SELECT 1 FROM payout_breaker WHERE casino_id = $1", two.casino) == []


# --- looking at it


async def test_the_list_has_both_directions_and_finds_a_withdrawals(two: World) -> None:
    asked = await to_bank(two)
    deposit_terms = {"way": "order", "providers": ["trustly"]}
    query = "direction=eq.withdrawal&decided_at=gte.now-1d"
    listed = (await two.get(f"/routing/decisions?{query}", as_=two.staff())).json()
    assert [one["withdrawal_id"] for one in listed] == [asked["withdrawal_id"]]
    found = (await two.get(f"/routing/decisions/{listed[0]['decision_id']}", as_=two.staff())).json()
    assert (found["direction"], found["deposit_id"]) == ("withdrawal", None)
    by_id = f"/routing/decisions?withdrawal_id=eq.{asked['withdrawal_id']}&decided_at=gte.now-1d"
    assert len((await two.get(by_id, as_=two.staff())).json()) == 1
    now = two.clock.now()
    body = {
        "since": (now - timedelta(hours=1)).isoformat(),
        "until": (now + timedelta(hours=1)).isoformat(),
        "strategy": {"direction": "withdrawal", "otherwise": {**deposit_terms, "providers": ["adyen_transfers"]}},
    }
    simulated = await two.post(f"/casinos/{two.casino}/routing-simulations", body, as_=two.staff())
    assert (simulated.json()["decisions"], simulated.json()["changed"]) == (1, 1), simulated.text
    of_deposits = {**body, "strategy": {"otherwise": {"way": "order", "providers": ["stripe"]}}}
    simulated = await two.post(f"/casinos/{two.casino}/routing-simulations", of_deposits, as_=two.staff())
    assert simulated.json()["decisions"] == 0


async def test_a_payer_named_is_bound_by_what_the_casino_agreed_with_it(two: World) -> None:
    by_trustly: dict[str, Any] = {"provider": "trustly", "method": None}
    await terms(two, "trustly", payout_max_minor={"EUR": 50_00})
    assert await refused(two, **by_trustly) == (409, "no_provider_available", ["amount_minor"])
    await terms(two, "trustly", countries=["SE"])
    assert await refused(two, **by_trustly) == (409, "no_provider_available", ["provider"])
    await terms(two, "trustly", countries=["SE", "MT"], payout_max_minor={"EUR": 100_00})
    assert (await to_bank(two, **by_trustly))["provider"] == "trustly"
