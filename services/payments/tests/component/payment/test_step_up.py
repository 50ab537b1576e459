"""Payers who are to prove who they are: because a rule wants it, or because their bank does."""

import json
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest

from payments.domain.fraud.catalogue import CATALOGUE
from payments.domain.withdrawal.policy import WithdrawalPolicy

from .fake_paysafe import PAYSAFE, WALLET
from .test_routing import fail, later
from .world import World

CHALLENGED = "payment_method_options[card][request_three_d_secure]"
SUSPICIOUS: dict[str, Any] = {
    "id": "ALWAYS", "trigger": "deposit", "action": "challenge", "mode": "live", "when": True,
}  # fmt: skip


@pytest.fixture
async def wary(world: World) -> World:
    """A casino whose rules want proof of every payer."""
    await rules(world)
    return world


async def rules(world: World, **more: Any) -> None:
    content = {**CATALOGUE, "rules": [*CATALOGUE["rules"], SUSPICIOUS], **more}
    async with world.service.db.write() as connection:
        await world.desk.fraud.rules.publish(connection, world.casino, content, "test", world.clock.now())


async def decided(world: World) -> dict[str, Any]:
    rows = await world.rows("SELECT * FROM fraud_decision ORDER BY decided_at DESC, id DESC LIMIT 1")
    return rows[0]


async def routed(world: World, deposit_id: Any) -> dict[str, str | None]:
    """By provider: why it was left out."""
    rows = await world.rows("SELECT candidates::text FROM routing_decision WHERE deposit_id = $1", UUID(deposit_id))
    return {one["provider"]: one["left_out"] for one in json.loads(rows[-1]["candidates"])}


def sent(world: World) -> dict[str, list[str]]:
    return parse_qs(world.stripe.calls[-1].body.decode())


async def soft_declined(world: World, deposit_id: Any) -> None:
    """The player's card is refused because its owner was not seen."""
    made = world.stripe.intent_of(deposit_id)
    error = {"code": "card_declined", "decline_code": "authentication_required", "type": "card_error"}
    made |= {"status": "requires_payment_method", "last_payment_error": error}
    await world.webhook("payment_intent.payment_failed", made, event_id=f"evt_{uuid4()}")


async def shown(world: World, deposit_id: Any) -> dict[str, Any]:
    return dict((await world.get(f"/deposits/{deposit_id}")).json())


# --- because a rule wants it


async def test_whoever_the_rules_suspect_is_authenticated_by_his_bank(wary: World) -> None:
    answer = await wary.deposit()
    assert (answer.status_code, answer.json()["status"]) == (201, "requires_action")
    assert sent(wary)[CHALLENGED] == ["challenge"]
    found = await decided(wary)
    assert (found["action"], found["proof"]) == ("challenge", "asked")
    listed = await wary.get("/fraud/decisions?decided_at=gte.2000-01-01&proof=eq.asked", as_=wary.staff())
    assert [one["payment_id"] for one in listed.json()] == [answer.json()["deposit_id"]]


async def test_whoever_they_do_not_is_not(world: World) -> None:
    await world.deposit()
    assert CHALLENGED not in sent(world)
    assert (await decided(world))["proof"] is None


async def test_a_bank_that_recognises_each_payer_needs_not_be_told(wary: World) -> None:
    details = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "country": "SE", "locale": "en_US"}
    answer = await wary.deposit(provider="trustly", details=details)
    assert answer.status_code == 201, answer.text
    assert (await decided(wary))["proof"] == "asked"


async def test_a_provider_that_cannot_is_left_out_and_the_log_says_why(wary: World) -> None:
    await offer(wary, "paysafe", fee_bps=1)
    await offer(wary, "stripe", fee_bps=900)
    answer = await wary.deposit(provider=None, method="card", details=WALLET)
    assert (answer.status_code, answer.json()["provider"]) == (201, "stripe"), answer.text
    why = await routed(wary, answer.json()["deposit_id"])
    assert (why["paysafe"], why["stripe"]) == ("cannot_step_up", None)
    assert sent(wary)[CHALLENGED] == ["challenge"]


async def test_where_nobody_can_the_deposit_goes_on_and_people_look_before_money_goes_out(wary: World) -> None:
    await automatic(wary)
    await offer(wary, "paysafe")
    answer = await wary.deposit(provider=None, method="card", details=WALLET)
    assert answer.status_code == 201, answer.text
    assert (await decided(wary))["proof"] == "missing"
    await wary.give(100_00)
    assert await wary.people(50_00) == 2
    assert "UNPROVEN" in (await decided(wary))["rules"]


