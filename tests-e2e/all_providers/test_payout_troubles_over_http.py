"""Every provider that pays, every trouble: what was approved leaves once, and an unknown outcome is never a failure."""

from collections.abc import Mapping
from typing import Any

import pytest

from all_providers.ways_out import AMOUNT_MINOR, WAYS_OUT, WayOut
from crypto.counter import Counter
from payments.strategies.providers.registry import PROVIDERS

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


NOT_ASKED = ("adyen_transfers", "truelayer", "trustly")
"""Who cannot be asked what became of an order without an id of its own: sent again, the order is the question."""


LED_UP_TO = ("paysafe", "skrill", "truelayer")
"""Whose order follows from another call: a login, a handle, a session. It is not given while that has no answer."""


async def test_the_refusal_of_an_order_sent_again_ends_it_only_where_the_first_was_surely_not_taken(
    desk: Counter, way: WayOut
) -> None:
    withdrawal_id = await way.approved(desk)
    await badly(desk, unheard=1)
    await desk.world.run_tasks()
    assert await status(desk, withdrawal_id) == "unknown"
    await badly(desk, refusals=1)
    for _ in range(10):
        await desk.world.pass_time(minutes=2)
    if way.provider not in NOT_ASKED or way.provider in LED_UP_TO:
        assert await status(desk, withdrawal_id) == "failed"
        assert await desk.world.balance() == (500_00, 0)
        return
    assert await status(desk, withdrawal_id) == "unknown"
    assert await desk.world.balance() == (500_00 - AMOUNT_MINOR, AMOUNT_MINOR)
    assert (await desk.world.published()).count("notification_set_aside") == 1
    await badly(desk)
    await until_paid(desk, way, withdrawal_id)
    assert await way.orders(desk) == 1


async def test_an_order_that_was_taken_does_not_fail_because_it_is_refused_when_it_is_sent_again(
    desk: Counter, way: WayOut
) -> None:
    withdrawal_id = await way.approved(desk)
    await badly(desk, lost_answers=1)
    await desk.world.run_tasks()
    if way.provider in LED_UP_TO:
        assert await way.orders(desk) == 0
        return
    await badly(desk, refusals=1)
    await until_paid(desk, way, withdrawal_id)
    assert await way.orders(desk) == 1


async def test_an_order_that_nobody_answers_is_laid_before_people_once_and_is_not_sent_for_ever(
    desk: Counter, way: WayOut
) -> None:
    withdrawal_id = await way.approved(desk)
    await badly(desk, unheard=1)
    await desk.world.run_tasks()
    for _ in range(33):
        await desk.world.pass_time(days=1)
    assert await status(desk, withdrawal_id) == "unknown"
    assert await desk.world.balance() == (500_00 - AMOUNT_MINOR, AMOUNT_MINOR)
    assert (await desk.world.published()).count("notification_set_aside") == 1
    assert await desk.world.rows("SELECT 1 FROM task WHERE kind = 'payments.payout_send'") == []


def test_whoever_pays_euros_is_troubled() -> None:
    paying = {name for name, one in PROVIDERS.items() if one.payouts is not None}
    assert {way.provider for way in WAYS_OUT} == paying - {"btcpay"}


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
