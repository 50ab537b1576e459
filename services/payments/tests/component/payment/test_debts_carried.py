"""What pays a win's debt, held by `verify` on a live installation: a fault of each kind is found."""

import pytest

from chassis.testing.postgres import Databases
from payments.adapters.ledger.verify import verify

from .test_causes import plant
from .test_taken_back import books_hold, paid_in
from .test_win_debts import lost_win
from .world import World

CARRIED = "I9 what of a win's debt was carried to where debts are paid was paid there"
NO_MORE = "I3 nobody ever paid more than he owed"


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


async def broken(world: World) -> set[str]:
    findings = await verify(world.service.db.url)
    return {one.name for one in findings if one.name in {CARRIED, NO_MORE} and not one.holds}


async def test_a_debt_that_was_paid_is_in_order(world: World) -> None:
    await lost_win(world)
    await paid_in(world, 100_00)
    assert await broken(world) == set()
    await books_hold(world)


@pytest.mark.parametrize(
    "change",
    [
        "group_id = NULL",
        "group_id = reference_id",
        "amount_minor = amount_minor + 1",
        "credit_type = 'cash'",
        "debit_account = wallet_id",
        "posted_at = posted_at + interval '1 microsecond'",
    ],
)
async def test_a_debt_that_was_carried_and_not_paid_is_found(world: World, change: str) -> None:
    await lost_win(world)
    await paid_in(world, 100_00)
    await plant(world, f"UPDATE transfer SET {change} WHERE kind = 'debt_carried'")
    assert CARRIED in await broken(world)


async def test_a_debt_that_is_more_than_paid_is_found(world: World) -> None:
    await lost_win(world)
    await paid_in(world, 100_00)
    await plant(world, "UPDATE transfer SET credit_balance = 1 WHERE kind = 'receivable_recovery'")
    assert await broken(world) == {NO_MORE}
