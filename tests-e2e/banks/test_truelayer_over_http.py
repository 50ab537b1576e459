"""Deposits and payouts through TrueLayer: paid, refused, lost, told twice, sent back; and signing in."""

from typing import Any
from uuid import UUID

import pytest

from crypto.counter import Counter

PAYER = {"name": "Sue Hopper", "email": "s@player.example", "country": "DE"}
ELSEWHERE = {"account_holder_name": "Sue Hopper", "iban": "DE89370400440532013000"}
LONG = 20
"""Steps of time after which a test gives up."""


@pytest.fixture
async def bank(desk: Counter) -> Counter:
    """The casino has an account with TrueLayer."""
    await desk.configure("truelayer", "EUR")
    return desk


async def deposit(bank: Counter) -> tuple[str, str]:
    return await bank.deposit("truelayer", details=PAYER)


async def books(bank: Counter, kind: str) -> list[dict[str, Any]]:
    """What the provider has in its own books."""
    async with bank.browser.get(f"/control/money/{bank.world.casino}") as answer:
        return list((await answer.json())[kind])


async def lose_answers(bank: Counter) -> None:
    """From now on what is asked is done and never answered; we are signed in already, by another deposit."""
    await deposit(bank)
    await bank.outside("/control/chaos", {"lost_answers": 1.0}, put=True)


async def client(bank: Counter, **change: Any) -> None:
    """Change what the provider thinks of the casino."""
    await bank.outside(f"/truelayer/clients/{bank.world.casino}", change)


# --- money in


async def test_what_settled_is_credited_once_however_often_it_is_told(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    assert await bank.status(deposit_id) == "requires_action"
    await bank.outside(page, {"outcome": "settled", "webhook_copies": 3})
    await bank.told()
    assert await bank.status(deposit_id) == "succeeded"
    assert await bank.world.transfers() == [("deposit", 50_00)]
    assert await bank.world.ledger_sum() == 0


async def test_what_the_bank_promised_is_credited_when_it_has_settled(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "executed"})
    await bank.told()
    assert (await bank.status(deposit_id), await bank.world.balance()) == ("processing", (0, 0))
    await bank.outside(page, {"outcome": "settled"})
    await bank.told()
    assert (await bank.status(deposit_id), await bank.world.balance()) == ("succeeded", (50_00, 0))


async def test_a_refused_payment_fails_with_its_reason(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "failed", "reason": "insufficient_funds"})
    await bank.told()
    shown = (await bank.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "insufficient_funds")
    assert await bank.world.balance() == (0, 0)


async def test_what_arrived_is_credited_and_not_what_was_asked_for(bank: Counter) -> None:
    _, page = await deposit(bank)
    await bank.outside(page, {"outcome": "settled", "amount_in_minor": 31_41})
    await bank.told()
    assert await bank.world.balance() == (31_41, 0)


async def test_another_currency_is_for_a_person(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "settled", "currency": "PLN"})
    await bank.told()
    assert await bank.status(deposit_id) != "succeeded"
    assert await bank.world.balance() == (0, 0)
    assert "notification_set_aside" in await bank.world.published()


async def test_a_lost_answer_is_found_again_by_the_identical_call(bank: Counter) -> None:
    await lose_answers(bank)
    deposit_id = (await bank.world.deposit(provider="truelayer", details=PAYER)).json()["deposit_id"]
    assert await bank.status(deposit_id) == "unknown"
    await bank.outside("/control/chaos", {}, put=True)
    await bank.world.pass_time(seconds=20)
    assert await bank.status(deposit_id) == "requires_action"
    await bank.outside(await bank.page(deposit_id), {"outcome": "settled"})
    await bank.told()
    assert await bank.world.balance() == (50_00, 0)
    assert len(await books(bank, "transfers_in")) == 2, "the other one, and this one once"


async def test_lost_webhooks_are_made_up_for_by_the_question(bank: Counter) -> None:
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "settled"})
    await bank.world.pass_time(minutes=3)  # Whether they came or not.
    assert await bank.status(deposit_id) == "succeeded"


async def test_a_payment_nobody_made_is_cancelled_there(bank: Counter) -> None:
    deposit_id, _ = await deposit(bank)
    await bank.world.pass_time(hours=25)
    await bank.world.pass_time(seconds=1)
    assert await bank.status(deposit_id) == "expired"
    [payment] = await books(bank, "transfers_in")
    assert (payment["status"], payment["failure_reason"]) == ("failed", "canceled")


