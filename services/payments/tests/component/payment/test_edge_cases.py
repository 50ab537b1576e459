"""Every case that payments are known to break on, named as docs/invariants.md names it; what providers settle is in
`test_edge_cases_of_settlement`.
"""

import json
from asyncio import gather
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.db.engine import driver
from chassis.messaging import Message
from chassis.telemetry.metrics import REGISTRY
from payments.adapters.overdue import OverdueWatch
from payments.read_models.watched import overdue, unknown

from .dying import publish_all
from .test_closing import begin, limit
from .test_disputes import charged_back, dispute_of, disputes, fees, told
from .test_notifications import set_aside
from .test_outcomes import decided, say
from .test_passed_on import both_paid, refunds
from .test_races import two_approvals
from .test_reconciliation import ADYEN_HEAD, adyen
from .test_reconciliation_routes import listed, upload
from .test_refunds import at_stripe, propose, refund, statuses
from .test_refunds import told as told_of_refund
from .test_routing import by_card, decisions, fail, later
from .test_taken_back import PAYER, books_hold, owed, paid_in, refunded, shown, spend
from .world import World


async def test_duplicate_webhook(world: World) -> None:
    """By the provider's id of it, by another id of the same word, and all at once."""
    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    events = ["evt_1", "evt_1", "evt_2", "evt_1"]
    told_at_once = [world.webhook("payment_intent.succeeded", intent, event_id=one) for one in events]
    answers = [await world.webhook("payment_intent.succeeded", intent, event_id="evt_1"), *await gather(*told_at_once)]
    assert {answer.status_code for answer in answers} == {200}
    assert await world.transfers() == [("deposit", 50_00)]
    assert await world.published() == ["deposit_requested", "deposit_succeeded"]
    kept = await world.rows("SELECT notification_id, outcome FROM provider_notification ORDER BY notification_id")
    assert [tuple(one.values()) for one in kept] == [("evt_1", "applied"), ("evt_2", "nothing_new")]
    await books_hold(world)


async def test_out_of_order(world: World) -> None:
    """A refund before the success waits for it, and steps that a later one overtook are no news."""
    deposit_id = (await world.deposit(50_00)).json()["deposit_id"]
    intent = world.stripe.settle(deposit_id)
    for _ in range(2):
        await refunded(world, intent, 20_00)
    assert await world.balance() == (0, 0)
    await world.run_tasks()  # Stripe is asked at once, since it must have been paid.
    assert await world.balance() == (30_00, 0)
    assert await shown(world, intent) == ("partially_reversed", 50_00, 20_00)
    for kind in ("succeeded", "processing", "requires_action", "created"):
        await world.webhook(f"payment_intent.{kind}", {**intent, "status": kind})
    assert await shown(world, intent) == ("partially_reversed", 50_00, 20_00)
    assert await world.transfers() == [("deposit", 50_00), ("deposit_reversal", 20_00)]
    assert await set_aside(world) == []


@pytest.mark.parametrize("lost", [0, 1], ids=["the answer comes after it", "the answer is lost"])
async def test_webhook_before_the_create_call_returns(world: World, lost: int) -> None:
    async def told_before(deposit_id: str) -> None:
        answer = await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
        assert answer.status_code == 200

    world.stripe.lost, world.stripe.before_answer = lost, told_before
    assert (await world.deposit()).json()["status"] == "succeeded"
    await world.pass_time(minutes=1)
    assert await world.transfers() == [("deposit", 50_00)]
    assert await set_aside(world) == []


