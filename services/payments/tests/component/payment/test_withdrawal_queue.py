"""The queue of withdrawals: until when each is due, why somebody has to look, and what goes by itself."""

from asyncio import gather
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.testing.tokens import ALL_CLEAR
from contracts.verification.events import VerificationLevelReached
from payments.adapters.overdue import OverdueWatch
from payments.read_models.watched import overdue, unknown

from .world import V1, World

RULES: dict[str, Any] = {
    "currency": "EUR",
    "second_person_above_minor": 400_00,
    "automatic_up_to_minor": 100_00,
    "due_within_minutes": 60,
}


async def prepare(world: World, **rules: Any) -> None:
    await world.give()
    answer = await world.settle("/withdrawal-policy", {**RULES, **rules})
    assert answer.status_code == 200, answer.text


async def queue(world: World, as_: dict[str, str] | None = None, **params: str) -> list[Any]:
    asked = {"status": "eq.awaiting_approval", "created_at": "gte.2000-01-01", "order": "due_at.asc", **params}
    answer = await world.client.get(f"{V1}/withdrawals", params=asked, headers=as_ or world.staff())
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_what_is_due_first_is_first(world: World) -> None:
    await prepare(world)
    first = (await world.withdraw(150_00)).json()
    world.clock.advance(timedelta(minutes=5))
    second = (await world.withdraw(160_00)).json()
    listed = await queue(world)
    assert [one["withdrawal_id"] for one in listed] == [first["withdrawal_id"], second["withdrawal_id"]]
    assert [one["stopped_by"] for one in listed] == [["amount"], ["amount"]]
    late = await queue(world, due_at=f"lt.{listed[1]['due_at']}")
    assert [one["withdrawal_id"] for one in late] == [first["withdrawal_id"]]


async def test_what_is_late_is_counted_until_it_ends(world: World) -> None:
    await prepare(world)
    withdrawal_id = (await world.withdraw(150_00)).json()["withdrawal_id"]
    watch = OverdueWatch(world.service.db, world.clock, overdue, unknown)
    assert await watch.look() == {}
    world.clock.advance(timedelta(minutes=61))
    assert await watch.look() == {world.casino: 1}
    await world.post(f"/withdrawals/{withdrawal_id}/reject", {"reason": "name differs"}, as_=world.staff())
    assert await watch.look() == {}


async def test_where_the_casino_did_not_say_it_is_late_after_three_days(world: World) -> None:
    await prepare(world, due_within_minutes=None)
    made = (await world.withdraw(150_00)).json()
    watch = OverdueWatch(world.service.db, world.clock, overdue, unknown)
    world.clock.advance(timedelta(days=3))
    assert await watch.look() == {}
    world.clock.advance(timedelta(seconds=1))
    assert await watch.look() == {world.casino: 1}
    assert made["due_at"] is not None


async def test_within_a_day_no_more_goes_by_itself_than_the_rules_say(world: World) -> None:
    await prepare(world, automatic_day_total_minor=150_00)
    made = [(await world.withdraw(80_00)).json() for _ in range(2)]
    assert [one["status"] for one in made] == ["approved", "awaiting_approval"]
    assert [one["stopped_by"] for one in await queue(world)] == [["day_total"]]
    await world.pass_time(hours=25)
    assert (await world.withdraw(80_00)).json()["status"] == "approved"


async def test_what_is_split_into_many_goes_no_further_than_what_may_go_at_once(world: World) -> None:
    """Where the casino sets no total of a day."""
    await prepare(world)
    made = [(await world.withdraw(45_00)).json() for _ in range(4)]
    assert [one["status"] for one in made] == ["approved", "approved", "awaiting_approval", "awaiting_approval"]
    assert [one["stopped_by"] for one in await queue(world)] == [["day_total"], ["day_total"]]
    await world.pass_time(hours=25)
    assert (await world.withdraw(100_00)).json()["status"] == "approved"


async def test_one_person_lets_no_more_go_in_a_day_than_at_once(world: World) -> None:
    """Split into parts that are each below the bound, the one that passes it takes two; what came back counts not."""
    await prepare(world, automatic_up_to_minor=None, minimum_minor=1)
    assert [await world.people(150_00), await world.people(250_00), await world.people(1)] == [1, 1, 2]
    passing = next(one for one in await queue(world) if one["amount_minor"] == 1)
    assert passing["stopped_by"] == ["never_automatic", "second_person_day_total"]
    assert (await world.approve(passing["withdrawal_id"])).json()["status"] == "awaiting_approval"
    assert (await world.approve(passing["withdrawal_id"])).json()["status"] == "approved"
    largest = next(one for one in await queue(world) if one["amount_minor"] == 250_00)
    path = f"/withdrawals/{largest['withdrawal_id']}/reject"
    assert (await world.post(path, {"reason": "name differs"}, as_=world.staff())).status_code == 200
    assert await world.people(200_00) == 1
    await world.pass_time(hours=25)
    assert await world.people(1) == 1