async def test_a_webhook_of_a_stranger_is_not_believed(bank: Counter) -> None:
    headers = {"Tl-Signature": "eyJhbGciOiJFUzUxMiJ9..AA", "X-Tl-Webhook-Timestamp": "2026-03-01T12:00:00Z"}
    answer = await bank.world.client.post(bank.world.calls_at("truelayer"), content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "notification_not_genuine")


@pytest.mark.parametrize("seed", [1, 2])
async def test_on_a_bad_day_every_payment_is_credited_once(bank: Counter, seed: int) -> None:
    trouble = {"seed": seed, "duplicates": 0.5, "reordering": 0.3, "lost_answers": 0.4, "errors": 0.2}
    await bank.outside("/control/chaos", trouble, put=True)
    asked = [
        (await bank.world.deposit(10_00 + number, provider="truelayer", details=PAYER)).json()["deposit_id"]
        for number in range(4)
    ]
    for deposit_id in asked:
        for _ in range(LONG):
            if page := await bank.page(deposit_id):
                break
            await bank.world.pass_time(minutes=2)
        await bank.outside(page, {"outcome": "settled", "webhook_copies": 2})
    await bank.outside("/control/chaos", {}, put=True)
    for _ in range(LONG):
        if all([await bank.status(one) == "succeeded" for one in asked]):
            break
        await bank.told()
        await bank.world.pass_time(minutes=10)
    assert sorted(await bank.world.transfers()) == [("deposit", 10_00 + number) for number in range(4)]


# --- signing in


async def test_a_token_that_is_over_is_had_anew(bank: Counter) -> None:
    for _ in range(2):
        deposit_id, _ = await deposit(bank)
        assert await bank.status(deposit_id) == "requires_action"
        await bank.world.pass_time(hours=2)
        await bank.world.beat()


async def test_a_token_that_was_forgotten_there_is_had_anew(bank: Counter) -> None:
    await deposit(bank)
    await client(bank, forget_tokens=True)
    deposit_id, _ = await deposit(bank)
    assert await bank.status(deposit_id) == "requires_action"


async def test_without_a_token_nothing_was_ordered_and_it_is_tried_again(bank: Counter) -> None:
    await client(bank, locked=True)
    deposit_id = (await bank.world.deposit(provider="truelayer", details=PAYER)).json()["deposit_id"]
    assert (await bank.status(deposit_id), await books(bank, "transfers_in")) == ("requested", [])
    await client(bank, locked=False)
    await bank.world.pass_time(seconds=20)
    assert await bank.status(deposit_id) == "requires_action"


# --- money out


@pytest.fixture
async def rich(bank: Counter) -> Counter:
    """The player has 500 euros, and one person's approval is enough."""
    await bank.world.give()
    answer = await bank.world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 1_000_00})
    assert answer.status_code == 200, answer.text
    return bank


async def ordered(rich: Counter, destination: dict[str, str] | None = None, *, people: int = 1) -> str:
    """A withdrawal that so many people approved, sent as far as it goes."""
    answer = await rich.world.withdraw(provider="truelayer", destination=destination or ELSEWHERE)
    assert answer.status_code == 201, answer.text
    withdrawal_id = str(answer.json()["withdrawal_id"])
    for _ in range(people):
        assert (await rich.world.approve(withdrawal_id)).status_code == 200
    await rich.world.run_tasks()
    assert await where(rich, withdrawal_id) != "awaiting_approval", "it takes more people"
    return withdrawal_id


async def where(rich: Counter, withdrawal_id: str) -> str:
    return str((await rich.world.get(f"/withdrawals/{withdrawal_id}")).json()["status"])


async def move(rich: Counter, outcome: str, copies: int = 1) -> None:
    """The bank does something with the only payout there is."""
    [payout] = await books(rich, "transfers_out")
    await rich.outside(f"/truelayer/payouts/{payout['id']}/{outcome}", {"webhook_copies": copies})
    await rich.told()


@pytest.mark.parametrize(("outcome", "becomes", "left"), [("executed", "paid", 400_00), ("failed", "failed", 500_00)])
async def test_a_payout_leaves_or_fails_once_however_often_it_is_told(
    rich: Counter, outcome: str, becomes: str, left: int
) -> None:
    withdrawal_id = await ordered(rich)
    assert await where(rich, withdrawal_id) == "sent"
    await move(rich, outcome, copies=3)
    assert await where(rich, withdrawal_id) == becomes
    assert await rich.world.balance() == (left, 0)
    assert await rich.world.ledger_sum() == 0


