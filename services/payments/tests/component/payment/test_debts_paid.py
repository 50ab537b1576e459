"""Money of a withdrawal that is the player's again pays what he owes for deposits that were taken back."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from .test_charged_back import flags
from .test_disputes import charged_back
from .test_taken_back import books_hold, owed, paid_in
from .world import World


async def rejected(world: World, withdrawal_id: str) -> None:
    body = {"reason": "a bank wants it back"}
    answer = await world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=world.staff())
    assert answer.status_code == 200, answer.text


async def taken_back(world: World, withdrawal_id: str) -> None:
    assert (await world.post(f"/withdrawals/{withdrawal_id}/cancel")).status_code == 200


async def refused(world: World, withdrawal_id: str) -> None:
    await world.notify("payoutfailed", withdrawal_id)


async def returned(world: World, withdrawal_id: str) -> None:
    await world.notify("payoutconfirmation", withdrawal_id)
    for amount in ("20.00", "30.00"):
        await world.notify("credit", withdrawal_id, amount=amount)


async def charged_back_while_on_hold(world: World, amount_minor: int, *, at_provider: bool) -> str:
    """The id of a withdrawal of 50.00, all that he had, of which a bank took so much from us meanwhile."""
    intent = await paid_in(world)
    withdrawal_id = str((await world.withdraw(50_00)).json()["withdrawal_id"])
    if at_provider:
        for _ in range(2):
            assert (await world.approve(withdrawal_id)).status_code == 200
        await world.run_tasks()
    await charged_back(world, {**intent, "amount": amount_minor})
    assert (await owed(world), await world.balance()) == (amount_minor, (0, 50_00))
    return withdrawal_id


@pytest.mark.parametrize("amount_minor", [20_00, 50_00])
@pytest.mark.parametrize(
    ("ends", "at_provider"), [(rejected, False), (taken_back, False), (refused, True), (returned, True)]
)
async def test_what_is_on_hold_pays_the_debt_when_it_is_released(
    bare_world: World, ends: Callable[[World, str], Awaitable[Any]], at_provider: bool, amount_minor: int
) -> None:
    world = bare_world
    await world.set_up(withdrawal_cancellation_allowed=True)
    withdrawal_id = await charged_back_while_on_hold(world, amount_minor, at_provider=at_provider)
    await ends(world, withdrawal_id)
    assert (await owed(world), await world.balance()) == (0, (50_00 - amount_minor, 0))
    await world.run_tasks()
    assert await flags(world) == {(False, False)}
    await books_hold(world)


async def test_what_comes_back_in_parts_pays_the_debt_until_it_is_paid(world: World) -> None:
    withdrawal_id = await charged_back_while_on_hold(world, 30_00, at_provider=True)
    await returned(world, withdrawal_id)
    moved = [one for one in await world.transfers() if one[0] in ("withdrawal_returned", "receivable_recovery")]
    assert sorted(moved) == [
        ("receivable_recovery", 10_00), ("receivable_recovery", 20_00),
        ("withdrawal_returned", 20_00), ("withdrawal_returned", 30_00),
    ]  # fmt: skip
    assert (await owed(world), await world.balance()) == (0, (20_00, 0))
    await books_hold(world)


async def test_the_debt_is_paid_in_one_group_with_what_was_released_and_for_the_withdrawal(world: World) -> None:
    withdrawal_id = await charged_back_while_on_hold(world, 50_00, at_provider=False)
    await rejected(world, withdrawal_id)
    rows = await world.rows(
        "SELECT kind, reference_id::text AS of, group_id::text AS of_group FROM transfer WHERE player_id = $1"
        " AND kind IN ('withdrawal_release', 'receivable_recovery') ORDER BY seq",
        world.player,
    )
    assert [(row["kind"], row["of"], row["of_group"]) for row in rows] == [
        ("withdrawal_release", withdrawal_id, withdrawal_id), ("receivable_recovery", withdrawal_id, withdrawal_id),
    ]  # fmt: skip
