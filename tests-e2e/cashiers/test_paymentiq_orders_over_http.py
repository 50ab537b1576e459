"""Withdrawals that people approve here and PaymentIQ pays on our word: one transaction of each is let through."""

from typing import Any
from uuid import UUID

import pytest

from crypto.counter import Counter
from payments.strategies.providers.paymentiq.orders import mark

LONG = 30
"""Steps of time after which a test gives up."""
ACCOUNT = {"service": "neteller", "account_id": "8d2f-77aa"}


@pytest.fixture
async def cashier(desk: Counter) -> Counter:
    """The casino has an account with PaymentIQ, and a person looks at every withdrawal; the player has money."""
    await desk.configure("paymentiq", "EUR")
    answer = await desk.world.settle("/withdrawal-policy", {"currency": "EUR", "second_person_above_minor": 500_00})
    assert answer.status_code == 200, answer.text
    await desk.world.give()
    return desk


async def asked_for(cashier: Counter, amount_minor: int = 200_00) -> str:
    answer = await cashier.world.withdraw(amount_minor, provider="paymentiq", destination=ACCOUNT)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["withdrawal_id"])


async def sent(cashier: Counter, amount_minor: int = 200_00) -> str:
    """One that a person approved, and that went out."""
    withdrawal_id = await asked_for(cashier, amount_minor)
    assert (await cashier.world.approve(withdrawal_id)).status_code == 200
    await cashier.world.run_tasks()
    return withdrawal_id


async def shown(cashier: Counter, withdrawal_id: str) -> dict[str, Any]:
    return dict((await cashier.world.get(f"/withdrawals/{withdrawal_id}")).json())


async def direct(cashier: Counter, **how: str) -> list[dict[str, Any]]:
    """Say what becomes of orders from now on; those that came so far."""
    return list((await cashier.outside(f"/paymentiq/{cashier.world.casino}/orders", how))["orders"])


async def step(cashier: Counter, name: str, tx_id: str, amount: str = "-200.00", **more: Any) -> dict[str, Any]:
    wanted = {"user_id": str(cashier.world.player), "amount": amount, "tx_id": tx_id, "more": more}
    return dict(await cashier.outside(f"/paymentiq/{cashier.world.casino}/{name}", wanted))


async def test_what_is_not_approved_is_on_hold_and_not_at_the_cashier(cashier: Counter) -> None:
    withdrawal_id = await asked_for(cashier)
    await cashier.world.run_tasks()
    found = await shown(cashier, withdrawal_id)
    assert (found["status"], found["destination"]) == ("awaiting_approval", "****7aa")
    assert await cashier.world.balance() == (300_00, 200_00)
    assert await direct(cashier) == []


async def test_what_a_person_approved_is_paid_once(cashier: Counter) -> None:
    withdrawal_id = await sent(cashier)
    (order,) = await direct(cashier)
    found = await shown(cashier, withdrawal_id)
    assert (found["status"], found["reference"]) == ("paid", order["txId"])
    assert order["account"] == "8d2f-77aa"
    assert await cashier.world.balance() == (300_00, 0)
    assert await cashier.world.transfers() == [("withdrawal_hold", 200_00), ("withdrawal_paid", 200_00)]
    assert await cashier.world.ledger_sum() == 0


async def test_what_its_provider_refuses_is_the_players_again(cashier: Counter) -> None:
    await direct(cashier, outcome="refused")
    withdrawal_id = await sent(cashier)
    found = await shown(cashier, withdrawal_id)
    assert (found["status"], found["code"]) == ("failed", "declined_by_psp")
    assert await cashier.world.balance() == (500_00, 0)
    assert "notification_set_aside" not in await cashier.world.published()


async def test_an_account_nobody_knows_there_fails_it(cashier: Counter) -> None:
    await direct(cashier, outcome="unknown_account")
    found = await shown(cashier, await sent(cashier))
    assert (found["status"], found["code"]) == ("failed", "account_unknown")
    assert await cashier.world.balance() == (500_00, 0)


async def test_what_nothing_is_heard_of_stays_on_hold_and_is_sent_nowhere_again(cashier: Counter) -> None:
    await direct(cashier, outcome="silence")
    withdrawal_id = await sent(cashier)
    for _ in range(4):
        await cashier.world.pass_time(minutes=1)
    (order,) = await direct(cashier)
    assert (await shown(cashier, withdrawal_id))["status"] == "sent"
    assert await cashier.world.balance() == (300_00, 200_00)
    assert (await step(cashier, "transfer", order["txId"], authCode=withdrawal_id))["success"]
    assert (await shown(cashier, withdrawal_id))["status"] == "paid"


