"""A report on its way: followed while it is made, fetched when it is there, gone when its time is over."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.auth import Caller, Unauthenticated
from chassis.auth.errors import PolicyStale
from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.tasks import Task
from chassis.testing.golden import said
from chassis.testing.problems import fields, problem
from chassis.testing.tokens import make_token, test_verifier
from contracts.platform.events import AccessRecorded
from contracts.reports.permissions import ReportsPermission as P
from reports.entrypoints.http.jobs.endpoints import _events

from .test_jobs import STAFF, V1, ask, made, rows_of, staff, wanted, work
from .world import ANN, BOB, MALTA, WORLD, moved, tell


@pytest.fixture(autouse=True)
async def world(service: Service) -> None:
    await tell(service, *WORLD, moved("bet", 100), moved("win", 40), moved("bet", 7, who=BOB))


async def asked(client: httpx.AsyncClient, **changes: Any) -> str:
    answer = await ask(client, wanted(**changes))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


async def next_of(events: AsyncIterator[str]) -> tuple[str, Any]:
    """The name and the data of the next server-sent event."""
    lines = (await anext(events)).splitlines()
    told = dict(line.split(": ", 1) for line in lines if line)
    return told["event"], json.loads(told["data"])


async def follower(*permissions: str) -> Caller:
    """Somebody who asked for a report and holds these permissions now, unless it is all."""
    token = make_token(permissions=permissions or tuple(P), subject=STAFF)
    caller = await test_verifier().verify(token)
    return caller.by(caller.held)


async def as_ever(caller: Caller) -> Caller:
    return caller


@pytest.mark.parametrize("lost", [Unauthenticated(), PolicyStale(), None], ids=["session", "policy", "permission"])
async def test_whoever_loses_session_or_permission_hears_no_more_of_a_job(
    client: httpx.AsyncClient, service: Service, lost: Exception | None
) -> None:
    job_id, less = await asked(client), await follower(P.DEFINITION_LIST)
    looks = 0

    async def still(caller: Caller) -> Caller:
        nonlocal looks
        looks += 1
        if looks == 1:
            return caller
        if lost is not None:
            raise lost
        return less

    events = _events(service.db, await follower(), UUID(job_id), still)
    assert await next_of(events) == ("progress", {"rows_written": 0})
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_whoever_follows_a_job_hears_how_far_it_is_and_its_end(
    client: httpx.AsyncClient, service: Service
) -> None:
    job_id = await asked(client)
    events = _events(service.db, await follower(), UUID(job_id), as_ever)
    assert await next_of(events) == ("progress", {"rows_written": 0})
    await work(service)
    assert await next_of(events) == ("completed", {"rows": 2, "code": None, "formats": ["csv", "xlsx"]})
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_a_job_that_has_ended_is_not_made_again(client: httpx.AsyncClient, service: Service) -> None:
    job_id = await made(client, service, wanted())
    before = (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json()
    await service.tasks["make_report"](Task("make_report", UUID(job_id), {}, 2))
    assert (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json() == before


async def test_a_file_is_there_when_the_report_is_made_in_its_format(
    client: httpx.AsyncClient, service: Service
) -> None:
    job_id = await asked(client, formats=["csv"])
    problem(await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff()), 409, "file_not_ready")
    problem(await client.get(f"{V1}/jobs/{job_id}/files/xlsx", headers=staff()), 404, "not_found")
    await work(service)
    problem(await client.get(f"{V1}/jobs/{job_id}/files/xlsx", headers=staff()), 404, "not_found")
    answer = await client.get(f"{V1}/jobs/{job_id}/files/pdf", headers=staff())
    assert list(fields(problem(answer, 422, "invalid_request"))) == ["path.file_format"]
    assert (await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff())).status_code == 200
    looks = [fact for fact in await said(service) if isinstance(fact, AccessRecorded)]
    assert [(one.action, one.subject_id) for one in looks] == [("download", job_id)], "a refusal is no look"


async def test_files_are_removed_by_the_clock_and_the_report_stays(
    client: httpx.AsyncClient, service: Service, clock: FixedClock
) -> None:
    job_id = await made(client, service, wanted())
    shown = (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json()
    files = service.state["files"]
    paths = [f"{job_id}/1.csv", f"{job_id}/1.xlsx"]
    await one_turn(service)
    assert [await files.exists(path) for path in paths] == [True, True]
    clock.advance(timedelta(hours=25))
    await one_turn(service)
    assert [await files.exists(path) for path in paths] == [False, False]
    assert (await client.get(f"{V1}/jobs/{job_id}", headers=staff())).json() == shown


async def one_turn(service: Service) -> None:
    """Let the loop that removes files look once."""
    stop = asyncio.Event()
    [look] = service.background
    asyncio.get_running_loop().call_soon(stop.set)
    await look(stop)


async def test_a_file_that_was_lost_is_gone_and_not_an_error(client: httpx.AsyncClient, service: Service) -> None:
    job_id = await made(client, service, wanted())
    await service.state["files"].remove(f"{job_id}/1.csv")
    problem(await client.get(f"{V1}/jobs/{job_id}/files/csv", headers=staff()), 410, "file_expired")


async def test_the_transactions_of_one_player_are_drawn_by_his_id(client: httpx.AsyncClient, service: Service) -> None:
    for player_id, amounts in ((str(ANN), ["1.00", "0.40"]), (str(BOB), ["0.07"]), ("", ["0.07", "1.00", "0.40"])):
        body = wanted("player_transactions", parameters={"player_id": player_id})
        rows = await rows_of(client, await made(client, service, body))
        assert sorted(row["Amount"] for row in rows) == sorted(amounts)


@pytest.mark.parametrize("player_id", ["ann", f"urn:uuid:{ANN}", f"{{{ANN}}}"], ids=["a name", "a URN", "braces"])
async def test_a_player_is_named_by_an_id_and_nothing_else(client: httpx.AsyncClient, player_id: str) -> None:
    answer = await ask(client, wanted("player_transactions", MALTA, parameters={"player_id": player_id}))
    assert list(fields(problem(answer, 422, "parameter_invalid"))) == ["parameters.player_id"]


@pytest.mark.parametrize("path", ["", "/progress", "/files/csv"])
async def test_a_job_nobody_asked_for_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    problem(await client.get(f"{V1}/jobs/{uuid4()}{path}", headers=staff()), 404, "not_found")
