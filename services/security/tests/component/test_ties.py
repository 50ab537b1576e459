"""One human, two accounts: whoever lets a colleague in anew is no second person for him, nor he for him."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.auth.policy.decide import apart
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.problems import problem

from .api import PASSWORD, add_colleague, assign, define_role, enter
from .authenticators import SecurityKey
from .factors import Person

CRITICAL = "payments.provider.configure"
CASINO = "0190f5fe-7c00-7a00-8000-000000000001"
WHY = {"reason": "it is needed"}
DAYS = timedelta(days=7)
OTHER = "another long password"


class Office:
    """Ann and Bob, who may do the same and approve each other's, and Carl, who gets access."""

    def __init__(self, client: httpx.AsyncClient, ann: Person, bob: Person, ids: dict[str, str]) -> None:
        self.client, self.ann, self.bob, self.ids = client, ann, bob, ids

    async def proposes(self, by: Person, role: str = "treasurer") -> dict[str, Any]:
        role_id = await define_role(self.client, by.token, role, [CRITICAL])
        body = {"role_id": role_id, "casinos": [CASINO], **WHY}
        answer = await by.post(f"/staff/{self.ids['carl']}/assignments", body)
        assert answer.status_code == 202, answer.text
        proposal: dict[str, Any] = answer.json()
        return proposal

    async def approves(self, by: Person, proposal: dict[str, Any]) -> httpx.Response:
        said_yes = {"payload_sha256": proposal["payload_sha256"]}
        return await by.post(f"/approvals/{proposal['approval_id']}/approve", said_yes)

    async def resets(self, what: str = "one-time-password") -> str:
        """Ann lets Bob in anew; a new password, where there is one."""
        answer = await self.ann.post(f"/staff/{self.ids['bob']}/{what}", WHY)
        assert answer.status_code == 200, answer.text
        return str(answer.json().get("one_time_password", PASSWORD))

    async def ann_as_bob(self, one_time: str) -> None:
        self.bob.token = (await enter(self.client, self.bob.login, one_time, OTHER))["access_token"]
        self.bob.password = OTHER

    async def bob_chooses_after(self, one_time: str, held: SecurityKey) -> None:
        """A password of his own, after one that was given to him; with his key."""
        self.bob.password, chosen = one_time, f"{self.bob.password}, again"
        await self.bob.comes_in_with(held)
        body = {"current_password": one_time, "new_password": chosen}
        assert (await self.bob.post("/staff/me/password", body)).status_code == 200
        self.bob.password = chosen
        await self.bob.comes_in_with(held)


@pytest.fixture
async def office(person: Person, client: httpx.AsyncClient, service: Service, clock: FixedClock) -> Office:
    ids = {}
    for name in ("carl", "bob"):
        added = await add_colleague(client, person.token, f"{name}@example.com")
        ids[name] = added["staff_id"]
    [admins] = (await person.get("/roles?name=eq.administrator")).json()
    given = await assign(client, person.token, ids["bob"], admins["role_id"], ["*"], conflict_override="there are two")
    assert given.status_code == 201, given.text
    bob = Person(client, clock, "bob@example.com", PASSWORD)
    bob.token = (await enter(client, bob.login, added["one_time_password"]))["access_token"]
    return Office(client, person, bob, ids)


async def test_whoever_gave_a_colleague_a_new_password_is_not_his_second_nor_he_theirs(office: Office) -> None:
    await office.ann_as_bob(await office.resets())
    problem(await office.approves(office.bob, await office.proposes(office.ann)), 409, "another_person_needed")
    problem(await office.approves(office.ann, await office.proposes(office.bob, "other")), 409, "another_person_needed")


async def test_two_who_were_only_added_by_one_are_two(office: Office) -> None:
    answer = await office.approves(office.bob, await office.proposes(office.ann))
    assert (answer.status_code, answer.json()["state"]) == (200, "executed")


async def test_after_seven_days_they_are_two_again(office: Office, clock: FixedClock) -> None:
    await office.ann_as_bob(await office.resets())
    for passed, status in ((DAYS - timedelta(seconds=1), 409), (timedelta(seconds=1), 200)):
        clock.advance(passed)
        for one in (office.ann, office.bob):
            await one.comes_in()
        proposal = await office.proposes(office.ann, f"treasurer_{status}")
        assert (await office.approves(office.bob, proposal)).status_code == status


async def test_a_factor_from_before_shows_that_they_are_two(office: Office, clock: FixedClock) -> None:
    held = await office.bob.has_key()
    clock.advance(timedelta(seconds=30))
    await office.bob_chooses_after(await office.resets(), held)
    answer = await office.approves(office.bob, await office.proposes(office.ann))
    assert answer.status_code == 200, answer.text


async def test_a_factor_that_was_added_after_it_shows_nothing_not_even_after_the_next_one(
    office: Office, clock: FixedClock
) -> None:
    await office.ann_as_bob(await office.resets())
    clock.advance(timedelta(seconds=30))
    held = await office.bob.has_key()
    problem(await office.approves(office.bob, await office.proposes(office.ann)), 409, "another_person_needed")
    clock.advance(timedelta(seconds=30))
    await office.bob_chooses_after(await office.resets(), held)
    problem(await office.approves(office.bob, await office.proposes(office.ann, "other")), 409, "another_person_needed")


async def test_taking_factors_away_ties_as_well(office: Office, clock: FixedClock) -> None:
    await office.bob.has_key()
    clock.advance(timedelta(seconds=30))
    await office.resets("factors/reset")
    await office.bob.comes_in()
    problem(await office.approves(office.bob, await office.proposes(office.ann)), 409, "another_person_needed")


async def test_two_whom_one_let_in_anew_are_no_second_for_each_other(office: Office, service: Service) -> None:
    await office.ann_as_bob(await office.resets())
    given = await office.ann.post(f"/staff/{office.ids['carl']}/one-time-password", WHY)
    assert given.status_code == 200, given.text
    policy = await service.state["policies"].renew()
    bob, carl = UUID(office.ids["bob"]), UUID(office.ids["carl"])
    assert not apart(policy, bob, carl, service.application.clock.now())
    assert not apart(policy, carl, bob, service.application.clock.now())


async def test_access_that_one_gave_is_not_confirmed_by_the_other(office: Office) -> None:
    role_id = await define_role(office.client, office.ann.token, "looks", ["payments.deposit.list"])
    given = await assign(office.client, office.ann.token, office.ids["carl"], role_id, [CASINO])
    await office.ann_as_bob(await office.resets())
    path = f"/access-review/{given.json()['assignment_id']}/review"
    word = {"decision": "confirmed", "reason": "works there still"}
    problem(await office.bob.post(path, word), 409, "another_person_needed")


async def test_an_emergency_of_one_is_not_reviewed_by_the_other(office: Office, clock: FixedClock) -> None:
    await office.bob.has_key()
    night = {"reason": "payouts hang", "incident_id": "INC-1", "minutes": 30}
    opened = await office.bob.post("/break-glass", night)
    assert opened.status_code == 201, opened.text
    clock.advance(timedelta(minutes=31))
    await office.ann.comes_in()
    await office.resets("factors/reset")
    path, found = f"/break-glass/{opened.json()['break_glass_id']}/review", {"findings": "Everything was right."}
    problem(await office.ann.post(path, found), 409, "another_person_needed")
    clock.advance(DAYS)
    await office.ann.comes_in()
    assert (await office.ann.post(path, found)).status_code == 200
