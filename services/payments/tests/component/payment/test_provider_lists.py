"""Calls out to providers are kept one by one, and what they notify us of is a list."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.db.engine import driver
from chassis.store import Housekeeping
from chassis.testing.problems import problem

from .world import World


async def attempts(world: World, query: str = "attempted_at=gte.now-7d&order=attempted_at.asc") -> list[Any]:
    answer = await world.get(f"/provider-attempts?{query}", as_=world.staff())
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()
    return found


async def notifications(world: World, query: str) -> list[Any]:
    answer = await world.get(f"/provider-notifications?{query}", as_=world.staff())
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()
    return found


async def paid_out(world: World) -> str:
    """The id of a withdrawal the provider was told to pay."""
    await world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 450_00})
    await world.give(500_00)
    withdrawal_id: str = (await world.withdraw(1_00)).json()["withdrawal_id"]
    await world.post(f"/withdrawals/{withdrawal_id}/approve", {}, as_=world.staff(subject=uuid4()))
    await world.run_tasks()
    return withdrawal_id


async def test_a_call_is_kept_with_its_key_and_what_the_answer_said(world: World) -> None:
    deposit_id = (await world.deposit()).json()["deposit_id"]
    (call,) = await attempts(world)
    assert (call["provider"], call["operation"], call["payment_id"]) == ("stripe", "deposit.create", deposit_id)
    assert call["idempotency_key"] == UUID(deposit_id).hex
    assert (call["outcome"], call["http_status"]) == ("action_needed", 200)
    assert (call["code"], call["casino_id"]) == (None, str(world.casino))
    assert call["duration_ms"] >= 0


async def test_a_call_without_an_answer_is_kept_and_so_is_each_one_after_it(world: World) -> None:
    world.stripe.lost = 1
    deposit_id = (await world.deposit()).json()["deposit_id"]
    await world.pass_time(minutes=5)
    calls = await attempts(world, f"payment_id=eq.{deposit_id}&order=attempted_at.asc")
    assert [(one["outcome"], one["http_status"]) for one in calls[:1]] == [("unanswered", None)]
    assert len(calls) > 1
    assert calls[-1]["outcome"] == "action_needed"
    assert await attempts(world, "outcome=eq.unanswered") == calls[:1]


async def test_a_call_whose_caller_died_is_kept_as_asked(world: World) -> None:
    world.trustly.killed = 1
    withdrawal_id = await paid_out(world)
    (call,) = await attempts(world, f"payment_id=eq.{withdrawal_id}")
    assert (call["operation"], call["outcome"], call["duration_ms"]) == ("payout.order", "asked", None)
    await world.pass_time(seconds=31)
    calls = await attempts(world, f"payment_id=eq.{withdrawal_id}&order=attempted_at.asc")
    assert [one["outcome"] for one in calls] == ["asked", "taken"]
    assert len({one["idempotency_key"] for one in calls}) == 1


async def test_an_answer_nobody_can_believe_is_kept_with_its_status(world: World) -> None:
    world.stripe.down = 1
    await world.deposit()
    assert [(one["outcome"], one["http_status"]) for one in await attempts(world)] == [("unanswered", 500)]


async def test_a_payout_is_found_by_the_key_it_was_sent_with(world: World) -> None:
    withdrawal_id = await paid_out(world)
    (call,) = await attempts(world, f"payment_id=eq.{withdrawal_id}")
    assert (call["operation"], call["outcome"]) == ("payout.order", "taken")
    assert str(UUID(call["idempotency_key"])) == call["idempotency_key"]
    assert await attempts(world, f"idempotency_key=eq.{call['idempotency_key']}") == [call]


async def test_nothing_of_a_secret_or_a_person_is_kept_of_a_call(world: World) -> None:
    await paid_out(world)
    await world.deposit()
    rows = await world.rows("SELECT * FROM provider_attempt WHERE casino_id = $1", world.casino)
    assert len(rows) == 2
    kept = str([list(row.values()) for row in rows])
    for secret in ("sk_test_secret", "hunter22", "1520389582", str(world.player), "http"):
        assert secret not in kept


async def test_a_call_is_kept_for_as_long_as_its_payment_can_be_disputed(world: World) -> None:
    kept = [(await world.deposit()).json()["deposit_id"] for _ in range(2)]
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        old = "UPDATE provider_attempt SET attempted_at = now() - make_interval(days => $2) WHERE payment_id = $1"
        for deposit_id, days in zip(kept, (541, 539), strict=True):
            await raw.execute(old, UUID(deposit_id), days)
    housekeeping = Housekeeping(world.service.db, world.service.kept, inbox=timedelta(days=30))
    for _ in range(2):
        await housekeeping.sweep()
        rows = await world.rows("SELECT payment_id FROM provider_attempt WHERE casino_id = $1", world.casino)
        assert [str(row["payment_id"]) for row in rows] == kept[1:]


async def test_what_was_set_aside_waits_in_a_list(world: World) -> None:
    known = (await world.deposit()).json()["deposit_id"]
    await world.webhook("payment_intent.succeeded", world.stripe.settle(known))
    strange = {**world.stripe.settle(known), "metadata": {}}
    await world.webhook("payment_intent.succeeded", strange)
    (waiting,) = await notifications(world, "outcome=eq.set_aside")
    assert (waiting["provider"], waiting["kind"]) == ("stripe", "payment_intent.succeeded")
    assert waiting["code"]
    assert "sealed" not in waiting
    assert waiting in await notifications(world, f"notification_id=eq.{waiting['notification_id']}")
    assert {one["outcome"] for one in await notifications(world, "received_at=gte.now-7d")} == {"applied", "set_aside"}


@pytest.mark.parametrize("path", ["/provider-attempts", "/provider-notifications"])
async def test_neither_is_asked_for_whole(world: World, path: str) -> None:
    problem(await world.get(path, as_=world.staff()), 400, "LST116")
