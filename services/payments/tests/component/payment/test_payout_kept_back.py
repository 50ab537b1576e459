"""What becomes known while an order is being sent: what surely never left is decided anew, what may have left stays."""

from typing import Any
from uuid import UUID

import pytest

from payments.application.ports import NotSent
from payments.strategies.providers.paymentiq.orders import mark

from .fake_paysafe import PAYSAFE
from .test_closed_loop import settle, split, whole
from .test_disputes import charged_back, dispute_of, told
from .test_fraud import cases
from .test_fraud_lists import set_aside
from .test_hosted_cashier import ACCOUNT, SECRET, step
from .test_parts_decided import reject
from .test_taken_back import paid_in
from .test_withdrawal_news import approve_until_sent, asked, becomes_known, hit, seen
from .test_withdrawals import policy, status
from .world import World

ATTEMPTS = "SELECT DISTINCT outcome FROM provider_attempt WHERE payment_id = $1::uuid ORDER BY 1"
KEYS = "SELECT data->>'request_id' AS id FROM event WHERE type = 'payments.payout_started' ORDER BY global_position"


async def under_way(world: World) -> str:
    """A withdrawal that one person let go, and the provider cannot be reached."""
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    world.trustly.unsent = NotSent(by_us=False)
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    await world.pass_time(hours=3)
    assert await status(world, withdrawal_id) == "unknown"
    assert [one["outcome"] for one in await world.rows(ATTEMPTS, withdrawal_id)] == ["not_sent"]
    return withdrawal_id


async def intent_of(world: World) -> dict[str, Any]:
    deposit = (await world.get("/deposits")).json()[0]["deposit_id"]
    return dict(world.stripe.intent_of(deposit))


async def happens(world: World, what: str) -> None:
    if what == "destination_disabled":
        (place,) = [one for one in await world.instruments(world.staff()) if one["holder"]]
        body = {"reason": "it is not his"}
        await world.post(f"/instruments/{place['instrument_id']}/disable", body, as_=world.staff())
    elif what == "dispute_open":
        await told(world, "created", dispute_of(world, await intent_of(world)))
    elif what == "debt_outstanding":
        await world.withdraw((await world.balance())[0], destination={"account_id": "7"})  # He has no cash left.
        intent = await intent_of(world)
        await charged_back(world, intent)
        await told(world, "closed", dispute_of(world, intent, "lost"))
    else:
        await becomes_known(world, what)


@pytest.mark.parametrize("what", ["hit", "player", "warning"])
async def test_what_never_left_is_decided_anew_before_it_is_sent(world: World, what: str) -> None:
    withdrawal_id = await under_way(world)
    await happens(world, what)
    world.trustly.unsent = None
    await world.pass_time(hours=2)
    assert world.trustly.orders == {}
    waiting = await seen(world, withdrawal_id)
    assert (waiting["status"], waiting["approvals_needed"], waiting["approved_by"]) == ("awaiting_approval", 2, [])
    assert waiting["review"] == ["under_review" if what == "hit" else "fraud_rules"]
    assert [one["status"] for one in await cases(world)] == ["open"]
    assert await set_aside(world) == []
    await approve_until_sent(world, withdrawal_id)
    first, second = await world.rows(KEYS)
    assert first == second, "should the provider have the first order after all, it is the same one"


@pytest.mark.parametrize("what", ["destination_disabled", "dispute_open", "debt_outstanding"])
async def test_what_never_left_and_may_not_go_now_is_people_s_to_reject(world: World, what: str) -> None:
    withdrawal_id = await under_way(world)
    await happens(world, what)
    world.trustly.unsent = None
    await world.pass_time(hours=2)
    assert world.trustly.orders == {}
    waiting = await seen(world, withdrawal_id)
    assert (waiting["status"], what in waiting["stopped_by"]) == ("awaiting_approval", True)
    refused = await world.approve(withdrawal_id)
    assert (refused.status_code, refused.json()["code"]) == (409, what)
    body = {"reason": "he may ask for it again"}
    assert (await world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=world.staff())).status_code == 200
    await world.pass_time(hours=2)
    assert (await status(world, withdrawal_id), world.trustly.orders) == ("rejected", {})


async def test_what_keeps_it_back_again_is_not_known_from_before(world: World) -> None:
    """Over a dispute nobody says yes, so whoever saw one before has let nothing go because of it."""
    withdrawal_id = await under_way(world)
    for again in (False, True):
        intent = await intent_of(world)
        await told(world, "created", dispute_of(world, intent, id=f"dp_{again}"))
        await world.pass_time(hours=1)
        assert await status(world, withdrawal_id) == "awaiting_approval"
        await told(world, "closed", dispute_of(world, intent, "won", id=f"dp_{again}"))
        while await status(world, withdrawal_id) == "awaiting_approval":
            assert (await world.approve(withdrawal_id)).status_code == 200
        await world.run_tasks()
        assert await status(world, withdrawal_id) == "unknown"


