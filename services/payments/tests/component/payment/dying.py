"""A process of payments that dies: SIGKILL before the n-th thing that would last, or at none.

What lasts is a commit, a call to a provider and a message on the bus. A death at any other moment leaves what the death
before the next of these leaves. The service is put together once and forked for every death: starting takes longest.

Run as a program it reads one life per line (JSON, see `Life`) and answers with one line when that life is over: what
it was about to do when it died, or what it did, in order, when it died of nothing.
"""

import asyncio
import json
import os
import pickle
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Connection, event

from chassis.db import Database
from chassis.domain import FixedClock
from chassis.messaging import Message, OutboxRelay
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.tokens import test_authority, test_verifier
from payments.application.ports import HttpAnswer, HttpCall
from payments.main import build
from payments.settings import Settings

from .fakes import FakeWire
from .world import World

REPORT = 3
"""Where lives are told of: what the service logs goes to standard output."""

Notice = tuple[str, bytes, dict[str, str]]
"""Path, body and headers of what a provider tells."""


class Bus(Protocol):
    """As much of it as the relay needs."""

    async def publish(self, messages: Sequence[Message]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Life:
    """What a process does: an errand, until it dies before the `dies_before`-th thing that would last (0: of nothing).

    `id` is that of the deposit, withdrawal or refund; `at`: when it lives (ISO 8601).
    """

    errand: str
    id: str
    casino: str
    player: str
    at: str
    dies_before: int = 0


async def run_errand(
    world: World, errand: str, id_: str, told: Callable[[], Awaitable[Sequence[Notice]]], bus: Bus
) -> None:
    """A deposit, payout or refund to its end. Whoever finds it half done after a death does it again from the start."""
    if errand == "deposit":
        await world.deposit(50_00, key=f"deposit:{id_}", deposit_id=id_)
    if errand == "payout":
        to = {"account_id": str(world.player.int)[:12]}  # Whoever shares one with another is looked into.
        await world.withdraw(50_00, key=f"payout:{id_}", withdrawal_id=id_, destination=to)
    for minutes in (2, 20):  # A provider's word that it has no such order is believed after a while.
        await world.pass_time(minutes=minutes)
        for path, raw, headers in await told():
            await world.client.post(path, content=raw, headers=headers)
    await publish_all(world.service.db, bus)


async def publish_all(db: Database, bus: Bus) -> None:
    """What the relay does, until nothing waits."""
    async with db.read() as connection:
        waiting = (await connection.exec_driver_sql("SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1")).all()
    if waiting:
        once = Once(bus)
        await OutboxRelay(db, once).run(once.done)  # type: ignore[arg-type]


class Once:
    """A bus after whose first batch the relay marks it and stops."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.done = asyncio.Event()

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._bus.publish(messages)
        self.done.set()


class Outside:
    """Providers and bus, as a process meets them that does not outlive them: behind a socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.lasting: list[str] = []
        self.dies_before = 0

    def lasts(self, what: str) -> None:
        """Something is about to happen that nothing undoes."""
        self.lasting.append(what)
        if len(self.lasting) == self.dies_before:
            os.write(REPORT, f"{what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def commits(self, connection: Connection) -> None:
        """Called by SQLAlchemy just before it; one of a transaction that wrote nothing leaves nothing."""
        wrote = connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar() is not None
        if wrote:
            self.lasts("commit")

    async def send(self, call: HttpCall) -> HttpAnswer | None:
        self.lasts(f"call {call.method} {urlsplit(call.url).path}")
        answer: HttpAnswer | None = await self.ask(
            "call", HttpCall(call.method, call.url, dict(call.headers), call.body)
        )
        return answer

    async def publish(self, messages: Sequence[Message]) -> None:
        self.lasts("publish")
        await self.ask("publish", list(messages))
        self.lasts("mark as published")

    async def ask(self, what: str, about: Any = None) -> Any:
        reader, writer = await asyncio.open_unix_connection(self._path)
        writer.write(pickle.dumps((what, about)))
        writer.write_eof()
        answer = pickle.loads(await reader.read())
        writer.close()
        await writer.wait_closed()
        return answer

    async def close(self) -> None:
        return


async def live(service: Service, app: FastAPI, clock: FixedClock, outside: Outside, life: Life) -> None:
    """Do the errand; returns when nothing killed it."""
    outside.dies_before = life.dies_before
    clock.advance(datetime.fromisoformat(life.at) - clock.now())
    async with talking(app) as client:
        world = World(service, client, clock, FakeWire())
        world.casino, world.player = UUID(life.casino), UUID(life.player)
        outside.lasting.clear()

        async def told() -> Sequence[Notice]:
            notices: Sequence[Notice] = await outside.ask("told")
            return notices

        await run_errand(world, life.errand, life.id, told, outside)
    os.write(REPORT, f"{json.dumps(outside.lasting)}\n".encode())


def main(database_url: str, master_key: str, path: str) -> None:
    os.dup2(1, REPORT)
    os.dup2(2, 1)
    outside, clock = Outside(path), FixedClock(datetime.now(UTC))
    settings = make_settings(Settings, database_url=database_url, master_key=master_key)
    built = build(settings, clock=clock, wire=outside)
    service = replace(built, verifier=test_verifier(), authority=test_authority())
    app = http_application(service)
    event.listen(service.db._engine.sync_engine, "commit", outside.commits)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(live(service, app, clock, outside, Life(**json.loads(line))))
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
