"""I6 and I11 on a live installation: a healthy one has no findings, and whatever fault is planted is found."""

from pathlib import Path
from uuid import UUID

import pytest

from chassis.testing.postgres import Databases
from payments.adapters.ledger.verify import verify

from .bank import camt
from .test_causes import plant
from .test_closed_loop import approved, by_account, settle, split
from .test_disputes import charged_back
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_refunds import refund
from .test_taken_back import paid_in, refunded
from .world import World

BROUGHT, INSTRUMENT = (
    "I6 no deposit gave back more than it brought, beyond what people were told of",
    "I6 what went back to an instrument is within what came from it",
)
EXPECTED, EXPLAINED, BATCHES = (
    "I11 what moved at a provider is expected of it",
    "I11 what a file explains is what moved",
    "I11 the fees and the arrival of a batch are entries, once and as it says",
)


@pytest.fixture
async def database_url(databases: Databases) -> str:
    """Of each test: what is planted in one is not to be found in the next."""
    return await databases.create("payments")


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def broken(world: World) -> set[str]:
    """Of I6 and I11."""
    findings = await verify(world.service.db.url, against_events=True)
    return {one.name for one in findings if not one.holds and one.name.startswith(("I6 ", "I11 "))}


async def known(world: World) -> list[str]:
    """What is told beside I6 and breaks nothing."""
    (finding,) = [one for one in await verify(world.service.db.url) if one.name == BROUGHT]
    return [row.split("given_again=")[0] for row in finding.beside]


async def given_back_twice(world: World) -> str:
    """A deposit that we refunded, and the bank took as well; its id."""
    intent = await paid_in(world)
    world.stripe.refund_status = "succeeded"
    await refund(world, intent, 20_00)
    await world.run_tasks()
    assert await known(world) == []
    await charged_back(world, intent)
    kinds = [kind for kind, _ in await world.transfers()]
    assert {"refund_paid", "chargeback"} <= set(kinds)
    return str(intent["metadata"]["order_id"])


async def test_a_refund_that_the_bank_takes_once_more_is_no_fault_and_is_told(world: World) -> None:
    """The payer owes it, and a person hears of it: what others take is theirs to take."""
    deposit_id = await given_back_twice(world)
    assert await broken(world) == set()
    assert await known(world) == [f"known: deposit_id={deposit_id}, brought=5000, taken=5000, refunded=2000, "]


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM provider_notification WHERE code = 'refunded_and_taken_back'",
        "UPDATE transfer SET amount_minor = 5001 WHERE kind = 'chargeback'",
    ],
    ids=["nobody was told", "more than either may be"],
)
async def test_an_excess_that_nobody_was_told_of_is_found(world: World, fault: str) -> None:
    await given_back_twice(world)
    await plant(world, fault)
    assert BROUGHT in await broken(world)
    assert await known(world) == []


async def test_more_refunded_than_was_paid_is_found(world: World) -> None:
    intent = await paid_in(world)
    await refund(world, intent, 50_00)
    await world.run_tasks()
    assert await broken(world) == set()
    await plant(world, "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE kind = 'refund_paid'")
    assert BROUGHT in await broken(world)


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE transfer SET amount_minor = 5001 WHERE kind = 'deposit_reversal'",
        "UPDATE transfer SET amount_minor = 1999 WHERE kind = 'deposit'",
        "DELETE FROM transfer WHERE kind = 'deposit'",
        "UPDATE transfer SET kind = 'deposit_reinstated' WHERE kind = 'deposit_reversal'",
    ],
)
async def test_more_taken_back_than_was_paid_is_found(world: World, fault: str) -> None:
    await refunded(world, await paid_in(world), 20_00)
    assert await broken(world) == set()
    await plant(world, fault)
    assert BROUGHT in await broken(world)


async def test_more_paid_back_to_an_account_than_came_from_it_is_found(world: World) -> None:
    await by_account(world, await paid_in(world))
    await world.give(100_00)
    await settle(world)
    parts = (await split(world, await approved(world)))["parts"]
    for part in parts:
        await world.notify("payoutconfirmation", part["part_id"])
    assert await broken(world) == set()
    (back,) = [UUID(one["part_id"]) for one in parts if one["why"] == "deposited"]
    await plant(world, "UPDATE rm_withdrawal_list SET amount_minor = amount_minor + 1 WHERE id = :id", id=back)
    assert await broken(world) == {INSTRUMENT}


async def live(books: Books) -> None:
    """A batch that arrived, with two payments and a fee; and a payment nobody has told of."""
    first, second = await books.deposit(100_00), await books.deposit(50_00)
    await books.bring(
        ADYEN_HEAD
        + adyen("Settled", first, "100.00", "98.00")
        + adyen("Settled", second, "50.00", "49.00")
        + adyen("MerchantPayout", "", "", "-147.00", said="TX7XT batch 7")
    )
    await books.bring(camt(("147.00", "ADYEN TX7XT batch 7 CasinoMT")), "camt053")
    await books.deposit(20_00)
    (batch,) = await books.world.rows("SELECT state FROM settlement_batch WHERE casino_id = $1", books.world.casino)
    assert batch["state"] == "settled"


FAULTS: dict[str, set[str]] = {
    "UPDATE settlement_expectation SET amount_minor = amount_minor + 1 WHERE state = 'open'": {EXPECTED},
    "UPDATE settlement_expectation SET currency = 'USD' WHERE state = 'open'": {EXPECTED},
    "DELETE FROM settlement_expectation WHERE state = 'open'": {EXPECTED},
    "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE kind = 'deposit' AND amount_minor = 2000": {EXPECTED},
    "UPDATE settlement_expectation SET state = 'matched' WHERE state = 'open'": {EXPLAINED},
    "UPDATE settlement_item SET amount_minor = amount_minor + 1 WHERE amount_minor = 5000": {EXPLAINED},
    "UPDATE settlement_batch SET fee_minor = fee_minor + 1": {BATCHES},
    "UPDATE settlement_batch SET arrives_minor = arrives_minor - 1": {BATCHES},
    "UPDATE settlement_batch SET state = 'open'": {BATCHES},
    "UPDATE settlement_batch SET posted = false": {BATCHES},
    "DELETE FROM transfer WHERE kind = 'psp_fee'": {BATCHES},
    "UPDATE transfer SET amount_minor = amount_minor + 1 WHERE kind = 'settlement'": {BATCHES},
    "UPDATE transfer SET reference_id = gen_random_uuid() WHERE kind = 'settlement'": {BATCHES},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_was_changed_about_settlements_is_found(books: Books, fault: str) -> None:
    await live(books)
    assert await broken(books.world) == set()
    await plant(books.world, fault)
    assert await broken(books.world) == FAULTS[fault]
