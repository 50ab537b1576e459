"""What was approved and is not sent says why, as long as that is so."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from .test_debts_hold import TRUSTLY
from .test_disputes import charged_back, dispute_of, told
from .test_settlement_terms import agreed
from .test_taken_back import paid_in
from .test_withdrawals import policy
from .world import V1, World


async def waiting(world: World, amount_minor: int = 20_00) -> str:
    """One that people approved while its provider is off."""
    withdrawal_id = str((await world.withdraw(amount_minor)).json()["withdrawal_id"])
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": False})
    while (await row(world, withdrawal_id))["status"] == "awaiting_approval":
        assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    return withdrawal_id


async def row(world: World, withdrawal_id: str) -> dict[str, Any]:
    return dict((await world.get(f"/withdrawals/{withdrawal_id}", as_=world.staff())).json())


async def held(world: World, withdrawal_id: str) -> tuple[str, str | None]:
    shown = await row(world, withdrawal_id)
    return shown["status"], shown["held_by"]


async def switch_on(world: World) -> None:
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": True})
    await world.pass_time(minutes=2)


async def test_a_provider_that_is_off_holds_it_until_it_is_on(world: World) -> None:
    await world.give()
    withdrawal_id = await waiting(world)
    assert await held(world, withdrawal_id) == ("approved", "provider_off")
    told_before = await world.published()
    await world.pass_time(minutes=5)
    assert await world.published() == told_before, "nobody else is told, and no second time"
    asked = {"created_at": "gte.2000-01-01", "held_by": "eq.provider_off"}
    listed = await world.client.get(f"{V1}/withdrawals", params=asked, headers=world.staff())
    assert [one["withdrawal_id"] for one in listed.json()] == [withdrawal_id]
    assert "held_by" not in (await world.get(f"/withdrawals/{withdrawal_id}")).json()
    await switch_on(world)
    assert await held(world, withdrawal_id) == ("sent", None)


async def test_what_is_held_for_long_is_looked_at_ever_more_rarely(world: World) -> None:
    await world.give()
    withdrawal_id = await waiting(world)
    pauses = []
    for hours in (0, 2, 1, 240):
        await world.pass_time(hours=hours)
        (task,) = await world.rows("SELECT run_at FROM task WHERE id = $1", UUID(withdrawal_id))
        pauses.append(task["run_at"] - world.clock.now())
    assert pauses == [timedelta(minutes=one) for one in (1, 12, 18, 60)]
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": True})
    await world.pass_time(hours=1)
    assert await held(world, withdrawal_id) == ("sent", None)


async def test_a_dispute_holds_it_and_once_it_was_won_it_goes(world: World) -> None:
    intent = await paid_in(world)
    await world.give(100_00)
    withdrawal_id = await waiting(world)
    await charged_back(world, intent)
    await switch_on(world)
    assert await held(world, withdrawal_id) == ("approved", "dispute_open")
    await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await told(world, "closed", dispute_of(world, intent, "won"))
    await world.pass_time(minutes=2)
    assert await held(world, withdrawal_id) == ("sent", None)


async def test_a_debt_holds_it_until_somebody_rejects_it(world: World) -> None:
    intent = await paid_in(world)
    withdrawal_id = await waiting(world)
    await charged_back(world, intent)
    await switch_on(world)
    assert await held(world, withdrawal_id) == ("approved", "debt_outstanding")
    body = {"reason": "he owes it"}
    await world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=world.staff())
    assert await held(world, withdrawal_id) == ("rejected", None)


async def test_a_destination_that_was_switched_off_holds_it(world: World) -> None:
    await world.give()
    withdrawal_id = await waiting(world)
    instrument_id = (await row(world, withdrawal_id))["instrument_id"]
    await world.post(f"/instruments/{instrument_id}/disable", {"reason": "stolen"}, as_=world.staff())
    await switch_on(world)
    assert await held(world, withdrawal_id) == ("approved", "destination_disabled")


async def test_a_float_that_is_too_small_holds_it(world: World) -> None:
    await world.give()
    await policy(world, second_person_above_minor=500_00)
    await agreed(world, "trustly", prefunded=True)
    withdrawal_id = str((await world.withdraw(50_00)).json()["withdrawal_id"])
    assert (await world.approve(withdrawal_id)).status_code == 200
    await world.run_tasks()
    assert await held(world, withdrawal_id) == ("approved", "float_too_small")
