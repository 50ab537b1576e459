"""What is critical is given by two people, on whichever way it is given."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.security.events import RoleAssigned

from .api import V1, add_colleague, approve, assign, define_role, enter, key
from .clients_api import Program, register

CRITICAL, TAME = "payments.provider.configure", "payments.deposit.list"
CASINO = "0190f5fe-7c00-7a00-8000-000000000001"
WHY = {"reason": "it is needed"}


class Desk:
    """Ann, who administers, and Bob, to whom access is given."""

    def __init__(self, client: httpx.AsyncClient, ann: str, bob: dict[str, Any], bobs: str) -> None:
        self.client, self.ann, self.bob, self.bobs = client, ann, str(bob["staff_id"]), bobs

    async def post(self, path: str, body: Any = WHY, *, token: str = "") -> httpx.Response:
        return await self.client.post(f"{V1}{path}", json=body, headers={**bearer(token or self.ann), **key()})

    async def gives(self, role_id: str, *casinos: str, **more: Any) -> httpx.Response:
        body = {"role_id": role_id, "casinos": list(casinos or (CASINO,)), **WHY, **more}
        return await self.post(f"/staff/{self.bob}/assignments", body)

    async def publishes(self, role_id: str, **lines: Any) -> httpx.Response:
        return await self.post(f"/roles/{role_id}/versions", {**lines, **WHY})

    async def bob_may(self, permission: str = CRITICAL) -> bool:
        asked = {"subject": self.bob, "permission": permission, "casino": CASINO}
        answer = await self.client.get(f"{V1}/explain", params=asked, headers=bearer(self.ann))
        return bool(answer.json()["code"] != "not_granted")


@pytest.fixture
async def desk(client: httpx.AsyncClient, administrator: dict[str, Any]) -> Desk:
    ann = str(administrator["access_token"])
    bob = await add_colleague(client, ann)
    asks = await define_role(client, ann, "asks", ["security.elevation.request", TAME])
    await assign(client, ann, bob["staff_id"], asks, [CASINO])
    bobs = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    return Desk(client, ann, bob, bobs)


async def test_a_role_with_something_critical_is_held_when_a_second_person_has_approved_it(
    desk: Desk, service: Service
) -> None:
    role_id = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL, TAME])
    proposed = await desk.gives(role_id)
    assert (proposed.status_code, proposed.headers["Location"]) == (202, proposed.json()["href"])
    assert not await desk.bob_may()
    shown = await desk.client.get(proposed.json()["href"], headers=bearer(desk.ann))
    assert shown.json()["after"]["critical"] == [CRITICAL]
    ended = await approve(desk.client, proposed.json())
    assert await desk.bob_may()
    [given] = [one for one in await said(service) if isinstance(one, RoleAssigned) and one.role_name == "treasurer"]
    assert given.approved_by == ended["approved_by"][0] != desk.bob


async def test_nobody_is_his_own_second_and_whoever_profits_is_none(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL])
    proposal = (await desk.gives(role_id)).json()
    said_yes = {"payload_sha256": proposal["payload_sha256"]}
    path = f"/approvals/{proposal['approval_id']}/approve"
    problem(await desk.post(path, said_yes), 409, "another_person_needed")
    approves = await define_role(desk.client, desk.ann, "approves", ["security.role.approve", "security.approval.list"])
    await assign(desk.client, desk.ann, desk.bob, approves, [CASINO])
    problem(await desk.post(path, said_yes, token=desk.bobs), 409, "another_person_needed")
    assert not await desk.bob_may()


async def test_what_is_not_critical_waits_for_nobody_and_what_is_taken_away_neither(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "looks", [TAME])
    assert (await desk.gives(role_id)).status_code == 201
    critical = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL])
    given = await assign(desk.client, desk.ann, desk.bob, critical, [CASINO])
    path = f"{V1}/staff/{desk.bob}/assignments/{given.json()['assignment_id']}"
    assert (await desk.client.delete(path, headers=bearer(desk.ann))).status_code == 200
    assert not await desk.bob_may()


async def test_a_longer_time_is_given_by_two_as_the_first_one_was(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL])
    await assign(desk.client, desk.ann, desk.bob, role_id, [CASINO], expires_at="2031-01-01T00:00:00Z")
    assert (await desk.gives(role_id, expires_at="2032-01-01T00:00:00Z")).status_code == 202
    assert (await desk.gives(role_id, "*", expires_at="2031-01-01T00:00:00Z")).status_code == 202


async def test_what_is_refused_is_refused_before_anybody_else_is_asked(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL, "payments.withdrawal.approve"])
    problem(await desk.gives(role_id), 409, "duties_conflict")
    other = await define_role(desk.client, desk.ann, "configures", [CRITICAL])
    unknown = {"role_id": other, "casinos": [CASINO], **WHY}
    problem(await desk.post(f"/staff/{uuid4()}/assignments", unknown), 404, "not_found")


@pytest.mark.parametrize("held", [True, False], ids=["held", "unheld"])
async def test_a_version_that_adds_something_critical_takes_two_where_people_hold_the_role(
    desk: Desk, *, held: bool
) -> None:
    role_id = await define_role(desk.client, desk.ann, "looks", [TAME])
    if held:
        await desk.gives(role_id)
    answer = await desk.publishes(role_id, permissions=[TAME, CRITICAL])
    assert (answer.status_code == 202) is held
    assert not await desk.bob_may()
    if held:
        await approve(desk.client, answer.json())
    assert await desk.bob_may() is held


async def test_more_of_something_critical_takes_two_and_less_does_not(desk: Desk) -> None:
    lines = [{"pattern": CRITICAL, "ceilings": {"EUR": 100}}, {"pattern": TAME}]
    made = await desk.post("/roles", {"name": "treasurer", "grants": lines})
    role_id = made.json()["role_id"]
    await assign(desk.client, desk.ann, desk.bob, role_id, [CASINO])
    more = [{"pattern": CRITICAL, "ceilings": {"EUR": 101}}, {"pattern": TAME}]
    less = [{"pattern": CRITICAL, "ceilings": {"EUR": 99}}, {"pattern": TAME}]
    assert (await desk.publishes(role_id, grants=more)).status_code == 202
    assert (await desk.publishes(role_id, grants=less)).status_code == 201


async def test_a_draft_that_changed_after_it_was_proposed_is_not_what_is_published(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "looks", [TAME])
    await desk.gives(role_id)
    draft = f"{V1}/roles/{role_id}/draft"
    await desk.client.put(draft, json={"permissions": [TAME, CRITICAL]}, headers=bearer(desk.ann))
    proposed = await desk.publishes(role_id)
    worse = {"permissions": [TAME, CRITICAL, "payments.policy.set"]}
    await desk.client.put(draft, json=worse, headers=bearer(desk.ann))
    await approve(desk.client, proposed.json())
    assert await desk.bob_may()
    assert not await desk.bob_may("payments.policy.set")


async def test_a_role_that_changed_after_it_was_proposed_is_not_given(desk: Desk) -> None:
    role_id = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL])
    proposal = (await desk.gives(role_id)).json()
    assert (await desk.publishes(role_id, permissions=[CRITICAL, "payments.policy.set"])).status_code == 201
    with pytest.raises(AssertionError, match="approval_subject_changed"):
        await approve(desk.client, proposal)
    assert not await desk.bob_may()


async def test_an_edited_proposal_gives_no_more_than_its_proposer_holds(desk: Desk) -> None:
    """Mia may give roles at a casino; she proposes what is hers and edits it into what is not."""
    mia = await add_colleague(desk.client, desk.ann, "mia@example.com")
    gives = await define_role(desk.client, desk.ann, "gives", ["security.role.assign", "payments.policy.set"])
    more = {"conflict_override": "nobody else is there"}
    assert (await assign(desk.client, desk.ann, mia["staff_id"], gives, [CASINO], **more)).status_code == 201
    token = (await enter(desk.client, mia["login"], mia["one_time_password"]))["access_token"]
    hers = await define_role(desk.client, desk.ann, "sets", ["payments.policy.set"])
    treasurer = await define_role(desk.client, desk.ann, "treasurer", [CRITICAL])
    body = {"role_id": hers, "casinos": [CASINO], **WHY}
    proposal = (await desk.post(f"/staff/{desk.bob}/assignments", body, token=token)).json()
    payload = {"staff_id": desk.bob, "role_id": treasurer, "casinos": [CASINO]}
    path = f"{proposal['href']}/payload"
    edited = await desk.client.put(path, json={"payload": payload}, headers=bearer(token))
    assert edited.status_code == 200, edited.text
    with pytest.raises(AssertionError, match="beyond_own_access"):
        await approve(desk.client, {**proposal, "payload_sha256": edited.json()["payload_sha256"]})
    assert not await desk.bob_may()


async def test_a_manager_of_some_casinos_proposes_for_one_of_them_at_a_time(desk: Desk) -> None:
    other = str(uuid4())
    mia = await add_colleague(desk.client, desk.ann, "mia@example.com")
    gives = await define_role(desk.client, desk.ann, "gives", ["security.role.assign", "payments.policy.set"])
    more = {"conflict_override": "nobody else is there"}
    await assign(desk.client, desk.ann, mia["staff_id"], gives, [CASINO, other], **more)
    token = (await enter(desk.client, mia["login"], mia["one_time_password"]))["access_token"]
    sets = await define_role(desk.client, desk.ann, "sets", ["payments.policy.set"])
    for casinos, status in (([CASINO, other], 422), ([other], 202)):
        body = {"role_id": sets, "casinos": casinos, **WHY}
        answer = await desk.post(f"/staff/{desk.bob}/assignments", body, token=token)
        assert answer.status_code == status, answer.text


async def test_the_proposals_of_somebody_who_was_disabled_come_to_nothing(desk: Desk, service: Service) -> None:
    mia = await add_colleague(desk.client, desk.ann, "mia@example.com")
    gives = await define_role(desk.client, desk.ann, "gives", ["security.role.assign", "payments.policy.set"])
    more = {"conflict_override": "nobody else is there"}
    await assign(desk.client, desk.ann, mia["staff_id"], gives, ["*"], **more)
    token = (await enter(desk.client, mia["login"], mia["one_time_password"]))["access_token"]
    sets = await define_role(desk.client, desk.ann, "sets", ["payments.policy.set"])
    body = {"role_id": sets, "casinos": ["*"], **WHY}
    first, second = [
        (await desk.post(f"/staff/{desk.bob}/assignments", {**body, "ticket": one}, token=token)).json()
        for one in ("A-1", "A-2")
    ]
    assert (await desk.post(f"/staff/{mia['staff_id']}/disable")).status_code == 200
    with pytest.raises(AssertionError, match="requester_may_not"):
        await approve(desk.client, first)
    assert service.approvals is not None
    assert await service.approvals.sweep() == 1
    shown = await desk.client.get(second["href"], headers=bearer(desk.ann))
    assert (shown.json()["state"], shown.json()["code"]) == ("voided", "requester_may_not")
    assert not await desk.bob_may("payments.policy.set")


Way = Callable[[Desk, dict[str, Any]], Coroutine[Any, Any, Any]]


async def gives_critical(desk: Desk, seen: dict[str, Any]) -> None:
    answer = (await desk.gives(seen["critical"])).json()
    seen["proposals"] += [answer] if "approval_id" in answer else []


async def gives_tame(desk: Desk, seen: dict[str, Any]) -> None:
    await desk.gives(seen["tame"])


async def changes_tame(desk: Desk, seen: dict[str, Any]) -> None:
    answer = (await desk.publishes(seen["tame"], permissions=[TAME, CRITICAL])).json()
    seen["proposals"] += [answer] if "approval_id" in answer else []


async def changes_tame_back(desk: Desk, seen: dict[str, Any]) -> None:
    await desk.publishes(seen["tame"], permissions=[TAME])


async def denies_and_undenies(desk: Desk, seen: dict[str, Any]) -> None:
    lines = [{"pattern": TAME}, {"pattern": CRITICAL}]
    await desk.publishes(seen["tame"], grants=[*lines, {"pattern": CRITICAL, "effect": "deny"}])
    await desk.publishes(seen["tame"], grants=lines)


async def grants_a_wish(desk: Desk, seen: dict[str, Any]) -> None:
    wish = {"role_id": seen["critical"], "casinos": [CASINO], "minutes": 60, "ticket": "OPS-1", **WHY}
    asked = await desk.post("/elevations", wish, token=desk.bobs)
    answer = (await desk.post(f"/elevations/{asked.json()['elevation_id']}/approve")).json()
    seen["proposals"] += [answer] if "approval_id" in answer else []


async def gives_a_program(desk: Desk, seen: dict[str, Any]) -> None:
    program = await register(desk.client, desk.ann, Program.new())
    for role_id in (seen["tame"], seen["critical"]):
        body = {"role_id": role_id, "casinos": [CASINO], **WHY}
        await desk.post(f"/clients/{program.client_id}/assignments", body)


async def approves_everything_herself(desk: Desk, seen: dict[str, Any]) -> None:
    for one in seen["proposals"]:
        said_yes = {"payload_sha256": one["payload_sha256"]}
        await desk.post(f"/approvals/{one['approval_id']}/approve", said_yes)


WAYS: tuple[Way, ...] = (
    gives_critical,
    gives_tame,
    changes_tame,
    changes_tame_back,
    denies_and_undenies,
    grants_a_wish,
    gives_a_program,
    approves_everything_herself,
)


async def test_there_is_no_way_on_which_one_person_gives_what_is_critical(desk: Desk) -> None:
    """Ann tries everything in every order; Bob asks for what she tells him to."""
    number = iter(range(1000))
    loop = asyncio.get_running_loop()

    async def tried(ways: list[int]) -> None:
        names = [f"{one}_{next(number)}" for one in ("tame", "critical")]
        lines = ([TAME], [CRITICAL])
        roles = [await define_role(desk.client, desk.ann, *one) for one in zip(names, lines, strict=True)]
        seen: dict[str, Any] = {"tame": roles[0], "critical": roles[1], "proposals": []}
        for one in ways:
            await WAYS[one](desk, seen)
        assert not await desk.bob_may(), [WAYS[one].__name__ for one in ways]

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(0, len(WAYS) - 1), min_size=2, max_size=7))
    def search(ways: list[int]) -> None:
        asyncio.run_coroutine_threadsafe(tried(ways), loop).result()

    await asyncio.to_thread(search)
