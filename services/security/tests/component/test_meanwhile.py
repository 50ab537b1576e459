"""What happens to a credential while the hash of a log-in is computed, or a moment before the news of a player."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.postgres import count_statements
from chassis.testing.tokens import bearer
from security.adapters.tables import credential
from security.application.door import DoorKeeper

from .api import PASSWORD, V1, log_in
from .test_at_once import one, until
from .test_players import OTHER, RIGHT, Casino, envelopes

ADMIN = "admin@example.com"
CHANGED = "another long password"


class Slow:
    """Passwords, before whose n-th comparison something else happens."""

    def __init__(self, passwords: Any, *meanwhile: Callable[[], Awaitable[Any]]) -> None:
        self._passwords = passwords
        self._meanwhile = list(meanwhile)
        self.compared = 0

    async def hash(self, password: str) -> str:
        return str(await self._passwords.hash(password))

    async def matches(self, password: str, kept: str | None) -> bool:
        self.compared += 1
        if self._meanwhile:
            await self._meanwhile.pop(0)()
        return bool(await self._passwords.matches(password, kept))


def hold_up(service: Service, *meanwhile: Callable[[], Awaitable[Any]]) -> tuple[Any, Slow]:
    """A second door to the same house, at which comparing takes long."""
    door: DoorKeeper = service.state["door_keeper"]
    slow = Slow(door.passwords, *meanwhile)
    app = http_application(service)
    app.state.door_keeper = replace(door, passwords=slow)  # type: ignore[arg-type]  # it answers alike
    return app, slow


def impatient(service: Service) -> Any:
    """A door at which nobody waits for news."""
    door: DoorKeeper = service.state["door_keeper"]
    app = http_application(service)
    app.state.door_keeper = replace(door, policy=replace(door.policy, registration=timedelta()))
    return app


async def failures(service: Service) -> list[Any]:
    return [said for said in await envelopes(service) if said.type == "security.log_in_failed"]


@pytest.fixture
async def ann() -> UUID:
    return uuid4()


@pytest.fixture
async def casino(client: httpx.AsyncClient, service: Service) -> Casino:
    return Casino(client, service)


@pytest.mark.parametrize("pending", [True, False], ids=["pending", "unknown"])
async def test_the_right_password_of_whoever_is_registered_while_it_is_compared_is_no_failure(
    casino: Casino, service: Service, ann: UUID, pending: bool
) -> None:
    if pending:
        await casino.put(ann, RIGHT)

    async def registers() -> None:
        await casino.put(ann, RIGHT)
        await casino.registered(ann)

    app, slow = hold_up(service, registers)
    async with talking(app) as door:
        answer = await casino.through(door).log_in(RIGHT)
    assert answer.status_code == 200, answer.text
    assert answer.json()["subject_id"] == str(ann)
    assert await failures(service) == []
    assert slow.compared <= 2


async def test_a_wrong_password_of_whoever_is_registered_while_it_is_compared_is_one_failure(
    casino: Casino, service: Service, ann: UUID
) -> None:
    async def registers() -> None:
        await casino.put(ann, RIGHT)
        await casino.registered(ann)

    app, _ = hold_up(service, registers)
    async with talking(app) as door:
        assert (await casino.through(door).log_in(OTHER)).status_code == 401
    assert [said.data["failures"] for said in await failures(service)] == [1]


async def change(client: httpx.AsyncClient, token: str, old: str, new: str) -> None:
    body = {"current_password": old, "new_password": new}
    answer = await client.post(f"{V1}/staff/me/password", json=body, headers=bearer(token))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("tried", "expected", "counted"), [(CHANGED, 200, 0), (PASSWORD, 401, 1)])
async def test_a_password_that_is_changed_while_it_is_compared_is_compared_anew(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any], tried: str, expected: int, counted: int
) -> None:
    token = administrator["access_token"]
    app, slow = hold_up(service, lambda: change(client, token, PASSWORD, CHANGED))
    async with talking(app) as door:
        assert (await log_in(door, ADMIN, tried)).status_code == expected
    assert slow.compared == 2
    assert len(await failures(service)) == counted


async def test_a_password_that_changes_again_and_again_is_refused_and_nothing_is_counted(
    client: httpx.AsyncClient, service: Service, administrator: dict[str, Any]
) -> None:
    token = administrator["access_token"]
    app, slow = hold_up(
        service,
        lambda: change(client, token, PASSWORD, CHANGED),
        lambda: change(client, token, CHANGED, PASSWORD),
    )
    async with talking(app) as door:
        assert (await log_in(door, ADMIN, PASSWORD)).status_code == 401
    assert slow.compared == 2
    assert await failures(service) == []


async def test_the_first_log_in_waits_for_the_news_of_the_registration(
    casino: Casino, service: Service, ann: UUID
) -> None:
    await casino.put(ann, RIGHT)
    with count_statements(service.db) as statements:
        entering = asyncio.ensure_future(casino.log_in(RIGHT))

        async def it_looks_again() -> bool:
            return sum("ORDER BY credential.confirmed" in one for one in statements.sent) > 2 or entering.done()

        await until(it_looks_again)
    assert not entering.done()
    await casino.registered(ann)
    answer = await entering
    assert (answer.status_code, answer.json().get("subject_id")) == (200, str(ann))
    assert await failures(service) == []


async def test_whoever_waited_for_another_ones_registration_does_not_come_in(
    casino: Casino, service: Service, ann: UUID
) -> None:
    winner = uuid4()
    await casino.put(winner, OTHER)
    await casino.put(ann, RIGHT)
    app, _ = hold_up(service, lambda: casino.registered(winner))
    async with talking(app) as door:
        assert (await casino.through(door).log_in(RIGHT)).status_code == 401
    kept = await one(service, select(credential.c.subject_id, credential.c.failures))
    assert (kept.subject_id, kept.failures) == (winner, 1)


async def test_a_registration_that_never_comes_is_not_waited_for_longer_than_is_said(
    casino: Casino, service: Service, ann: UUID
) -> None:
    await casino.put(ann, RIGHT)
    async with talking(impatient(service)) as door:
        answer = await casino.through(door).log_in(RIGHT)
    assert (answer.status_code, answer.json()["code"]) == (401, "log_in_refused")


@pytest.mark.parametrize("pending", [True, False], ids=["pending", "unknown"])
async def test_a_wrong_password_is_answered_at_once_and_alike_whether_a_registration_is_under_way(
    casino: Casino, service: Service, ann: UUID, pending: bool
) -> None:
    """One comparison and no waiting, with and without a registration."""
    if pending:
        await casino.put(ann, RIGHT)
    app, slow = hold_up(service)
    async with talking(app) as door:
        with count_statements(service.db) as statements:
            answer = await casino.through(door).log_in(OTHER)
    assert (answer.status_code, answer.json()["code"]) == (401, "log_in_refused")
    assert slow.compared == 1
    assert statements.count == 2
