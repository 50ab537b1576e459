"""More access for some hours, from the wish to its end."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.security.events import RoleAssigned

from .api import PASSWORD, V1, add_colleague, assign, define_role, enter, key, log_in
from .api import approve as approve_second

DEPOSITS, APPROVE, GIVE, ASK = (
    "payments.deposit.list",
    "payments.withdrawal.approve",
    "security.role.assign",
    "security.elevation.request",
)
CASINO, OTHER = str(uuid4()), str(uuid4())


class Office:
    """An administrator, and Bob, who may ask for more at one casino."""

    def __init__(self, client: httpx.AsyncClient, admin: str, bob: dict[str, Any], token: str) -> None:
        self.client, self.admin, self.bob, self.token = client, admin, str(bob["staff_id"]), token

    async def post(self, token: str, path: str, **body: Any) -> httpx.Response:
        headers = {**bearer(token), **key()}
        return await self.client.post(f"{V1}{path}", json={"reason": "two are ill", **body}, headers=headers)

    async def asks(self, role_id: str, **other: Any) -> httpx.Response:
        body = {"role_id": role_id, "casinos": [CASINO], "minutes": 120, "ticket": "OPS-1", **other}
        return await self.post(self.token, "/elevations", **body)

    async def waiting(self, role_id: str, **other: Any) -> str:
        answer = await self.asks(role_id, **other)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["elevation_id"])

    async def code(self, permission: str) -> str:
        asked = {"subject": self.bob, "permission": permission, "casino": CASINO}
        answer = await self.client.get(f"{V1}/explain", params=asked, headers=bearer(self.admin))
        return str(answer.json()["code"])

    async def shown(self, elevation_id: str) -> dict[str, Any]:
        answer = await self.client.get(f"{V1}/elevations/{elevation_id}", headers=bearer(self.admin))
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def office(client: httpx.AsyncClient, administrator: dict[str, Any]) -> Office:
    admin = str(administrator["access_token"])
    bob = await add_colleague(client, admin)
    asks = await define_role(client, admin, "asks", [ASK])
    await assign(client, admin, bob["staff_id"], asks, [CASINO])
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    return Office(client, admin, bob, token)


async def manager(office: Office, *permissions: str, casino: str = CASINO, override: str | None = None) -> str:
    """The token of Mia, who gives roles at a casino and holds these permissions besides."""
    mia = await add_colleague(office.client, office.admin, "mia@example.com")
    role_id = await define_role(office.client, office.admin, "manages", [GIVE, "security.elevation.list", *permissions])
    more = {"conflict_override": override} if override else {}
    given = await assign(office.client, office.admin, mia["staff_id"], role_id, [casino], **more)
    assert given.status_code == 201, given.text
    return str((await enter(office.client, mia["login"], mia["one_time_password"]))["access_token"])


async def test_a_wish_that_is_approved_gives_the_role_until_its_time_is_over(
    office: Office, service: Service, clock: FixedClock
) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    assert await office.code(DEPOSITS) == "not_granted"
    clock.advance(timedelta(minutes=2))
    approved = await office.post(office.admin, f"/elevations/{elevation_id}/approve")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert approved.json()["ends_at"].startswith((clock.now() + timedelta(minutes=120)).isoformat()[:19])
    for minutes, code in ((0, "allowed"), (119, "allowed"), (1, "expired")):
        clock.advance(timedelta(minutes=minutes))
        await steps_up(office)
        assert await office.code(DEPOSITS) == code
    [given] = [one for one in await said(service) if isinstance(one, RoleAssigned) and one.role_name == "cashier"]
    assert (str(given.assignment_id), given.ticket) == (elevation_id, "OPS-1")
    assert given.approved_by is not None
    assert given.expires_at is not None


async def steps_up(office: Office) -> None:
    answer = await log_in(office.client, "admin@example.com", PASSWORD)
    office.admin = answer.json()["access_token"]


async def test_nobody_approves_his_own_wish(office: Office) -> None:
    lead = await define_role(office.client, office.admin, "lead", [GIVE, ASK, DEPOSITS])
    sees = await define_role(office.client, office.admin, "sees", [DEPOSITS])
    await assign(office.client, office.admin, office.bob, lead, [CASINO])
    office.token = (await log_in(office.client, "bob@example.com", PASSWORD)).json()["access_token"]
    elevation_id = await office.waiting(sees)
    for answer in ("approve", "refuse"):
        problem(await office.post(office.token, f"/elevations/{elevation_id}/{answer}"), 409, "own_elevation")
    assert (await office.shown(elevation_id))["status"] == "waiting"


async def test_whoever_approves_holds_as_much_there_himself(office: Office) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    mia = await manager(office)
    problem(await office.post(mia, f"/elevations/{elevation_id}/approve"), 403, "beyond_own_access")
    assert (await office.shown(elevation_id))["status"] == "waiting", "a refused approval leaves nothing behind"
    assert await office.code(DEPOSITS) == "not_granted"


async def test_a_manager_of_another_casino_finds_no_wish(office: Office) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    mia = await manager(office, DEPOSITS, casino=OTHER)
    for path in ("approve", "refuse", "end"):
        problem(await office.post(mia, f"/elevations/{elevation_id}/{path}"), 404, "not_found")
    assert (await office.client.get(f"{V1}/elevations", headers=bearer(mia))).json() == []
    problem(await office.client.get(f"{V1}/elevations/{elevation_id}", headers=bearer(mia)), 404, "not_found")


async def test_a_proof_that_is_too_old_approves_nothing(office: Office, clock: FixedClock) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    clock.advance(timedelta(seconds=301))
    tokens = await log_in(office.client, "bob@example.com", PASSWORD)
    assert tokens.status_code == 200
    late = await office.post(office.admin, f"/elevations/{elevation_id}/approve")
    assert late.status_code == 401


async def test_duties_that_are_kept_apart_meet_only_for_a_reason(office: Office) -> None:
    pays = await define_role(office.client, office.admin, "pays", [APPROVE])
    gives = await define_role(office.client, office.admin, "gives", [GIVE])
    assert (await assign(office.client, office.admin, office.bob, pays, [CASINO])).status_code == 201
    elevation_id = await office.waiting(gives)
    approve = f"/elevations/{elevation_id}/approve"
    problem(await office.post(office.admin, approve), 409, "duties_conflict")
    proposed = await office.post(office.admin, approve, conflict_override="nobody else is there")
    assert proposed.status_code == 202, "what gives roles is critical"
    await approve_second(office.client, proposed.json())


async def test_two_who_approve_at_once_give_it_once(office: Office, service: Service) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    mia, elevation_id = await manager(office, DEPOSITS), await office.waiting(role_id)
    path = f"/elevations/{elevation_id}/approve"
    answers = await asyncio.gather(*(office.post(token, path) for token in (office.admin, mia) * 3))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5], [one.text for one in answers]
    given = [one for one in await said(service) if isinstance(one, RoleAssigned) and one.role_name == "cashier"]
    assert len(given) == 1


async def test_a_wish_is_refused_or_taken_back(office: Office) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    first, second = await office.waiting(role_id), await office.waiting(role_id)
    refused = await office.post(office.admin, f"/elevations/{first}/refuse", reason="not today")
    assert (refused.json()["status"], refused.json()["answer"], refused.json()["reason"]) == (
        "refused",
        "not today",
        "two are ill",
    )
    assert (await office.post(office.token, f"/me/elevations/{second}/end")).json()["status"] == "withdrawn"
    for one in (first, second):
        problem(await office.post(office.admin, f"/elevations/{one}/approve"), 409, "elevation_answered")


@pytest.mark.parametrize("by", ["owner", "colleague", "withdrawn"])
async def test_what_was_given_ends_early(office: Office, clock: FixedClock, by: str) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    await office.post(office.admin, f"/elevations/{elevation_id}/approve")
    assert await office.code(DEPOSITS) == "allowed"
    clock.advance(timedelta(minutes=1))
    match by:
        case "owner":
            ended = await office.post(office.token, f"/me/elevations/{elevation_id}/end")
        case "colleague":
            ended = await office.post(office.admin, f"/elevations/{elevation_id}/end")
        case _:
            path = f"{V1}/staff/{office.bob}/assignments/{elevation_id}"
            ended = await office.client.delete(path, headers=bearer(office.admin))
    assert ended.status_code == 200, ended.text
    assert await office.code(DEPOSITS) == "not_granted"
    shown = await office.shown(elevation_id)
    assert (shown["status"], shown["ends_at"][:19]) == ("ended", clock.now().isoformat()[:19])


async def test_nobody_ends_what_a_colleague_was_given_as_if_it_were_his(office: Office) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    problem(await office.post(office.admin, f"/me/elevations/{elevation_id}/end"), 404, "not_found")


async def test_wishes_are_a_list(office: Office) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    elevation_id = await office.waiting(role_id)
    await office.waiting(role_id)
    await office.post(office.admin, f"/elevations/{elevation_id}/refuse")
    found = await office.client.get(f"{V1}/elevations?status=eq.waiting", headers=bearer(office.admin))
    [waiting] = found.json()
    assert (waiting["staff_id"], waiting["casinos"], waiting["minutes"]) == (office.bob, [CASINO], 120)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"minutes": 481},
        {"minutes": "60"},
        {"ticket": " "},
        {"reason": "x"},
        {"casinos": []},
        {"casinos": ["everywhere"]},
        {"casinos": [OTHER]},
        {"casinos": ["*"]},
        {"staff_id": str(UUID(int=1))},
    ],
    ids=[
        "no time",
        "too long",
        "text",
        "no ticket",
        "no reason",
        "nowhere",
        "no casino",
        "another casino",
        "everywhere",
        "for somebody else",
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    role_id = await define_role(office.client, office.admin, "cashier", [DEPOSITS])
    answer = await office.asks(role_id, **wrong)
    assert answer.status_code == 422, answer.text


async def test_the_emergency_role_is_neither_given_nor_asked_for(office: Office) -> None:
    emergencies = await emergency_role(office.client, office.admin)
    problem(await office.asks(emergencies), 409, "role_for_emergencies")
    given = await assign(office.client, office.admin, office.bob, emergencies, [CASINO])
    problem(given, 409, "role_for_emergencies")
    problem(await office.asks(str(uuid4())), 404, "not_found")


async def emergency_role(client: httpx.AsyncClient, token: str) -> str:
    found = await client.get(f"{V1}/roles?break_glass=is.true", headers=bearer(token))
    [role] = found.json()
    return str(role["role_id"])