async def test_a_payout_goes_back_to_where_the_money_came_from(rich: Counter) -> None:
    _, page = await deposit(rich)
    source = (await rich.outside(page, {"outcome": "settled"}))["payment_source"]["id"]
    await rich.told()
    withdrawal_id = await ordered(rich, {"payment_source_id": source})
    [payout] = await books(rich, "transfers_out")
    assert payout["beneficiary"]["type"] == "payment_source"
    await move(rich, "executed")
    assert await where(rich, withdrawal_id) == "paid"


async def test_a_source_the_player_never_paid_from_is_refused(rich: Counter) -> None:
    withdrawal_id = await ordered(rich, {"payment_source_id": "018f3a5e-7c1d-7000-8000-00000000abcd"})
    assert await where(rich, withdrawal_id) == "failed"
    assert await rich.world.balance() == (500_00, 0)


async def test_what_the_players_bank_sends_back_is_his_again(rich: Counter) -> None:
    withdrawal_id = await ordered(rich)
    await move(rich, "executed")
    await move(rich, "returned", copies=2)
    assert await where(rich, withdrawal_id) == "returned"
    assert await rich.world.balance() == (500_00, 0)


async def test_an_order_whose_answer_was_lost_is_paid_once(rich: Counter) -> None:
    await lose_answers(rich)
    withdrawal_id = await ordered(rich)
    assert await where(rich, withdrawal_id) == "unknown"
    await rich.outside("/control/chaos", {}, put=True)
    await rich.world.pass_time(seconds=20)
    assert await where(rich, withdrawal_id) == "sent"
    assert len(await books(rich, "transfers_out")) == 1


async def test_a_webhook_that_overtakes_the_answer_tells_what_became_of_it(rich: Counter) -> None:
    await lose_answers(rich)
    withdrawal_id = await ordered(rich)
    await rich.outside("/control/chaos", {}, put=True)
    await move(rich, "executed")
    assert await where(rich, withdrawal_id) == "paid"


async def test_an_order_the_provider_may_have_forgotten_is_left_to_a_person(rich: Counter) -> None:
    await rich.outside("/control/chaos", {"errors": 1.0}, put=True)
    withdrawal_id = await ordered(rich)
    await rich.world.pass_time(hours=7)
    await rich.outside("/control/chaos", {}, put=True)
    for _ in range(3):
        await rich.world.pass_time(days=1)
    assert (await where(rich, withdrawal_id), await books(rich, "transfers_out")) == ("unknown", [])
    assert (await rich.world.published()).count("notification_set_aside") == 1


# --- money back


async def refunded(bank: Counter) -> str:
    """A deposit of 50 euros, of which 20 are refunded: its id."""
    deposit_id, page = await deposit(bank)
    await bank.outside(page, {"outcome": "settled"})
    await bank.told()
    body = {"amount_minor": 20_00, "reason": "he paid it twice"}
    proposed = await bank.world.post(f"/deposits/{deposit_id}/refunds", body, as_=bank.world.staff())
    await bank.world.approved(proposed)
    await bank.world.run_tasks()
    return str(proposed.json()["subject_id"])


async def refund_is(bank: Counter, refund_id: str) -> str:
    (row,) = await bank.world.rows("SELECT status FROM rm_refund_list WHERE id = $1", UUID(refund_id))
    return str(row["status"])


async def test_a_refund_is_executed_and_comes_back_from_a_bank_that_returns_it(bank: Counter) -> None:
    refund_id = await refunded(bank)
    assert await refund_is(bank, refund_id) == "pending"
    (there,) = await books(bank, "transfers_back")
    await bank.outside(f"/truelayer/refunds/{there['id']}/executed", {"webhook_copies": 2})
    await bank.told()
    assert (await refund_is(bank, refund_id), await bank.world.balance()) == ("succeeded", (30_00, 0))
    await bank.outside(f"/truelayer/refunds/{there['id']}/returned", {"webhook_copies": 2})
    await bank.told()
    assert (await refund_is(bank, refund_id), await bank.world.balance()) == ("returned", (50_00, 0))
    assert await bank.world.ledger_sum() == 0


async def test_a_refund_that_fails_is_the_players_again(bank: Counter) -> None:
    refund_id = await refunded(bank)
    (there,) = await books(bank, "transfers_back")
    await bank.outside(f"/truelayer/refunds/{there['id']}/failed")
    await bank.told()
    assert (await refund_is(bank, refund_id), await bank.world.balance()) == ("failed", (50_00, 0))
