"""Refunds and disputes over real HTTP: ordered once, told often, failed afterwards, taken and given back."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from chassis.testing.postgres import Databases
from crypto.counter import Counter, counter


@pytest.fixture(scope="module")
async def database_url(databases: Databases) -> str:
    """One database for all of them."""
    return await databases.create("payments")


@pytest.fixture(params=["stripe", "adyen"])
async def casino(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator["Desk"]:
    """A casino that takes deposits through one provider, with a deposit of 50.00 that was paid."""
    async with counter(database_url) as made:
        await made.configure(request.param, "EUR")
        desk = Desk(made, request.param)
        await desk.pay_in()
        yield desk


class Desk:
    """The same things at either provider."""

    deposit_id: str
    page: str

    def __init__(self, casino: Counter, provider: str) -> None:
        self.casino = casino
        self.world = casino.world
        self.provider = provider

    async def pay_in(self) -> None:
        answer = await self.world.deposit(provider=self.provider)
        self.deposit_id = answer.json()["deposit_id"]
        action = answer.json()["next_action"]
        if self.provider == "stripe":
            self.page = f"/stripe/pay/{action['client_secret']}"
            await self.casino.outside(self.page, {"card": "4242424242424242"})
        else:
            self.page = await self.casino.page(self.deposit_id)
            await self.casino.outside(self.page, {"holder_name": "S. Hopper"})
        await self.casino.told()
        assert await self.world.balance() == (50_00, 0)

    async def refund(self, amount: int) -> UUID:
        """Two people agree, it is sent, and the provider tells of it."""
        refund_id = await self.order(amount)
        await self.casino.told()
        return refund_id

    async def order(self, amount: int) -> UUID:
        body = {"amount_minor": amount, "reason": "he paid it twice"}
        proposed = await self.world.post(f"/deposits/{self.deposit_id}/refunds", body, as_=self.world.staff())
        await self.world.approved(proposed)
        await self.world.run_tasks()
        return UUID(proposed.json()["subject_id"])

    async def fail(self, refund_id: UUID, amount: int) -> None:
        (row,) = await self.world.rows("SELECT reference FROM rm_refund_list WHERE id = $1", refund_id)
        if self.provider == "stripe":
            await self.casino.outside(f"/stripe/fail_refund/{row['reference']}")
        else:
            more = {"our_refund": str(refund_id), "amount": {"value": amount, "currency": "EUR"}}
            await self.afterwards("REFUND_FAILED", row["reference"], **more)
        await self.casino.told()

    async def afterwards(self, kind: str, reference: str, **more: Any) -> None:
        path = self.page.replace("/pay/", "/afterwards/")
        await self.casino.outside(path, {"kind": kind, "reference": reference, "copies": 2, **more})

    async def charge_back(self) -> None:
        if self.provider == "stripe":
            wish = {"kinds": ["created", "funds_withdrawn"], "status": "needs_response", "copies": 2}
            await self.casino.outside(self.page.replace("/pay/", "/dispute/"), wish)
        else:
            await self.afterwards("NOTIFICATION_OF_CHARGEBACK", "DISPUTE1")
            await self.afterwards("CHARGEBACK", "DISPUTE1")
        await self.casino.told()

    async def win(self) -> None:
        if self.provider == "stripe":
            wish = {"kinds": ["funds_reinstated", "closed"], "status": "won", "copies": 2}
            await self.casino.outside(self.page.replace("/pay/", "/dispute/"), wish)
        else:
            await self.afterwards("CHARGEBACK_REVERSED", "DISPUTE1")
        await self.casino.told()

    async def dispute_id(self) -> str:
        statement = "SELECT id FROM rm_dispute_list WHERE casino_id = $1"
        (row,) = await self.world.rows(statement, self.world.casino)
        return str(row["id"])

    async def contest(self, *, losing: bool = False) -> None:
        """Keep a file, and have it sent; `losing`: no answer arrives."""
        path, officer = f"/disputes/{await self.dispute_id()}", self.world.staff()
        content = base64.b64encode(b"%PDF-1.7 he played").decode()
        kept = await self.world.post(f"{path}/evidence", {"kind": "receipt", "content": content}, as_=officer)
        reasons = (await self.world.get(f"{path}/defences", as_=officer)).json()
        defence = reasons[0]["code"] if reasons else None
        body = {"reason": "he played", "files": [{"evidence_id": kept.json()["evidence_id"]}], "defence": defence}
        ordered = await self.world.post(f"{path}/submit", body, as_=officer)
        assert ordered.status_code == 200, ordered.text
        await self.casino.outside("/control/chaos", {"lost_answers": 1 if losing else 0}, put=True)
        await self.world.run_tasks()
        await self.casino.outside("/control/chaos", put=True)

    async def accept(self) -> None:
        """Two people do not contest it."""
        body = {"reason": "it was not he"}
        path = f"/disputes/{await self.dispute_id()}/accept"
        await self.world.approved(await self.world.post(path, body, as_=self.world.staff()))
        await self.world.run_tasks()

    async def refunds(self) -> list[str]:
        rows = await self.world.rows("SELECT status FROM rm_refund_list WHERE casino_id = $1", self.world.casino)
        return [row["status"] for row in rows]

    async def disputes(self) -> list[tuple[str, str]]:
        rows = await self.world.rows(
            "SELECT stage, status FROM rm_dispute_list WHERE casino_id = $1", self.world.casino
        )
        return [(row["stage"], row["status"]) for row in rows]


async def test_a_refund_is_sent_once_and_counted_once(casino: Desk) -> None:
    await casino.refund(30_00)
    assert await casino.refunds() == ["succeeded"]
    assert await casino.world.balance() == (20_00, 0)
    assert await casino.world.transfers() == [("deposit", 50_00), ("refund_hold", 30_00), ("refund_paid", 30_00)]
    assert await casino.world.ledger_sum() == 0


async def test_a_refund_that_fails_after_it_succeeded_comes_back(casino: Desk) -> None:
    refund_id = await casino.refund(50_00)
    await casino.fail(refund_id, 50_00)
    assert await casino.refunds() == ["returned"]
    assert await casino.world.balance() == (50_00, 0)
    assert await casino.casino.status(casino.deposit_id) == "succeeded"


async def test_a_lost_answer_refunds_once(casino: Desk) -> None:
    await casino.casino.outside("/control/chaos", {"lost_answers": 1}, put=True)
    await casino.order(30_00)
    await casino.casino.outside("/control/chaos", put=True)
    await casino.casino.told()
    await casino.world.pass_time(minutes=1)
    assert await casino.refunds() == ["succeeded"]
    assert await casino.world.balance() == (20_00, 0)


async def test_a_chargeback_takes_the_money_and_a_win_gives_it_back(casino: Desk) -> None:
    await casino.charge_back()
    assert await casino.disputes() == [("chargeback", "opened")]
    assert await casino.world.balance() == (0, 0)
    await casino.win()
    assert await casino.disputes() == [("chargeback", "won")]
    assert await casino.world.balance() == (50_00, 0)
    assert await casino.world.ledger_sum() == 0


async def test_evidence_is_taken_by_the_provider(casino: Desk) -> None:
    await casino.charge_back()
    await casino.contest()
    assert await casino.disputes() == [("chargeback", "challenged")]
    await casino.casino.told()
    assert await casino.disputes() == [("chargeback", "challenged")]


async def test_evidence_whose_answers_were_lost_is_sent_once_more_and_taken_once(casino: Desk) -> None:
    await casino.charge_back()
    await casino.contest(losing=True)
    for _ in range(3):
        await casino.world.pass_time(minutes=10)
    assert await casino.disputes() == [("chargeback", "challenged")]


async def test_what_two_people_accept_is_accepted_there(casino: Desk) -> None:
    await casino.charge_back()
    await casino.accept()
    await casino.casino.told()
    assert await casino.disputes() == [("chargeback", "lost" if casino.provider == "stripe" else "accepted")]
    assert await casino.world.balance() == (0, 0)
