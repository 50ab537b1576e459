"""What was given up, or must not be paid any more, is closed at the provider; until then it counts."""

from asyncio import gather
from typing import Any

import pytest

from contracts.backoffice.events import DepositLimitSet, PlayerBlocked, PlayerUnblocked, SelfExclusionStarted

from .test_notifications import set_aside
from .world import World


async def limit(world: World, amount_minor: int) -> None:
    await world.tell(
        DepositLimitSet(
            player_id=world.player,
            casino_id=world.casino,
            period="day",
            amount_minor=amount_minor,
            currency="EUR",
            effective_from=world.clock.now(),
        )
    )


async def exclude(world: World) -> None:
    await world.tell(SelfExclusionStarted(player_id=world.player, casino_id=world.casino, started_at=world.clock.now()))


async def decline(world: World, deposit_id: str) -> dict[str, Any]:
    """A bad card; the intent goes back to where another one may be tried."""
    intent = world.stripe.intent_of(deposit_id)
    intent.update(status="requires_payment_method", last_payment_error={"code": "card_declined"})
    await world.webhook("payment_intent.payment_failed", intent)
    return intent


async def begin(world: World, amount_minor: int = 10_00) -> str:
    answer = await world.deposit(amount_minor)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["deposit_id"])


async def shown(world: World, deposit_id: str) -> tuple[str, str | None, bool]:
    row = (await world.get(f"/deposits/{deposit_id}")).json()
    return row["status"], row["code"], row["late"]


async def test_a_bad_card_does_not_make_room_under_the_limit_for_a_deposit_that_is_paid_later(world: World) -> None:
    await limit(world, 10_00)
    first = await begin(world)
    intent = await decline(world, first)
    assert await shown(world, first) == ("failed", "card_declined", False)
    assert (await world.deposit(10_00)).json()["code"] == "deposit_limit_reached"
    await world.run_tasks()
    assert intent["status"] == "canceled"
    second = await begin(world)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(second))
    assert await world.balance() == (10_00, 0)
    assert await set_aside(world) == []


async def test_an_exclusion_stops_what_is_open(world: World) -> None:
    opened = [await begin(world) for _ in range(3)]
    await decline(world, opened[0])
    await exclude(world)
    await world.run_tasks()
    assert [await shown(world, one) for one in opened] == [
        ("failed", "card_declined", False), ("failed", "not_allowed", False), ("failed", "not_allowed", False),
    ]  # fmt: skip
    assert {world.stripe.intent_of(one)["status"] for one in opened} == {"canceled"}
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []


async def test_a_block_that_is_lifted_in_the_meantime_stops_nothing(world: World) -> None:
    deposit_id = await begin(world)
    whose = {"player_id": world.player, "casino_id": world.casino}
    await world.tell(PlayerBlocked(**whose), PlayerUnblocked(**whose))
    await world.run_tasks()
    assert (await shown(world, deposit_id))[0] == "requires_action"


async def test_who_paid_before_the_provider_heard_of_his_exclusion_has_his_money_and_a_person_hears_of_it(
    world: World,
) -> None:
    deposit_id = await begin(world)
    intent = world.stripe.settle(deposit_id)
    await exclude(world)
    await world.run_tasks()
    await world.webhook("payment_intent.succeeded", intent)
    assert await shown(world, deposit_id) == ("succeeded", None, True)
    assert await world.transfers() == [("deposit", 10_00)]
    assert await set_aside(world) == [("stripe", "paid_although_forbidden")]


async def test_a_success_heard_before_the_stop_is_no_less_forbidden(world: World) -> None:
    deposit_id = await begin(world)
    await exclude(world)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await shown(world, deposit_id) == ("succeeded", None, False)
    assert await set_aside(world) == [("stripe", "paid_although_forbidden")]


async def test_a_late_success_beyond_the_limit_is_for_a_person_to_see(world: World) -> None:
    first, second = await begin(world), await begin(world)
    await limit(world, 10_00)
    for deposit_id in (first, second):
        intent = await decline(world, deposit_id)
        intent.update(status="requires_action")
        await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    assert await world.balance() == (20_00, 0)
    assert await set_aside(world) == [("stripe", "paid_although_forbidden")] * 2


async def test_a_late_success_that_breaks_nothing_is_just_credited(world: World) -> None:
    deposit_id = await begin(world)
    await decline(world, deposit_id)
    await world.webhook("payment_intent.succeeded", world.stripe.settle(deposit_id))
    await world.run_tasks()
    assert await shown(world, deposit_id) == ("succeeded", None, True)
    assert await set_aside(world) == []


@pytest.mark.parametrize("trouble", ["lost", "down"])
async def test_an_unanswered_cancel_is_asked_about_until_it_is_answered(world: World, trouble: str) -> None:
    deposit_id = await begin(world)
    await decline(world, deposit_id)
    setattr(world.stripe, trouble, 2)  # The cancel and the question behind it.
    await world.run_tasks()
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider")
    await world.pass_time(seconds=3)
    assert world.stripe.intent_of(deposit_id)["status"] == "canceled"
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []


async def test_what_cannot_be_cancelled_yet_is_tried_again_as_another_request(world: World) -> None:
    deposit_id = await begin(world)
    intent = await decline(world, deposit_id)
    intent["status"] = "processing"
    await world.run_tasks()
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider")
    intent["status"] = "requires_payment_method"
    await world.pass_time(seconds=3)
    assert intent["status"] == "canceled"
    cancels = [call for call in world.stripe.calls if call.url.endswith("/cancel")]
    assert len({call.headers["Idempotency-Key"] for call in cancels}) == len(cancels) == 2


async def test_what_nobody_finished_is_closed_at_the_provider(world: World) -> None:
    deposit_id = await begin(world)
    await world.pass_time(hours=25)
    await world.run_tasks()
    assert await shown(world, deposit_id) == ("expired", "expired", False)
    assert world.stripe.intent_of(deposit_id)["status"] == "canceled"


async def test_what_never_arrived_there_is_closed_once_it_would_surely_be_found(world: World) -> None:
    world.stripe.down = 1
    await begin(world)
    await exclude(world)
    await world.run_tasks()
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider")
    await world.pass_time(minutes=61)
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []
    assert world.stripe.intents == {}


async def test_what_the_provider_never_confirms_is_left_to_people_in_the_end(world: World) -> None:
    deposit_id = await begin(world)
    intent = await decline(world, deposit_id)
    intent["status"] = "processing"
    await world.run_tasks()
    for _ in range(2):
        await world.pass_time(days=31)
    assert await set_aside(world) == [("stripe", "left_open_at_provider")]
    assert await world.rows("SELECT 1 FROM task WHERE kind = 'payments.deposit_close'") == []


@pytest.mark.parametrize("attempt", range(3))
async def test_an_exclusion_a_payment_and_its_cancel_at_once_credit_what_was_paid_and_nothing_else(
    world: World, attempt: int
) -> None:
    deposit_id = await begin(world)
    intent = world.stripe.settle(deposit_id) if attempt else world.stripe.intent_of(deposit_id)
    news = [world.webhook("payment_intent.succeeded", intent)] if attempt else []
    await gather(exclude(world), world.run_tasks(), *news)
    await gather(world.run_tasks(), world.run_tasks())
    status, _, _ = await shown(world, deposit_id)
    if attempt:
        assert (status, await world.balance()) == ("succeeded", (10_00, 0))
        assert await set_aside(world) in ([], [("stripe", "paid_although_forbidden")])
    else:
        assert (status, intent["status"], await world.balance()) == ("failed", "canceled", (0, 0))
