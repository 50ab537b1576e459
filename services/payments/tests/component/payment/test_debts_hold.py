"""A player who owes money of a deposit that was taken back has none paid out: however late it turns out, wherever."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from .fakes import THEIR_PUBLIC
from .test_deposits import limit
from .test_disputes import charged_back, dispute_of, told
from .test_exchanges import offer, propose
from .test_taken_back import owed, paid_in, spend
from .world import World

TRUSTLY = {
    "currencies": ["EUR"],
    "settings": {"base_url": "https://test.trustly.com", "username": "casino", "public_key": THEIR_PUBLIC},
}


@pytest.fixture
def rates_file(tmp_path: Path) -> str:
    """A euro is worth 1.2 dollars today."""
    file = tmp_path / "eurofxref.csv"
    file.write_text(f"Date, USD, \n{datetime.now(UTC):%d %B %Y}, 1.2000, \n")
    return str(file)


async def test_a_withdrawal_that_waits_is_not_approved_once_its_money_was_taken_back(world: World) -> None:
    intent = await paid_in(world)
    withdrawal_id = (await world.withdraw(50_00)).json()["withdrawal_id"]
    await charged_back(world, intent)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    assert await owed(world) == 50_00
    refused = await world.approve(withdrawal_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")


async def test_an_approved_payout_waits_while_a_bank_wants_money_back_and_goes_when_it_was_won(world: World) -> None:
    intent = await paid_in(world)
    withdrawal_id = (await world.withdraw(20_00)).json()["withdrawal_id"]
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": False})
    for _ in range(2):
        assert (await world.approve(withdrawal_id)).status_code == 200
    await charged_back(world, intent)
    await world.settle("/providers/trustly", {**TRUSTLY, "enabled": True})
    await world.pass_time(minutes=2)
    path = f"/withdrawals/{withdrawal_id}"
    assert (await world.get(path)).json()["status"] == "approved"
    await told(world, "funds_reinstated", dispute_of(world, intent, "won"))
    await told(world, "closed", dispute_of(world, intent, "won"))
    await world.pass_time(minutes=2)
    assert (await world.get(path)).json()["status"] == "sent"


async def test_a_debt_in_one_currency_counts_in_every_other(world: World) -> None:
    intent = await paid_in(world)
    await offer(world)
    await world.approved(await propose(world))
    await spend(world, 30_00)
    await charged_back(world, intent)
    await told(world, "closed", dispute_of(world, intent, "lost"))
    async with world.service.db.write() as connection:
        dollars = await world.desk.ledger.lock_wallet(connection, world.casino, world.player, "USD")
    assert (dollars.in_debt, dollars.owed_minor, dollars.cash_minor) == (True, 0, 11_76)
    refused = await propose(world, sold_currency="USD", bought_currency="EUR", sold_minor=1_00, at_least_minor=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "debt_outstanding")


async def test_nothing_is_exchanged_while_a_bank_wants_money_back(world: World) -> None:
    intent = await paid_in(world)
    await world.give(100_00)
    await offer(world)
    await charged_back(world, intent)
    refused = await propose(world)
    assert (refused.status_code, refused.json()["code"]) == (409, "dispute_open")


async def test_a_limit_leaves_nothing_in_a_currency_it_does_not_speak_of(world: World) -> None:
    """Nobody said what it would be there, and a limit that can be walked round is none."""
    await world.tell(limit(world, 100_00, currency="USD"))
    assert (await world.deposit(1_00)).json()["code"] == "deposit_limit_reached"