async def test_without_news_what_never_left_goes_out_when_the_provider_is_back(world: World) -> None:
    withdrawal_id = await under_way(world)
    await hit(world)
    await hit(world, "clear")
    world.trustly.unsent = None
    await world.pass_time(hours=1)
    assert await status(world, withdrawal_id) == "sent"


async def test_a_part_that_never_left_is_decided_anew_by_itself(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    while (await whole(world, withdrawal_id))[0] == "awaiting_approval":
        await world.approve(withdrawal_id)
    world.trustly.unsent = NotSent(by_us=False)
    await world.run_tasks()
    (part,) = [one for one in (await split(world, withdrawal_id))["parts"] if one["way"] == "payout"]
    assert await status(world, part["part_id"]) == "unknown"
    await hit(world)
    await world.pass_time(minutes=30)
    assert await status(world, part["part_id"]) == "awaiting_approval"
    assert (await reject(world, withdrawal_id, part["part_id"])).status_code == 200


@pytest.mark.parametrize("later", ["lost", "not_sent"])
async def test_what_may_have_left_is_not_sent_again_over_news_and_people_hear_of_it(world: World, later: str) -> None:
    """The order itself is the question here, and could be the one that pays."""
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    world.trustly.lost = 1
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    if later == "not_sent":
        world.trustly.unsent = NotSent(by_us=False)
        await world.pass_time(minutes=5)
        world.trustly.unsent = None
    await hit(world)
    before = len(world.trustly.calls)
    for _ in range(3):
        await world.pass_time(hours=1)
    assert (await status(world, withdrawal_id), len(world.trustly.calls)) == ("unknown", before)
    assert await set_aside(world) == ["payout_awaits_people"]
    assert (await world.balance())[1] == 10_00
    await hit(world, "clear")
    await world.pass_time(hours=1)
    assert (await status(world, withdrawal_id), len(world.trustly.orders)) == ("sent", 1)


async def test_what_its_provider_never_took_is_decided_anew_once_it_could_have_arrived(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    assert (await world.settle("/providers/paysafe", {"enabled": True, "currencies": ["EUR"], **PAYSAFE})).is_success
    await world.give(100_00)
    wallet = {"kind": "wallet", "service": "skrill", "owner": "ann@example.com"}
    asked_for = await world.withdraw(10_00, provider="paysafe", destination=wallet)
    withdrawal_id = asked_for.json()["withdrawal_id"]
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    await hit(world)
    world.paysafe.there = True
    await world.pass_time(minutes=14)
    assert await status(world, withdrawal_id) == "unknown"
    await world.pass_time(minutes=2)
    assert (await status(world, withdrawal_id), world.paysafe.handles) == ("awaiting_approval", {})
    assert await set_aside(world) == []


@pytest.mark.parametrize("what", ["hit", "player", "destination_disabled"])
async def test_a_provider_that_asks_is_told_no_and_the_money_is_held_until_it_says_the_end(
    world: World, what: str
) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    await happens(world, what)
    assert world.trustly.read_answer((await world.notify("debit", withdrawal_id)).content) == "FAILED"
    assert (await status(world, withdrawal_id), (await world.balance())[1]) == ("sent", 10_00)
    assert await set_aside(world) == ["payout_kept_back"]
    assert len(await cases(world)) == (what != "destination_disabled")
    await world.notify("payoutfailed", withdrawal_id)
    assert (await status(world, withdrawal_id), (await world.balance())[1]) == ("failed", 0)


async def test_a_provider_that_asks_again_after_the_hit_was_cleared_may_pay(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    for decision, answer in (("confirm", "FAILED"), ("clear", "OK")):
        await hit(world, decision)
        assert world.trustly.read_answer((await world.notify("debit", withdrawal_id)).content) == answer


async def test_what_people_knew_when_they_let_it_go_may_be_paid(world: World) -> None:
    withdrawal_id = await asked(world, known="hit")
    await approve_until_sent(world, withdrawal_id)
    assert world.trustly.read_answer((await world.notify("debit", withdrawal_id)).content) == "OK"


async def test_a_cashier_that_asks_for_our_order_is_told_no(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    assert (await world.settle("/providers/paymentiq", ACCOUNT)).is_success
    await world.give(100_00)
    account = {"service": "neteller", "account_id": "8d2f-77aa"}
    asked_for = await world.withdraw(10_00, provider="paymentiq", destination=account)
    withdrawal_id = asked_for.json()["withdrawal_id"]
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    await hit(world)
    attributes = {"merchantTxId": mark(SECRET, world.casino, UUID(withdrawal_id))}
    for _ in range(2):
        told = await step(world, "authorize", -10, "t1", attributes=attributes)
        assert (told["success"], told["errMsg"]) == (False, "payout_kept_back")
    assert await set_aside(world) == ["payout_kept_back"]
    assert [one["status"] for one in await cases(world)] == ["open"]
    assert (await status(world, withdrawal_id), (await world.balance())[1]) == ("unknown", 10_00)
    await hit(world, "clear")
    assert (await step(world, "authorize", -10, "t2", attributes=attributes))["success"]
    assert await status(world, withdrawal_id) == "sent"