@pytest.mark.parametrize("trouble", ["unheard", "errors", "lost_answers", "half_answers"])
async def test_an_order_without_an_answer_is_paid_by_one_transaction(cashier: Counter, trouble: str) -> None:
    await cashier.outside("/control/chaos", {trouble: 1.0}, put=True)
    withdrawal_id = await sent(cashier)
    await cashier.outside("/control/chaos", {}, put=True)
    for _ in range(LONG):
        if (await shown(cashier, withdrawal_id))["status"] == "paid":
            break
        await cashier.world.pass_time(minutes=2)
    assert (await shown(cashier, withdrawal_id))["status"] == "paid"
    let_through = [one for one in await direct(cashier) if one["steps"] and one["steps"][0].get("success")]
    assert len(let_through) == 1
    assert await cashier.world.transfers() == [("withdrawal_hold", 200_00), ("withdrawal_paid", 200_00)]


async def test_a_second_transaction_of_an_order_is_refused_and_its_cancel_moves_nothing(cashier: Counter) -> None:
    await direct(cashier, outcome="silence")
    withdrawal_id = await sent(cashier)
    marked: dict[str, Any] = {"attributes": {"merchantTxId": await mark_of(cashier, withdrawal_id)}}
    again = await step(cashier, "authorize", "another", **marked)
    assert (again["success"], again["errMsg"]) == (False, "reference_differs")
    assert (await step(cashier, "cancel", "another", **marked))["success"]
    assert (await shown(cashier, withdrawal_id))["status"] == "sent"
    assert (await step(cashier, "transfer", "another", authCode=withdrawal_id))["errMsg"] == "unknown_reference"
    assert await cashier.world.balance() == (300_00, 200_00)


async def test_another_amount_than_was_approved_is_not_let_through(cashier: Counter) -> None:
    await cashier.outside("/control/chaos", {"unheard": 1.0}, put=True)
    withdrawal_id = await sent(cashier)
    await cashier.outside("/control/chaos", {}, put=True)
    marked: dict[str, Any] = {"attributes": {"merchantTxId": await mark_of(cashier, withdrawal_id)}}
    assert (await step(cashier, "authorize", "t-1", "-200.01", **marked))["errMsg"] == "amount_differs"
    assert (await step(cashier, "authorize", "t-2", "-200.00", **marked))["success"]


async def test_nothing_is_let_through_that_nobody_sent(cashier: Counter) -> None:
    withdrawal_id = await asked_for(cashier)
    marked: dict[str, Any] = {"attributes": {"merchantTxId": await mark_of(cashier, withdrawal_id)}}
    assert (await step(cashier, "authorize", "t-1", **marked))["errMsg"] == "payout_never_sent"
    wish = {"user_id": str(cashier.world.player), "session_id": await mark_of(cashier, withdrawal_id), "amount": -200}
    known = await cashier.outside(f"/paymentiq/{cashier.world.casino}/pay", wish)
    assert known["verifyuser"]["errMsg"] == "session_unknown"


async def test_a_withdrawal_a_player_names_in_the_cashier_is_no_order(cashier: Counter) -> None:
    withdrawal_id = await asked_for(cashier)
    named = await step(cashier, "authorize", "t-1", attributes={"merchantTxId": withdrawal_id})
    assert named["errMsg"] == "needs_people", "it is a withdrawal of its own"
    assert await cashier.world.balance() == (300_00, 200_00)


async def test_switched_off_in_mid_flight_nothing_more_is_let_through(cashier: Counter) -> None:
    await cashier.outside("/control/chaos", {"unheard": 1.0}, put=True)
    withdrawal_id = await sent(cashier)
    await cashier.outside("/control/chaos", {}, put=True)
    path = f"/casinos/{cashier.world.casino}/providers"
    (account,) = (await cashier.world.get(path, as_=cashier.world.staff())).json()
    kept = {name: account[name] for name in ("currencies", "settings")}
    assert (await cashier.world.settle("/providers/paymentiq", {**kept, "enabled": False})).status_code == 200
    marked: dict[str, Any] = {"attributes": {"merchantTxId": await mark_of(cashier, withdrawal_id)}}
    assert (await step(cashier, "authorize", "t-1", **marked))["errMsg"] == "provider_not_offered"
    assert await cashier.world.balance() == (300_00, 200_00)


async def mark_of(cashier: Counter, withdrawal_id: str) -> str:
    """What an order of this withdrawal brings, as whoever has the secret makes it."""
    account = await cashier.world.desk.account(cashier.world.casino, "paymentiq")
    return mark(account.secrets["signing_secret"], cashier.world.casino, UUID(withdrawal_id))
