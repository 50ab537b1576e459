"""What becomes of providers' notifications that are forged, repeated, early, or about nothing we know."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from payments.application.processes.deposit_process import DepositProcess
from payments.domain.deposit.words import Settled

from .world import World


async def set_aside(world: World) -> list[tuple[str, str]]:
    """(provider, code) of what people were asked to look into."""
    rows = await world.rows("SELECT envelope FROM outbox ORDER BY id")
    told = [json.loads(row["envelope"]) for row in rows]
    asides = [one["data"] for one in told if one.get("type") == "payments.notification_set_aside"]
    return [(one["provider"], one["code"]) for one in asides]


async def test_a_notification_of_another_casinos_account_moves_nothing_here(world: World) -> None:
    other = uuid4()
    await world.open_casino(other)
    await world.configure(other)
    deposit_id = (await world.deposit()).json()["deposit_id"]
    raw, headers = world.stripe.webhook(
        "payment_intent.succeeded", world.stripe.settle(deposit_id), int(world.clock.now().timestamp())
    )
    answer = await world.client.post(world.calls_at("stripe", other), content=raw, headers=headers)
    assert answer.status_code == 200
    assert await set_aside(world) == [("stripe", "unknown_reference")]
    assert await world.balance() == (0, 0)


@pytest.mark.parametrize("reference", ["7", str(uuid4()), None], ids=["no id", "an unknown id", "nothing"])
async def test_a_payment_nobody_here_asked_for_is_set_aside_once(world: World, reference: Any) -> None:
    intent = {
        "id": "pi_9", "object": "payment_intent", "amount": 100, "amount_received": 100, "currency": "eur",
        "metadata": {"order_id": reference},
    }  # fmt: skip
    for _ in range(2):
        answer = await world.webhook("payment_intent.succeeded", intent, event_id="evt_orphan")
        assert answer.status_code == 200
    assert await set_aside(world) == [("stripe", "unknown_reference")]
    row = (await world.rows("SELECT outcome, code, sealed FROM provider_notification"))[0]
    assert (row["outcome"], row["code"]) == ("set_aside", "unknown_reference")
    assert "pi_9" in world.desk.box.open(row["sealed"], label="notification")


async def test_each_further_payment_that_a_look_finds_is_told_once(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    account = await world.desk.account(world.casino, "stripe")
    for reference, amount_minor in (("pi_2", 60_00), ("pi_3", 9_000_00), ("pi_3", 9_000_00)):
        word = Settled(reference=reference, amount_minor=amount_minor, currency="EUR")
        await DepositProcess(world.desk).record(account, UUID(deposit_id), word)
    assert await set_aside(world) == [("stripe", "settled_twice")] * 2
    assert await world.balance() == (50_00, 0)


async def test_a_second_payment_for_a_deposit_is_set_aside_and_not_credited(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    await world.webhook("payment_intent.succeeded", intent)
    await world.webhook("payment_intent.succeeded", {**intent, "id": "pi_second", "amount_received": 49_00})
    assert await set_aside(world) == [("stripe", "settled_twice")]
    (shown,) = (await world.get("/provider-notifications?outcome=eq.set_aside", as_=world.staff())).json()
    assert (shown["facts"]["amount"], shown["facts"]["amount_received"]) == (50_00, 49_00)
    told = [json.loads(row["envelope"]) for row in await world.rows("SELECT envelope FROM outbox ORDER BY id")]
    (aside,) = [one["data"] for one in told if one["type"] == "payments.notification_set_aside"]
    assert aside["facts"]["amount_received"] == 49_00
    assert await world.balance() == (50_00, 0)


@pytest.mark.parametrize("kind", ["succeeded", "processing", "payment_failed"])
async def test_another_payment_than_the_one_recorded_is_set_aside_and_not_credited(world: World, kind: str) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    await world.webhook(f"payment_intent.{kind}", {**intent, "id": "pi_other"})
    assert await set_aside(world) == [("stripe", "reference_differs")]
    assert await world.balance() == (0, 0)
    await world.webhook("payment_intent.succeeded", intent)
    assert await world.balance() == (50_00, 0)


@pytest.mark.parametrize(
    ("kind", "why"), [("charge.refunded", "event_not_handled"), ("charge.dispute.created", "reference_unreadable")]
)
async def test_money_that_leaves_without_us_is_set_aside(world: World, kind: str, why: str) -> None:
    answer = await world.webhook(kind, {"id": "ch_1", "object": "charge", "amount": 100, "currency": "eur"})
    assert answer.status_code == 200
    assert await set_aside(world) == [("stripe", why)]


async def test_what_has_no_consequence_is_remembered_and_nothing_else(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await world.webhook("payment_intent.created", world.stripe.intent_of(deposit_id))
    rows = await world.rows("SELECT outcome, sealed FROM provider_notification")
    assert rows == [{"outcome": "without_consequence", "sealed": None}]
    assert await set_aside(world) == []


async def test_trustlys_unknown_notifications_are_set_aside_with_a_signed_ok(world: World) -> None:
    unknown = await world.notify("payoutconfirmation", uuid4())
    strange = await world.notify("teleported", uuid4())
    unreadable = await world.notify("credit", uuid4(), amount="1.001")
    assert {world.trustly.read_answer(answer.content) for answer in (unknown, strange, unreadable)} == {"OK"}
    assert [code for _, code in await set_aside(world)] == [
        "unknown_reference", "notification_not_handled", "amount_unreadable",
    ]  # fmt: skip


async def test_a_repeat_is_answered_as_the_first_was(world: World) -> None:
    first = await world.notify("debit", uuid4(), notificationid="n7")
    again = await world.notify("debit", uuid4(), notificationid="n7")
    assert [world.trustly.read_answer(answer.content) for answer in (first, again)] == ["FAILED", "FAILED"]
    assert len(await set_aside(world)) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a":"\\ud800"}', b"\xff", b"[" * 5_000])
async def test_rubbish_is_refused_politely(world: World, body: bytes) -> None:
    for path in (world.calls_at("stripe"), world.calls_at("trustly")):
        answer = await world.client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (401, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
