"""What becomes known after a withdrawal was asked for stops it until people know, and no longer."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.verification.events import HitDecided, VerificationLevelReached
from payments.application.processes.payout_process import PayoutProcess

from .test_bulk import proposed, results
from .test_closed_loop import settle, split, wanted_elsewhere, whole
from .test_debts_hold import TRUSTLY
from .test_fraud import automatic, cases
from .test_fraud_lists import set_aside
from .test_fraud_signals import blocks, warned
from .test_parts_decided import reject
from .test_taken_back import paid_in
from .test_withdrawals import BANK, policy, status
from .world import World

FOUND = ("hit", "player", "payout", "warning")


async def hit(world: World, decision: str = "confirm", hit_id: UUID = UUID(int=7)) -> None:
    await world.tell(
        HitDecided(hit_id=hit_id, player_id=world.player, casino_id=world.casino, decision=decision)  # type: ignore[arg-type]
    )


def level(world: World, level: Any, previous: Any) -> VerificationLevelReached:
    return VerificationLevelReached(
        case_id=uuid4(), player_id=world.player, casino_id=world.casino, level=level, previous=previous
    )


@pytest.fixture
async def one_is_enough(bare_world: World) -> World:
    """One person lets a withdrawal go, be it after news about its player's level, which is his now."""
    await bare_world.set_up(withdrawal_requires_level="basic")
    await bare_world.tell(level(bare_world, "basic", "none"))
    await policy(bare_world, second_person_above_minor=200_00)
    return bare_world


async def becomes_known(world: World, what: str) -> None:
    if what == "hit":
        await hit(world)
    elif what == "player":
        await blocks(world, "player", str(world.player))
    elif what == "payout":
        (place,) = [one for one in await world.instruments(world.staff()) if one["holder"]]
        await blocks(world, "payout", place["instrument_id"])
    else:
        await warned(world, world.stripe.intent_of((await world.get("/deposits")).json()[0]["deposit_id"]))


async def asked(world: World, amount_minor: int = 10_00, known: str | None = None) -> str:
    await paid_in(world)
    await world.give(100_00)
    if known is not None:
        await becomes_known(world, known)
    return str((await world.withdraw(amount_minor, destination=BANK)).json()["withdrawal_id"])


async def seen(world: World, withdrawal_id: str) -> dict[str, Any]:
    return dict((await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json())


async def switch(world: World, *, enabled: bool) -> None:
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": enabled})


async def approve_until_sent(world: World, withdrawal_id: str) -> None:
    for _ in range(2):
        assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    assert await status(world, withdrawal_id) == "sent"


@pytest.mark.parametrize("what", FOUND)
async def test_an_approval_upon_news_does_not_count_and_tells_why(world: World, what: str) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    before = await seen(world, withdrawal_id)
    assert (before["approvals_needed"], before["stopped_by"]) == (1, ["never_automatic"])
    await becomes_known(world, what)
    told = (await world.approve(withdrawal_id)).json()
    why = "under_review" if what == "hit" else "fraud_rules"
    assert (told["status"], told["approvals_needed"], told["approved_by"]) == ("awaiting_approval", 2, [])
    assert (told["stopped_by"], told["review"]) == (["never_automatic"], [why])
    await world.run_tasks()
    assert world.trustly.orders == {}
    (case,) = await cases(world)
    assert (case["status"], case["player_id"]) == ("open", world.player)
    await approve_until_sent(world, withdrawal_id)


@pytest.mark.parametrize("what", FOUND)
async def test_what_nobody_looked_at_since_is_not_sent(world: World, what: str) -> None:
    await automatic(world)
    withdrawal_id = await asked(world)
    await switch(world, enabled=False)
    await world.run_tasks()
    assert await status(world, withdrawal_id) == "approved"
    await becomes_known(world, what)
    await switch(world, enabled=True)
    await world.pass_time(minutes=2)
    assert world.trustly.orders == {}
    waiting = await seen(world, withdrawal_id)
    assert (waiting["status"], waiting["approvals_needed"]) == ("awaiting_approval", 2)
    assert waiting["review"] == ["under_review" if what == "hit" else "fraud_rules"]
    assert [one["status"] for one in await cases(world)] == ["open"]
    assert "withdrawal_stopped" in await world.published()
    await approve_until_sent(world, withdrawal_id)


async def test_a_first_yes_without_the_news_counts_no_longer_and_the_second_names_what_he_saw(world: World) -> None:
    await policy(world, second_person_above_minor=5_00)
    withdrawal_id = await asked(world)
    old = (await seen(world, withdrawal_id))["payload_sha256"]
    assert (await world.approve(withdrawal_id)).status_code == 200
    await hit(world)
    told = (await world.approve(withdrawal_id)).json()
    assert (told["approved_by"], told["payload_sha256"] == old) == ([], False)
    assert (await world.approve(withdrawal_id)).json()["status"] == "awaiting_approval"
    body = {"reason": "as I saw it yesterday", "payload_sha256": old}
    stale = await world.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=world.staff(uuid4()))
    assert (stale.status_code, stale.json()["code"]) == (409, "approval_payload_differs")
    assert (await world.approve(withdrawal_id)).json()["status"] == "approved"


