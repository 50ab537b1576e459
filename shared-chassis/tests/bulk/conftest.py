"""The example service, started, with its tasks run when a test says so."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update

from chassis.auth.policy.local import LocalPolicy
from chassis.db import Database
from chassis.db.engine import driver
from chassis.db.tables import bulk_row
from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.tasks import TaskRunner
from chassis.testing.client import client as started
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import bearer, default_maker, make_token

from .example import (
    APPROVALS,
    APPROVE,
    EVERYTHING,
    JOBS,
    NOW,
    PATH,
    A,
    Before,
    bet,
    effect,
    metadata,
    nothing,
    service_on,
)


class Shop:
    """A started service, and what a test asks of it."""

    def __init__(self, service: Service, client: httpx.AsyncClient, clock: FixedClock) -> None:
        self.service, self.client, self.clock = service, client, clock
        self.ann, self.bob = uuid4(), uuid4()

    def as_(self, who: UUID | None = None, *permissions: str, casinos: Any = (A,), **options: Any) -> dict[str, str]:
        """A session of this person, of Ann unless somebody is named; every call is another one."""
        held = permissions or EVERYTHING
        return bearer(make_token(subject=who or self.ann, permissions=held, casinos=casinos, **options))

    async def bets(self, *rows: Any) -> None:
        async with self.service.db.write() as connection:
            await connection.execute(insert(bet), list(rows))

    async def turned(self, state: str, *ids: UUID) -> None:
        async with self.service.db.write() as connection:
            await connection.execute(update(bet).where(bet.c.id.in_(ids)).values(state=state))

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        keyed = {"Idempotency-Key": uuid4().hex, **(headers or self.as_())}
        return await self.client.post(path, json=body, headers=keyed)

    async def freeze(
        self, query: str = "", headers: dict[str, str] | None = None, action: str = "void", **body: Any
    ) -> httpx.Response:
        return await self.post(f"{PATH}/bulk-{action}?{query}", body, headers)

    async def frozen(self, query: str = "", headers: dict[str, str] | None = None, **more: Any) -> Any:
        answer = await self.freeze(query, headers, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def run(self, job: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.post(f"{JOBS}/{job['id']}/run", {"reason": "the match was fixed"}, headers)

    async def cancel(self, job: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(f"{JOBS}/{job['id']}/cancel", headers=headers or self.as_())

    async def approve(self, proposal: Any, who: UUID | None = None, **options: Any) -> httpx.Response:
        seen = {"payload_sha256": proposal["payload_sha256"]}
        second = self.as_(who or self.bob, APPROVE, APPROVALS, **options)
        return await self.client.post(f"{proposal['href']}/approve", json=seen, headers=second)

    async def work(self) -> None:
        """Run every task that is due."""
        await TaskRunner(self.service.db, self.service.tasks, clock=self.clock).run_due()

    async def show(self, job: Any, headers: dict[str, str] | None = None) -> Any:
        answer = await self.client.get(f"{JOBS}/{job['id']}", headers=headers or self.as_())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def done(self, query: str = "", headers: dict[str, str] | None = None, **more: Any) -> Any:
        """A job that was frozen, started alone and done."""
        job = await self.frozen(query, headers, **more)
        answer = await self.run(job, headers)
        assert answer.status_code == 200, answer.text
        await self.work()
        return await self.show(job, headers)

    async def results(self, job: Any) -> dict[UUID, tuple[str, str | None]]:
        """What became of each row."""
        async with self.service.db.read() as connection:
            found = await connection.execute(select(bulk_row).where(bulk_row.c.job_id == UUID(job["id"])))
            return {row.row_id: (row.result, row.code) for row in found}

    async def effects(self) -> list[Any]:
        """What was done to bets, in order."""
        async with self.service.db.read() as connection:
            return list(await connection.execute(select(effect).order_by(effect.c.number)))

    async def recorded(self) -> list[Any]:
        """What left a trace, in order."""
        async with self.service.db.read() as connection:
            raw = await driver(connection)
            found = await raw.fetch("SELECT envelope FROM outbox WHERE topic = 'platform.access.events' ORDER BY id")
        return [json.loads(row["envelope"]) for row in found]

    def loses(self, who: UUID) -> None:
        """Somebody is disabled while they are not there."""
        held: Any = default_maker().verifier().policy  # type: ignore[attr-defined]
        policy = held.of[who].policy
        gone = replace(policy.subjects[who], active=False)
        held.of[who] = LocalPolicy.holding(replace(policy, subjects={who: gone}))


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
        yield db


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    async with opening(db) as one:
        yield one


@asynccontextmanager
async def opening(db: Database, before: Before = nothing, now: datetime = NOW) -> AsyncIterator[Shop]:
    """The service, with something that happens within each row."""
    clock = FixedClock(now)
    service = service_on(db, clock, before)
    async with started(http_application(service)) as client:
        yield Shop(service, client, clock)
