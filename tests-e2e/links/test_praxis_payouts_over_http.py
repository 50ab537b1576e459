"""Withdrawals that a player asks for in Praxis's cashier: held, approved, completed or dropped, on every day."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.testing.postgres import Databases
from crypto.counter import Counter, counter

LONG = 40
"""Steps of time after which a test gives up."""


@pytest.fixture(scope="module")
async def database_url(databases: Databases) -> str:
    """One database for all of them."""
    return await databases.create("payments")


@pytest.fixture
async def casino(database_url: str) -> AsyncIterator[Counter]:
    """A casino with an account at Praxis that lets small withdrawals out by itself; its player has money."""
    async with counter(database_url) as made:
        await made.configure("praxis", "EUR")
        policy = {"currency": "EUR", "second_person_above_minor": 500_00, "automatic_up_to_minor": 60_00}
        assert (await made.world.settle("/withdrawal-policy", policy)).status_code == 200
        await made.world.give(500_00)
        yield made


async def opened(casino: Counter, amount_minor: int = 50_00) -> tuple[str, str]:
    """The id the withdrawal will have, and the path of the page on which the player asks for it."""
    body = {
        "provider": "praxis",
        "amount_minor": amount_minor,
        "currency": "EUR",
        "return_url": "https://casino.example/back",
        "locale": "en-GB",
    }
    answer = await casino.world.post("/withdrawal-sessions", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["withdrawal_id"], "/" + answer.json()["url"].split("/", 3)[3]


async def shown(casino: Counter, withdrawal_id: str) -> dict[str, Any]:
    return dict((await casino.world.get(f"/withdrawals/{withdrawal_id}")).json())


async def status(casino: Counter, withdrawal_id: str) -> str:
    """Where it stands; `none`: there is no withdrawal."""
    answer = await casino.world.get(f"/withdrawals/{withdrawal_id}")
    return "none" if answer.status_code == 404 else str(answer.json()["status"])


async def set_aside(casino: Counter) -> list[str]:
    """What people were asked to look into."""
    wanted = (
        "SELECT envelope::json -> 'data' ->> 'code' AS code FROM outbox WHERE envelope LIKE '%notification_set_aside%'"
    )
    return [str(row["code"]) for row in await casino.world.rows(wanted)]


async def book(casino: Counter, withdrawal_id: str) -> dict[str, Any]:
    """The order in the provider's own books."""
    async with casino.browser.get(f"/control/money/{casino.world.casino}") as answer:
        return dict((await answer.json())["sessions"][withdrawal_id])


async def completed(casino: Counter) -> int:
    """How often Praxis was told to pay."""
    async with casino.browser.get(f"/control/money/{casino.world.casino}") as answer:
        return len((await answer.json())["completed"])


async def until(casino: Counter, withdrawal_id: str, wanted: str) -> None:
    for _ in range(LONG):
        if await status(casino, withdrawal_id) == wanted:
            return
        await casino.told()
        await casino.world.pass_time(minutes=3)
    raise AssertionError(await shown(casino, withdrawal_id))


