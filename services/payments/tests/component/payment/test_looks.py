"""What a notification has us ask is asked until the provider has given an answer that can be believed."""

from typing import Any

import httpx
import pytest

from payments.application.processes.looking import ANSWERED_WITHIN, BORNE_OUT_WITHIN

from .fake_hints import HOUSES, Hinting
from .world import World

TROUBLES = ["502", "timeout", "not there"]
TAKEN_BACK_BY = ["praxis", "coingate"]
LIST = "/provider-notifications"


@pytest.fixture
def partner_hosts() -> str:
    return "btcpay.example"


class Told:
    """A deposit at a provider that says where to look alone."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.house: Hinting = HOUSES[name]()
        self.number = 0
        self.deposit_id = ""

    async def open_account(self) -> None:
        self.world.hinting.append(self.house)
        body = {"enabled": True, "currencies": ["EUR"], **self.house.account}
        settled = await self.world.settle(f"/providers/{self.name}", body)
        assert settled.status_code == 200, settled.text

    async def begin(self) -> None:
        """The player is on his way to pay."""
        await self.open_account()
        begun = await self.world.deposit(provider=self.name, details=self.house.details)
        assert begun.status_code == 201, begun.text
        self.deposit_id = begun.json()["deposit_id"]

    async def begin_and_leave(self) -> None:
        """He did not pay in time: nobody asks about it any more."""
        await self.begin()
        self.house.status = "expired"
        await self.world.pass_time(days=9)
        assert await self.status() in ("expired", "failed")
        self.house.asked = 0

    async def begin_and_pay(self) -> None:
        await self.begin()
        self.house.status = "paid"
        await self.tell("paid")
        await self.world.run_tasks()
        assert await self.status() == "succeeded"
        await self.world.pass_time(minutes=5)
        self.house.asked = 0

    async def tell(self, status: str, *, again: bool = False) -> httpx.Response:
        """A new webhook, or the last one `again`."""
        self.number += not again
        path = self.world.calls_at(self.name)
        raw, headers = self.house.webhook(self.number, status, self.world.clock.now(), path)
        answer = await self.world.client.post(path, content=raw, headers=headers)
        assert answer.status_code in (200, 204), answer.text
        return answer

    async def status(self) -> str:
        return str((await self.world.get(f"/deposits/{self.deposit_id}")).json()["status"])

    async def outcomes(self) -> list[tuple[str, str | None]]:
        rows = await self.world.rows(
            "SELECT outcome, code FROM provider_notification WHERE kind <> 'found_by_us' ORDER BY received_at, id"
        )
        return [(row["outcome"], row["code"]) for row in rows]

    async def waiting(self) -> list[Any]:
        path = f"{LIST}?outcome=eq.set_aside&closed_at=is.null&order=received_at.asc"
        return list((await self.world.get(path, as_=self.world.staff())).json())

    async def alarms(self, code: str) -> int:
        rows = await self.world.rows(
            "SELECT 1 AS one FROM outbox WHERE envelope::jsonb ->> 'type' = 'payments.notification_set_aside'"
            " AND envelope::jsonb -> 'data' ->> 'code' = $1",
            code,
        )
        return len(rows)


@pytest.fixture(params=sorted(HOUSES))
async def late(world: World, request: pytest.FixtureRequest) -> Told:
    """A deposit that was given up, at each provider."""
    told = Told(world, request.param)
    await told.begin_and_leave()
    return told


@pytest.fixture(params=TAKEN_BACK_BY)
async def paid(world: World, request: pytest.FixtureRequest) -> Told:
    """One that was paid, at each provider that may take it back."""
    told = Told(world, request.param)
    await told.begin_and_pay()
    return told


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_lost_answer_loses_no_late_payment(late: Told, trouble: str) -> None:
    late.house.status, late.house.trouble = "paid", [trouble]
    await late.tell("paid")
    await late.world.run_tasks()
    assert await late.outcomes() == [("asking", None)], "nothing was applied yet"
    await late.world.pass_time(seconds=30)
    assert (await late.status(), await late.world.balance()) == ("succeeded", (50_00, 0))
    assert await late.outcomes() == [("applied", None)]
    asked = late.house.asked
    await late.world.pass_time(days=1)
    assert late.house.asked == asked, "it was answered"


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_one_lost_answer_loses_no_money_taken_back(paid: Told, trouble: str) -> None:
    paid.house.status, paid.house.trouble = "undone", [trouble]
    await paid.tell("undone")
    await paid.world.run_tasks()
    assert await paid.world.balance() == (50_00, 0)
    await paid.world.pass_time(seconds=30)
    assert await paid.world.balance() == (0, 0)
    assert await paid.outcomes() == [("applied", None), ("applied", None)]


async def test_people_hear_once_of_what_is_not_answered_for_days_and_may_have_it_asked_again(late: Told) -> None:
    late.house.status, late.house.trouble, late.house.lasts = "paid", ["502"], True
    for _ in range(2):
        await late.tell("paid")
    for _ in range(ANSWERED_WITHIN.days):
        await late.world.pass_time(days=1)
        assert await late.outcomes() == [("asking", None)] * 2 or await late.alarms("look_unanswered") == 1
    await late.world.pass_time(days=1)
    assert await late.outcomes() == [("set_aside", "look_unanswered")] * 2
    assert await late.alarms("look_unanswered") == 1
    asked = late.house.asked
    await late.world.pass_time(days=9)
    assert late.house.asked == asked, "people have it now"
    late.house.trouble = []
    first, second = await late.waiting()
    why = {"reason": "it works again"}
    answer = await late.world.post(f"{LIST}/{first['id']}/replay", why, as_=late.world.staff())
    assert (answer.status_code, answer.json()["outcome"]) == (200, "asking")
    await late.world.run_tasks()
    assert (await late.status(), await late.world.balance()) == ("succeeded", (50_00, 0))
    shown = (await late.world.get(f"{LIST}/{first['id']}", as_=late.world.staff())).json()
    assert (shown["outcome"], shown["closed_by"]) == ("applied", "looks")
    assert [one["id"] for one in await late.waiting()] == [second["id"]]


async def test_an_answer_from_before_what_was_told_is_not_believed_at_once(paid: Told) -> None:
    await paid.tell("undone")
    await paid.world.run_tasks()
    await paid.world.pass_time(minutes=10)
    assert (await paid.outcomes())[-1] == ("asking", None)
    paid.house.status = "undone"
    await paid.world.pass_time(minutes=10)
    assert await paid.world.balance() == (0, 0)
    assert (await paid.outcomes())[-1] == ("applied", None)


async def test_an_answer_that_stays_as_before_is_believed_and_people_hear(paid: Told) -> None:
    await paid.tell("undone")
    await paid.world.run_tasks()
    await paid.world.pass_time(hours=1)
    await paid.world.pass_time(seconds=BORNE_OUT_WITHIN.total_seconds())
    assert (await paid.outcomes())[-1] == ("set_aside", "look_differs")
    assert await paid.alarms("look_differs") == 1
    assert await paid.world.balance() == (50_00, 0)
    asked = paid.house.asked
    await paid.world.pass_time(days=9)
    assert paid.house.asked == asked


async def test_the_same_one_again_meanwhile_is_answered_and_asks_nothing_more(late: Told) -> None:
    late.house.status, late.house.trouble = "paid", ["502"]
    first = await late.tell("paid")
    await late.world.run_tasks()
    asked = late.house.asked
    again = await late.tell("paid", again=True)
    assert again.status_code == first.status_code
    await late.world.run_tasks()
    assert late.house.asked == asked
    assert await late.outcomes() == [("asking", None)]
    await late.world.pass_time(seconds=30)
    assert await late.world.balance() == (50_00, 0)


async def test_many_about_one_payment_are_one_row_of_questions(late: Told) -> None:
    late.house.status = "paid"
    for _ in range(20):
        await late.tell("paid")
    late.house.trouble = ["502"]
    tasks = await late.world.rows("SELECT kind FROM task WHERE kind = 'payments.deposit_look'")
    assert len(tasks) == 1
    await late.world.run_tasks()
    await late.world.pass_time(seconds=30)
    assert late.house.asked == 2
    assert await late.outcomes() == [("applied", None)] * 20
    assert await late.world.balance() == (50_00, 0)


@pytest.mark.parametrize("name", sorted(HOUSES))
async def test_what_was_decided_meanwhile_is_nothing_new(world: World, name: str) -> None:
    told = Told(world, name)
    await told.begin()
    told.house.status, told.house.trouble = "paid", ["502"]
    await told.tell("paid")
    await told.world.run_tasks()
    assert await told.outcomes() == [("asking", None)]
    told.house.trouble = []
    await told.world.pass_time(minutes=5)
    assert await told.status() == "succeeded"
    assert await told.world.balance() == (50_00, 0)
    assert {outcome for outcome, _ in await told.outcomes()} <= {"applied", "nothing_new"}
