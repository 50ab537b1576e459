"""Refunds of ours in a settlement file, which names each by the deposit it takes back."""

from pathlib import Path

import pytest

from .test_reconciliation import Books
from .test_refunds import refund
from .test_taken_back import paid_in
from .world import World

HEAD = (
    "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,payment_intent_id,"
    "payment_metadata[order_id],automatic_payout_id,trace_id\n"
)


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


def line(transaction: str, kind: str, amount: str, intent: dict[str, object], deposit: object) -> str:
    at = "2026-11-20 10:00:00"
    return f"{transaction},{at},eur,{amount},0.00,{amount},{kind},{intent['id']},{deposit},po_1,TRACE\n"


async def test_refunds_agree_with_the_lines_that_name_their_deposit(world: World, books: Books) -> None:
    intent = await paid_in(world)
    deposit = intent["metadata"]["order_id"]
    for amount in (30_00, 5_00):
        await refund(world, intent, amount)
        await world.run_tasks()
    lines = [
        line("txn_1", "charge", "50.00", intent, deposit),
        line("txn_2", "refund", "-30.00", intent, deposit),
        line("txn_3", "refund", "-5.00", intent, deposit),
    ]
    await books.bring(HEAD + "".join(lines), "stripe_balance")
    assert [one[1] for one in await books.items()] == ["matched"] * 3
    assert {one[2] for one in await books.expectations()} == {"matched"}


@pytest.mark.parametrize("known_by", ["ours", "theirs"])
async def test_a_later_refund_is_in_a_later_file(world: World, books: Books, known_by: str) -> None:
    intent = await paid_in(world)
    deposit = intent["metadata"]["order_id"] if known_by == "ours" else ""
    await refund(world, intent, 30_00)
    await world.run_tasks()
    lines = [line("txn_1", "charge", "50.00", intent, deposit), line("txn_2", "refund", "-30.00", intent, deposit)]
    await books.bring(HEAD + "".join(lines), "stripe_balance")
    await refund(world, intent, 5_00)
    await world.run_tasks()
    await books.bring(HEAD + line("txn_3", "refund", "-5.00", intent, deposit), "stripe_balance")
    assert [one[1] for one in await books.items()] == ["matched"] * 3
    assert {one[2] for one in await books.expectations()} == {"matched"}
