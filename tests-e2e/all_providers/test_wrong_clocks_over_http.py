"""Providers that sign the time with a wrong clock, and payments of which only a part is captured."""

import pytest

from all_providers.ways import BY_NAME, Way
from crypto.counter import Counter
from journey.client import eventually

SIGN_THE_TIME = ("praxis", "stripe")
"""PaymentIQ does as well, and asks instead of telling."""

TELL_PARTS = ("praxis", "stripe")
"""Whose simulators capture parts."""

LONG = 20
"""Steps of two minutes after which a test gives up."""


async def opened(desk: Counter, provider: str) -> tuple[Way, str, str]:
    """A deposit of 50.00 and the page on which it is paid."""
    way = BY_NAME[provider]
    await desk.configure(provider, "EUR")
    deposit_id = await way.open(desk)
    return way, deposit_id, await way.page(desk, deposit_id)


async def tried(desk: Counter) -> None:
    """Wait until something was told, and whether it was taken."""

    async def attempted() -> bool:
        async with desk.browser.get("/control/parcels") as answer:
            return any(one["attempts"] for one in (await answer.json())["parcels"])

    await eventually("something was told", attempted)


async def until_credited(desk: Counter, deposit_id: str, amount_minor: int) -> None:
    """Let time pass until it is credited: once, with exactly this."""
    for _ in range(LONG):
        if await desk.status(deposit_id) == "succeeded":
            break
        await desk.told()
        await desk.world.pass_time(minutes=2)
        await desk.world.beat()
    assert await desk.world.transfers() == [("deposit", amount_minor)]
    assert await desk.world.ledger_sum() == 0


@pytest.mark.parametrize("provider", SIGN_THE_TIME)
@pytest.mark.parametrize("seconds", [-200, 200])
async def test_a_clock_that_is_a_little_wrong_changes_nothing(desk: Counter, provider: str, seconds: int) -> None:
    way, deposit_id, page = await opened(desk, provider)
    await desk.outside("/control/chaos", {"skew_s": seconds}, put=True)
    await way.pay(desk, page)
    await desk.told()
    await desk.outside("/control/chaos", {}, put=True)
    await until_credited(desk, deposit_id, 50_00)


@pytest.mark.parametrize("provider", SIGN_THE_TIME)
@pytest.mark.parametrize("seconds", [-172_800, 172_800])
async def test_what_a_very_wrong_clock_signed_is_not_believed_and_not_lost(
    desk: Counter, provider: str, seconds: int
) -> None:
    way, deposit_id, page = await opened(desk, provider)
    await desk.outside("/control/chaos", {"skew_s": seconds}, put=True)
    await way.pay(desk, page)
    await tried(desk)
    await desk.world.run_tasks()
    assert await desk.world.transfers() == []
    await desk.outside("/control/chaos", {}, put=True)
    await until_credited(desk, deposit_id, 50_00)


@pytest.mark.parametrize("provider", TELL_PARTS)
async def test_what_was_captured_is_credited_and_not_what_was_asked_for(desk: Counter, provider: str) -> None:
    way, deposit_id, page = await opened(desk, provider)
    await desk.outside("/control/chaos", {"partial": 1.0, "duplicates": 1.0}, put=True)
    await way.pay(desk, page)
    await desk.told()
    await desk.outside("/control/chaos", {}, put=True)
    await until_credited(desk, deposit_id, 25_00)
