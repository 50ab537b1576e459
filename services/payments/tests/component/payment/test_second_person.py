"""Withdrawals above the threshold: what makes a yes of one person and that of another count together."""

from asyncio import create_task, gather
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chassis.testing.tokens import bearer, forget, make_token

from .test_withdrawals import approve, policy, status
from .world import EVERYTHING, World

WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
"""Who waits for what somebody else has locked."""


@pytest.fixture
async def rich(world: World) -> World:
    """The player has 500.00; one person approves up to 200.00, two above."""
    await world.give(500_00)
    await policy(world, second_person_above_minor=200_00)
    return world


async def waits_for_a_second(world: World) -> tuple[str, UUID]:
    """A withdrawal that somebody approved a moment ago, and who it was."""
    withdrawal_id, first = (await world.withdraw(300_00)).json()["withdrawal_id"], uuid4()
    assert (await approve(world, withdrawal_id, subject=first)).json()["approved_by"] == [str(first)]
    return withdrawal_id, first


async def seen(world: World, withdrawal_id: str) -> str:
    """The digest of it, as staff see it."""
    return str((await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json()["payload_sha256"])


@pytest.mark.parametrize("body", [{}, {"payload_sha256": "0" * 64}])
async def test_the_second_person_names_what_he_saw(rich: World, body: dict[str, str]) -> None:
    withdrawal_id, _ = await waits_for_a_second(rich)
    refused = await rich.post(f"/withdrawals/{withdrawal_id}/approve", body, as_=rich.staff())
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_payload_differs")
    assert await status(rich, withdrawal_id) == "awaiting_approval"


async def test_each_of_two_proves_a_moment_before_who_he_is(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    looked = {"payload_sha256": await seen(rich, withdrawal_id)}
    old = int(rich.clock.now().timestamp()) - 301
    for _ in range(2):
        stale = bearer(make_token(permissions=EVERYTHING, casinos=[rich.casino], auth_time=old))
        refused = await rich.post(f"/withdrawals/{withdrawal_id}/approve", looked, as_=stale)
        assert (refused.status_code, refused.json()["code"]) == (401, "insufficient_user_authentication")
        await approve(rich, withdrawal_id)


async def test_a_first_yes_is_over_after_a_day(rich: World) -> None:
    withdrawal_id, _ = await waits_for_a_second(rich)
    rich.clock.advance(timedelta(hours=24))
    bob = uuid4()
    shown = (await approve(rich, withdrawal_id, subject=bob)).json()
    assert (shown["status"], shown["approved_by"]) == ("awaiting_approval", [str(bob)])


async def test_a_first_who_may_not_approve_as_much_is_none(rich: World) -> None:
    withdrawal_id = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    ann, bob = uuid4(), uuid4()
    assert (await approve(rich, withdrawal_id, subject=ann)).status_code == 200
    forget(ann)
    make_token(subject=ann, permissions=EVERYTHING, casinos=[rich.casino], ceilings={"EUR": 299_99})
    shown = (await approve(rich, withdrawal_id, subject=bob)).json()
    assert (shown["status"], shown["approved_by"]) == ("awaiting_approval", [str(bob)])


async def test_whoever_may_be_the_same_human_as_the_first_is_no_second(rich: World) -> None:
    withdrawal_id, first = await waits_for_a_second(rich)
    looked = {"payload_sha256": await seen(rich, withdrawal_id)}
    tied = bearer(make_token(permissions=EVERYTHING, casinos=[rich.casino], tied_to=[first]))
    refused = await rich.post(f"/withdrawals/{withdrawal_id}/approve", looked, as_=tied)
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person_required")
    assert (await approve(rich, withdrawal_id)).json()["status"] != "awaiting_approval"


async def test_of_two_at_the_same_moment_the_second_one_names_what_he_saw_as_well(rich: World) -> None:
    """Both had looked before either yes was there, and waited for the wallet."""
    withdrawal_id = (await rich.withdraw(300_00)).json()["withdrawal_id"]
    path, people = f"/withdrawals/{withdrawal_id}/approve", [rich.staff(uuid4()) for _ in range(2)]
    async with rich.service.db.write() as connection:
        await rich.desk.ledger.lock_wallet(connection, rich.casino, rich.player, "EUR")
        asked = [create_task(rich.post(path, {}, as_=one)) for one in people]
        while len(await rich.rows(WAITING)) < len(people):
            assert not any(one.done() for one in asked)
    answers = await gather(*asked)
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"approval_payload_differs"}
    assert await status(rich, withdrawal_id) == "awaiting_approval"
