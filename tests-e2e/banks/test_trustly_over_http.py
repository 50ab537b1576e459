"""Deposits and payouts through Trustly: paid, refused, lost, told twice, taken back."""

from typing import Any

import pytest

from contracts.money import to_major_string
from crypto.counter import Counter

PAYER = {
    "first_name": "Steve", "last_name": "Smith", "email": "s@player.example", "country": "SE", "locale": "sv_SE",
}  # fmt: skip


@pytest.fixture
async def bank(desk: Counter) -> Counter:
    """The casino has an account with Trustly."""
    await desk.configure("trustly", "EUR")
    return desk


async def deposit(bank: Counter, **details: str) -> tuple[str, str]:
    return await bank.deposit("trustly", details={**PAYER, **details})


async def paid(bank: Counter) -> tuple[str, str]:
    """A deposit that was credited."""
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "credit"})
    await bank.told()
    assert await bank.status(deposit_id) == "succeeded"
    return deposit_id, page


async def orders(bank: Counter) -> list[dict[str, Any]]:
    """The deposits that Trustly has in its books."""
    async with bank.browser.get(f"/control/money/{bank.world.casino}") as answer:
        return list((await answer.json())["bank_deposits"])


async def distrusted(bank: Counter) -> int:
    """How many of our answers to notifications were not signed by us."""
    async with bank.browser.get("/control/parcels") as answer:
        return int((await answer.json())["distrusted"])


async def test_what_was_paid_is_credited_once_however_often_it_is_told(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    assert await bank.status(deposit_id) == "requires_action"
    await bank.outside(page, {"outcome": "pending"})
    await bank.told()
    assert await bank.status(deposit_id) == "processing"
    await bank.outside(page, {"outcome": "credit", "webhook_copies": 3})
    await bank.told()
    assert await bank.status(deposit_id) == "succeeded"
    assert await bank.world.transfers() == [("deposit", 50_00)]
    assert await distrusted(bank) == 0


async def test_what_the_bank_paid_is_credited_and_not_what_was_asked_for(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "credit", "amount": to_major_string(49_90, "EUR")})
    await bank.told()
    assert await bank.status(deposit_id) == "succeeded"
    assert await bank.world.balance() == (49_90, 0)


async def test_a_payer_trustly_does_not_take_is_refused(bank: Counter) -> None:
    answer = await bank.world.deposit(provider="trustly", details={**PAYER, "country": "XX"})
    assert (answer.json()["status"], answer.json()["code"]) == ("failed", "error_invalid_parameters")
    assert await orders(bank) == []


async def test_a_deposit_that_is_given_up_at_the_bank_fails_and_what_comes_after_that_is_credited(
    bank: Counter,
) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "cancel"})
    await bank.told()
    shown = (await bank.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "cancelled")
    await bank.outside(page, {"outcome": "credit"})
    await bank.told()
    shown = (await bank.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["late"]) == ("succeeded", True)


async def test_a_lost_answer_is_found_again_by_the_identical_order(bank: Counter) -> None:
    await bank.outside("/control/chaos", {"lost_answers": 1}, put=True)
    deposit_id = (await bank.world.deposit(provider="trustly", details=PAYER)).json()["deposit_id"]
    assert await bank.status(deposit_id) == "unknown"
    await bank.outside("/control/chaos", put=True)
    await bank.world.pass_time(seconds=20)
    assert await bank.status(deposit_id) == "requires_action"
    assert len(await orders(bank)) == 1
    await bank.outside(await bank.page(deposit_id), {"outcome": "credit"})
    await bank.told()
    assert await bank.world.transfers() == [("deposit", 50_00)]


async def test_money_that_never_arrived_is_taken_back_once(bank: Counter) -> None:
    deposit_id, page = await paid(bank)
    await bank.outside(page, {"outcome": "debit", "webhook_copies": 2})
    await bank.told()
    shown = (await bank.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["reversed_minor"]) == ("reversed", 50_00)
    assert await bank.world.transfers() == [("deposit", 50_00), ("deposit_reversal", 50_00)]
    assert await bank.world.balance() == (0, 0)
    assert await distrusted(bank) == 0


