"""Where staff must have a second factor: they may do without for a while, and then nothing else is open."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.problems import problem
from security.application.door import DoorKeeper

from .api import PASSWORD, V1
from .authenticators import SecurityKey
from .factors import Person

ADMIN = "admin@example.com"
WEEK = timedelta(days=7)


@pytest.fixture
async def strict(service: Service, person: Person, clock: FixedClock) -> AsyncIterator[Person]:
    """The same person at a door that asks for a factor after a week."""
    door: DoorKeeper = service.state["door_keeper"]
    app = http_application(service)
    app.state.door_keeper = replace(door, policy=replace(door.policy, require_factor=True, factor_grace=WEEK))
    async with talking(app) as client:
        yield Person(client, clock, ADMIN, PASSWORD)


async def test_for_a_week_it_is_announced(strict: Person, clock: FixedClock) -> None:
    tokens = await strict.comes_in()
    assert tokens["factor_due_at"] is not None
    clock.advance(WEEK - timedelta(hours=2))
    await strict.comes_in()
    assert (await strict.get("/staff")).status_code == 200


async def test_then_nothing_but_adding_one_is_open(strict: Person, clock: FixedClock) -> None:
    clock.advance(WEEK)
    await strict.comes_in()
    problem(await strict.get("/staff"), 403, "factor_required")
    problem(await strict.post("/staff", {"login": "eve@example.com", "name": "Eve"}), 403, "factor_required")
    assert (await strict.get("/factors")).status_code == 200
    assert (await strict.adds_key(SecurityKey())).status_code == 201
    body = {"refresh_token": strict.refresh_token}
    tokens = strict.takes(await strict.client.post(f"{V1}/staff-sessions/refresh", json=body))
    assert tokens["factor_due_at"] is None
    assert (await strict.get("/staff")).status_code == 200


async def test_the_last_one_stays(strict: Person) -> None:
    await strict.comes_in()
    held = SecurityKey()
    only = (await strict.adds_key(held)).json()["factor_id"]
    await strict.steps_up_with(held)
    problem(await strict.delete(f"/factors/{only}"), 409, "last_factor")
    other = (await strict.adds_key(SecurityKey(), "Drawer")).json()["factor_id"]
    assert (await strict.delete(f"/factors/{other}")).status_code == 200


async def test_logging_out_and_ones_own_sessions_are_open_all_the_same(strict: Person, clock: FixedClock) -> None:
    clock.advance(WEEK)
    await strict.comes_in()
    assert (await strict.get("/own-sessions")).status_code == 200
    answer: httpx.Response = await strict.delete("/staff-sessions/current")
    assert answer.status_code == 200
