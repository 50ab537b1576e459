"""Every endpoint, as each kind of caller meets it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from chassis.runtime import Service, http_application
from chassis.testing.caller_matrix import (
    CALLERS,
    Attempt,
    assert_caller,
    assert_doors,
    assert_every_route,
    export_attempt,
)
from contracts.reports.permissions import ReportsPermission as P

from .test_jobs import STAFF, V1, made, wanted
from .world import MALTA, WORLD, tell


def attempt(method: str, path: str, permission: str = P.JOB_LIST, **options: Any) -> Attempt:
    return Attempt(method, f"{V1}{path}", permission=permission, casino_id=MALTA, subject=STAFF, **options)


# A job is its requester's own: it is shown as long as they may ask for reports at all, its figures only as long as
# they may see them.
ATTEMPTS = [
    attempt("GET", "/definitions", P.DEFINITION_LIST, hidden="shown"),
    attempt("POST", "/jobs", json=wanted("revenue", MALTA), also=[P.REVENUE_REQUEST], allowed=202),
    attempt("GET", "/jobs", hidden="shown"),
    export_attempt(f"{V1}/jobs", P.JOB_LIST, P.JOB_EXPORT, MALTA),
    attempt("GET", "/jobs/{job_id}", hidden="shown"),
    attempt("GET", "/jobs/{job_id}/progress", hidden="shown"),
    attempt("GET", "/jobs/{job_id}/files/{file_format}", also=[P.REVENUE_REQUEST]),
]


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
async def test_every_route_lets_in_whom_it_should(
    client: httpx.AsyncClient, service: Service, attempt: Attempt
) -> None:
    await tell(service, *WORLD)
    job_id = await made(client, service, wanted("revenue", MALTA))
    for caller in CALLERS:
        answer = await assert_caller(caller, client, attempt.at(job_id=job_id, file_format="csv"))
        if caller == "no permission":
            assert job_id not in answer.text


@pytest.mark.parametrize("path", ["", "/progress", "/files/csv"])
async def test_a_job_is_its_requesters_alone(client: httpx.AsyncClient, service: Service, path: str) -> None:
    await tell(service, *WORLD)
    job_id = await made(client, service, wanted("revenue", MALTA))
    somebody_else = Attempt(
        "GET", f"{V1}/jobs/{job_id}{path}", permission=P.JOB_LIST, casino_id=MALTA, subject=uuid4(), allowed=404
    )
    await assert_caller("permitted", client, somebody_else)


def test_every_route_is_in_the_matrix(service: Service) -> None:
    assert_every_route(http_application(service), ATTEMPTS)


async def test_routes_without_a_permission_keep_strangers_out(client: httpx.AsyncClient, service: Service) -> None:
    await assert_doors(client, http_application(service))
