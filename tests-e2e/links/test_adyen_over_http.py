"""Deposits through Adyen: paid, refused, found again after a lost answer, told twice, given up."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from services.payments.tests.component.payment.test_taken_back import owed, spend

from chassis.testing.postgres import Databases
from contracts.backoffice.events import SelfExclusionStarted
from crypto.counter import Counter, counter
from journey.client import eventually


@pytest.fixture(scope="module")
async def database_url(databases: Databases) -> str:
    """One database for all of them."""
    return await databases.create("payments")


@pytest.fixture
async def casino(database_url: str) -> AsyncIterator[Counter]:
    """A casino that takes deposits through Adyen alone."""
    async with counter(database_url) as made:
        await made.configure("adyen", "EUR")
        yield made


async def link_of(casino: Counter, deposit_id: str) -> dict[str, Any]:
    """What the provider has in its books for a deposit."""
    async with casino.browser.get(f"/control/money/{casino.world.casino}") as answer:
        links = (await answer.json())["links"]
    [link] = [one for one in links if one["reference"] == deposit_id.replace("-", "")]
    return dict(link)


async def test_a_paid_link_is_credited_once_however_often_it_is_told(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("adyen")
    assert await casino.status(deposit_id) == "requires_action"
    await casino.outside(page, {"holder_name": "S. Hopper", "webhook_copies": 3})
    await casino.told()
    assert await casino.status(deposit_id) == "succeeded"
    assert await casino.world.transfers() == [("deposit", 50_00)]


async def test_a_refused_attempt_fails_the_deposit_and_expires_the_link(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.outside(page, {"holder_name": "NOT_ENOUGH_BALANCE"})
    await casino.told()
    shown = (await casino.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["code"]) == ("failed", "not_enough_balance")
    assert (await link_of(casino, deposit_id))["status"] == "expired"
    assert await casino.world.balance() == (0, 0)


async def test_a_lost_answer_is_found_again_by_the_identical_call(casino: Counter) -> None:
    await casino.outside("/control/chaos", {"lost_answers": 1}, put=True)
    deposit_id = (await casino.world.deposit(provider="adyen")).json()["deposit_id"]
    assert await casino.status(deposit_id) == "unknown"
    await casino.outside("/control/chaos", put=True)
    await casino.world.pass_time(seconds=20)
    assert await casino.status(deposit_id) == "requires_action"
    await casino.outside(await casino.page(deposit_id), {"holder_name": "S. Hopper"})
    await casino.told()
    assert await casino.world.transfers() == [("deposit", 50_00)]
    assert (await link_of(casino, deposit_id))["status"] == "completed"


@pytest.mark.parametrize(
    ("late", "status", "moved"), [(False, "succeeded", [("deposit", 50_00)]), (True, "failed", [])]
)
async def test_what_is_pending_is_decided_by_the_webhook(
    casino: Counter, late: bool, status: str, moved: list[tuple[str, int]]
) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.outside(page, {"pending": True})
    await casino.told()
    await casino.world.pass_time(minutes=10)
    assert await casino.status(deposit_id) == "processing"
    await casino.outside(page.replace("/pay/", "/settle/"), {"late": late})
    await casino.told()
    assert await casino.status(deposit_id) == status
    assert await casino.world.transfers() == moved


async def test_a_link_nobody_pays_expires_there_and_here(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.world.pass_time(hours=25)
    await casino.world.run_tasks()
    assert await casino.status(deposit_id) == "expired"
    assert (await link_of(casino, deposit_id))["status"] == "expired"
    async with casino.browser.post(page, json={"holder_name": "S. Hopper"}) as answer:
        assert answer.status == 422


async def test_a_link_that_was_never_seen_is_closed_and_one_that_was_seen_is_expired(casino: Counter) -> None:
    seen, page = await casino.deposit("adyen")
    await casino.outside("/control/chaos", {"lost_answers": 1}, put=True)
    unseen = (await casino.world.deposit(provider="adyen")).json()["deposit_id"]
    await casino.outside("/control/chaos", put=True)
    excluded = SelfExclusionStarted(
        player_id=casino.world.player, casino_id=casino.world.casino, started_at=casino.world.clock.now()
    )
    await casino.world.tell(excluded)
    await casino.world.run_tasks()
    assert (await link_of(casino, seen))["status"] == "expired"
    await casino.world.pass_time(minutes=61)
    assert [await casino.status(one) for one in (seen, unseen)] == ["failed", "failed"]
    assert await casino.world.rows("SELECT 1 FROM rm_deposit_list WHERE open_at_provider") == []
    async with casino.browser.post(page, json={"holder_name": "S. Hopper"}) as answer:
        assert answer.status == 422


async def test_what_was_paid_before_the_link_expired_is_credited_late(casino: Counter) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.outside(page, {"holder_name": "DECLINED"})

    async def failed() -> bool:
        return await casino.status(deposit_id) == "failed"

    await eventually("the refusal is heard", failed)
    await casino.outside(page, {"holder_name": "S. Hopper"})
    await casino.told()
    shown = (await casino.world.get(f"/deposits/{deposit_id}")).json()
    assert (shown["status"], shown["late"]) == ("succeeded", True)
    assert await casino.world.transfers() == [("deposit", 50_00)]


@pytest.mark.parametrize("kind", ["CAPTURE_FAILED", "CANCELLATION", "EXPIRE", "TECHNICAL_CANCEL"])
async def test_provider_says_paid_then_failed(casino: Counter, kind: str) -> None:
    deposit_id, page = await casino.deposit("adyen")
    await casino.outside(page, {"holder_name": "S. Hopper"})
    await casino.told()
    await spend(casino.world, 20_00)
    later = {"kind": kind, "reference": "QFQTPCQ8HXSKGK82", "copies": 2}
    await casino.outside(page.replace("/pay/", "/afterwards/"), later)
    await casino.told()
    assert await casino.status(deposit_id) == "reversed"
    assert (await casino.world.balance(), await owed(casino.world)) == ((0, 0), 20_00)
    moved = [("chargeback", 20_00), ("deposit", 50_00), ("deposit_reversal", 30_00)]
    assert sorted(await casino.world.transfers()) == moved
    assert "notification_set_aside" not in await casino.world.published()
