"""Every provider that gives money back, every trouble: what two people agreed to goes back once, and an unknown outcome
is never a failure.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from all_providers.ways_back import AMOUNT_MINOR, WAYS_BACK, WayBack
from crypto.counter import Counter
from payments.strategies.providers.registry import PROVIDERS

LONG = 30
"""Steps of two minutes after which a test gives up."""


@pytest.fixture(params=WAYS_BACK, ids=lambda way: way.provider)
async def way(request: pytest.FixtureRequest, desk: Counter) -> WayBack:
    """The casino has an account at this provider alone."""
    await desk.configure(request.param.provider, "EUR")
    found: WayBack = request.param
    return found


async def badly(desk: Counter, **how: Any) -> None:
    """From now on the provider behaves like this; well, when nothing is said."""
    await desk.outside("/control/chaos", how, put=True)


async def status(desk: Counter, refund_id: UUID) -> str:
    (row,) = await desk.world.rows("SELECT status FROM rm_refund_list WHERE id = $1", refund_id)
    return str(row["status"])


async def until_back(desk: Counter, way: WayBack, refund_id: UUID) -> None:
    """Let time pass until it is back: exactly once, exactly what was ordered."""
    for _ in range(LONG):
        if await status(desk, refund_id) == "succeeded":
            break
        await desk.told()
        if await status(desk, refund_id) == "pending":
            await way.finish(desk)
            await desk.told()
        await desk.world.pass_time(minutes=2)
    assert await status(desk, refund_id) == "succeeded"
    back = [("refund_hold", AMOUNT_MINOR), ("refund_paid", AMOUNT_MINOR)]
    assert await desk.world.transfers() == [("deposit", 50_00), *back]
    assert await desk.world.balance() == (50_00 - AMOUNT_MINOR, 0)
    assert await desk.world.ledger_sum() == 0
    assert len(await way.booked(desk)) == 1


TROUBLES = ("unheard", "errors", "lost_answers", "half_answers")


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_an_order_without_a_believable_answer_stays_put_aside_and_goes_back_once(
    desk: Counter, way: WayBack, trouble: str
) -> None:
    refund_id = await way.order(desk, await way.pay_in(desk))
    await badly(desk, **{trouble: 1})
    await desk.world.run_tasks()
    assert await status(desk, refund_id) in ("unknown", "pending", "succeeded"), "what they told meanwhile counts"
    await badly(desk)
    await until_back(desk, way, refund_id)


MESSAGES: Mapping[str, dict[str, Any]] = {
    "twice-and-out-of-order": {"duplicates": 1, "reordering": 1},
    "late": {"delay_ms": 300},
}


@pytest.mark.parametrize("how", MESSAGES.values(), ids=list(MESSAGES))
async def test_what_went_back_is_booked_once_however_it_is_told(
    desk: Counter, way: WayBack, how: dict[str, Any]
) -> None:
    refund_id = await way.order(desk, await way.pay_in(desk))
    await badly(desk, **how)
    await desk.world.run_tasks()
    await until_back(desk, way, refund_id)


def test_whoever_takes_refunds_from_us_is_troubled() -> None:
    assert {way.provider for way in WAYS_BACK} == {name for name, one in PROVIDERS.items() if one.refunds is not None}
