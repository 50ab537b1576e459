"""Who is given which role: for how long, by whom, and what never meets in one person."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from services.security.tests.component.api import V1, add_colleague, assign, define_role, enter, key

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import Context
from chassis.testing.golden import said
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer
from contracts.security.events import DutiesMet
from security.adapters.policy_store import PolicyStore
from security.entrypoints import duties

DEPOSITS, APPROVE, GIVE = "payments.deposit.list", "payments.withdrawal.approve", "security.role.assign"
CASINO, OTHER = str(uuid4()), str(uuid4())


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> str:
    return str(administrator["access_token"])


async def items(client: httpx.AsyncClient, token: str, path: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}{path}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_a_role_is_listed_with_its_times_and_reasons(
    client: httpx.AsyncClient, admin: str, clock: FixedClock
) -> None:
    bob, role_id = await add_colleague(client, admin), await define_role(client, admin, "cashier", [DEPOSITS])
    ends = (clock.now() + timedelta(days=3)).isoformat()
    given = await assign(client, admin, bob["staff_id"], role_id, [CASINO], expires_at=ends, ticket="IT-4711")
    assert given.status_code == 201, given.text
    [one] = await items(client, admin, f"/assignments?staff_id=eq.{bob['staff_id']}")
    assert (one["role_name"], one["casinos"], one["ticket"], one["reason"]) == (
        "cashier",
        [CASINO],
        "IT-4711",
        "joined the team",
    )
    assert one["expires_at"] is not None
    assert one["override"] is None


async def test_a_role_that_ended_gives_nothing(client: httpx.AsyncClient, admin: str, clock: FixedClock) -> None:
    bob, role_id = (
        await add_colleague(client, admin),
        await define_role(client, admin, "people", ["security.staff.list"]),
    )
    ends = (clock.now() + timedelta(minutes=3)).isoformat()
    await assign(client, admin, bob["staff_id"], role_id, ["*"], expires_at=ends)
    asked = {"subject": bob["staff_id"], "permission": "security.staff.list"}
    for minutes, code in ((2, "allowed"), (1, "expired")):
        clock.advance(timedelta(minutes=minutes))
        answer = await client.get(f"{V1}/explain", params=asked, headers=bearer(admin))
        assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        ({"expires_at": -1}, "assignment_times_invalid"),
        ({"not_before": 9, "expires_at": 9}, "assignment_times_invalid"),
    ],
    ids=["in the past", "no time at all"],
)
async def test_a_role_is_given_for_a_time_to_come(
    client: httpx.AsyncClient, admin: str, clock: FixedClock, minutes: dict[str, int], code: str
) -> None:
    bob, role_id = await add_colleague(client, admin), await define_role(client, admin, "cashier", [DEPOSITS])
    times = {name: (clock.now() + timedelta(minutes=value)).isoformat() for name, value in minutes.items()}
    problem(await assign(client, admin, bob["staff_id"], role_id, [CASINO], **times), 422, code)


async def test_a_contractors_role_must_end(client: httpx.AsyncClient, admin: str, clock: FixedClock) -> None:
    body = {"login": "cleo@example.com", "name": "Cleo", "contractor": True}
    cleo = (await client.post(f"{V1}/staff", json=body, headers={**bearer(admin), **key()})).json()["staff_id"]
    role_id = await define_role(client, admin, "cashier", [DEPOSITS])
    problem(await assign(client, admin, cleo, role_id, [CASINO]), 422, "contractor_needs_end")
    for days, expected in ((91, 422), (89, 201)):
        ends = (clock.now() + timedelta(days=days)).isoformat()
        assert (await assign(client, admin, cleo, role_id, [CASINO], expires_at=ends)).status_code == expected
    [listed] = await items(client, admin, "/staff?login=eq.cleo@example.com")
    assert listed["contractor"] is True


async def test_who_holds_something_for_a_time_gives_it_for_no_longer(
    client: httpx.AsyncClient, admin: str, clock: FixedClock
) -> None:
    bob, carol = [await add_colleague(client, admin, f"{name}@example.com") for name in ("bob", "carol")]
    gives = await define_role(client, admin, "gives", [GIVE])
    sees = await define_role(client, admin, "sees", [DEPOSITS])
    tomorrow, later = [(clock.now() + timedelta(days=days)).isoformat() for days in (1, 2)]
    await assign(client, admin, bob["staff_id"], gives, [CASINO])
    await assign(client, admin, bob["staff_id"], sees, [CASINO], expires_at=tomorrow)
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    for ends, expected in ((None, 403), (later, 403), (tomorrow, 201)):
        given = await assign(client, token, carol["staff_id"], sees, [CASINO], expires_at=ends)
        assert given.status_code == expected, given.text


async def test_duties_that_are_kept_apart_meet_only_for_a_reason(
    client: httpx.AsyncClient, service: Service, admin: str
) -> None:
    bob = (await add_colleague(client, admin))["staff_id"]
    pays, gives = await define_role(client, admin, "pays", [APPROVE]), await define_role(client, admin, "gives", [GIVE])
    assert (await assign(client, admin, bob, pays, [CASINO])).status_code == 201
    assert (await assign(client, admin, bob, gives, [OTHER])).status_code == 201, "at another casino they do not meet"
    problem(await assign(client, admin, bob, gives, ["*"]), 409, "duties_conflict")
    reason = "nobody else is there in December"
    assert (await assign(client, admin, bob, gives, ["*"], conflict_override=reason)).status_code == 201
    assert await look(service) > 0
    [found] = await items(client, admin, f"/sod-conflicts?staff_id=eq.{bob}")
    assert (found["first"], found["second"], found["override"]) == (APPROVE, GIVE, reason)
    told = [fact for fact in await said(service) if isinstance(fact, DutiesMet) and str(fact.staff_id) == bob]
    assert len(told) == 1
    await look(service)
    again = [fact for fact in await said(service) if isinstance(fact, DutiesMet) and str(fact.staff_id) == bob]
    assert again == told, "what was told is not told again"


async def test_an_override_takes_a_permission_of_its_own(client: httpx.AsyncClient, admin: str) -> None:
    bob, carol = [await add_colleague(client, admin, f"{name}@example.com") for name in ("bob", "carol")]
    lead = await define_role(client, admin, "lead", [GIVE, APPROVE])
    pays = await define_role(client, admin, "pays", [APPROVE])
    gives = await define_role(client, admin, "gives", [GIVE])
    why = {"conflict_override": "a very small team"}
    assert (await assign(client, admin, bob["staff_id"], lead, [CASINO], **why)).status_code == 201
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    assert (await assign(client, token, carol["staff_id"], pays, [CASINO])).status_code == 201
    problem(await assign(client, token, carol["staff_id"], gives, [CASINO], **why), 403, "forbidden")


async def test_what_two_people_should_hold_is_forgotten_when_it_is_over(
    client: httpx.AsyncClient, service: Service, admin: str
) -> None:
    bob = (await add_colleague(client, admin))["staff_id"]
    both = await define_role(client, admin, "both", [APPROVE, GIVE])
    given = await assign(client, admin, bob, both, [CASINO], conflict_override="a very small team")
    await look(service)
    assert len(await items(client, admin, f"/sod-conflicts?staff_id=eq.{bob}")) == 1
    path = f"{V1}/staff/{bob}/assignments/{given.json()['assignment_id']}"
    assert (await client.delete(path, headers=bearer(admin))).status_code == 200
    await look(service)
    assert await items(client, admin, f"/sod-conflicts?staff_id=eq.{bob}") == []


async def test_a_denial_is_taken_away_by_whoever_holds_what_it_denies(client: httpx.AsyncClient, admin: str) -> None:
    bob, carol = [await add_colleague(client, admin, f"{name}@example.com") for name in ("bob", "carol")]
    gives = await define_role(client, admin, "gives", [GIVE])
    body = {"name": "no_payouts", "grants": [{"pattern": "payments.withdrawal.*", "effect": "deny"}]}
    never = (await client.post(f"{V1}/roles", json=body, headers={**bearer(admin), **key()})).json()["role_id"]
    await assign(client, admin, bob["staff_id"], gives, [CASINO])
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    given = await assign(client, token, carol["staff_id"], never, [CASINO])
    assert given.status_code == 201, "a denial gives nothing, so anybody may give it"
    path = f"{V1}/staff/{carol['staff_id']}/assignments/{given.json()['assignment_id']}"
    problem(await client.delete(path, headers=bearer(token)), 403, "beyond_own_access")
    assert (await client.delete(path, headers=bearer(admin))).status_code == 200


async def look(service: Service) -> int:
    found: int = await service.application.transact(
        duties.look, Context.system("nightly-duties", service.application.clock)
    )
    return found


async def test_what_is_taken_away_is_published_at_the_next_look_however_soon(
    client: httpx.AsyncClient, admin: str, service: Service
) -> None:
    policies: PolicyStore = service.state["policies"]
    bob, role_id = await add_colleague(client, admin), await define_role(client, admin, "cashier", [DEPOSITS])
    given = (await assign(client, admin, bob["staff_id"], role_id, [CASINO])).json()
    await policies.look()
    before = policies.version
    path = f"{V1}/staff/{bob['staff_id']}/assignments/{given['assignment_id']}"
    assert (await client.delete(path, headers={**bearer(admin), **key()})).status_code == 200
    await policies.look()
    held = policies.policy
    assert held is not None
    assert (held.version > before, held.subjects[UUID(bob["staff_id"])].assignments) == (True, ())