@pytest.mark.parametrize(
    ("bounds", "one_less"),
    [
        ({"automatic_up_to_minor": 100_00}, 0),
        ({"automatic_up_to_minor": None, "second_person_above_minor": 100_00}, 1),
    ],
    ids=["by_itself", "by_one_person"],
)
async def test_two_at_once_cannot_both_slip_under_a_bound(
    world: World, bounds: dict[str, int | None], one_less: int
) -> None:
    """Each alone is within it, both together are not: the second one waits for the wallet and sees the first."""
    await prepare(world, **bounds)
    asked = await gather(*(world.withdraw(60_00) for _ in range(6)))
    assert {answer.status_code for answer in asked} == {201}
    needed = "SELECT approvals_needed FROM rm_withdrawal_list WHERE player_id = $1 ORDER BY approvals_needed"
    counts = [row["approvals_needed"] for row in await world.rows(needed, world.player)]
    assert counts == [one_less, *[one_less + 1] * 5]


async def test_a_new_or_unverified_player_is_looked_at(world: World) -> None:
    await prepare(world, automatic_after_days=7, automatic_level="verified")
    await world.withdraw(50_00)
    assert [one["stopped_by"] for one in await queue(world)] == [["level", "account_age"]]
    world.clock.advance(timedelta(minutes=7 * 24 * 60))
    await world.tell(
        VerificationLevelReached(
            case_id=uuid4(), player_id=world.player, casino_id=world.casino, level="verified", previous="none"
        )
    )
    assert (await world.withdraw(50_00)).json()["status"] == "approved"


async def test_only_what_people_found_to_be_his_own_goes_by_itself(world: World) -> None:
    await prepare(world, automatic_only_verified=True)
    made = (await world.withdraw(50_00)).json()
    assert [one["stopped_by"] for one in await queue(world)] == [["destination"]]
    body = {"verification": "verified", "reason": "statement seen"}
    await world.post(f"/instruments/{made['instrument_id']}/verification", body, as_=world.staff())
    assert (await world.withdraw(50_00)).json()["status"] == "approved"


async def test_nothing_is_paid_to_what_was_switched_off(world: World) -> None:
    await prepare(world)
    waiting = (await world.withdraw(150_00)).json()
    await world.post(f"/instruments/{waiting['instrument_id']}/disable", {"reason": "stolen"}, as_=world.staff())
    refused = await world.withdraw(50_00)
    assert (refused.status_code, refused.json()["code"]) == (409, "destination_disabled")
    late = await world.approve(waiting["withdrawal_id"])
    assert (late.status_code, late.json()["code"]) == (409, "destination_disabled")
    rejected = await world.post(
        f"/withdrawals/{waiting['withdrawal_id']}/reject", {"reason": "stolen"}, as_=world.staff()
    )
    assert rejected.status_code == 200
    assert await world.balance() == (500_00, 0)


async def test_a_player_does_not_see_why_somebody_looks(world: World) -> None:
    await prepare(world)
    made = (await world.withdraw(150_00)).json()
    assert "stopped_by" not in made
    assert made["due_at"] is not None


@pytest.mark.parametrize("mode", ["none", "hash", "mask"])
async def test_only_whoever_may_know_of_suspicions_sees_that_one_stopped_it(world: World, mode: Any) -> None:
    """Support answers players, and whoever warns a suspect breaks the law."""
    await prepare(world)
    await world.withdraw(150_00)
    world.player = uuid4()
    await world.register()
    await world.give()
    path = f"/withdrawals/{(await world.withdraw(150_00)).json()['withdrawal_id']}"
    agent, officer = world.staff(modes={**ALL_CLEAR, "aml": mode}), world.staff()
    why = ["shared_destination", "fraud_rules"]
    for shown in ((await world.get(path, as_=agent)).json(), (await queue(world, as_=agent))[-1]):
        assert (shown["stopped_by"], shown.get("review"), shown["approvals_needed"]) == (["amount"], None, 2)
    for shown in ((await world.get(path, as_=officer)).json(), (await queue(world))[-1]):
        assert (shown["stopped_by"], shown["review"]) == (["amount"], why)
    assert [one["review"] for one in await queue(world, review="cs.{shared_destination}")] == [why]
    for asked in ("review=cs.{shared_destination}", "stopped_by=cs.{shared_destination}", "order=review.asc"):
        listed = await world.get(f"/withdrawals?created_at=gte.2000-01-01&{asked}", as_=agent)
        frozen = await world.post(f"/withdrawals/bulk-approve?created_at=gte.2000-01-01&{asked}", as_=agent)
        assert (listed.status_code, frozen.status_code) == (400, 400)


async def test_rules_for_what_nobody_looks_at_need_such_a_thing(world: World) -> None:
    body = {"currency": "EUR", "second_person_above_minor": 100_00, "automatic_day_total_minor": 100_00}
    answer = await world.client.put(f"{V1}/casinos/{world.casino}/withdrawal-policy", json=body, headers=world.staff())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "automatic_day_total_minor")
