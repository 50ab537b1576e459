"""What providers hold of a casino's money: asked for over the wire, and less by what was paid out."""

from typing import Any

import pytest

from crypto.counter import Counter
from payments.application.floats.watching import FloatWatch

IBAN = {"kind": "iban", "iban": "ES9121000418450200051332", "first_name": "Sue", "last_name": "Hopper"}
ORDERS = {"trustly": "payouts", "adyen_transfers": "bank_transfers", "truelayer": "transfers_out"}
PROVIDERS = sorted(ORDERS)


async def held(desk: Counter, provider: str) -> dict[str, Any]:
    """What is known of it, once it was looked at."""
    await FloatWatch(desk.world.desk).look()
    listed = (await desk.world.get("/floats", as_=desk.world.staff())).json()
    return dict(next(one for one in listed if one["provider"] == provider))


@pytest.fixture(params=PROVIDERS)
async def paying(desk: Counter, request: pytest.FixtureRequest) -> tuple[Counter, str]:
    """A provider that pays to banks, and a player with 500 euros."""
    await desk.configure(request.param, "EUR")
    await desk.world.give(500_00)
    policy = {"currency": "EUR", "second_person_above_minor": 900_00, "automatic_up_to_minor": 900_00}
    assert (await desk.world.settle("/withdrawal-policy", policy)).status_code == 200
    return desk, request.param


async def test_it_tells_what_it_holds_and_less_once_it_has_paid(paying: tuple[Counter, str]) -> None:
    desk, provider = paying
    before = await held(desk, provider)
    assert (before["source"], before["balance_minor"]) == ("provider", 1_000_000_00)
    asked = await desk.world.withdraw(123_45, provider=provider, destination=IBAN)
    assert asked.status_code == 201, asked.text
    assert (await held(desk, provider))["free_minor"] == 1_000_000_00 - 123_45
    await desk.world.run_tasks()
    async with desk.browser.get(f"/control/money/{desk.world.casino}") as answer:
        assert len((await answer.json())[ORDERS[provider]]) == 1
    await desk.world.pass_time(minutes=15)
    after = await held(desk, provider)
    assert (after["balance_minor"], after["free_minor"]) == (1_000_000_00 - 123_45,) * 2


async def test_of_an_answer_that_is_lost_nothing_is_believed(paying: tuple[Counter, str]) -> None:
    desk, provider = paying
    await desk.outside("/control/chaos", {"lost_answers": 1}, put=True)
    assert (await held(desk, provider))["balance_minor"] is None
    await desk.outside("/control/chaos", put=True)
    await desk.world.pass_time(minutes=30)
    assert (await held(desk, provider))["balance_minor"] == 1_000_000_00
