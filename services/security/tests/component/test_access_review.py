"""The quarterly review of access: who may do what, whether he did, and somebody else's word on it."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.feed import Feed
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.platform.events import DecisionsCounted, RevealLimitReached

from .api import PASSWORD, SECONDS, V1, add_colleague, assign, define_role, enter, key, log_in

CASINO = "0190f5fe-7c00-7a00-8000-000000000001"
DEPOSITS, WITHDRAWALS = "payments.deposit.list", "payments.withdrawal.list"


class Reviews:
    """Ann gave Bob a role; the second administrator looks at it."""

    def __init__(self, client: httpx.AsyncClient, ann: str, bob: dict[str, Any], second: str) -> None:
        self.client, self.ann, self.bob, self.second = client, ann, bob, second
        self.given = ""

    async def report(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.client.get(f"{V1}/access-review", params=query, headers=bearer(self.second))
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    async def of_bob(self) -> dict[str, Any]:
        [row] = await self.report(staff_id=f"eq.{self.bob['staff_id']}")
        return row

    async def says(self, decision: str, token: str = "", assignment_id: str = "") -> httpx.Response:
        body = {"decision": decision, "reason": "he left the cash desk"}
        path = f"{V1}/access-review/{assignment_id or self.given}/review"
        return await self.client.post(path, json=body, headers={**bearer(token or self.second), **key()})


@pytest.fixture
async def reviews(client: httpx.AsyncClient, administrator: dict[str, Any]) -> Reviews:
    ann = str(administrator["access_token"])
    bob = await add_colleague(client, ann)
    made = Reviews(client, ann, bob, await SECONDS[client].token())
    role_id = await define_role(client, ann, "cashier", [DEPOSITS, WITHDRAWALS])
    given = await assign(client, ann, bob["staff_id"], role_id, [CASINO], ticket="HR-12")
    made.given = str(given.json()["assignment_id"])
    return made


async def test_the_report_says_who_may_do_what_by_whom_and_why_and_what_was_not_used(
    reviews: Reviews, service: Service, clock: FixedClock
) -> None:
    bob = reviews.bob["staff_id"]
    count = {"subject_id": bob, "permission": DEPOSITS, "casino_id": CASINO, "outcome": "allow", "count": 3}
    told = {"service": "payments", "counted_at": clock.now(), "counts": [count]}
    await Feed(service)(DecisionsCounted.model_validate(told))
    row = await reviews.of_bob()
    assert (row["login"], row["status"], row["role_name"], row["casinos"]) == (
        "bob@example.com",
        "active",
        "cashier",
        [CASINO],
    )
    assert (row["reason"], row["approved_by"], row["last_log_in_at"], row["overdue"]) == (
        "joined the team",
        None,
        None,
        False,
    )
    today = clock.now().date().isoformat()
    assert {one["permission"]: one["last_used_on"] for one in row["functions"]} == {DEPOSITS: today, WITHDRAWALS: None}
    assert (row["last_used_on"], row["unused"]) == (today, [WITHDRAWALS])
    await enter(reviews.client, "bob@example.com", reviews.bob["one_time_password"])
    assert (await reviews.of_bob())["last_log_in_at"] is not None


async def test_what_nobody_reviewed_for_a_quarter_is_overdue_until_somebody_does(
    reviews: Reviews, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=93))
    reviews.second = str((await log_in(reviews.client, "second@example.com", PASSWORD)).json()["access_token"])
    assert (await reviews.of_bob())["overdue"]
    late = await reviews.report(review_due_at=f"lt.{clock.now().isoformat()}")
    assert reviews.given in {one["assignment_id"] for one in late}
    confirmed = await reviews.says("confirmed")
    assert (confirmed.status_code, confirmed.json()["decision"]) == (200, "confirmed")
    row = await reviews.of_bob()
    assert (row["overdue"], row["reviewed_at"] is not None) == (False, True)


async def test_what_is_no_longer_needed_is_taken_away_at_once(reviews: Reviews) -> None:
    assert (await reviews.says("withdrawn")).status_code == 200
    assert await reviews.report(staff_id=f"eq.{reviews.bob['staff_id']}") == []
    problem(await reviews.says("withdrawn"), 404, "not_found")


async def test_neither_who_holds_it_nor_who_gave_it_reviews_it(reviews: Reviews) -> None:
    problem(await reviews.says("confirmed", reviews.ann), 409, "own_gift")
    [own] = await reviews.report(login="eq.second@example.com")
    problem(await reviews.says("confirmed", assignment_id=own["assignment_id"]), 409, "own_access")


async def test_whoever_approved_it_does_not_review_it(reviews: Reviews) -> None:
    configures = await define_role(reviews.client, reviews.ann, "configures", ["payments.provider.configure"])
    given = await assign(reviews.client, reviews.ann, reviews.bob["staff_id"], configures, [CASINO])
    assignment_id = str(given.json()["assignment_id"])
    for decision in ("confirmed", "withdrawn"):
        problem(await reviews.says(decision, assignment_id=assignment_id), 409, "own_gift")
    eve = await add_colleague(reviews.client, reviews.ann, "eve@example.com")
    conducts = await define_role(reviews.client, reviews.ann, "reviews", ["security.access_review.conduct"])
    await assign(reviews.client, reviews.ann, eve["staff_id"], conducts, ["*"])
    eves = (await enter(reviews.client, eve["login"], eve["one_time_password"]))["access_token"]
    assert (await reviews.says("confirmed", eves, assignment_id)).status_code == 200


async def test_whoever_made_the_account_does_not_review_what_others_gave_it(reviews: Reviews) -> None:
    eve = await add_colleague(reviews.client, reviews.second, "eve@example.com")
    role_id = await define_role(reviews.client, reviews.ann, "counts", [DEPOSITS])
    given = await assign(reviews.client, reviews.ann, eve["staff_id"], role_id, [CASINO])
    assignment_id = str(given.json()["assignment_id"])
    for decision in ("confirmed", "withdrawn"):
        problem(await reviews.says(decision, assignment_id=assignment_id), 409, "own_colleague")
    assert (await reviews.says("confirmed")).status_code == 200, "Ann made Bob, and the second may review him"


async def test_a_role_that_nobody_looked_at_in_time_is_shown_with_the_people_and_in_the_list_of_roles(
    reviews: Reviews, clock: FixedClock
) -> None:
    by = (clock.now() + timedelta(days=1)).date().isoformat()
    body = {"name": "counts", "permissions": [DEPOSITS], "review_by": by}
    made = await reviews.client.post(f"{V1}/roles", json=body, headers={**bearer(reviews.ann), **key()})
    await assign(reviews.client, reviews.ann, reviews.bob["staff_id"], made.json()["role_id"], [CASINO])
    [row] = await reviews.report(role_name="eq.counts")
    assert not row["role_overdue"]
    clock.advance(timedelta(days=3))
    reviews.second = str((await log_in(reviews.client, "second@example.com", PASSWORD)).json()["access_token"])
    [row] = await reviews.report(role_name="eq.counts")
    assert row["role_overdue"]
    shown = await reviews.client.get(f"{V1}/roles", params={"name": "eq.counts"}, headers=bearer(reviews.second))
    assert [one["review_overdue"] for one in shown.json()] == [True]


async def test_it_is_read_as_a_table(reviews: Reviews) -> None:
    headers = {**bearer(reviews.second), "Accept": "text/csv"}
    path = f"{V1}/access-review?select=login,role_name,unused&login=eq.bob@example.com"
    answer = await reviews.client.get(path, headers=headers)
    [row] = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert (row["login"], row["role_name"], DEPOSITS in row["unused"]) == ("bob@example.com", "cashier", True)


@pytest.mark.parametrize("body", [{}, {"decision": "kept", "reason": "x y z"}, {"decision": "confirmed"}], ids=repr)
async def test_a_review_without_a_decision_or_a_reason_is_none(reviews: Reviews, body: dict[str, str]) -> None:
    path = f"{V1}/access-review/{reviews.given}/review"
    answer = await reviews.client.post(path, json=body, headers={**bearer(reviews.second), **key()})
    assert answer.status_code == 422


async def test_an_alarm_is_acknowledged_once_and_by_somebody_else(
    reviews: Reviews, service: Service, clock: FixedClock
) -> None:
    [ann] = await reviews.report(login="eq.admin@example.com")
    told = RevealLimitReached(
        alarm_id=uuid4(), service="backoffice", staff_id=UUID(ann["staff_id"]), reveals=30, since=clock.now()
    )
    await Feed(service)(told)
    path, said = f"{V1}/alarms/{told.alarm_id}/acknowledge", {"findings": "a list for the regulator"}

    async def acknowledges(token: str) -> httpx.Response:
        return await reviews.client.post(path, json=said, headers={**bearer(token), **key()})

    problem(await acknowledges(reviews.ann), 409, "own_alarm")
    for _ in range(2):
        answer = await acknowledges(reviews.second)
        assert (answer.status_code, answer.json()["findings"]) == (200, "a list for the regulator")
    listed = await reviews.client.get(f"{V1}/alarms?acknowledged_at=is.null", headers=bearer(reviews.second))
    assert listed.json() == []