async def test_a_page_nobody_pays_on_is_given_up_here_and_ended_by_trustlys_word(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.world.pass_time(hours=25)
    await bank.world.run_tasks()
    assert await bank.status(deposit_id) == "expired"
    assert await bank.world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") != []
    await bank.outside(page, {"outcome": "cancel"})
    await bank.told()
    assert await bank.world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []


@pytest.mark.parametrize(
    ("account", "lost", "status", "cash_minor"),
    [("1520389582", 0, "paid", 400_00), ("1520389582", 1, "paid", 400_00), ("closed-7", 0, "failed", 500_00)],
)
async def test_a_payout_leaves_once_or_comes_back(
    bank: Counter, account: str, lost: float, status: str, cash_minor: int
) -> None:
    await bank.world.give()
    withdrawal_id = (await bank.world.withdraw(destination={"account_id": account})).json()["withdrawal_id"]
    await bank.outside("/control/chaos", {"lost_answers": lost}, put=True)
    for _ in range(2):
        assert (await bank.world.approve(withdrawal_id)).status_code == 200
    await bank.world.run_tasks()
    await bank.outside("/control/chaos", put=True)
    await bank.told()
    await bank.world.pass_time(minutes=1)
    await bank.told()
    assert (await bank.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"] == status
    assert await bank.world.balance() == (cash_minor, 0)
    async with bank.browser.get(f"/control/money/{bank.world.casino}") as answer:
        assert len((await answer.json())["payouts"]) == 1


async def refunded(bank: Counter, deposit_id: str, amount: int) -> str:
    """Two people agree to a refund, and it is sent."""
    body = {"amount_minor": amount, "reason": "he paid it twice"}
    proposed = await bank.world.post(f"/deposits/{deposit_id}/refunds", body, as_=bank.world.staff())
    await bank.world.approved(proposed)
    await bank.world.run_tasks()
    return str(proposed.json()["subject_id"])


async def refunds(bank: Counter) -> list[str]:
    statement = "SELECT status FROM rm_refund_list WHERE casino_id = $1 ORDER BY created_at, id"
    return [str(row["status"]) for row in await bank.world.rows(statement, bank.world.casino)]


async def test_equal_refunds_of_one_deposit_are_each_made_once(bank: Counter) -> None:
    deposit_id, _ = await paid(bank)
    for _ in range(2):
        await refunded(bank, deposit_id, 20_00)
    await bank.told()
    assert await refunds(bank) == ["succeeded", "succeeded"]
    assert await bank.world.balance() == (10_00, 0)
    assert await bank.world.ledger_sum() == 0


async def test_a_refund_that_comes_back_is_the_players_again_once(bank: Counter) -> None:
    deposit_id, _ = await paid(bank)
    await refunded(bank, deposit_id, 50_00)
    await bank.told()
    assert (await refunds(bank), await bank.world.balance()) == (["succeeded"], (0, 0))
    back = f"/trustly/refund_back/{bank.world.casino}/0"
    await bank.outside(back, {"webhook_copies": 3, "explained": True})
    await bank.told()
    assert (await refunds(bank), await bank.world.balance()) == (["returned"], (50_00, 0))
    assert await bank.status(deposit_id) == "succeeded"
    assert await bank.world.ledger_sum() == 0


async def test_a_refund_made_in_trustlys_backoffice_is_for_a_person(bank: Counter) -> None:
    deposit_id, _ = await paid(bank)
    await refunded(bank, deposit_id, 20_00)
    await bank.told()
    (order,) = await orders(bank)
    page = f"/trustly/pay/{bank.world.casino}/{order['orderid']}"
    await bank.outside(page, {"outcome": "payoutconfirmation", "amount": "7.00"})
    await bank.told()
    assert await bank.world.balance() == (30_00, 0)
    statement = "SELECT code FROM provider_notification WHERE casino_id = $1 AND code IS NOT NULL"
    assert [row["code"] for row in await bank.world.rows(statement, bank.world.casino)] == ["refund_not_ours"]
