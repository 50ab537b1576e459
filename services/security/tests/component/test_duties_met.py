"""What is kept apart and met in one person is listed soon after it met, and no longer than it lasts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from services.security.tests.component.api import V1, add_colleague, assign, define_role, enter

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.store import Context, UnitOfWork
from chassis.tasks import TaskRunner
from chassis.testing.tokens import bearer
from contracts.platform.events import DeclaredPermission, PermissionManifestPublished
from security.adapters import catalogue
from security.application.seed_roles import OVERRIDE

DEPOSITS, APPROVE, GIVE = "payments.deposit.list", "payments.withdrawal.approve", "security.role.assign"
CASINO = str(uuid4())
A_MINUTE = timedelta(minutes=1)
WHY = {"conflict_override": "a very small team"}


@pytest.fixture
async def admin(client: httpx.AsyncClient, administrator: dict[str, Any]) -> str:
    return str(administrator["access_token"])


async def a_minute_later(service: Service, clock: FixedClock) -> int:
    """The policy is published as the service does it twice a second, and what is due is done; how much that was."""
    await service.state["policies"].renew()
    clock.advance(A_MINUTE)
    return await TaskRunner(service.db, service.tasks, clock=clock).run_due()


async def met(client: httpx.AsyncClient, token: str, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}/sod-conflicts?{query}", headers=bearer(token))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_an_administrator_of_the_beginning_is_listed_within_a_minute(
    client: httpx.AsyncClient, service: Service, admin: str, clock: FixedClock
) -> None:
    assert await met(client, admin, "limit=1") == []
    await a_minute_later(service, clock)
    [found] = await met(client, admin, f"first=eq.{APPROVE}&second=eq.{GIVE}")
    assert (found["casinos"], found["override"]) == (["*"], OVERRIDE)


async def test_duties_that_meet_in_a_colleague_are_listed_until_his_role_is_taken_away(
    client: httpx.AsyncClient, service: Service, admin: str, clock: FixedClock
) -> None:
    bob = (await add_colleague(client, admin))["staff_id"]
    both = await define_role(client, admin, "both", [APPROVE, GIVE])
    given = await assign(client, admin, bob, both, [CASINO], **WHY)
    await a_minute_later(service, clock)
    [found] = await met(client, admin, f"staff_id=eq.{bob}")
    assert (found["first"], found["second"], found["casinos"]) == (APPROVE, GIVE, [CASINO])
    path = f"{V1}/staff/{bob}/assignments/{given.json()['assignment_id']}"
    assert (await client.delete(path, headers=bearer(admin))).status_code == 200
    await a_minute_later(service, clock)
    assert await met(client, admin, f"staff_id=eq.{bob}") == []


async def test_a_permission_that_no_manifest_names_any_more_meets_nothing(
    client: httpx.AsyncClient, service: Service, admin: str, clock: FixedClock
) -> None:
    bob = (await add_colleague(client, admin))["staff_id"]
    both = await define_role(client, admin, "both", [APPROVE, GIVE])
    await assign(client, admin, bob, both, [CASINO], **WHY)
    await a_minute_later(service, clock)
    assert len(await met(client, admin, f"staff_id=eq.{bob}")) == 1

    async def take(uow: UnitOfWork) -> None:
        left = DeclaredPermission(id=DEPOSITS, title="Deposits", risk="normal")
        await catalogue.take(uow, PermissionManifestPublished(service="payments", permissions=(left,)))

    await service.application.transact(take, Context.system("tests", clock))
    await a_minute_later(service, clock)
    assert await met(client, admin, f"staff_id=eq.{bob}") == []


async def test_whatever_changes_within_a_minute_is_looked_at_once(
    client: httpx.AsyncClient, service: Service, admin: str, clock: FixedClock
) -> None:
    await a_minute_later(service, clock)
    bob, sees = (await add_colleague(client, admin))["staff_id"], await define_role(client, admin, "sees", [DEPOSITS])
    await service.state["policies"].renew()
    assert (await assign(client, admin, bob, sees, [CASINO])).status_code == 201
    assert await a_minute_later(service, clock) == 1
    assert await a_minute_later(service, clock) == 0, "nothing changed"


async def test_administrators_leave_the_list_when_somebody_else_takes_their_role_away(
    client: httpx.AsyncClient, service: Service, admin: str, clock: FixedClock
) -> None:
    bob = await add_colleague(client, admin)
    people = ["security.assignment.list", "security.conflict.list"]
    gives = await define_role(client, admin, "gives", [GIVE, *people])
    assert (await assign(client, admin, bob["staff_id"], gives, ["*"])).status_code == 201
    await a_minute_later(service, clock)
    token = (await enter(client, bob["login"], bob["one_time_password"]))["access_token"]
    assert await met(client, token, "limit=1") != []
    held = await client.get(f"{V1}/assignments?role_name=eq.administrator", headers=bearer(token))
    for one in held.json():
        path = f"{V1}/staff/{one['staff_id']}/assignments/{one['assignment_id']}"
        assert (await client.delete(path, headers=bearer(token))).status_code == 200
    await a_minute_later(service, clock)
    assert await met(client, token, "limit=1") == []
