"""Rules against fraud where amounts are of several currencies."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from .test_fraud import asks, decisions, paid
from .world import STRIPE, World

DAY = datetime(2020, 2, 1, tzinfo=UTC)


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    """A euro was worth 1.25 dollars and 160 yen, long ago: no price, but good enough for a bound."""
    return published(tmp_path / "eurofxref.csv", "1.2500")


def published(file: Path, dollars: str) -> str:
    file.write_text(f"Date, USD, JPY, \n{DAY:%d %B %Y}, {dollars}, 160.00, \n")
    return str(file)


async def with_dollars(world: World) -> None:
    """The casino takes them, and the player has a wallet in them."""
    answer = await world.settle("/providers/stripe", {"enabled": True, "currencies": ["EUR", "USD"], **STRIPE})
    assert answer.status_code == 200, answer.text
    async with world.service.db.write() as connection:
        await world.desk.ledger.open_wallet(connection, world.casino, world.player, "USD")


async def test_sums_just_below_what_is_reported_are_found_over_currencies(world: World) -> None:
    await with_dollars(world)
    await paid(world, 1_900_00)
    assert (await asks(world, 2_300_00, currency="USD")).status_code == 201
    found = (await decisions(world))[-1]
    assert (found["features"]["euro_minor"], found["features"]["recent_deposits_minor"]) == (125, [2_300_00, 2_375_00])
    assert found["rules"] == []
    await asks(world, 1_900_00)
    found = (await decisions(world))[-1]
    assert found["features"]["recent_deposits_minor"] == [1_900_00, 1_840_00, 1_900_00]
    assert (found["features"]["euro_minor"], found["rules"]) == (100, ["STRUCT"])


async def test_the_rate_of_then_stays_with_the_decision_whatever_it_is_later(world: World, rates_file: str) -> None:
    await with_dollars(world)
    await asks(world, 10_00, currency="USD")
    published(Path(rates_file), "2.00")
    await asks(world, 10_00, currency="USD")
    assert [one["features"]["euro_minor"] for one in await decisions(world)] == [125, 200]


@pytest.mark.parametrize("rates_file", [""], ids=["no file"])
async def test_without_a_rate_a_euro_is_a_hundred_minor_units_and_others_are_left_out(world: World) -> None:
    await with_dollars(world)
    await asks(world, 10_00)
    assert (await asks(world, 10_00, currency="USD")).status_code == 201
    found = (await decisions(world))[-1]["features"]
    assert (found["euro_minor"], found["recent_deposits_minor"]) == (100, [10_00])


async def test_what_was_paid_in_another_currency_adds_nothing(world: World) -> None:
    """Who paid in dollars alone has paid no euros: not none that are known, nor as many as there can be."""
    await with_dollars(world)
    assert (await asks(world, 10_00, currency="USD")).status_code == 201
    await asks(world, 10_00)
    counted = (await decisions(world))[-1]["features"]
    sums = {name: value for name, value in counted.items() if "_minor:" in name}
    assert counted["deposits:player:24h"] == 1
    assert {name: value for name, value in sums.items() if value} == {}
