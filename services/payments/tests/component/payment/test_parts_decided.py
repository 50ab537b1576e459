"""What people decide about a withdrawal in parts: a part is stopped, and what goes nowhere by itself is tried again."""

from typing import Any
from uuid import UUID, uuid4

from chassis.tasks import TaskRunner
from payments.application.withdrawal_moves import SEND

from .test_closed_loop import approved, by_account, settle, shape, split, whole
from .test_outcomes import agreed, quiet
from .test_refunds import listed
from .test_taken_back import books_hold, paid_in, refunded, spend
from .world import STRIPE, World


async def stripe(world: World, *, enabled: bool) -> None:
    answer = await world.settle("/providers/stripe", {"enabled": enabled, "currencies": ["EUR"], **STRIPE})
    assert answer.status_code == 200, answer.text


async def divided(world: World) -> tuple[str, str]:
    """A withdrawal whose first part is a refund that was not sent, for its provider was switched off; both ids."""
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    runner = TaskRunner(world.service.db, {SEND: world.service.tasks[SEND]}, clock=world.clock)
    while (await whole(world, withdrawal_id))[0] == "awaiting_approval":
        assert (await world.approve(withdrawal_id)).status_code == 200
    await runner.run_due()
    await stripe(world, enabled=False)
    await world.pass_time(minutes=5)
    found = await split(world, withdrawal_id)
    assert shape(found)[0] == ("refund", "deposited", 50_00, "open")
    return withdrawal_id, found["parts"][0]["part_id"]


async def reject(world: World, withdrawal_id: Any, part_id: Any, **other: Any) -> Any:
    as_ = other.pop("as_", None) or world.staff(uuid4())
    return await world.post(
        f"/withdrawals/{withdrawal_id}/parts/{part_id}/reject", {"reason": "their desk is closed"}, as_=as_, **other
    )


async def retry(world: World, withdrawal_id: Any, **other: Any) -> Any:
    as_ = other.pop("as_", None) or world.staff(uuid4())
    return await world.post(f"/withdrawals/{withdrawal_id}/retry", {"reason": "it is up again"}, as_=as_, **other)


