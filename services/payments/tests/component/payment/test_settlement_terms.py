"""What is agreed with a provider: two people set it; files are compared, and payouts sent, by it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from payments.application.ledger import AccountType, Transfer, TransferKind, house, psp_clearing, transfer_id

from .bank import ACCOUNT, camt
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import AT, SINCE, listed
from .world import World


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def proposed(world: World, provider: str = "adyen", **terms: Any) -> httpx.Response:
    path = f"{AT}/casinos/{world.casino}/terms/{provider}"
    return await world.client.put(path, json={"currency": "EUR", **terms}, headers=world.staff())


async def agreed(world: World, provider: str = "adyen", **terms: Any) -> None:
    answer = await proposed(world, provider, **terms)
    assert answer.status_code == 202, answer.text
    await world.approved(answer)


async def top_up(world: World, amount_minor: int) -> None:
    """The casino sends money ahead to Trustly."""
    transfer = Transfer(
        id=transfer_id("top up", uuid4()),
        kind=TransferKind.SETTLEMENT,
        debit=psp_clearing(world.casino, "trustly", "EUR"),
        credit=house(world.casino, AccountType.BANK, "EUR"),
        amount_minor=amount_minor,
        provider="trustly",
    )
    assert all(one.posted for one in await world.desk.ledger.post([transfer]))


async def test_two_people_set_terms_and_the_list_shows_them(world: World):
    answer = await proposed(world, due_days=1, tolerance_minor=5, fee_bps=90)
    assert (answer.status_code, await listed(world, "terms")) == (202, []), answer.text
    await world.approved(answer)
    (shown,) = await listed(world, "terms")
    assert (shown["provider"], shown["currency"], shown["due_days"], shown["alarm_days"]) == ("adyen", "EUR", 1, 7)
    assert (shown["tolerance_minor"], shown["fee_bps"], shown["fee_fixed_minor"]) == (5, 90, None)
    changes = "SELECT 1 FROM outbox WHERE envelope LIKE '%platform.setting_changed%settlement_terms%'"
    assert len(await world.rows(changes)) == 1
    await agreed(world, due_days=2)
    assert [one["due_days"] for one in await listed(world, "terms")] == [2]


@pytest.mark.parametrize(
    "terms",
    [
        {"due_days": 8, "alarm_days": 7},
        {"due_days": -1},
        {"due_days": 366},
        {"tolerance_minor": -1},
        {"tolerance_minor": 1.5},
        {"fee_bps": 10_001},
        {"fee_share_bps": 10_001},
        {"fee_share_bps": "300"},
        {"currency": "XXQ"},
        {"prefunded": "yes"},
        {"accounts": ["MT84MALT011000012345MTLCAST001S"]},
    ],
    ids=str,
)
async def test_terms_that_make_no_sense_are_refused(world: World, terms: dict[str, Any]):
    assert (await proposed(world, **terms)).status_code == 422


async def test_a_provider_that_is_not_there_has_no_terms(world: World):
    assert (await proposed(world, "nobody")).status_code == 404


async def test_two_people_set_the_casinos_own_accounts_and_a_statement_of_another_is_not_believed(books: Books):
    world = books.world
    written = ["mt84 malt 0110 0001 2345 mtlc ast0 01s", "10020030/1234567"]
    await agreed(world, "bank", accounts=written)
    (shown,) = await listed(world, "terms")
    assert (shown["provider"], shown["accounts"]) == ("bank", [ACCOUNT, "100200301234567"])
    changes = "SELECT 1 FROM outbox WHERE envelope LIKE '%platform.setting_changed%100200301234567%'"
    assert len(await world.rows(changes)) == 1
    other = await books.bring(camt(("5.00", "x"), account="XX00SOMEBODYELSE"), "camt053")
    assert (other["state"], other["why_code"], other["rows"]) == ("failed", "statement_of_another_account", 0)
    assert await books.items() == []
    assert (await books.bring(camt(("5.00", "x")), "camt053"))["state"] == "done"


@pytest.mark.parametrize(
    "terms",
    [
        {"accounts": ["abc"]},
        {"accounts": ["9" * 35]},
        {"accounts": ["x" * 65]},
        {"accounts": "MT84MALT011000012345MTLCAST001S"},
        {"accounts": [7]},
        {"accounts": [None]},
        {"accounts": ["MT84MALT011000012345MTLCAST001S"] * 101},
        {"accounts": [], "due_days": 2},
    ],
    ids=["short", "long", "longer", "no list", "a number", "null", "many", "what no bank agrees"],
)
async def test_accounts_that_make_no_sense_are_refused(world: World, terms: dict[str, Any]):
    answer = await proposed(world, "bank", **terms)
    assert answer.status_code == 422, answer.text


async def test_an_amount_within_the_tolerance_agrees_and_the_fee_is_held_against_what_was_agreed(books: Books):
    await agreed(books.world, tolerance_minor=2, fee_bps=100, fee_tolerance_minor=10)
    exact, dear = await books.deposit(), await books.deposit()
    await books.bring(
        ADYEN_HEAD + adyen("Settled", exact, "99.98", "98.98") + adyen("Settled", dear, "100.00", "98.80")
    )
    assert [row[1:] for row in await books.items()] == [("matched", None, -2), ("mismatched", "fee", 20)]


async def test_a_movement_is_missing_when_the_agreed_days_are_over(books: Books):
    await agreed(books.world, due_days=1)
    started = books.world.clock.now()
    await books.deposit()
    (movement,) = await listed(books.world, "expectations", **SINCE)
    assert movement["due_at"][:16] == f"{started + timedelta(days=1):%Y-%m-%dT%H:%M}"


@pytest.fixture
async def rich(world: World) -> World:
    """The player has 500.00, and one person approves what he withdraws."""
    await world.give(500_00)
    policy = await world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 200_00})
    assert policy.status_code == 200, policy.text
    return world


async def status(world: World, withdrawal_id: str) -> str:
    return str((await world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def test_a_prefunded_provider_pays_out_as_far_as_its_float_goes(rich: World):
    world = rich
    await agreed(world, "trustly", prefunded=True)
    await top_up(world, 150_00)
    first, second = [(await world.withdraw(100_00)).json()["withdrawal_id"] for _ in range(2)]
    for one in (first, second):
        assert (await world.approve(one)).status_code == 200
    await world.run_tasks()
    assert sorted([await status(world, first), await status(world, second)]) == ["approved", "sent"]
    (account,) = [one for one in await listed(world, "clearing-accounts") if one["provider"] == "trustly"]
    assert (account["payouts_under_way_minor"], account["float_minor"]) == (100_00, 50_00)
    assert (account["balance_minor"], account["prefunded"]) == (-150_00, True)
    await top_up(world, 50_00)
    await world.pass_time(minutes=2)
    await world.run_tasks()
    assert [await status(world, first), await status(world, second)] == ["sent", "sent"]


async def test_a_provider_that_is_not_prefunded_pays_out_on_credit(rich: World):
    world = rich
    asked = (await world.withdraw(100_00)).json()["withdrawal_id"]
    assert (await world.approve(asked)).status_code == 200
    await world.run_tasks()
    assert await status(world, asked) == "sent"


async def test_an_amount_that_is_off_within_the_tolerance_is_booked_where_the_fee_is_off_as_well(books: Books):
    world = books.world
    await agreed(world, tolerance_minor=5, fee_fixed_minor=10, fee_tolerance_minor=1)
    deposit = await books.deposit(100_00)
    batch = "4711471147"
    await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "99.97", "99.00", batch=batch))
    assert [row[1:] for row in await books.items()] == [("mismatched", "fee", 87)]
    (told,) = await listed(world, "batches")
    assert (told["fee_minor"], told["rounding_minor"], told["arrives_minor"]) == (97, 3, 99_00)
    await books.bring(camt(("99.00", f"ADYEN {batch}")), "camt053")
    assert (await books.balance(), await books.balance("psp_fees")) == (0, -1_00)