@pytest.mark.parametrize("names_it", [True, False])
async def test_one_who_lets_it_go_alone_names_what_he_saw_too(one_is_enough: World, names_it: bool) -> None:
    """Somebody else was told the news; whoever looked before knows none of them."""
    world = one_is_enough
    withdrawal_id = await asked(world)
    old = (await seen(world, withdrawal_id))["payload_sha256"]
    await world.tell(level(world, "none", "basic"))
    told = (await world.approve(withdrawal_id)).json()
    assert (told["status"], told["approvals_needed"]) == ("awaiting_approval", 1)
    body = {"reason": "as I saw it yesterday"} | ({"payload_sha256": old} if names_it else {})
    stale = await world.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=world.staff(uuid4()))
    assert (stale.status_code, stale.json()["code"]) == (409, "approval_payload_differs")
    assert (await world.approve(withdrawal_id)).json()["status"] == "approved"


async def test_another_order_than_the_one_he_saw_is_approved_by_nobody(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    body = {"reason": "looks good", "payload_sha256": "0" * 64}
    refused = await world.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=world.staff(uuid4()))
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_payload_differs")


async def test_many_at_once_are_not_approved_once_one_of_them_was_stopped(one_is_enough: World) -> None:
    """The rows were frozen before the news, which somebody was told since."""
    world, ann = one_is_enough, one_is_enough.staff(uuid4())
    withdrawal_id = await asked(world)
    job, started = await proposed(world, "approve", ann)
    await world.tell(level(world, "none", "basic"))
    assert (await world.approve(withdrawal_id)).json()["status"] == "awaiting_approval"
    await world.approved(started)
    await world.run_tasks()
    assert list((await results(world, job, ann)).values()) == [("refused", "looked_at_by_itself")]


