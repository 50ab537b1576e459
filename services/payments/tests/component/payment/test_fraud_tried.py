"""A draft is tried on payments of which it is known by now what became: disputed, refunded, blocked or succeeded."""

from typing import Any

from .test_causes import plant
from .test_disputes import charged_back, dispute_of, told
from .test_fraud import asks, cases, failed
from .test_fraud_work import RULE, RULES, at, publish, put_draft
from .test_refunds import refund
from .test_taken_back import paid_in, refunded
from .world import World

NOTHING = dict.fromkeys(("disputed", "charged_back", "fraud_warned", "refunded", "succeeded", "blocked"), 0)
WITHDRAWALS = {**RULE, "id": "OUT", "trigger": "withdrawal", "when": {"gte": [{"feature": "amount_minor"}, 1]}}


async def tried(world: World, *rules: dict[str, Any]) -> Any:
    """What trying a draft of these rules tells."""
    sha256 = (await put_draft(world, {**RULES, "rules": list(rules or [RULE])})).json()["sha256"]
    answer = await world.post(at(world, "/draft/backtest"), {"sha256": sha256}, as_=world.staff())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def warned_of(world: World, intent: dict[str, Any], which: int) -> None:
    """The bank reports fraud."""
    warning = {"id": f"issfr_{which}", "object": "radar.early_fraud_warning", "payment_intent": intent["id"]}
    await told(world, "radar.early_fraud_warning.created", {**warning, "fraud_type": "made_with_stolen_card"})


async def test_chargebacks_and_what_banks_report_tell_whether_a_rule_is_right_and_what_it_misses(world: World) -> None:
    taken, warned, both, little, _, _ = [
        await paid_in(world, minor) for minor in (50_00, 60_00, 50_00, 10_00, 70_00, 20_00)
    ]
    for which, intent in enumerate((taken, both, little)):
        await charged_back(world, intent, id=f"dp_{which}")
    for which, intent in enumerate((warned, both)):
        await warned_of(world, intent, which)
    found = await tried(world)
    (rule,) = found["rules"]
    assert found["became"] == {**NOTHING, "disputed": 4, "charged_back": 3, "fraud_warned": 2, "succeeded": 2}
    assert rule["of_these"] == found["became"]
    assert rule["of_hits"] == {**NOTHING, "disputed": 3, "charged_back": 2, "fraud_warned": 2, "succeeded": 1}
    assert (rule["hits"], rule["disputed_percent"], rule["caught_percent"]) == (4, 75, 75)
    assert (rule["fraud"], rule["precision_percent"]) == (0, None), "nobody decided a case"


async def test_a_chargeback_counts_whoever_won_it_and_an_inquiry_does_not(world: World) -> None:
    intent = await paid_in(world, 50_00)
    await charged_back(world, intent)
    back = {"id": "txn_2", "amount": 50_00, "fee": 0, "currency": "eur"}
    await told(world, "closed", dispute_of(world, intent, "won", balance_transactions=[back]))
    await told(world, "created", dispute_of(world, await paid_in(world, 50_00), "warning_needs_response", id="dp_2"))
    assert (await tried(world))["became"] == {**NOTHING, "disputed": 1, "charged_back": 1, "succeeded": 1}


async def test_a_chargeback_that_its_provider_tells_of_without_a_dispute_counts(world: World) -> None:
    intent = await paid_in(world, 50_00)
    await refunded(world, intent, 50_00)
    assert (await tried(world))["became"] == {**NOTHING, "refunded": 1}
    said = "UPDATE event SET data = data || '{\"charged_back\": true}' WHERE type = 'payments.deposit_reversed'"
    await plant(world, said + " AND stream_id = :id", id=f"deposit-{intent['metadata']['order_id']}")
    assert (await tried(world))["became"] == {**NOTHING, "disputed": 1, "charged_back": 1}


async def test_what_was_refunded_blocked_or_never_paid_is_told_apart(world: World) -> None:
    intent = await paid_in(world, 50_00)
    await refund(world, intent, 30_00)
    assert (await tried(world))["became"] == {**NOTHING, "succeeded": 1}, "ordered, and not sent"
    await world.run_tasks()
    await refunded(world, await paid_in(world, 50_00), 1_00, "re_2")
    await failed(world)
    await world.approved(await publish(world, {**RULES, "rules": [{**RULE, "action": "decline"}]}))
    assert (await asks(world, 50_00)).status_code == 409
    found = await tried(world)
    assert (found["payments"], found["became"]) == (4, {**NOTHING, "refunded": 2, "blocked": 1})


async def test_a_rule_is_held_against_the_payments_it_looks_at(world: World) -> None:
    intent = await paid_in(world, 50_00)
    await paid_in(world, 90_00)
    assert (await world.withdraw(10_00)).status_code == 201
    await charged_back(world, intent)
    found = await tried(world, RULE, WITHDRAWALS)
    deposits, withdrawals = found["rules"]
    assert (deposits["payments"], withdrawals["payments"], withdrawals["hits"]) == (2, 1, 1)
    assert deposits["of_these"] == {**NOTHING, "disputed": 1, "charged_back": 1, "succeeded": 1}
    assert withdrawals["of_these"] == NOTHING
    assert (withdrawals["disputed_percent"], withdrawals["caught_percent"]) == (None, None)


async def test_a_rule_that_finds_nothing_catches_nothing(world: World) -> None:
    await charged_back(world, await paid_in(world, 50_00))
    (rule,) = (await tried(world, {**RULE, "when": {"gte": [{"feature": "amount_minor"}, 1_000_00]}}))["rules"]
    assert (rule["hits"], rule["of_hits"], rule["disputed_percent"], rule["caught_percent"]) == (0, NOTHING, None, 0)


async def test_a_case_counts_once_as_it_does_for_rules_in_force(world: World) -> None:
    await world.approved(await publish(world, RULES))
    for _ in range(3):
        await paid_in(world, 50_00)
    (case,) = await cases(world)
    decided = {"outcome": "fraud", "reason": "a stolen card"}
    assert (await world.post(f"/fraud/cases/{case['id']}/decide", decided, as_=world.staff())).status_code == 200
    (did,) = (await world.get(at(world, "/performance"), as_=world.staff())).json()
    (rule,) = (await tried(world))["rules"]
    names = ("fraud", "not_fraud", "precision_percent")
    assert [rule[name] for name in names] == [did[name] for name in names] == [1, 0, 100]
    assert rule["hits"] == 3
