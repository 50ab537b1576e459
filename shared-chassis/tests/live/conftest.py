"""The service of tickets on a socket, and clients that follow its lists."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from chassis.auth import PermissionSpec
from chassis.auth.jwks import LocalKeys
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import Policy
from chassis.auth.tokens import TokenVerifier
from chassis.db import Database
from chassis.domain import SystemClock, uuid7
from chassis.http.serving import uvicorn_config
from chassis.runtime import Service, http_application
from chassis.settings import ServiceSettings
from chassis.store import Application, Context, UnitOfWork
from chassis.store.projector import Projector
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import ALL_CLEAR, TokenMaker, bearer, policy_of

from .tickets import LIST, OTHER, A, Move, late, listed, metadata, routes, tickets, types

PATIENCE_S = 15.0


@dataclass
class Event:
    """One server-sent event."""

    kind: str = "message"
    data: Any = None
    id: str | None = None


class Following:
    """A client as browsers are: it remembers the last id, and which rows it has."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.events: list[Event] = []
        self.last_id: str | None = None
        self.rows: dict[tuple[str, str], Any] = {}

    async def next(self, *kinds: str) -> Event:
        """The next event, or the next of these kinds."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await self._next()
                if event.kind != "nothing" and (not kinds or event.kind in kinds):
                    return event

    async def until(self, met: Callable[["Following"], bool]) -> None:
        """Read on until this is so."""
        async with asyncio.timeout(PATIENCE_S):
            while not met(self):
                await self._next()

    async def _next(self) -> Event:
        event = Event(kind="nothing")
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if not line:
                break
            if name == "id":
                event.id = self.last_id = value
            elif name == "event":
                event.kind = value
            elif name == "data":
                event.data = json.loads(value)
        else:
            event.kind = "end"
        self._take(event)
        return event

    def _take(self, event: Event) -> None:
        if event.kind != "nothing":
            self.events.append(event)
        if event.kind == "row":
            self.rows[event.data["list"], event.data["id"]] = event.data["row"]
        elif event.kind == "gone":
            self.rows.pop((event.data["list"], event.data["id"]), None)


@dataclass
class House:
    """The service, running."""

    service: Service
    app: FastAPI
    db: Database
    url: str
    maker: TokenMaker
    policies: LocalPolicy
    known: dict[UUID, Policy] = field(default_factory=dict)

    def staff(
        self, *, casinos: list[UUID] | None = None, permissions: tuple[str, ...] = (LIST,), modes: Any = ALL_CLEAR,
        subject: UUID | None = None, **claims: Any,
    ) -> dict[str, str]:  # fmt: skip
        """The header of somebody who holds this; whoever held something keeps it."""
        who = subject or uuid7()
        self.holds(who, casinos=casinos, permissions=permissions, modes=modes)
        return bearer(self.maker.token(subject=who, **claims))

    def holds(
        self, who: UUID, *, casinos: list[UUID] | None = None, permissions: tuple[str, ...] = (LIST,),
        modes: Any = ALL_CLEAR,
    ) -> None:  # fmt: skip
        """From now on this person holds this, and nothing else."""
        self.known[who] = policy_of(who, [{"casinos": casinos or [A], "permissions": permissions}], modes)
        everything = list(self.known.values())
        self.policies.hold(
            Policy(
                version=self.policies.version + 1,
                issued_at=everything[0].issued_at,
                permissions={name: meta for one in everything for name, meta in one.permissions.items()},
                roles={key: role for one in everything for key, role in one.roles.items()},
                subjects={key: subject for one in everything for key, subject in one.subjects.items()},
            )
        )

    async def move(self, status: str, ticket_id: UUID | None = None, *, casino: UUID = A, **more: Any) -> UUID:
        """A ticket comes into this state."""
        identity = ticket_id or uuid7()
        ctx = Context.system("tests", self.service.application.clock, casino_id=casino)
        await self.service.application.execute(tickets, identity, Move(status=status, **more), ctx)
        return identity

    @asynccontextmanager
    async def following(
        self, headers: Mapping[str, str], lists: str = "tickets", since: str | None = None, **filters: str
    ) -> AsyncIterator[Following]:
        """A stream; its first event is left to whoever reads it."""
        given = {**headers, **({"Last-Event-ID": since} if since is not None else {})}
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_S) as client:
            asking = client.stream("GET", "/api/example/v1/live", params={"lists": lists, **filters}, headers=given)
            async with asking as answer:
                assert answer.status_code == 200, await answer.aread()
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert answer.headers["x-accel-buffering"] == "no"
                yield Following(answer.aiter_lines())

    async def ask(self, headers: Mapping[str, str], path: str = "live", **parameters: str) -> httpx.Response:
        """A request that is no stream."""
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_S) as client:
            return await client.get(f"/api/example/v1/{path}", params=parameters, headers=headers)

    @asynccontextmanager
    async def unfinished(self, ticket_id: UUID) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """A ticket is being opened by somebody who takes his time; what is given back lets him finish."""
        written, go_on = asyncio.Event(), asyncio.Event()
        ctx = Context.system("tests", self.service.application.clock, casino_id=A)

        async def work(uow: UnitOfWork) -> None:
            await uow.decide(tickets, ticket_id, Move(status="open"))
            written.set()
            await go_on.wait()

        writing = asyncio.create_task(self.service.application.transact(work, ctx))
        await written.wait()

        async def finish() -> None:
            go_on.set()
            await writing

        try:
            yield finish
        finally:
            await finish()

    async def projected(self) -> None:
        """Have the projector do its part."""
        await Projector(self.db, late, self.service.application.log_of(late)).catch_up()


@asynccontextmanager
async def on_a_socket(app: FastAPI, settings: ServiceSettings) -> AsyncIterator[str]:
    config = uvicorn_config(app, settings)
    config.log_level = "critical"
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)  # until the socket listens: uvicorn tells by a flag alone
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def house(
    db: Database, maker: TokenMaker | None = None, settings: ServiceSettings | None = None
) -> AsyncIterator[House]:
    """A process of the service on this database; what the maker's tokens are worth is up to the test."""
    maker, clock = maker or TokenMaker(), SystemClock()
    policies = LocalPolicy.holding(Policy(version=1, issued_at=clock.now()))
    settings = settings or make_settings(ServiceSettings, port=0, shutdown_grace_s=2)
    service = Service(
        name="example",
        settings=settings,
        db=db,
        application=Application(db, types, source="example", inline=[listed], clock=clock),
        routers=[routes()],
        read_models=[listed, late],
        permissions=[PermissionSpec(one, one) for one in (LIST, OTHER)],
        verifier=TokenVerifier(LocalKeys(lambda: {maker.kid: maker.key})),
        policy=policies,
    )
    app = http_application(service)
    async with on_a_socket(app, settings) as url:
        yield House(service, app, db, url, maker, policies)


@pytest.fixture(scope="module")
async def home(databases: Databases) -> AsyncIterator[House]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
        async with house(db) as one:
            yield one
