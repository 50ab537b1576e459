"""In which zone a date alone and a time without an offset are read."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from chassis.auth import PermissionSpec
from chassis.db import Database
from chassis.db.tables import casino_zone
from chassis.http import create_service
from chassis.messaging.casino_zones import own_zones
from chassis.settings import ServiceSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.tokens import bearer, test_verifier

from .bets import LIST, ROWS, START, A, B, router, staff

EARLY = "created_at=lt.2026-01-01T09:30"
"""In Tokyo half past midnight in UTC; in UTC later than every bet."""


@pytest.fixture(scope="module")
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with db.write() as connection:
        await connection.execute(insert(casino_zone), {"casino_id": A, "time_zone": "Asia/Tokyo"})
    app: FastAPI = create_service(
        "example",
        settings=make_settings(ServiceSettings),
        routers=[router],
        permissions=[PermissionSpec(LIST, "See bets")],
        verifier=test_verifier(),
        state={"db": db, "casino_zone": own_zones()},
    )
    async with started(app) as client:
        yield client


async def found(client: httpx.AsyncClient, query: str, casinos: list[Any], **headers: str) -> int:
    answer = await client.get(
        f"/api/example/v1/bets?limit=500&{query}", headers={**bearer(staff(casinos=casinos)), **headers}
    )
    assert answer.status_code == 200, answer.text
    return len(answer.json())


def at(casino: Any, *, first_hour: bool) -> int:
    return sum(row["casino_id"] == casino and (not first_hour or row["created_at"].hour == 0) for row in ROWS)


async def test_it_is_that_of_the_one_casino_the_caller_works_for(client: httpx.AsyncClient) -> None:
    assert START.hour == 0
    assert await found(client, EARLY, [A]) == at(A, first_hour=True)
    assert await found(client, "created_at=lt.2026-01-02", [A]) == at(A, first_hour=False)
    assert await found(client, "created_at=lt.2026-01-01", [A]) == 0


async def test_what_says_its_offset_means_what_it_says(client: httpx.AsyncClient) -> None:
    assert await found(client, "created_at=lt.2026-01-01T09:30:00Z", [A]) == at(A, first_hour=False)


async def test_the_wish_of_the_request_comes_first(client: httpx.AsyncClient) -> None:
    assert await found(client, EARLY, [A], Prefer="timezone=UTC") == at(A, first_hour=False)
    assert await found(client, EARLY, [A, B], Prefer="timezone=Asia/Tokyo") == at(A, first_hour=True) + at(
        B, first_hour=True
    )


async def test_it_is_utc_where_there_are_several_casinos_or_none_is_known(client: httpx.AsyncClient) -> None:
    assert await found(client, EARLY, [A, B]) == at(A, first_hour=False) + at(B, first_hour=False)
    assert await found(client, EARLY, [B]) == at(B, first_hour=False)


async def test_a_filter_on_one_casino_is_enough(client: httpx.AsyncClient) -> None:
    assert await found(client, f"casino_id=eq.{A}&{EARLY}", [A, B]) == at(A, first_hour=True)
    assert await found(client, f"casino_id=in.({A},{B})&{EARLY}", [A, B]) == at(A, first_hour=False) + at(
        B, first_hour=False
    )


async def test_another_s_casino_gives_no_zone(client: httpx.AsyncClient) -> None:
    assert await found(client, f"casino_id=eq.{A}&{EARLY}", [B]) == 0
