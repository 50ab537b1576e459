"""Every provider that pays, every trouble: what was approved leaves once, and an unknown outcome is never a failure."""

from collections.abc import Mapping
from typing import Any

import pytest

from all_providers.ways_out import AMOUNT_MINOR, WAYS_OUT, WayOut
from crypto.counter import Counter

LONG = 30
"""Steps of two minutes after which a test gives up."""


@pytest.fixture(params=WAYS_OUT, ids=lambda way: way.provider)
async def way(request: pytest.FixtureRequest, desk: Counter) -> WayOut:
    """The casino has an account at this provider alone, one person approves, and the player has money."""
    await desk.configure(request.param.provider, "EUR")
    answer = await desk.world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 1_000_00})
    assert answer.status_code == 200, answer.text
    await desk.world.give()
    found: WayOut = request.param
    return found


async def badly(desk: Counter, **how: Any) -> None:
    """From now on the provider behaves like this; well, when nothing is said."""
    await desk.outside("/control/chaos", how, put=True)


async def status(desk: Counter, withdrawal_id: str) -> str:
    return str((await desk.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def until_paid(desk: Counter, way: WayOut, withdrawal_id: str) -> None:
    """Let time pass until it left: exactly once, of exactly what was on hold."""
    for _ in range(LONG):
        if await status(desk, withdrawal_id) == "paid":
            break
        await desk.told()
        if await status(desk, withdrawal_id) == "sent":
            await way.finish(desk)
            await desk.told()
        await desk.world.pass_time(minutes=2)
    assert await status(desk, withdrawal_id) == "paid"
    assert await desk.world.transfers() == [("withdrawal_hold", AMOUNT_MINOR), ("withdrawal_paid", AMOUNT_MINOR)]
    assert await desk.world.balance() == (500_00 - AMOUNT_MINOR, 0)
    assert await desk.world.ledger_sum() == 0


TROUBLES = ("unheard", "errors", "lost_answers", "half_answers")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_an_order_without_a_believable_answer_stays_on_hold_and_is_paid_once(
    desk: Counter, way: WayOut, trouble: str
) -> None:
    withdrawal_id = await way.approved(desk)
    await badly(desk, **{trouble: 1})
    await desk.world.run_tasks()
    assert await status(desk, withdrawal_id) in ("unknown", "sent", "paid"), "what they told meanwhile counts"
    assert "failed" not in await status(desk, withdrawal_id)
    await badly(desk)
    await until_paid(desk, way, withdrawal_id)
    assert await way.orders(desk) == 1 or way.provider == "paymentiq", "which asks us about each"


MESSAGES: Mapping[str, dict[str, Any]] = {
    "twice-and-out-of-order": {"duplicates": 1, "reordering": 1},
    "late": {"delay_ms": 300},
}


@pytest.mark.parametrize("how", MESSAGES.values(), ids=list(MESSAGES))
async def test_what_left_is_booked_once_however_it_is_told(desk: Counter, way: WayOut, how: dict[str, Any]) -> None:
    withdrawal_id = await way.approved(desk)
    await badly(desk, **how)
    await desk.world.run_tasks()
    await until_paid(desk, way, withdrawal_id)
    assert await way.orders(desk) == 1 or way.provider == "paymentiq", "which asks us about each"
