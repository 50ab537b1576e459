"""Every provider, every trouble: what was paid is credited once, what was not paid never is, and nothing is lost."""

from collections.abc import Mapping
from typing import Any

import pytest

from all_providers.ways import WAYS, Way
from crypto.counter import Counter

LONG = 60
"""Steps of two minutes after which a test gives up: a provider may be looked at no oftener than every few minutes."""


@pytest.fixture(params=WAYS, ids=lambda way: way.provider)
async def way(request: pytest.FixtureRequest, desk: Counter) -> Way:
    """The casino has an account at this provider alone."""
    await desk.configure(request.param.provider, "EUR")
    found: Way = request.param
    return found


async def badly(desk: Counter, **how: Any) -> None:
    """From now on the provider behaves like this; well, when nothing is said."""
    await desk.outside("/control/chaos", how, put=True)


async def until(desk: Counter, deposit_id: str, status: str) -> None:
    """Let time pass until the deposit stands there."""
    for _ in range(LONG):
        if await desk.status(deposit_id) == status:
            return
        await desk.told()
        await desk.world.pass_time(minutes=2)
        await desk.world.beat()
    raise AssertionError(await desk.status(deposit_id))


ONLY_MESSAGES_TELL = frozenset({"adyen", "trustly"})
"""Who cannot be asked what was paid. A message that is lost for good is found by reconciliation."""

MESSAGES: Mapping[str, dict[str, Any]] = {
    "twice-and-out-of-order": {"duplicates": 1, "reordering": 1},
    "late": {"delay_ms": 300},
    "never": {"lost_callbacks": 1},
}


@pytest.mark.parametrize("how", MESSAGES.values(), ids=list(MESSAGES))
async def test_what_was_paid_is_credited_once_however_it_is_told(desk: Counter, way: Way, how: dict[str, Any]) -> None:
    deposit_id = await way.open(desk)
    page = await way.page(desk, deposit_id)
    await badly(desk, **how)
    await way.pay(desk, page)
    if how is MESSAGES["never"] and way.provider in ONLY_MESSAGES_TELL:
        for _ in range(3):
            await desk.world.pass_time(minutes=30)
        assert await desk.status(deposit_id) != "failed"
        assert await desk.world.transfers() == []
        return
    await until(desk, deposit_id, "succeeded")
    assert await desk.world.transfers() == [("deposit", 50_00)]
    assert await desk.world.ledger_sum() == 0


FIRST_GIVE_A_TOKEN = frozenset({"truelayer"})
"""Who is asked for nothing before they gave a token: without one, the order was never sent and is not unknown."""


@pytest.mark.parametrize("trouble", ["unheard", "errors", "lost_answers", "half_answers"])
async def test_an_answer_that_cannot_be_believed_is_no_success_and_is_found_out(
    desk: Counter, way: Way, trouble: str
) -> None:
    await badly(desk, **{trouble: 1})
    deposit_id = await way.open(desk)
    waits = "requested" if way.provider in FIRST_GIVE_A_TOKEN else "unknown"
    assert await desk.status(deposit_id) == waits
    await badly(desk)
    for _ in range(LONG):
        if await desk.status(deposit_id) not in ("requested", "unknown"):
            break
        await desk.world.pass_time(minutes=2)
    assert await desk.status(deposit_id) in ("requires_action", "failed", "expired")
    assert await desk.world.transfers() == []


IN_COINS = frozenset({"btcpay", "coingate"})
"""Who is paid in coins for an invoice in the wallet's currency: how much is the player's to say."""
IN_MONEY = [way for way in WAYS if way.provider not in IN_COINS]
AT_NO_RATE_OF_OURS = [way for way in WAYS if way.provider != "btcpay"]
"""A rate that was locked for less is none for more: what came to BTCPay, people put a worth to."""


async def aside(desk: Counter) -> set[str]:
    """Why messages wait for people."""
    rows = await desk.world.rows("SELECT code FROM provider_notification WHERE outcome = 'set_aside'")
    return {str(row["code"]) for row in rows}


async def came(desk: Counter, way: Way, **how: Any) -> None:
    """A deposit of 50.00 of which something else came in, and was credited."""
    deposit_id = await way.open(desk)
    page = await way.page(desk, deposit_id)
    await badly(desk, **how)
    await way.pay(desk, page)
    await until(desk, deposit_id, "succeeded")
    assert await aside(desk) == {"amount_differs"}
    assert await desk.world.ledger_sum() == 0


@pytest.mark.parametrize("way", AT_NO_RATE_OF_OURS, ids=lambda way: way.provider, indirect=True)
async def test_more_than_was_asked_is_credited_and_people_are_told(desk: Counter, way: Way) -> None:
    await came(desk, way, excess=1)
    assert await desk.world.transfers() == [("deposit", 75_00)]


@pytest.mark.parametrize("way", IN_MONEY, ids=lambda way: way.provider, indirect=True)
async def test_less_than_was_asked_is_credited_and_people_are_told(desk: Counter, way: Way) -> None:
    await came(desk, way, partial=1)
    assert await desk.world.transfers() == [("deposit", 25_00)]


@pytest.mark.parametrize("way", IN_MONEY, ids=lambda way: way.provider, indirect=True)
async def test_money_of_another_currency_is_no_success_and_people_are_told(desk: Counter, way: Way) -> None:
    deposit_id = await way.open(desk)
    page = await way.page(desk, deposit_id)
    await badly(desk, foreign=1)
    await way.pay(desk, page)
    for _ in range(5):
        await desk.told()
        await desk.world.pass_time(minutes=2)
    assert await desk.status(deposit_id) in ("requires_action", "processing")
    assert await desk.world.transfers() == []
    assert await aside(desk) == {"currency_differs"}


async def test_a_no_after_a_yes_takes_nothing_back(desk: Counter, way: Way) -> None:
    deposit_id = await way.open(desk)
    page = await way.page(desk, deposit_id)
    await badly(desk, contradictions=1, reordering=1)
    await way.pay(desk, page)
    await until(desk, deposit_id, "succeeded")
    for _ in range(3):
        await desk.told()
        await desk.world.pass_time(minutes=2)
    assert await desk.status(deposit_id) == "succeeded"
    assert await desk.world.transfers() == [("deposit", 50_00)]
    assert await desk.world.ledger_sum() == 0
