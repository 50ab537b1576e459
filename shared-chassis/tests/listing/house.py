"""A service whose list of bets can be taken away, started, with its tasks run when a test says so."""

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import insert

from chassis.auth import PermissionSpec, PlayerOr, Requires
from chassis.db import Database
from chassis.db.engine import driver
from chassis.domain import Clock, FixedClock
from chassis.http.listing import serve_list
from chassis.runtime import Service, http_application
from chassis.settings import ServiceSettings
from chassis.store import Application, EventTypes
from chassis.tasks import TaskRunner
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import ALL_CLEAR, bearer, make_token, test_verifier

from .bets import (
    AML,
    BETS,
    HEAVY,
    HUGE,
    JUDGED,
    LIST,
    REVEAL,
    ROWS,
    SUBJECT,
    A,
    Bet,
    bet,
    finishing,
    metadata,
    of_player,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EXPORT = "example.bet.export"
SHARE = "example.view.share"
VIEWS = "/api/example/v1/views"
PATH = "/api/example/v1/bets"


def routes() -> APIRouter:
    router = APIRouter(prefix="/api/example/v1")
    serve_list(router, "/bets", BETS, PlayerOr(LIST), item=Bet, export=EXPORT)
    serve_list(router, "/judged-bets", JUDGED, Requires(LIST), item=Bet, name="judged", export=EXPORT)
    serve_list(router, "/huge-bets", HUGE, PlayerOr(LIST), item=Bet, name="huge", export=EXPORT)
    serve_list(
        router, "/finished/{player_id}/bets", BETS, Requires(LIST), item=Bet, name="finished", finish=finishing,
        narrow=of_player, export=EXPORT,
    )  # fmt: skip
    return router


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


class House:
    """The started service."""

    def __init__(self, service: Service, app: FastAPI, client: httpx.AsyncClient, clock: FixedClock) -> None:
        self.service, self.app, self.client, self.clock = service, app, client, clock

    def as_(
        self,
        *permissions: str,
        casinos: list[Any] | None = None,
        subject: UUID = SUBJECT,
        modes: Any = ALL_CLEAR,
        grants: Any = None,
    ) -> dict[str, str]:
        """A session of somebody who may list and export beside what is named."""
        held = [LIST, EXPORT, *permissions]
        token = make_token(
            permissions=held,
            casinos=casinos or [A],
            subject=subject,
            modes=modes,
            **({"grants": grants} if grants else {}),
        )
        return bearer(token)

    async def post(self, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
        keyed = {**headers, "Idempotency-Key": uuid4().hex}
        return await self.client.post(path, json=body, headers=keyed)

    async def keep(self, headers: dict[str, str], **body: Any) -> httpx.Response:
        """Ask for a new view, of the bets unless said otherwise."""
        return await self.post(VIEWS, headers, **{"list": PATH, "name": "Mine", **body})

    async def kept(self, headers: dict[str, str], **body: Any) -> str:
        """The id of a view that was kept."""
        answer = await self.keep(headers, **body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ask(self, headers: dict[str, str], query: str = "", path: str = PATH, **body: Any) -> httpx.Response:
        given = {"format": "csv", "reason": "for the auditors", **body}
        return await self.post(f"{path}/exports?{query}", headers, **given)

    async def work(self) -> None:
        """Run every task that is due."""
        await TaskRunner(self.service.db, self.service.tasks, clock=self.clock).run_due()

    async def made(self, headers: dict[str, str], query: str = "", path: str = PATH, **body: Any) -> Any:
        """An export that was asked for and made."""
        answer = await self.ask(headers, query, path, **body)
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.show(headers, answer.json()["id"])

    async def show(self, headers: dict[str, str], export_id: str) -> Any:
        answer = await self.client.get(f"/api/example/v1/exports/{export_id}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fetch(self, headers: dict[str, str], export_id: str, what: str = "file") -> httpx.Response:
        return await self.client.get(f"/api/example/v1/exports/{export_id}/{what}", headers=headers)

    async def recorded(self) -> list[Any]:
        """What left a trace, in order."""
        return await self.told("platform.access.events")

    async def told(self, topic: str) -> list[Any]:
        """What was published, in order."""
        async with self.service.db.read() as connection:
            raw = await driver(connection)
            rows = await raw.fetch("SELECT envelope FROM outbox WHERE topic = $1 ORDER BY id", topic)
        return [json.loads(row["envelope"]) for row in rows]


def service_on(db: Database, folder: Path, clock: Clock, **settings: Any) -> Service:
    return Service(
        name="example",
        settings=make_settings(ServiceSettings, files_url=f"file://{folder}", **settings),
        db=db,
        application=Application(db, EventTypes(), source="example", clock=clock),
        routers=[routes()],
        permissions=[PermissionSpec(one, one) for one in (LIST, EXPORT, SHARE, REVEAL, AML, HEAVY)],
        verifier=test_verifier(),
    )


@asynccontextmanager
async def house(databases: Databases, folder: Path, clock: FixedClock, **settings: Any) -> AsyncIterator[House]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(insert(bet), ROWS)
        service = service_on(db, folder, clock, **settings)
        app = http_application(service)
        async with started(app) as client:
            yield House(service, app, client, clock)
