"""The cases of `test_edge_cases` that are about what providers settle: other currencies, and other clocks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from payments.application.ledger import TransferKind

from .bank import camt, rates_of_today
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_converted import HEAD, clearing, entries, fx, holds, settled
from .test_reconciliation_routes import SINCE, listed
from .test_settlement_terms import agreed
from .world import World


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    return rates_of_today(tmp_path)


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def test_player_in_euros_provider_settles_in_dollars(books: Books):
    """Converted at the rate of the settlement, by two transfers in one currency each; the rate stands beside them."""
    world = books.world
    first, second = await books.deposit(100_00), await books.deposit(50_00)
    await books.move(TransferKind.DEPOSIT_REVERSAL, second, 20_00)
    await agreed(world, currency="USD", rate_tolerance_bps=200)
    await books.bring(
        HEAD
        + settled(first, "100.00", "116.50", fee="2.30")
        + settled(second, "50.00", "59.40")
        + settled(second, "-20.00", "-23.90", kind="Refunded")
    )
    assert [row[1:] for row in await books.items()] == [("matched", None, None)] * 3
    assert await clearing(world) == {"EUR": 0, "USD": -(116_50 + 59_40 - 23_90)}
    assert await fx(world) == {"EUR": -130_00, "USD": 118_80 + 59_40 - 23_90}
    found = await listed(world, "conversions")
    assert sorted((one["sold_minor"], one["bought_minor"], one["rate"], one["off_bps"]) for one in found) == [
        (-20_00, -23_90, "1.195000000000", -42),
        (50_00, 59_40, "1.188000000000", -100),
        (100_00, 118_80, "1.188000000000", -100),
    ]
    assert {(one["source"], one["published_minor"]) for one in found if one["sold_minor"] > 50_00} == {
        ("eurofxref", 120_00)
    }
    assert await entries(world) == 4, "two for what came, two for what went back, of however many lines"
    await books.bring(camt(("152.00", "ADYEN 4711471147")).replace('"EUR"', '"USD"'), "camt053")
    assert await clearing(world) == {"EUR": 0, "USD": 0}
    await holds(world)


async def test_clock_skew_dst_settlement_cut_off(books: Books):
    """What is booked has our moment. The provider's moments stand beside it, in the zone they name: also in the hour
    that comes twice, and on a day of its own. Money follows from none of them.
    """
    world = books.world
    await world.offer_cards()
    deposit_id = (await world.deposit(provider="adyen")).json()["deposit_id"]
    raw = world.adyen.authorised(deposit_id)  # Its clock says 1 March, 12:30 at +01:00.
    assert (await world.client.post(world.calls_at("adyen"), content=raw)).status_code == 200
    (told,) = await world.rows("SELECT said_at FROM provider_notification")
    assert told["said_at"] == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    (movement,) = await listed(world, "expectations", **SINCE)
    assert abs(datetime.fromisoformat(movement["booked_at"]) - world.clock.now()) < timedelta(minutes=5)
    before, of = f"{world.clock.now() - timedelta(days=40):%Y}-10-25 02:30:00", {"batch": "4711471147"}
    await books.bring(
        ADYEN_HEAD
        + adyen("Settled", deposit_id, "50.00", "49.00", at=before, zone="CEST", **of)
        + adyen("Settled", uuid4(), "9.00", "9.00", at=before, zone="CET", **of)
    )
    shown = {one["amount_minor"]: one for one in await listed(world, "items", **SINCE)}
    twice = [datetime.fromisoformat(shown[minor]["booked_at"]) for minor in (50_00, 9_00)]
    assert [f"{one:%m-%d %H:%M}" for one in twice] == ["10-25 00:30", "10-25 01:30"]
    assert [shown[minor]["state"] for minor in (50_00, 9_00)] == ["matched", "missing_in_ledger"]
    (movement,) = await listed(world, "expectations", **SINCE)
    assert (movement["state"], movement["booked_at"][:4]) == ("matched", f"{world.clock.now():%Y}")
    assert await world.transfers() == [("deposit", 50_00)]
