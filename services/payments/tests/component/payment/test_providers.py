"""A casino's accounts at providers and its rules for withdrawals."""

import json
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing.problems import fields, problem

from .fakes import WEBHOOK_SECRET
from .world import V1, World

STRIPE: dict[str, Any] = {
    "enabled": True,
    "currencies": ["EUR"],
    "settings": {"base_url": "https://api.stripe.com"},
    "secrets": {"api_key": "sk_test_other", "webhook_secret": WEBHOOK_SECRET},
}
ORDER: dict[str, Any] = {"way": "order", "providers": ["stripe"]}
RULE: dict[str, Any] = {"name": "british", "when": {"countries": ["UK"]}, "then": ORDER}
POLICY: dict[str, Any] = {"currency": "EUR", "second_person_above_minor": 200_00}


async def put(world: World, body: Any, provider: str = "stripe", casino: Any = None) -> Any:
    return await world.settle(f"/providers/{provider}", body, casino=casino)


async def test_secrets_go_in_and_never_come_out(world: World) -> None:
    shown = await put(world, STRIPE)
    assert shown.json()["secrets_set"] == ["api_key", "webhook_secret"]
    listed = await world.client.get(f"{V1}/casinos/{world.casino}/providers", headers=world.staff())
    stored = await world.rows("SELECT secrets::text AS secrets FROM provider_setting")
    told = await world.rows("SELECT envelope FROM outbox")
    everything = " ".join(
        [shown.text, listed.text, *(row["secrets"] for row in stored), *(r["envelope"] for r in told)]
    )
    assert WEBHOOK_SECRET not in everything
    assert "sk_test" not in everything
    assert "BEGIN PRIVATE" not in everything


async def test_secrets_that_are_not_named_stay(world: World) -> None:
    assert (await put(world, {**STRIPE, "secrets": {"api_key": "sk_test_new"}})).status_code == 200
    await world.deposit()
    assert world.stripe.calls[0].headers["Authorization"] == "Bearer sk_test_new"
    deposit_id = next(iter(world.stripe.intents.values()))["metadata"]["order_id"]
    assert (await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))).status_code == 200


async def test_a_change_is_told_with_before_and_after(world: World) -> None:
    await put(world, {**STRIPE, "enabled": False})
    rows = await world.rows("SELECT envelope FROM outbox ORDER BY id")
    told = [json.loads(row["envelope"]) for row in rows if "platform.setting_changed" in row["envelope"]][-1]
    assert told["actorid"] != told["authorisedby"], "one person changed it and another authorised it"
    before, after = told["data"]["before"], told["data"]["after"]
    assert (before["enabled"], after["enabled"]) == (True, False)
    assert after["secrets"] == {"api_key": "set", "webhook_secret": "set"}
    assert after["secrets_replaced"] == ["api_key"]


async def test_the_same_again_is_told_to_nobody(world: World) -> None:
    await put(world, STRIPE)
    changes = "SELECT 1 FROM outbox WHERE envelope LIKE '%platform.setting_changed%'"
    told = len(await world.rows(changes))
    await put(world, STRIPE)
    assert len(await world.rows(changes)) == told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"settings": {"base_url": "ftp://x"}}, "settings.base_url"),
        ({"settings": {"base_url": "https://stripe.example"}}, "settings.base_url"),
        ({"settings": {"base_url": "http://api.stripe.com"}}, "settings.base_url"),
        ({"settings": {"base_url": "https://test.trustly.com"}}, "settings.base_url"),
        ({"settings": {"base_url": "http://169.254.169.254/latest"}}, "settings.base_url"),
        ({"settings": {"base_url": "https://x.test", "extra_one": "1"}}, "settings.extra_one"),
        ({"secrets": {"api_kye": "x"}}, "secrets.api_kye"),
        ({"secrets": {"api_key": " "}}, "secrets.api_key"),
        ({"currencies": ["BTC"]}, "currencies"),
        ({"currencies": []}, "currencies"),
        ({"enabled": "yes please"}, "enabled"),
    ],
)
async def test_an_account_that_cannot_work_is_refused(world: World, change: Any, field: str) -> None:
    answer = await put(world, {**STRIPE, **change})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert "sk_test" not in answer.text