async def test_its_player_is_not_told_what_news_change(world: World) -> None:
    withdrawal_id = await asked(world)
    assert "payload_sha256" not in (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    assert (await seen(world, withdrawal_id))["payload_sha256"]


async def test_a_case_hears_what_else_is_found_of_a_withdrawal_that_it_knows(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    for what in ("hit", "player"):
        await becomes_known(world, what)
        assert (await world.approve(withdrawal_id)).json()["approved_by"] == []
    (case,) = await cases(world)
    assert case["rules"] == ["BLOCK-LIST-OUT", "UNDER-REVIEW"]


async def test_what_people_knew_when_they_approved_holds_nothing_up(world: World) -> None:
    withdrawal_id = await asked(world, known="hit")
    await switch(world, enabled=False)
    for _ in range(2):
        await world.approve(withdrawal_id)
    await switch(world, enabled=True)
    await world.pass_time(minutes=2)
    assert await status(world, withdrawal_id) == "sent"


async def test_a_hit_that_was_cleared_in_time_stops_nothing(world: World) -> None:
    await automatic(world)
    withdrawal_id = await asked(world)
    await hit(world)
    await hit(world, "clear")
    await world.run_tasks()
    assert await status(world, withdrawal_id) == "sent"


async def test_what_was_sent_stays_sent(world: World) -> None:
    await automatic(world)
    withdrawal_id = await asked(world)
    await world.run_tasks()
    await hit(world)
    await world.pass_time(minutes=30)
    assert (await status(world, withdrawal_id), len(world.trustly.orders)) == ("sent", 1)


async def test_a_level_that_is_not_enough_any_more_has_people_look(bare_world: World) -> None:
    world = bare_world
    await world.set_up(withdrawal_requires_level="basic")
    await world.tell(level(world, "basic", "none"))
    await automatic(world)
    withdrawal_id = await asked(world)
    await world.tell(level(world, "none", "basic"))
    await world.run_tasks()
    waiting = await seen(world, withdrawal_id)
    assert (waiting["status"], waiting["approvals_needed"]) == ("awaiting_approval", 1)
    assert waiting["stopped_by"] == ["level"]


async def bulk(world: World, action: str) -> tuple[str, str | None]:
    """What became of the one row, once a second person let it go."""
    ann = world.staff(uuid4())
    job, started = await proposed(world, action, ann)
    await world.approved(started)
    await world.run_tasks()
    (result,) = (await results(world, job, ann)).values()
    return result


async def test_many_at_once_are_not_approved_over_news(world: World) -> None:
    await policy(world, second_person_above_minor=200_00)
    withdrawal_id = await asked(world)
    await hit(world)
    assert await bulk(world, "approve") == ("refused", "withdrawal_stopped")
    assert (await seen(world, withdrawal_id))["review"] == ["under_review"]
    await approve_until_sent(world, withdrawal_id)


async def test_a_batch_leaves_behind_what_nobody_looked_at_since(world: World) -> None:
    await policy(world, second_person_above_minor=200_00, in_batches=True)
    withdrawal_id = await asked(world)
    assert (await world.approve(withdrawal_id)).json()["status"] == "approved"
    await hit(world)
    assert await bulk(world, "release") == ("refused", "withdrawal_stopped")
    waiting = await seen(world, withdrawal_id)
    assert (waiting["status"], waiting.get("batch_id")) == ("awaiting_approval", None)
    assert world.trustly.orders == {}


async def divided_and_known(world: World, what: str) -> str:
    """The id of a withdrawal that people let go and that was divided, before something became known."""
    await paid_in(world)
    await world.give(100_00)
    await settle(world)
    withdrawal_id = str((await world.withdraw(80_00)).json()["withdrawal_id"])
    while (await whole(world, withdrawal_id))[0] == "awaiting_approval":
        await world.approve(withdrawal_id)
    await PayoutProcess(world.desk).send(UUID(withdrawal_id), world.casino, timedelta())
    await becomes_known(world, what)
    await world.run_tasks()
    return withdrawal_id


@pytest.mark.parametrize("what", ["hit", "player", "warning"])
async def test_a_part_that_waits_is_stopped_and_approved_by_itself(world: World, what: str) -> None:
    withdrawal_id = await divided_and_known(world, what)
    assert world.trustly.orders == {}
    refunded, part = (await split(world, withdrawal_id))["parts"]
    assert refunded["stands"] == ("open" if what == "hit" else "paid")
    waiting = await seen(world, part["part_id"])
    assert (waiting["status"], waiting["approvals_needed"]) == ("awaiting_approval", 2)
    assert waiting["review"] == ["under_review" if what == "hit" else "fraud_rules"]
    assert (await whole(world, withdrawal_id))[0] == "split"
    await approve_until_sent(world, part["part_id"])


async def test_after_a_hit_nothing_goes_back_to_its_source_until_it_is_cleared(world: World) -> None:
    withdrawal_id = await divided_and_known(world, "hit")
    assert await set_aside(world) == ["refund_awaits_people"]
    await world.pass_time(minutes=5)
    assert await set_aside(world) == ["refund_awaits_people"]
    await hit(world, "clear")
    await world.pass_time(minutes=5)
    assert (await split(world, withdrawal_id))["parts"][0]["stands"] == "paid"


async def test_what_would_go_back_to_its_source_can_go_elsewhere_with_two_people(world: World) -> None:
    withdrawal_id = await divided_and_known(world, "hit")
    refunded = (await split(world, withdrawal_id))["parts"][0]
    assert (await reject(world, withdrawal_id, refunded["part_id"])).status_code == 200
    await world.run_tasks()
    assert len((await split(world, withdrawal_id))["parts"]) == 2, "nobody saw it going elsewhere"
    await wanted_elsewhere(world, withdrawal_id)
    instead = (await split(world, withdrawal_id))["parts"][2]
    assert (await seen(world, instead["part_id"]))["approvals_needed"] == 2
    await approve_until_sent(world, instead["part_id"])