@pytest.mark.parametrize("first", ["stripe", "adyen"])
async def test_late_success_after_timeout_or_cascade(world: World, first: str) -> None:
    """It is credited; where another attempt had succeeded, the newer one goes back and a person hears of it."""
    await world.offer_cards()
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await world.pass_time(hours=25)
    assert (await world.get(f"/deposits/{deposit_id}")).json()["status"] == "expired"
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert (await world.get(f"/deposits/{deposit_id}")).json()["late"] is True
    assert await world.transfers() == [("deposit", 50_00)]
    world.player, world.stripe.refuse = uuid4(), "do_not_honor"
    await world.register()
    await world.beat()
    await both_paid(world, first)
    assert await world.transfers() == [("deposit", 50_00), ("deposit", 50_00)]
    await world.run_tasks()
    (back,) = await refunds(world)
    newer = "adyen" if first == "stripe" else "stripe"
    assert (back["provider"], back["amount_minor"]) == (newer, 50_00)
    assert len(world.stripe.refunds) + len(world.adyen.refunds) == 1
    assert await world.balance() == (50_00, 50_00 if newer == "adyen" else 0), "Adyen tells later that it went"
    assert await set_aside(world) == [(newer, "paid_twice")]
    await books_hold(world)


@pytest.mark.parametrize(
    ("settled", "seen"),
    [
        (10_00, []),
        (9_00, ["amount_differs"]),
        (11_00, ["amount_differs"]),
        (40_00, ["amount_differs"]),
        (40_01, ["amount_differs", "paid_although_forbidden"]),
    ],
)
async def test_amount_or_currency_mismatch_partial_capture_underpaid_crypto(
    world: World, settled: int, seen: list[str]
) -> None:
    """What was settled is posted, looked at against the limits once more, and laid before people."""
    await limit(world, 50_00)
    await begin(world)
    deposit_id = await begin(world)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id, settled))
    assert await world.balance() == (settled, 0)
    assert sorted(code for _, code in await set_aside(world)) == seen


@pytest.mark.parametrize("worth", [46_00, None], ids=["credited", "sent back"])
async def test_another_currency_is_set_aside_until_two_people_end_it(world: World, worth: int | None) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    paid = {**world.stripe.intent_of(deposit_id), "currency": "usd", "status": "succeeded", "amount_received": 50_00}
    await world.webhook("payment_intent.succeeded", paid)
    assert (await set_aside(world), await world.balance()) == ([("stripe", "currency_differs")], (0, 0))
    found = {"reference": paid["id"], "amount_minor": worth} if worth else {}
    proposed = await say(world, f"/deposits/{deposit_id}", **found)
    assert (proposed.status_code, await world.balance()) == (202, (0, 0)), proposed.text
    assert (await decided(world, proposed)).json()["state"] == "executed"
    assert await shown(world, paid) == (("succeeded", worth, 0) if worth else ("failed", 50_00, 0))
    await world.webhook("payment_intent.succeeded", paid)
    assert await set_aside(world) == [("stripe", "currency_differs")] * 2
    assert await world.transfers() == ([("deposit", worth)] if worth else [])
    await books_hold(world)


