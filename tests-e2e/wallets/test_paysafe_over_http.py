"""Deposits and payouts through Paysafe: paid, refused, lost, told twice, given up, sent back."""

from typing import Any
from uuid import UUID

import pytest

from contracts.backoffice.events import SelfExclusionStarted
from crypto.counter import Counter

RICH = {"method": "skrill", "consumer_id": "rich@player.example"}
POOR = {"method": "skrill", "consumer_id": "poor@player.example"}
WALLET = {"method": "neteller", "consumer_id": "rich@player.example"}


@pytest.fixture
async def wallets(desk: Counter) -> Counter:
    """The casino has an account with Paysafe."""
    await desk.configure("paysafe", "EUR")
    return desk


async def books(wallets: Counter, kind: str) -> list[dict[str, Any]]:
    """What Paysafe has in its own books."""
    async with wallets.browser.get(f"/control/money/{wallets.world.casino}") as answer:
        return list((await answer.json())["wallets"][kind].values())


async def settle(wallets: Counter) -> None:
    """Every webhook is heard, and what it made us ask and take, too."""
    for _ in range(2):
        await wallets.told()


async def test_what_the_player_agreed_to_is_taken_and_credited_once_however_often_it_is_told(
    wallets: Counter,
) -> None:
    deposit_id, page = await wallets.deposit("paysafe", details=RICH)
    assert await wallets.status(deposit_id) == "requires_action"
    await wallets.outside(page, {"webhook_copies": 3})
    await settle(wallets)
    assert await wallets.status(deposit_id) == "succeeded"
    assert await wallets.world.transfers() == [("deposit", 50_00)]
    assert len(await books(wallets, "payments")) == 1


async def test_a_wallet_without_money_is_refused(wallets: Counter) -> None:
    deposit_id, page = await wallets.deposit("paysafe", details=POOR)
    await wallets.outside(page)
    await settle(wallets)
    shown = (await wallets.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "error_3022")
    assert await wallets.world.balance() == (0, 0)


async def test_a_lost_answer_is_found_again_by_our_reference(wallets: Counter) -> None:
    await wallets.outside("/control/chaos", {"lost_answers": 1}, put=True)
    deposit_id = (await wallets.world.deposit(provider="paysafe", details=RICH)).json()["deposit_id"]
    assert await wallets.status(deposit_id) == "unknown"
    await wallets.outside("/control/chaos", put=True)
    await wallets.world.pass_time(seconds=20)
    assert await wallets.status(deposit_id) == "requires_action"
    assert len(await books(wallets, "paymenthandles")) == 1


async def test_a_payment_whose_answer_was_lost_is_found_and_credited_once(wallets: Counter) -> None:
    deposit_id, page = await wallets.deposit("paysafe", details=RICH)
    await wallets.outside(page, {"silent": True})
    await wallets.outside("/control/chaos", {"errors": 0.5, "lost_answers": 0.5, "seed": 7}, put=True)
    for _ in range(6):
        await wallets.world.pass_time(minutes=3)
    await wallets.outside("/control/chaos", put=True)
    await settle(wallets)
    await wallets.world.pass_time(minutes=15)
    assert await wallets.status(deposit_id) == "succeeded"
    assert await wallets.world.transfers() == [("deposit", 50_00)]
    assert len(await books(wallets, "payments")) == 1


async def test_nothing_is_taken_from_a_player_who_has_excluded_himself_since(wallets: Counter) -> None:
    deposit_id, page = await wallets.deposit("paysafe", details=RICH)
    world = wallets.world
    await world.tell(SelfExclusionStarted(player_id=world.player, casino_id=world.casino, started_at=world.clock.now()))
    await wallets.outside(page)
    await settle(wallets)
    await world.pass_time(minutes=61)
    assert await wallets.status(deposit_id) == "failed"
    assert await books(wallets, "payments") == []
    await wallets.outside(page, {"outcome": "EXPIRED"})
    await settle(wallets)
    assert await world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []


async def ordered(wallets: Counter, destination: dict[str, str]) -> str:
    """An approved withdrawal of 100 euros, sent as far as it goes."""
    await wallets.world.give()
    answer = await wallets.world.withdraw(provider="paysafe", destination=destination)
    assert answer.status_code == 201, answer.text
    withdrawal_id = str(answer.json()["withdrawal_id"])
    for _ in range(2):
        assert (await wallets.world.approve(withdrawal_id)).status_code == 200
    await wallets.world.run_tasks()
    return withdrawal_id


async def where(wallets: Counter, withdrawal_id: str) -> str:
    return str((await wallets.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def test_a_payout_is_paid_once_and_comes_back_when_it_fails_later(wallets: Counter) -> None:
    withdrawal_id = await ordered(wallets, WALLET)
    await settle(wallets)
    assert await where(wallets, withdrawal_id) == "paid"
    assert await wallets.world.balance() == (400_00, 0)
    page = f"/paysafe/pay/{wallets.world.casino}/{withdrawal_id}"
    await wallets.outside(page, {"outcome": "SA_CREDIT_FAILED", "webhook_copies": 2})
    await settle(wallets)
    assert await where(wallets, withdrawal_id) == "returned"
    assert await wallets.world.balance() == (500_00, 0)
    assert len(await books(wallets, "standalonecredits")) == 1


async def test_a_payout_whose_answers_were_lost_is_found_out_and_paid_once(wallets: Counter) -> None:
    await wallets.outside("/control/chaos", {"lost_answers": 1}, put=True)
    withdrawal_id = await ordered(wallets, WALLET)
    assert await where(wallets, withdrawal_id) == "unknown"
    await wallets.outside("/control/chaos", put=True)
    for _ in range(8):
        await wallets.world.pass_time(minutes=3)
    await settle(wallets)
    assert await where(wallets, withdrawal_id) == "paid"
    assert await wallets.world.balance() == (400_00, 0)
    assert len(await books(wallets, "standalonecredits")) == 1


async def paid_in(wallets: Counter, consumer_id: str) -> str:
    """A deposit of 50 euros from this wallet."""
    deposit_id, page = await wallets.deposit("paysafe", details={"method": "skrill", "consumer_id": consumer_id})
    await wallets.outside(page)
    await settle(wallets)
    assert await wallets.world.balance() == (50_00, 0)
    return deposit_id


async def refunded(wallets: Counter, deposit_id: str, amount: int) -> str:
    """Two people agree to a refund, and it is sent."""
    body = {"amount_minor": amount, "reason": "he paid it twice"}
    proposed = await wallets.world.post(f"/deposits/{deposit_id}/refunds", body, as_=wallets.world.staff())
    await wallets.world.approved(proposed)
    await wallets.world.run_tasks()
    return str(proposed.json()["subject_id"])


async def refund_is(wallets: Counter, refund_id: str) -> str:
    (row,) = await wallets.world.rows("SELECT status FROM rm_refund_list WHERE id = $1", UUID(refund_id))
    return str(row["status"])


async def test_a_refund_that_is_pending_is_found_out_without_a_webhook(wallets: Counter) -> None:
    refund_id = await refunded(wallets, await paid_in(wallets, "slow@player.example"), 20_00)
    assert await refund_is(wallets, refund_id) == "pending"
    move = f"/paysafe/refunds/{wallets.world.casino}/{refund_id}"
    await wallets.outside(f"{move}/COMPLETED", {"silent": True})
    await settle(wallets)
    await wallets.world.pass_time(minutes=3)
    assert await refund_is(wallets, refund_id) == "succeeded"
    assert await wallets.world.balance() == (30_00, 0)


async def test_a_refund_that_fails_after_it_succeeded_is_the_players_again(wallets: Counter) -> None:
    refund_id = await refunded(wallets, await paid_in(wallets, "rich@player.example"), 20_00)
    await settle(wallets)
    assert await refund_is(wallets, refund_id) == "succeeded"
    await wallets.outside(f"/paysafe/refunds/{wallets.world.casino}/{refund_id}/FAILED", {"webhook_copies": 2})
    await settle(wallets)
    assert await refund_is(wallets, refund_id) == "returned"
    assert await wallets.world.balance() == (50_00, 0)
    assert await wallets.world.ledger_sum() == 0