async def test_nothing_is_on_hold_before_the_player_has_asked_and_everything_after(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    assert await casino.world.balance() == (500_00, 0)
    assert await status(casino, withdrawal_id) == "none"
    await casino.outside(page, {"webhook_copies": 3})
    await casino.told()
    found = await shown(casino, withdrawal_id)
    assert (found["status"], found["amount_minor"], found["destination"]) == ("awaiting_approval", 100_00, "****mple")
    assert found["instrument_id"] is not None
    assert await casino.world.balance() == (400_00, 100_00)
    assert await completed(casino) == 0


async def test_the_id_of_a_page_is_no_deposits(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    deposit = await casino.world.deposit(provider="praxis", deposit_id=withdrawal_id)
    assert (deposit.status_code, deposit.json()["code"]) == (409, "payment_id_taken")
    await casino.outside(page)
    await casino.told()
    assert await status(casino, withdrawal_id) == "awaiting_approval"


async def test_what_people_approve_is_completed_once_and_paid(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    await casino.outside(page)
    await casino.told()
    assert (await casino.world.approve(withdrawal_id)).status_code == 200
    await casino.world.run_tasks()
    assert await status(casino, withdrawal_id) == "sent"
    await casino.outside(f"{page}/payout", {"outcome": "approved", "webhook_copies": 3})
    await casino.told()
    assert await status(casino, withdrawal_id) == "paid"
    assert await casino.world.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_paid", 100_00)]
    assert (await completed(casino), await casino.world.ledger_sum()) == (1, 0)


@pytest.mark.parametrize("traced", [False, True])
async def test_a_small_one_goes_by_itself_whichever_transaction_pays_it(casino: Counter, traced: bool) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(page, {"traced": traced})
    await casino.told()
    assert await status(casino, withdrawal_id) == "sent"
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    await casino.told()
    assert await status(casino, withdrawal_id) == "paid"


@pytest.mark.parametrize("outcome", ["rejected", "cancelled"])
async def test_what_the_provider_does_not_pay_is_the_players_again(casino: Counter, outcome: str) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(page)
    await casino.told()
    await casino.outside(f"{page}/payout", {"outcome": outcome})
    await casino.told()
    assert ((await shown(casino, withdrawal_id))["code"], await status(casino, withdrawal_id)) == (outcome, "failed")
    assert await casino.world.balance() == (500_00, 0)


async def test_an_error_there_may_have_paid_and_stays_on_hold(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(page)
    await casino.told()
    await casino.outside(f"{page}/payout", {"outcome": "error"})
    await casino.told()
    await casino.world.pass_time(minutes=30)
    assert await status(casino, withdrawal_id) == "sent"
    assert await casino.world.balance() == (450_00, 50_00)
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    await until(casino, withdrawal_id, "paid")


async def paid(casino: Counter) -> tuple[str, str]:
    """A withdrawal that left, and the page on which it was asked for."""
    withdrawal_id, page = await opened(casino)
    await casino.outside(page)
    await casino.told()
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    await casino.told()
    assert await status(casino, withdrawal_id) == "paid"
    return withdrawal_id, page


async def test_money_that_came_back_is_a_credit_of_its_own(casino: Counter) -> None:
    withdrawal_id, page = await paid(casino)
    await casino.outside(f"{page}/payout", {"outcome": "reversed", "webhook_copies": 2})
    await casino.told()
    assert await status(casino, withdrawal_id) == "returned"
    assert await casino.world.balance() == (500_00, 0)


async def test_of_money_that_came_back_in_part_that_part_is_the_players_once(casino: Counter) -> None:
    withdrawal_id, page = await paid(casino)
    await casino.outside(f"{page}/payout", {"outcome": "reversed", "processed_amount": 20_00, "webhook_copies": 2})
    await casino.told()
    assert await status(casino, withdrawal_id) == "returned"
    await casino.outside(f"{page}/payout", {"outcome": "chargeback", "processed_amount": 20_00})
    await casino.told()
    assert await casino.world.balance() == (470_00, 0)
    await casino.outside(f"{page}/payout", {"outcome": "chargeback", "processed_amount": 50_00})
    await casino.told()
    assert await casino.world.balance() == (500_00, 0)
    assert await casino.world.ledger_sum() == 0


@pytest.mark.parametrize(
    "back",
    [{"currency": "USD", "processed_amount": 20_00}, {"processed_amount": 70_00}, {"processed_amount": "x"}],
    ids=["other-money", "more-than-left", "unreadable"],
)
async def test_what_came_back_and_cannot_be_booked_is_for_a_person_once(casino: Counter, back: dict[str, Any]) -> None:
    withdrawal_id, page = await paid(casino)
    await casino.outside(f"{page}/payout", {"outcome": "chargeback", "webhook_copies": 2, **back})
    await casino.told()
    await casino.world.pass_time(hours=1)
    assert await status(casino, withdrawal_id) == "paid"
    assert await casino.world.balance() == (450_00, 0)
    assert await set_aside(casino) == ["amount_differs"]


async def test_another_amount_than_was_held_is_for_a_person(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(page)
    await casino.told()
    await casino.outside(f"{page}/payout", {"outcome": "approved", "processed_amount": 48_00})
    await casino.told()
    assert await status(casino, withdrawal_id) == "sent"
    for _ in range(3):
        await casino.world.pass_time(hours=1)
    assert await set_aside(casino) == ["amount_differs"]


async def test_what_people_reject_is_dropped_there_and_can_never_be_paid(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    await casino.outside(page)
    await casino.told()
    body = {"reason": "not before we know him better"}
    answer = await casino.world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=casino.world.staff())
    assert answer.status_code == 200, answer.text
    await casino.world.run_tasks()
    assert (await book(casino, withdrawal_id))["transaction"]["transaction_status"] == "cancelled"
    assert await casino.world.balance() == (500_00, 0)
    assert await completed(casino) == 0


async def test_a_drop_that_was_not_heard_is_made_again(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    await casino.outside(page)
    await casino.told()
    await casino.outside("/control/chaos", {"errors": 1.0}, put=True)
    body = {"reason": "not before we know him better"}
    await casino.world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=casino.world.staff())
    await casino.world.run_tasks()
    await casino.outside("/control/chaos", {}, put=True)
    await casino.world.pass_time(minutes=1)
    assert (await book(casino, withdrawal_id))["transaction"]["transaction_status"] == "cancelled"


async def test_what_he_may_not_have_any_more_is_dropped_and_told_to_people(casino: Counter) -> None:
    (_, first), (withdrawal_id, second) = await opened(casino, 400_00), await opened(casino, 200_00)
    await casino.outside(first)
    await casino.told()
    await casino.outside(second)
    await casino.told()
    assert await status(casino, withdrawal_id) == "none"
    assert (await book(casino, withdrawal_id))["transaction"]["transaction_status"] == "cancelled"
    assert await casino.world.balance() == (100_00, 400_00)
    assert "notification_set_aside" in await casino.world.published()


async def test_a_page_is_not_opened_for_what_he_may_not_have(casino: Counter) -> None:
    body = {"provider": "praxis", "amount_minor": 500_01, "currency": "EUR", "return_url": "https://casino.example"}
    answer = await casino.world.post("/withdrawal-sessions", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_funds")


async def test_where_the_page_cannot_be_had_he_is_told_to_try_later(casino: Counter) -> None:
    await casino.outside("/control/chaos", {"lost_answers": 1.0}, put=True)
    body = {"provider": "praxis", "amount_minor": 50_00, "currency": "EUR", "return_url": "https://casino.example"}
    answer = await casino.world.post("/withdrawal-sessions", body)
    assert (answer.status_code, answer.json()["code"]) == (503, "page_unavailable")
    assert await casino.world.balance() == (500_00, 0)


async def test_nobody_names_a_request_of_another_to_us(casino: Counter) -> None:
    answer = await casino.world.withdraw(50_00, provider="praxis", destination={"request": "4711"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "provider")


async def test_a_lost_notification_is_made_up_for_by_the_look(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside("/control/chaos", {"lost_callbacks": 1.0}, put=True)
    await casino.outside(page)
    await until(casino, withdrawal_id, "sent")
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    await until(casino, withdrawal_id, "paid")
    assert await completed(casino) == 1


async def test_a_page_nobody_used_leaves_nothing(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(f"{page}/expire")
    await casino.told()
    for _ in range(3):
        await casino.world.pass_time(minutes=10)
    assert await status(casino, withdrawal_id) == "none"
    assert "notification_set_aside" not in await casino.world.published()


@pytest.mark.parametrize("trouble", ["unheard", "errors", "lost_answers", "half_answers"])
async def test_an_order_without_an_answer_is_asked_about_and_paid_once(casino: Counter, trouble: str) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    await casino.outside(page)
    await casino.told()
    await casino.outside("/control/chaos", {trouble: 1.0}, put=True)
    await casino.world.approve(withdrawal_id)
    await casino.world.run_tasks()
    assert await status(casino, withdrawal_id) == "unknown"
    assert await casino.world.balance() == (400_00, 100_00)
    await casino.outside("/control/chaos", {}, put=True)
    await until(casino, withdrawal_id, "sent")
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    await until(casino, withdrawal_id, "paid")
    assert await completed(casino) == 1
    assert await casino.world.transfers() == [("withdrawal_hold", 100_00), ("withdrawal_paid", 100_00)]


async def test_an_order_that_is_refused_while_the_request_waits_fails_and_drops_it(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino)
    await casino.outside(page, {"refuses": True})
    await casino.told()
    await casino.world.pass_time(minutes=1)
    found = await shown(casino, withdrawal_id)
    assert (found["status"], found["code"]) == ("failed", "status_400")
    assert (await book(casino, withdrawal_id))["transaction"]["transaction_status"] == "cancelled"
    assert await casino.world.balance() == (500_00, 0)


async def test_what_an_agent_there_pays_of_himself_is_told_to_people(casino: Counter) -> None:
    withdrawal_id, page = await opened(casino, 100_00)
    await casino.outside(page)
    await casino.told()
    await casino.outside(f"{page}/payout", {"outcome": "approved"})
    body = {"reason": "not before we know him better"}
    await casino.world.post(f"/withdrawals/{withdrawal_id}/reject", body, as_=casino.world.staff())
    await casino.told()
    assert "notification_set_aside" in await casino.world.published()


@pytest.mark.parametrize("seed", [1, 2])
async def test_on_a_bad_day_every_withdrawal_is_paid_once(casino: Counter, seed: int) -> None:
    trouble = {"seed": seed, "duplicates": 0.5, "reordering": 0.3, "lost_answers": 0.3, "errors": 0.2}
    bounds = {"second_person_above_minor": 500_00, "automatic_up_to_minor": 60_00, "automatic_day_total_minor": 200_00}
    assert (await casino.world.settle("/withdrawal-policy", {"currency": "EUR", **bounds})).status_code == 200
    pages = dict([await opened(casino, 50_00 + number) for number in range(3)])
    await casino.outside("/control/chaos", trouble, put=True)
    for page in pages.values():
        await casino.outside(page, {"webhook_copies": 2})
    await casino.told()
    await casino.world.pass_time(minutes=2)
    await casino.outside("/control/chaos", {}, put=True)
    for withdrawal_id, page in pages.items():
        await until(casino, withdrawal_id, "sent")
        await casino.outside(f"{page}/payout", {"outcome": "approved", "webhook_copies": 2})
    for withdrawal_id in pages:
        await until(casino, withdrawal_id, "paid")
    assert await completed(casino) == 3
    assert sorted(one for one in await casino.world.transfers() if one[0] == "withdrawal_paid") == [
        ("withdrawal_paid", 50_00 + number) for number in range(3)
    ]
    assert await casino.world.ledger_sum() == 0