async def test_webhook_signature_bad_or_replayed_with_an_old_timestamp(world: World) -> None:
    """401, counted, and nothing of it is kept."""

    def refused() -> float:
        counted = "provider_notifications_total"
        labels = [{"provider": one, "outcome": "not_genuine"} for one in ("stripe", "trustly", "unknown")]
        return sum(REGISTRY.get_sample_value(counted, one) or 0 for one in labels)

    deposit_id = (await world.deposit()).json()["deposit_id"]
    intent, before = world.stripe.settle(deposit_id), refused()
    now = int(world.clock.now().timestamp())
    raw, headers = world.stripe.webhook("payment_intent.succeeded", intent, now)
    old_raw, old_headers = world.stripe.webhook("payment_intent.succeeded", intent, now - 301)
    path = world.calls_at("stripe")
    answers = [
        await world.client.post(path, content=raw.replace(b"5000", b"9000"), headers=headers),
        await world.client.post(path, content=raw, headers={"Content-Type": "application/json"}),
        await world.client.post(path, content=old_raw, headers=old_headers),
        await world.client.post(world.calls_at("stripe", uuid4()), content=raw, headers=headers),
        await world.client.post(world.calls_at("trustly"), content=raw, headers=headers),
        await world.client.post(world.calls_at("nobody"), content=raw, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401] * 6
    assert {answer.json()["code"] for answer in answers} == {"notification_not_genuine"}
    assert refused() - before == 6
    assert await world.rows("SELECT 1 FROM provider_notification") == []
    assert await world.balance() == (0, 0)


async def test_provider_says_paid_then_failed(world: World) -> None:
    """A deposit whose money never arrived is taken back, and what is spent is owed; a refund that failed after it had
    succeeded is the player's again.
    """
    at_bank = UUID((await world.deposit(provider="trustly", details=PAYER)).json()["deposit_id"]).hex
    await world.notify("credit", at_bank, amount="50.00")
    assert await world.balance() == (50_00, 0)
    await spend(world, 20_00)
    for _ in range(2):
        await world.notify("debit", at_bank, amount="50.00", notificationid="gone")
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    await paid_in(world, 20_00)
    assert (await world.balance(), await owed(world)) == ((0, 0), 0)
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    await world.run_tasks()
    assert await world.balance() == (0, 0)
    for _ in range(2):
        await told_of_refund(world, at_stripe(world), "failed", "refund.failed")
    await told_of_refund(world, at_stripe(world), "succeeded")
    assert await statuses(world) == ["returned"]
    assert await world.balance() == (50_00, 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    await refund(world, intent, 50_00)
    await books_hold(world)


async def test_chargeback_after_the_money_was_withdrawn(world: World) -> None:
    """It stands on his receivable, his account is stopped, and what he pays in once people let him pays it."""
    intent = await paid_in(world)
    await spend(world, 50_00)
    await charged_back(world, intent)
    assert (await world.balance(), await owed(world)) == ((0, 0), 50_00)
    refused = await world.withdraw(10_00)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")
    stopped = await world.deposit(10_00)
    assert (stopped.status_code, stopped.json()["code"]) == (409, "chargeback_unpaid")
    let = await world.post(f"/players/{world.player}/chargeback-stop/lift", {"reason": "he pays"}, as_=world.staff())
    assert let.status_code == 200
    await paid_in(world, 60_00)
    assert (await world.balance(), await owed(world)) == ((10_00, 0), 0)
    await books_hold(world)


async def test_chargeback_won(world: World) -> None:
    """The receivable is reversed, what is left is the player's, and the fee stays with the house."""
    intent = await paid_in(world)
    await spend(world, 20_00)
    await charged_back(world, intent)
    assert (await world.balance(), await owed(world)) == ((0, 0), 20_00)
    for _ in range(2):
        await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await told(world, "closed", dispute_of(world, intent, "won"))
    (row,) = await disputes(world)
    assert row["status"] == "won"
    assert (await world.balance(), await owed(world)) == ((30_00, 0), 0)
    assert await shown(world, intent) == ("succeeded", 50_00, 0)
    assert await fees(world) == 15_00
    assert (await world.withdraw(10_00)).status_code == 201
    await books_hold(world)


async def test_refund_above_captured(world: World) -> None:
    """Refused to people, and by the database to whoever forgets to look."""
    intent = await paid_in(world)
    answer = await propose(world, intent, 50_01)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_exceeds_deposit")
    await refund(world, intent, 20_00)
    answer = await propose(world, intent, 30_01)
    assert answer.json()["code"] == "refund_exceeds_deposit"
    await refunded(world, intent, 30_00)
    assert (await propose(world, intent, 1)).json()["code"] == "refund_exceeds_deposit"
    more = "UPDATE rm_capture SET ordered_minor = 5001 WHERE deposit_id = $1"
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        with pytest.raises(asyncpg.CheckViolationError, match="refunds_within_capture"):
            await raw.execute(more, UUID(intent["metadata"]["order_id"]))


@pytest.mark.parametrize("attempt", range(3))
async def test_reversal_of_a_pending_withdrawal_races_with_sent(world: World, attempt: int) -> None:
    """Either wins, and wins whole."""
    await world.give(500_00)
    withdrawal_id = (await world.withdraw(100_00)).json()["withdrawal_id"]
    await two_approvals(world, withdrawal_id)
    path = f"/withdrawals/{withdrawal_id}"
    rejection, _ = await gather(
        world.post(f"{path}/reject", {"reason": "at the last moment"}, as_=world.staff()), world.run_tasks()
    )
    status = (await world.get(path)).json()["status"]
    if rejection.status_code == 200:
        assert (status, world.trustly.orders) == ("rejected", {})
        assert await world.balance() == (500_00, 0)
    else:
        assert (status, rejection.json()["code"]) == ("sent", "withdrawal_already_sent")
        assert await world.balance() == (400_00, 100_00)


async def test_provider_outage(world: World) -> None:
    """Whoever fails is left out for a while, then one deposit tries him."""
    await world.offer_cards()
    await fail(world, 4)
    assert (await by_card(world))["provider"] == "stripe"
    await fail(world, 1)
    left = await by_card(world)
    assert left["provider"] == "adyen"
    (row,) = await decisions(world, left["deposit_id"])
    assert '"left_out": "breaker_open"' in row["candidates"]
    await later(world, 31)
    world.stripe.down = 1
    assert (await by_card(world))["provider"] == "stripe"  # It tries, and fails: closed for longer.
    await later(world, 31)
    assert (await by_card(world))["provider"] == "adyen"
    await later(world, 30)
    assert (await by_card(world))["provider"] == "stripe"
    assert (await by_card(world))["provider"] == "stripe"  # It works again, for everybody.


class Forgetful:
    """A bus that takes what it is given, and whose first two answers are lost."""

    def __init__(self) -> None:
        self.taken = list[list[str]]()

    async def publish(self, messages: Sequence[Message]) -> None:
        self.taken.append([json.loads(one.value)["id"] for one in messages])
        if len(self.taken) < 3:
            raise ConnectionResetError("no answer")


async def test_committed_and_the_publication_failed(world: World) -> None:
    """What was committed holds, and is published until the bus has it, under the same ids, in the same order."""
    await paid_in(world)
    bus = Forgetful()
    await publish_all(world.service.db, bus)
    assert await world.balance() == (50_00, 0)
    queued = await world.rows("SELECT envelope::json ->> 'id' AS id FROM outbox ORDER BY id")
    assert bus.taken == [[row["id"] for row in queued]] * 3
    assert await world.rows("SELECT 1 FROM outbox WHERE published_at IS NULL") == []


async def test_webhook_for_an_unknown_reference(world: World) -> None:
    """It is kept whole, once, and lists, alarm and reconciliation show it until somebody is done with it."""
    await world.offer_cards()
    stranger = uuid4()
    raw = world.adyen.authorised(stranger)
    for _ in range(2):
        assert (await world.client.post(world.calls_at("adyen"), content=raw)).status_code == 200
    assert (await set_aside(world), await world.balance()) == ([("adyen", "unknown_reference")], (0, 0))
    path = "/provider-notifications?outcome=eq.set_aside&closed_at=is.null"
    (waiting,) = (await world.get(path, as_=world.staff())).json()
    kept = await world.get(f"/provider-notifications/{waiting['id']}", as_=world.staff())
    assert (waiting["code"], kept.json()["body"]) == ("unknown_reference", raw.decode())
    world.clock.advance(timedelta(minutes=61))
    await OverdueWatch(world.service.db, world.clock, overdue, unknown).look()
    since = REGISTRY.get_sample_value("provider_notifications_oldest_open_seconds", {"provider": "adyen"})
    assert since == 3_660
    line = adyen("Settled", stranger, "50.00", "49.00")
    assert (await upload(world, ADYEN_HEAD + line)).status_code == 202
    await world.run_tasks()
    breaks = [(one["kind"], one["difference"]) for one in await listed(world, "breaks")]
    assert ("missing_in_ledger", "unknown_reference") in breaks, breaks