async def test_the_money_of_a_refund_that_a_person_stopped_goes_nowhere_people_did_not_see(world: World) -> None:
    withdrawal_id, part_id = await divided(world)
    (row,) = await listed(world)
    assert (row["status"], row["held_by"]) == ("ordered", "provider_off")
    answer = await reject(world, withdrawal_id, part_id)
    assert (answer.status_code, answer.json()["status"]) == (200, "split"), answer.text
    (row,) = await listed(world)
    assert (row["status"], row["code"], row["reason"]) == ("failed", "rejected", "their desk is closed")
    assert await world.balance() == (70_00, 80_00)
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    stopped = [("refund", "deposited", 50_00, "failed"), ("payout", "winnings", 30_00, "open")]
    assert (shape(found), found["for_people"], found["rest_minor"]) == (stopped, True, 50_00)
    assert (await elsewhere(world, withdrawal_id, world.staff(uuid4()))).status_code == 200
    await world.run_tasks()
    assert shape(await split(world, withdrawal_id)) == stopped, "it took two people to approve it"
    assert (await elsewhere(world, withdrawal_id, world.staff(uuid4()))).status_code == 200
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert shape(found) == [*stopped, ("payout", "not_back", 50_00, "open")]
    await stripe(world, enabled=True)
    await world.pass_time(hours=1)
    assert world.stripe.refunds == {}
    for part in found["parts"][1:]:
        await world.notify("payoutconfirmation", part["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_a_refund_that_a_person_stopped_goes_back_after_all_on_the_word_of_one(world: World) -> None:
    withdrawal_id, part_id = await divided(world)
    await reject(world, withdrawal_id, part_id)
    await world.run_tasks()
    await retry(world, withdrawal_id)
    await world.run_tasks()
    assert [one["stands"] for one in (await split(world, withdrawal_id))["parts"]] == ["failed", "open"]
    await stripe(world, enabled=True)
    for part in (await split(world, withdrawal_id))["parts"][1:]:
        await world.notify("payoutconfirmation", part["part_id"])
    await world.run_tasks()
    assert shape(await split(world, withdrawal_id))[2:] == [("refund", "deposited", 50_00, "paid")]
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_a_part_is_stopped_once_and_not_after_it_was_sent(world: World) -> None:
    withdrawal_id, refund_id = await divided(world)
    sent = (await split(world, withdrawal_id))["parts"][1]["part_id"]
    assert (await reject(world, withdrawal_id, sent)).json()["code"] == "withdrawal_already_sent"
    assert [(await reject(world, withdrawal_id, refund_id)).status_code for _ in range(2)] == [200, 200]
    assert await world.transfers() == [
        ("deposit", 50_00),
        ("withdrawal_hold", 80_00),
        ("withdrawal_release", 50_00),
        ("refund_hold", 50_00),
        ("refund_release", 50_00),
        ("withdrawal_hold", 50_00),
    ]
    assert (await reject(world, withdrawal_id, uuid4())).status_code == 404
    await books_hold(world)


async def test_a_refund_that_was_sent_is_not_stopped(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = await approved(world)
    part_id = (await split(world, withdrawal_id))["parts"][0]["part_id"]
    answer = await reject(world, withdrawal_id, part_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_already_sent")


async def test_parts_are_stopped_by_whoever_may_reject_as_much_there(world: World) -> None:
    withdrawal_id, part_id = await divided(world)
    elsewhere = await reject(world, withdrawal_id, part_id, as_=world.staff(casino=uuid4()))
    assert elsewhere.status_code == 404
    reader = world.staff(None, "payments.withdrawal.list")
    assert (await reject(world, withdrawal_id, part_id, as_=reader)).status_code == 403
    assert (await reject(world, withdrawal_id, part_id, as_=world.himself())).status_code == 403


async def test_what_was_halted_is_tried_again_where_it_failed(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    world.trustly.refuse = "ERROR_ACCOUNT_NOT_FOUND"
    withdrawal_id = await approved(world)
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 50_00)
    assert (await split(world, withdrawal_id))["for_people"]
    await retry(world, withdrawal_id)
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 50_00)  # It is as before.
    world.trustly.refuse = None
    answer = await retry(world, withdrawal_id)
    assert (answer.status_code, answer.json()["status"]) == (200, "split"), answer.text
    again = await retry(world, withdrawal_id)
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_retry")
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert [one["stands"] for one in found["parts"]] == ["paid", "failed", "failed", "open"]
    assert not found["for_people"]
    await world.notify("payoutconfirmation", found["parts"][-1]["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    assert await world.balance() == (70_00, 0)
    await books_hold(world)


async def test_once_the_casino_returns_nothing_to_its_source_it_goes_where_the_player_wants_it(world: World) -> None:
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    world.trustly.refuse = "ERROR_ACCOUNT_NOT_FOUND"
    withdrawal_id = await approved(world)
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 50_00)
    world.trustly.refuse = None
    await settle(world, closed_loop=None)
    assert (await retry(world, withdrawal_id)).status_code == 200
    await world.run_tasks()
    assert [one["stands"] for one in (await split(world, withdrawal_id))["parts"]] == ["paid", "failed", "open"]


async def never_paid(world: World) -> tuple[str, UUID]:
    """A withdrawal of whose first part two people found out that it was never paid; both ids."""
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    world.trustly.lost = 1_000
    withdrawal_id = await approved(world)
    await world.pass_time(hours=3)
    await quiet(world)
    part_id = UUID((await split(world, withdrawal_id))["parts"][0]["part_id"])
    await agreed(world, f"/withdrawals/{part_id}")
    await world.run_tasks()
    return withdrawal_id, part_id


async def test_what_people_found_never_paid_goes_elsewhere_only_when_a_person_wants_it(world: World) -> None:
    withdrawal_id, part_id = await never_paid(world)
    found = await split(world, withdrawal_id)
    assert shape(found) == [("payout", "deposited", 50_00, "failed"), ("payout", "winnings", 30_00, "open")]
    assert (found["for_people"], found["rest_minor"], found["parts"][0]["by_hand"]) == (True, 50_00, True)
    await world.notify("payoutconfirmation", found["parts"][1]["part_id"])
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 30_00)
    world.trustly.lost = 0
    assert (await retry(world, withdrawal_id)).status_code == 200
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert [one["stands"] for one in found["parts"]] == ["failed", "paid", "open"]
    assert found["parts"][2]["part_id"] != str(part_id)
    await world.notify("payoutconfirmation", found["parts"][2]["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_it_is_tried_again_while_another_part_is_open_too(world: World) -> None:
    withdrawal_id, _ = await never_paid(world)
    world.trustly.lost = 0
    assert (await retry(world, withdrawal_id)).json()["status"] == "split"
    await world.run_tasks()
    assert [one["stands"] for one in (await split(world, withdrawal_id))["parts"]] == ["failed", "open", "open"]


async def test_nothing_is_tried_again_while_he_owes_what_a_bank_took(world: World) -> None:
    withdrawal_id, _ = await never_paid(world)
    await spend(world, 70_00)
    await refunded(world, next(iter(world.stripe.intents.values())), 50_00)
    answer = await retry(world, withdrawal_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "debt_outstanding")


async def test_it_is_tried_again_by_whoever_may_approve_as_much_there(world: World) -> None:
    withdrawal_id, _ = await never_paid(world)
    assert (await retry(world, withdrawal_id, as_=world.staff(casino=uuid4()))).status_code == 404
    rejecter = world.staff(None, "payments.withdrawal.reject")
    assert (await retry(world, withdrawal_id, as_=rejecter)).status_code == 403
    assert (await retry(world, withdrawal_id, as_=world.himself())).status_code == 403


async def elsewhere(world: World, withdrawal_id: str, as_: dict[str, str]) -> Any:
    body = {"reason": "that provider is gone for good", "elsewhere": True}
    return await world.post(f"/withdrawals/{withdrawal_id}/retry", body, as_=as_)


async def waits_for_its_source(world: World) -> str:
    """A withdrawal of 80.00 of which 50.00 are owed to a card whose provider was switched off after people approved."""
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    path = f"/withdrawals/{withdrawal_id}"
    while (await world.get(path)).json()["status"] == "awaiting_approval":
        await world.approve(withdrawal_id)
    await stripe(world, enabled=False)
    seen = await split(world, withdrawal_id)
    assert (shape(seen), seen["rest_minor"], seen["winnings_minor"]) == (
        [("payout", "winnings", 30_00, None)], 50_00, 30_00,
    )  # fmt: skip
    await world.run_tasks()
    sent = await split(world, withdrawal_id)
    assert shape(sent) == [("payout", "winnings", 30_00, "open")]
    assert [(one["amount_minor"], one["obstacle"]) for one in sent["left_out"]] == [(50_00, "provider_off")]
    await world.notify("payoutconfirmation", sent["parts"][0]["part_id"])
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 30_00)
    return withdrawal_id


async def test_what_a_provider_that_is_off_should_give_back_waits_until_it_is_on(world: World) -> None:
    withdrawal_id = await waits_for_its_source(world)
    await stripe(world, enabled=True)
    assert (await retry(world, withdrawal_id)).status_code == 200
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert shape(found)[1:] == [("refund", "deposited", 50_00, "paid")]
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_a_person_may_have_it_go_where_the_player_wants_it_and_it_is_not_called_winnings(world: World) -> None:
    withdrawal_id = await waits_for_its_source(world)
    assert (await retry(world, withdrawal_id)).status_code == 200
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 30_00), "it is off still"
    ann = world.staff(uuid4())
    answer = await elsewhere(world, withdrawal_id, ann)
    assert (answer.status_code, answer.json()["status"]) == (200, "halted"), answer.text
    await world.run_tasks()
    assert await whole(world, withdrawal_id) == ("halted", 30_00), "it took two people to approve it"
    assert len((await split(world, withdrawal_id))["elsewhere_wanted_by"]) == 1
    again = await elsewhere(world, withdrawal_id, ann)
    assert (again.status_code, again.json()["code"]) == (409, "second_person_required")
    assert (await elsewhere(world, withdrawal_id, world.staff(uuid4()))).status_code == 200
    await world.run_tasks()
    found = await split(world, withdrawal_id)
    assert shape(found)[1:] == [("payout", "not_back", 50_00, "open")]
    assert (found["winnings_minor"], found["left_out"][0]["obstacle"]) == (30_00, "provider_off")
    await world.notify("payoutconfirmation", found["parts"][1]["part_id"])
    assert await whole(world, withdrawal_id) == ("paid", 80_00)
    await books_hold(world)


async def test_a_yes_from_before_a_day_does_not_send_it_elsewhere(world: World) -> None:
    withdrawal_id = await waits_for_its_source(world)
    assert (await elsewhere(world, withdrawal_id, world.staff(uuid4()))).status_code == 200
    await world.pass_time(hours=25)
    late = await elsewhere(world, withdrawal_id, world.staff(uuid4()))
    assert (late.status_code, late.json()["status"]) == (200, "halted"), late.text


async def test_where_all_of_it_waits_nothing_is_sent_and_a_person_may_give_it_back(world: World) -> None:
    await paid_in(world)
    await settle(world)
    withdrawal_id = str((await world.withdraw(20_00)).json()["withdrawal_id"])
    while (await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == "awaiting_approval":
        await world.approve(withdrawal_id)
    await stripe(world, enabled=False)
    await world.run_tasks()
    await world.run_tasks()
    assert (await whole(world, withdrawal_id), world.trustly.orders) == (("halted", 0), {})
    body = {"reason": "he asked for it"}
    answer = await world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=world.staff(uuid4()))
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert await world.balance() == (50_00, 0)
    await books_hold(world)
