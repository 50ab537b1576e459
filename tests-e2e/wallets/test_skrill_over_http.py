"""Deposits and payouts through Skrill: paid, refused, lost, told twice, charged back, sent back."""

import pytest

from crypto.counter import Counter


@pytest.fixture
async def skrill(desk: Counter) -> Counter:
    """The casino has a Skrill merchant account."""
    await desk.configure("skrill", "EUR")
    return desk


async def test_what_was_paid_is_credited_once_however_often_it_is_told(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill", details={"email": "s@player.example"})
    assert await skrill.status(deposit_id) == "requires_action"
    await skrill.outside(page, {"status": "0"})
    await skrill.told()
    assert await skrill.status(deposit_id) == "processing"
    await skrill.outside(page, {"webhook_copies": 3})
    await skrill.told()
    assert await skrill.status(deposit_id) == "succeeded"
    assert await skrill.world.transfers() == [("deposit", 50_00)]


async def test_what_the_merchants_account_got_is_credited(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill")
    await skrill.outside(page, {"mb_amount": "49.9"})
    await skrill.told()
    assert await skrill.status(deposit_id) == "succeeded"
    assert await skrill.world.balance() == (49_90, 0)


async def test_money_in_another_currency_is_for_a_person_to_see(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill")
    await skrill.outside(page, {"mb_amount": "55.00", "mb_currency": "USD"})
    await skrill.told()
    assert await skrill.status(deposit_id) == "requires_action"
    assert await skrill.world.balance() == (0, 0)
    assert "notification_set_aside" in await skrill.world.published()


async def test_a_refused_payment_fails_and_one_that_is_made_after_that_is_credited(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill")
    await skrill.outside(page, {"status": "-2", "code": "05"})
    await skrill.told()
    shown = (await skrill.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "failed_05")
    await skrill.outside(page)
    await skrill.told()
    assert await skrill.status(deposit_id) == "succeeded"
    assert await skrill.world.balance() == (50_00, 0)


async def test_a_lost_answer_is_asked_about_and_the_session_made_again(skrill: Counter) -> None:
    await skrill.outside("/control/chaos", {"lost_answers": 1}, put=True)
    deposit_id = (await skrill.world.deposit(provider="skrill")).json()["deposit_id"]
    assert await skrill.status(deposit_id) == "unknown"
    await skrill.outside("/control/chaos", put=True)
    await skrill.world.pass_time(seconds=20)
    assert await skrill.status(deposit_id) == "requires_action"
    await skrill.outside(await skrill.page(deposit_id))
    await skrill.told()
    assert await skrill.world.transfers() == [("deposit", 50_00)]


async def test_a_report_that_was_lost_is_asked_for(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill")
    await skrill.outside(page, {"silent": True})
    await skrill.world.pass_time(minutes=5)
    assert await skrill.status(deposit_id) == "succeeded"
    assert await skrill.world.transfers() == [("deposit", 50_00)]


async def test_a_chargeback_takes_the_money_back_once(skrill: Counter) -> None:
    deposit_id, page = await skrill.deposit("skrill")
    await skrill.outside(page)
    await skrill.told()
    await skrill.outside(page, {"status": "-3", "webhook_copies": 2})
    await skrill.told()
    assert await skrill.status(deposit_id) == "reversed"
    assert await skrill.world.transfers() == [("deposit", 50_00), ("deposit_reversal", 50_00)]


async def test_a_session_nobody_pays_in_is_over_after_a_day_and_nobody_is_bothered(skrill: Counter) -> None:
    deposit_id, _ = await skrill.deposit("skrill")
    await skrill.world.pass_time(hours=25)
    assert await skrill.status(deposit_id) == "expired"
    await skrill.world.pass_time(hours=25)
    await skrill.world.pass_time(hours=25)
    assert await skrill.world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []
    assert "notification_set_aside" not in await skrill.world.published()


async def ordered(skrill: Counter, email: str) -> str:
    """An approved withdrawal of 100 euros, sent as far as it goes."""
    await skrill.world.give()
    answer = await skrill.world.withdraw(provider="skrill", destination={"email": email})
    assert answer.status_code == 201, answer.text
    withdrawal_id = str(answer.json()["withdrawal_id"])
    for _ in range(2):
        assert (await skrill.world.approve(withdrawal_id)).status_code == 200
    await skrill.world.run_tasks()
    return withdrawal_id


async def where(skrill: Counter, withdrawal_id: str) -> str:
    return str((await skrill.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


@pytest.mark.parametrize(
    ("email", "status", "cash_minor"),
    [("s@player.example", "paid", 400_00), ("barred@player.example", "failed", 500_00)],
)
async def test_a_payout_leaves_or_is_refused(skrill: Counter, email: str, status: str, cash_minor: int) -> None:
    withdrawal_id = await ordered(skrill, email)
    assert await where(skrill, withdrawal_id) == status
    assert await skrill.world.balance() == (cash_minor, 0)


async def test_a_payout_nobody_claims_comes_back(skrill: Counter) -> None:
    withdrawal_id = await ordered(skrill, "nobody@player.example")
    assert await where(skrill, withdrawal_id) == "sent"
    await skrill.outside(f"/skrill/unclaimed/{skrill.world.casino}/{withdrawal_id}")
    await skrill.world.pass_time(hours=1)
    assert await where(skrill, withdrawal_id) == "failed"
    assert await skrill.world.balance() == (500_00, 0)


async def test_a_payout_whose_answers_were_lost_is_found_out_and_paid_once(skrill: Counter) -> None:
    await skrill.outside("/control/chaos", {"errors": 0.3, "lost_answers": 0.6, "seed": 3}, put=True)
    withdrawal_id = await ordered(skrill, "s@player.example")
    for _ in range(10):
        await skrill.world.pass_time(minutes=2)
    await skrill.outside("/control/chaos", put=True)
    await skrill.world.pass_time(minutes=20)
    assert await where(skrill, withdrawal_id) == "paid"
    assert await skrill.world.balance() == (400_00, 0)
    async with skrill.browser.get(f"/control/money/{skrill.world.casino}") as answer:
        assert len((await answer.json())["transfers"]) == 1


async def test_what_is_a_payouts_id_is_no_deposits(skrill: Counter) -> None:
    withdrawal_id = await ordered(skrill, "s@player.example")
    answer = await skrill.world.deposit(provider="skrill", deposit_id=withdrawal_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_id_taken")
    assert await skrill.world.balance() == (400_00, 0)