async def test_an_unknown_provider_or_casino_is_refused(world: World) -> None:
    assert (await put(world, STRIPE, provider="paypal")).json()["errors"][0]["field"] == "provider"
    assert (await put(world, STRIPE, casino=uuid4())).json()["code"] == "casino_unknown"


async def test_a_policy_is_kept_per_currency(world: World) -> None:
    path = f"{V1}/casinos/{world.casino}/withdrawal-policy"
    await world.settle("/withdrawal-policy", POLICY)
    await world.settle("/withdrawal-policy", {**POLICY, "automatic_up_to_minor": 10_00})
    listed = (await world.client.get(path, headers=world.staff())).json()
    assert [(one["currency"], one["automatic_up_to_minor"]) for one in listed] == [("EUR", 10_00)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"automatic_up_to_minor": 200_01}, "automatic_up_to_minor"),
        ({"minimum_minor": 2, "maximum_minor": 1}, "minimum_minor"),
        ({"second_person_above_minor": -1}, "second_person_above_minor"),
    ],
)
async def test_a_policy_that_contradicts_itself_is_refused(world: World, change: Any, field: str) -> None:
    path = f"{V1}/casinos/{world.casino}/withdrawal-policy"
    answer = await world.client.put(path, json={**POLICY, **change}, headers=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_the_providers_there_are_tell_how_money_goes_and_what_their_reasons_mean(world: World) -> None:
    answer = await world.client.get(f"{V1}/providers", headers=world.staff())
    kinds = {one["provider"]: one for one in answer.json()}
    stripe, trustly = kinds["stripe"], kinds["trustly"]
    assert (stripe["takes_deposits"], stripe["makes_payouts"]) == (True, False)
    assert (trustly["takes_deposits"], trustly["makes_payouts"]) == (True, True)
    assert stripe["hosts"] == ["api.stripe.com", "files.stripe.com"]
    assert stripe["notifications_url"].endswith("/partner/payments/stripe/{casino_id}/notifications")
    reasons = {one["code"]: one for one in stripe["reasons"]}
    assert reasons["insufficient_funds"]["category"] == "funds"
    assert [reasons[code]["cascade"] for code in ("insufficient_funds", "do_not_honor")] == [False, True]
    assert reasons["authentication_required"]["step_up"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("withdrawal-policy", {**POLICY, "currency": "ZZZ"}, "currency"),
        ("providers/stripe", {**STRIPE, "currencies": ["EUR", "ZZZ"]}, "currencies[1]"),
        ("providers/stripe", {**STRIPE, "deposit_bounds": {"ZZZ": {}}}, "deposit_bounds.ZZZ"),
    ],
)
async def test_nothing_is_set_up_in_a_currency_there_is_not(world: World, path: str, body: Any, field: str) -> None:
    answer = await world.client.put(f"{V1}/casinos/{world.casino}/{path}", json=body, headers=world.staff())
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith(field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("providers/stripe", {**STRIPE, "methods": {"card": {"countries": ["SE", "UK"]}}}, "methods.card.countries[1]"),
        ("routing-strategy", {"rules": [RULE], "otherwise": ORDER}, "rules[0].when.countries[0]"),
    ],
    ids=["method", "rule"],
)
async def test_nothing_is_set_up_for_a_country_there_is_not(world: World, path: str, body: Any, field: str) -> None:
    answer = await world.client.put(f"{V1}/casinos/{world.casino}/{path}", json=body, headers=world.staff())
    assert fields(problem(answer, 422, "invalid_request")) == {field: "country_unknown"}
