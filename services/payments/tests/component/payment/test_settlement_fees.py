"""Fees that are much for what is settled with them, or are given back, are posted once two people agree."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from payments.application.ledger import TransferKind
from payments.application.reconciliation.terms import may_be_paid_out

from .bank import camt
from .fake_adyen import ADYEN
from .test_disputes import charged_back
from .test_reconciliation import ADYEN_HEAD, Books, adyen
from .test_reconciliation_routes import AT, WHY, decided, listed, upload
from .test_reconciliation_twice import SKRILL_HEAD
from .test_settlement_terms import agreed
from .test_taken_back import paid_in
from .world import World

BATCH = "4711471147"
NO_FEES = ("", 0)


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


async def settled(books: Books, *lines: str) -> Any:
    """A batch of these lines."""
    await books.bring(ADYEN_HEAD + "".join(lines))
    return (await listed(books.world, "batches", order="booked_at.desc"))[0]


def fee(net: str, batch: str = BATCH) -> str:
    return adyen("Fee", "", "", net, batch=batch)


async def waits(books: Books) -> list[Any]:
    """Which batches people are asked about, and by what fees."""
    return [
        (one["kind"], one["difference"], one["difference_minor"])
        for one in await listed(books.world, "breaks")
        if one["batch_id"] is not None
    ]


async def test_a_fee_without_a_payment_is_posted_by_nobody_alone(books: Books):
    world = books.world
    batch = await settled(books, fee("-5000000.00"))
    assert (batch["state"], batch["state_then"], batch["explained_minor"]) == ("mismatched", "open", 0)
    assert await waits(books) == [("batch_mismatched", "fee", 5_000_000_00)]
    await books.bring(camt(("-5000000.00", f"ADYEN {BATCH}")), "camt053")
    balances = [await books.balance(kind, None) for kind in ("psp_clearing", "psp_fees", "bank")]
    assert balances == [0, 0, 0]
    proposed = await world.post(f"/reconciliation/batches/{batch['batch_id']}/accept-fees", WHY, as_=world.staff())
    assert (proposed.status_code, await books.balance("psp_fees")) == (202, 0), proposed.text
    await world.approved(proposed)
    assert (await books.balance("psp_fees"), await books.balance()) == (-5_000_000_00, 5_000_000_00)
    (accepted,) = await listed(world, "batches")
    assert (accepted["state"], accepted["state_then"], await waits(books)) == ("open", None, [])
    again = await world.post(f"/reconciliation/batches/{batch['batch_id']}/accept-fees", WHY, as_=world.staff())
    assert (again.status_code, again.json()["code"]) == (409, "reconciled_already"), again.text


@pytest.mark.parametrize(
    ("net", "more", "held"),
    [
        ("97.00", [], False),
        ("96.99", [], True),
        ("100.00", ["-3.00"], False),
        ("100.00", ["-3.01"], True),
        ("97.00", ["-0.01"], True),
        ("100.00", ["1.00"], True),
        ("99.00", ["0.01"], True),
        ("101.00", [], True),
        ("100.00", [], False),
    ],
    ids=["three per cent", "more", "three per cent alone", "more alone", "more together", "given back",
         "a cent of it given back", "more than was paid", "none"],
)  # fmt: skip
async def test_where_nothing_is_agreed_fees_up_to_three_per_cent_need_nobody(
    books: Books, net: str, more: list[str], held: bool
):
    batch = await settled(
        books, adyen("Settled", await books.deposit(), "100.00", net, batch=BATCH), *(fee(one) for one in more)
    )
    assert (batch["explained_minor"], batch["state_then"]) == (100_00, "open" if held else None)
    assert (await books.balance("psp_fees") == 0) is (held or not batch["fee_minor"])
    assert bool(await waits(books)) is held


async def test_what_a_file_says_of_payments_makes_no_room_for_fees(books: Books):
    deposit = await books.deposit()
    strangers = adyen("Settled", uuid4(), "9000.00", "9000.00", batch=BATCH)
    parts = adyen("Settled", deposit, "9000.00", "9000.00", batch=BATCH)
    parts += adyen("Settled", deposit, "-8900.00", "-8900.00", batch=BATCH)
    batch = await settled(books, strangers, parts, fee("-500.00"))
    assert (batch["explained_minor"], batch["state_then"], await books.balance("psp_fees")) == (100_00, "open", 0)


async def test_a_payment_makes_room_once_in_whatever_parts_it_is_settled(books: Books):
    deposit = await books.deposit()
    lines = [adyen("Settled", deposit, "25.00", "24.25", batch=f"{BATCH}{part}") for part in range(4)]
    await books.bring(ADYEN_HEAD + "".join(lines))
    assert sorted(one["explained_minor"] for one in await listed(books.world, "batches")) == [0, 0, 0, 100_00]
    assert await books.balance("psp_fees") == -75


async def test_money_that_goes_out_makes_room_as_well(books: Books):
    paid = await books.deposit()
    await books.move(TransferKind.DEPOSIT_REVERSAL, paid, 100_00)
    lines = [adyen("Settled", paid, "100.00", "97.00", batch=BATCH)]
    lines += [adyen("Refunded", paid, "-100.00", "-103.00", batch=BATCH)]
    batch = await settled(books, *lines)
    assert (batch["gross_minor"], batch["explained_minor"], batch["state_then"]) == (0, 200_00, None)


async def test_two_people_agree_on_another_share(books: Books):
    await agreed(books.world, fee_share_bps=100)
    line = adyen("Settled", await books.deposit(), "100.00", "98.99", batch=BATCH)
    assert (await settled(books, line))["state_then"] == "open"
    (terms,) = await listed(books.world, "terms")
    assert terms["fee_share_bps"] == 100


async def price(world: World) -> None:
    """What Adyen keeps of each method."""
    body = {"enabled": True, "currencies": ["EUR"], "methods": METHODS, **ADYEN}
    assert (await world.settle("/providers/adyen", body)).status_code == 200


METHODS = {"card": {"fee_bps": 140, "fee_fixed_minor": {"EUR": 25}}, "bank": {"fee_bps": 60}}


@pytest.mark.parametrize(
    ("lines", "net", "held"),
    [
        ([("100.00", "97.35")], None, False),
        ([("100.00", "97.34")], None, True),
        ([("5.00", "4.63")], None, False),
        ([("5.00", "4.62")], None, True),
        ([("100.00", "97.35"), ("5.00", "4.63")], None, False),
        ([("100.00", "98.35")], "-1.00", False),
        ([("100.00", "98.35")], "-1.01", True),
        ([], "-0.01", True),
    ],
    ids=["its price and a per cent", "a cent more", "a small one", "a cent more of it", "both", "and a cost beside",
         "a cent more beside", "a cost alone"],
)  # fmt: skip
async def test_the_price_of_the_dearest_method_is_held_to(
    books: Books, lines: list[tuple[str, str]], net: str | None, held: bool
):
    """1.4 % and 0.25: of 100.00 that is 1.65, of 5.00 it is 0.32; of either one per cent more is left to others."""
    world = books.world
    await price(world)
    told = [
        adyen("Settled", await books.deposit(int(gross.replace(".", ""))), gross, kept, batch=BATCH)
        for gross, kept in lines
    ]
    batch = await settled(books, *told, *([fee(net)] if net else []))
    assert batch["state_then"] == ("open" if held else None)
    assert (await books.balance("psp_fees") == 0) is held


async def test_the_price_in_the_terms_goes_before_that_of_the_methods(books: Books):
    await price(books.world)
    await agreed(books.world, fee_bps=0, fee_fixed_minor=10, fee_tolerance_minor=5_00)
    for batch, net in ((BATCH, "98.89"), ("5822582258", "98.90")):
        await settled(books, adyen("Settled", await books.deposit(), "100.00", net, batch=batch))
    waits_as = {one["name"]: one["state_then"] for one in await listed(books.world, "batches")}
    assert waits_as == {BATCH: "open", "5822582258": None}


async def test_what_the_provider_told_of_a_dispute_may_be_kept_as_well(books: Books):
    world = books.world
    intent = await paid_in(world)
    await charged_back(world, intent)
    head = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,payment_metadata[order_id],"
    head += "automatic_payout_id,payment_intent_id\n"
    row = "{0},2026-11-20 10:00:00,eur,{1},{2},{3},{4}," + f"{intent['metadata']['order_id']},po_1,{intent['id']}\n"
    file = head + row.format("txn_1", "50.00", "1.00", "49.00", "charge")
    file += row.format("txn_2", "-50.00", "15.00", "-65.00", "dispute")
    await books.bring(file, "stripe_balance")
    (batch,) = await listed(world, "batches")
    assert (batch["fee_minor"], batch["explained_minor"], batch["state_then"]) == (16_00, 100_00, None)


async def test_a_batch_whose_fees_wait_is_received_once_they_are_decided(books: Books):
    world = books.world
    batch = await settled(books, adyen("Settled", await books.deposit(), "100.00", "80.00", batch=BATCH))
    path = f"batches/{batch['batch_id']}"
    early = await world.post(f"/reconciliation/{path}/receive", WHY, as_=world.staff())
    assert (early.status_code, early.json()["code"]) == (409, "fees_undecided"), early.text
    await decided(world, f"{path}/accept-fees")
    await decided(world, f"{path}/receive")
    assert [await books.balance(kind, None) for kind in ("psp_clearing", "psp_fees", "bank")] == [0, -20_00, -80_00]
    assert await world.ledger_sum() == 0


async def test_the_bank_settles_a_batch_whose_fees_were_agreed_to(books: Books):
    batch = await settled(books, adyen("Settled", await books.deposit(), "100.00", "80.00", batch=BATCH))
    await decided(books.world, f"batches/{batch['batch_id']}/accept-fees")
    await books.bring(camt(("80.00", f"ADYEN {BATCH}")), "camt053")
    assert (await books.balance(), await books.balance("bank", None)) == (0, -80_00)


async def test_a_line_of_the_bank_that_names_a_batch_that_waits_is_not_taken_for_another(books: Books):
    for batch, net in ((BATCH, "80.00"), ("5822582258", "80.00")):
        gross = "100.00" if batch == BATCH else net
        minor = 100_00 if batch == BATCH else 80_00
        await settled(books, adyen("Settled", await books.deposit(minor), gross, net, batch=batch))
    await books.bring(camt(("80.00", f"ADYEN {BATCH}")), "camt053")
    assert await books.balance("bank", None) == 0


@pytest.mark.parametrize("accepted", [False, True], ids=["that wait", "that were agreed to"])
async def test_of_a_replaced_file_fees_are_taken_back_if_they_were_posted(books: Books, accepted: bool):
    world, deposit = books.world, await books.deposit()
    wrong = await books.bring(ADYEN_HEAD + adyen("Settled", deposit, "100.00", "50.00"))
    if accepted:
        (batch,) = await listed(world, "batches")
        await decided(world, f"batches/{batch['batch_id']}/accept-fees")
    right = ADYEN_HEAD + adyen("Settled", deposit, "100.00", "97.50")
    held = (await upload(world, right, replaces=wrong["id"])).json()
    await decided(world, f"files/{held['file_id']}/replace")
    await books.work()
    assert (await books.balance("psp_fees"), await books.balance(), await waits(books)) == (-2_50, -97_50, [])


async def test_a_history_without_batches_waits_as_well_and_then_is_over(books: Books):
    line = "2,20 Nov 26 10:15,Receive Money,Fee,,7.00,processed,,,,,,9,\n"
    await books.bring(SKRILL_HEAD + line, "skrill_history")
    (batch,) = await listed(books.world, "batches")
    assert (batch["fee_minor"], batch["state_then"], await books.balance("psp_fees", "skrill")) == (-7_00, "settled", 0)
    await decided(books.world, f"batches/{batch['batch_id']}/accept-fees")
    assert await books.balance("psp_fees", "skrill") == 7_00
    assert [one["state"] for one in await listed(books.world, "batches")] == ["settled"]


@pytest.mark.parametrize(
    ("lines", "float_minor"),
    [
        ([fee("-5000.00")], 100_00),
        ([fee("7000.00")], 100_00 - 7_000_00),
        ([("80.00",)], 0),
    ],
    ids=["a fee of nothing", "given back", "a dear deposit"],
)
async def test_fees_that_wait_leave_no_more_for_payouts(books: Books, lines: list[Any], float_minor: int):
    world = books.world
    await agreed(world, prefunded=True)
    deposit = await books.deposit()
    told = [one if isinstance(one, str) else adyen("Settled", deposit, "100.00", *one, batch=BATCH) for one in lines]
    await settled(books, *told)
    (account,) = [one for one in await listed(world, "clearing-accounts") if one["provider"] == "adyen"]
    assert account["float_minor"] == float_minor

    async def ask(uow: Any) -> list[bool]:
        return [
            await may_be_paid_out(world.desk, uow, world.casino, "adyen", "EUR", minor)
            for minor in (float_minor, float_minor + 1)
        ]

    assert await world.desk.app.transact(ask, world.desk.ours("tests", world.casino)) == [True, False]


async def test_fees_of_another_casino_are_not_there(books: Books):
    batch = await settled(books, fee("-1.00"))
    stranger = books.world.staff(casino=uuid4())
    path = f"{AT}/batches/{batch['batch_id']}/accept-fees"
    answer = await books.world.post(path.removeprefix("/api/payments/v1"), WHY, as_=stranger)
    assert answer.status_code == 404
