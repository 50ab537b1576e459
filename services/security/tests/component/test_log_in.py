"""Coming in: the first password, wrong ones, locks, refresh and its theft."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from chassis.db import tables
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.golden import said
from chassis.testing.tokens import bearer
from contracts.platform.events import AccessRecorded
from security.entrypoints.commands import unlock

from .api import PASSWORD, V1, add_colleague, enter, key, log_in

ADMIN = "admin@example.com"


async def test_the_first_password_opens_nothing_but_its_own_change(
    client: httpx.AsyncClient, first_password: str
) -> None:
    first = (await log_in(client, ADMIN, first_password)).json()
    assert first["must_change_password"] is True
    refused = await client.get(f"{V1}/staff", headers=bearer(first["access_token"]))
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    tokens = await enter(client, ADMIN, first_password)
    allowed = await client.get(f"{V1}/staff", headers=bearer(tokens["access_token"]))
    assert [one["login"] for one in allowed.json()] == [ADMIN]


async def test_a_one_time_password_waits_for_a_day_only(
    client: httpx.AsyncClient, first_password: str, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=25))
    assert (await log_in(client, ADMIN, first_password)).status_code == 401


@pytest.mark.parametrize(
    "weak", ["short", "password", first := "aaaaaaaaaaaa", "xx-admin@example.com", "x" * 129], ids=lambda v: v[:12]
)
async def test_a_weak_password_is_refused(client: httpx.AsyncClient, first_password: str, weak: str) -> None:
    token = (await log_in(client, ADMIN, first_password)).json()["access_token"]
    change = {"current_password": first_password, "new_password": weak}
    answer = await client.post(f"{V1}/staff/me/password", json=change, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (422, "password_too_weak")


async def test_wrong_name_and_wrong_password_are_told_apart_by_nothing(
    client: httpx.AsyncClient, first_password: str
) -> None:
    def shown(answer: httpx.Response) -> tuple[int, dict[str, str]]:
        problem = answer.json()
        problem.pop("request_id")
        return answer.status_code, problem

    wrong_password = shown(await log_in(client, ADMIN, "not it at all"))
    wrong_name = shown(await log_in(client, "nobody@example.com", first_password))
    assert wrong_password == wrong_name
    assert wrong_password[1]["code"] == "log_in_refused"


async def test_too_many_failures_lock_and_time_unlocks(
    client: httpx.AsyncClient, first_password: str, clock: FixedClock
) -> None:
    await enter(client, ADMIN, first_password)
    for _ in range(5):
        assert (await log_in(client, ADMIN, "wrong wrong wrong")).status_code == 401
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 401
    clock.advance(timedelta(minutes=31))
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 200


async def test_a_lock_is_lifted_from_inside_and_the_audit_log_knows(
    client: httpx.AsyncClient, service: Service, first_password: str
) -> None:
    await enter(client, ADMIN, first_password)
    for _ in range(5):
        assert (await log_in(client, ADMIN, "wrong wrong wrong")).status_code == 401
    assert await unlock(service, ["Admin@example.com"]) == 0
    assert (await log_in(client, ADMIN, PASSWORD)).status_code == 200
    told = [fact for fact in await said(service) if isinstance(fact, AccessRecorded)]
    assert [one.action for one in told][-1] == "log_in.unlock"


async def test_nobody_is_unlocked_who_is_not_there(service: Service) -> None:
    assert await unlock(service, ["nobody@example.com"]) == 1


async def test_a_refresh_token_is_used_once_and_its_theft_ends_the_session(
    client: httpx.AsyncClient, first_password: str
) -> None:
    tokens = await enter(client, ADMIN, first_password)

    async def refresh(token: str) -> httpx.Response:
        return await client.post(f"{V1}/staff-sessions/refresh", json={"refresh_token": token})

    second = await refresh(tokens["refresh_token"])
    assert second.status_code == 200
    stolen = await refresh(tokens["refresh_token"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "session_over")
    assert (await refresh(second.json()["refresh_token"])).status_code == 401


async def test_a_session_that_lies_idle_is_over(
    client: httpx.AsyncClient, first_password: str, clock: FixedClock
) -> None:
    tokens = await enter(client, ADMIN, first_password)
    clock.advance(timedelta(minutes=31))
    answer = await client.post(f"{V1}/staff-sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401


async def test_logging_out_ends_the_session(client: httpx.AsyncClient, first_password: str) -> None:
    tokens = await enter(client, ADMIN, first_password)
    await client.delete(f"{V1}/staff-sessions/current", headers=bearer(tokens["access_token"]))
    answer = await client.post(f"{V1}/staff-sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401


async def test_a_disabled_colleague_is_out(client: httpx.AsyncClient, first_password: str) -> None:
    admin = (await enter(client, ADMIN, first_password))["access_token"]
    bob = await add_colleague(client, admin)
    tokens = await enter(client, bob["login"], bob["one_time_password"], "another long password")
    body = {"reason": "left the company"}
    done = await client.post(f"{V1}/staff/{bob['staff_id']}/disable", json=body, headers={**bearer(admin), **key()})
    assert done.status_code == 200
    answer = await client.post(f"{V1}/staff-sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401
    assert (await log_in(client, bob["login"], "another long password")).status_code == 401


async def test_no_password_or_token_is_stored_or_published(
    client: httpx.AsyncClient, service: Service, first_password: str
) -> None:
    tokens = await enter(client, ADMIN, first_password)
    bob = await add_colleague(client, tokens["access_token"])
    secrets = [PASSWORD, first_password, bob["one_time_password"], tokens["refresh_token"], tokens["access_token"]]
    async with service.db.read() as connection:
        for table in (tables.event, tables.outbox, tables.idempotency):
            for row in await connection.execute(select(table)):
                assert not any(secret in str(row) for secret in secrets)