async def test_where_nobody_can_the_deposit_is_refused_if_the_casino_says_so(world: World) -> None:
    await rules(world, unproven="decline")
    await offer(world, "paysafe")
    for wish in ({"provider": None, "method": "card"}, {"provider": "paysafe"}):
        answer = await world.deposit(details=WALLET, **wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "deposit_not_possible")
        assert (await decided(world))["proof"] == "refused"
    kept = await world.rows("SELECT code FROM rm_deposit_list")
    assert {row["code"] for row in kept} == {"fraud_unproven"}
    assert {one["code"] for one in (await world.get("/deposits")).json()} == {"not_allowed"}


@pytest.mark.parametrize("unproven", ["review", "decline"])
async def test_whoever_tries_a_provider_for_all_is_authenticated_as_well(world: World, unproven: str) -> None:
    await offer(world, "stripe")
    await fail(world, 5)
    await later(world, 31)
    await rules(world, unproven=unproven)
    answer = await world.deposit(provider=None, method="card")
    assert (answer.status_code, (await decided(world))["proof"]) == (201, "asked"), answer.text
    assert sent(world)[CHALLENGED] == ["challenge"]


# --- because a bank does


async def test_a_card_refused_for_want_of_its_owner_is_asked_once_more_with_him(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await soft_declined(world, deposit_id)
    assert (await shown(world, deposit_id))["status"] == "requested"
    await world.run_tasks()
    made = world.stripe.intent_of(deposit_id)
    assert world.stripe.calls[-1].url.endswith(f"/v1/payment_intents/{made['id']}")
    assert sent(world) == {CHALLENGED: ["challenge"]}
    assert (await shown(world, deposit_id))["status"] == "requires_action"
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert (await shown(world, deposit_id))["status"] == "succeeded"
    assert await world.balance() == (50_00, 0)
    assert await world.published() == ["deposit_requested", "deposit_succeeded"]


async def test_it_is_asked_once(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await soft_declined(world, deposit_id)
    await world.run_tasks()
    await world.pass_time(seconds=5)
    await soft_declined(world, deposit_id)
    row = await shown(world, deposit_id)
    assert (row["status"], row["code"]) == ("failed", "authentication_required")


async def test_an_answer_that_never_came_is_asked_for_again_by_the_same_call(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await soft_declined(world, deposit_id)
    world.stripe.down = 1
    await world.run_tasks()
    assert (await shown(world, deposit_id))["status"] == "unknown"
    await world.pass_time(seconds=30)
    assert (await shown(world, deposit_id))["status"] == "requires_action"
    keys = [call.key for call in world.stripe.calls if call.method == "POST"]
    assert keys == [UUID(deposit_id).hex, f"{deposit_id}-step-up", f"{deposit_id}-step-up"]


async def test_a_card_that_was_paid_with_meanwhile_is_credited_once(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await soft_declined(world, deposit_id)
    world.stripe.settle(deposit_id)
    await world.run_tasks()
    assert (await shown(world, deposit_id))["status"] == "succeeded"
    await world.webhook("payment_intent.succeeded", world.stripe.intent_of(deposit_id))
    assert await world.balance() == (50_00, 0)
    assert await world.ledger_sum() == 0


STRIPE: dict[str, Any] = {
    "settings": {"base_url": "https://api.stripe.com"},
    "secrets": {"api_key": "sk_test_secret", "webhook_secret": "whsec_of_the_tests"},
}


async def offer(world: World, provider: str, fee_bps: int = 0) -> None:
    """The provider takes cards, as the casino calls them."""
    told = STRIPE if provider == "stripe" else PAYSAFE
    body = {"enabled": True, "currencies": ["EUR"], "methods": {"card": {"fee_bps": fee_bps}}, **told}
    answer = await world.settle(f"/providers/{provider}", body)
    assert answer.status_code == 200, answer.text


async def automatic(world: World) -> None:
    """The casino's policy approves small withdrawals by itself."""
    policy = WithdrawalPolicy(second_person_above_minor=10_000_00, automatic_up_to_minor=1_000_00)
    async with world.service.db.write() as connection:
        await world.desk.policies.save(connection, world.casino, "EUR", policy, world.clock.now())
