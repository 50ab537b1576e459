"""The loops of a process: told to stop first, cancelled only when they are late, and never an error in the log."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.db import Database
from chassis.runtime import Background, Service, running
from chassis.settings import ServiceSettings
from chassis.store import Application, EventTypes
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        yield db


def service(db: Database, loop: Background, grace_s: float) -> Service:
    settings = make_settings(ServiceSettings, shutdown_grace_s=grace_s)
    return Service(
        name="tests", settings=settings, db=db, application=Application(db, EventTypes(), source="t"), background=[loop]
    )


async def lines_of(one: Service, begun: asyncio.Event, hurry: asyncio.Event | None = None) -> list[Any]:
    with capture_logs() as lines:
        async with running(one, "worker", hurry):
            await begun.wait()
    return lines


async def test_a_loop_in_the_middle_of_something_finishes_it(db: Database) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def careful(stop: asyncio.Event) -> None:
        begun.set()
        await stop.wait()
        await asyncio.sleep(0)
        finished.set()

    assert await lines_of(service(db, careful, 20), begun) == []
    assert finished.is_set()


async def test_only_a_late_loop_is_cancelled_and_named(db: Database) -> None:
    begun = asyncio.Event()

    async def deaf(stop: asyncio.Event) -> None:
        begun.set()
        await asyncio.Event().wait()

    lines = await lines_of(service(db, deaf, 0.2), begun)
    assert ("loop_stopped_late", "deaf") in [(line["event"], line["loop"]) for line in lines]
    assert {line["log_level"] for line in lines} == {"warning"}


async def test_nobody_waits_for_a_late_loop_once_the_process_is_in_a_hurry(db: Database) -> None:
    begun, hurry = asyncio.Event(), asyncio.Event()

    async def deaf(stop: asyncio.Event) -> None:
        begun.set()
        await stop.wait()
        hurry.set()
        await asyncio.Event().wait()

    lines = await asyncio.wait_for(lines_of(service(db, deaf, 300), begun, hurry), 20)
    assert ("loop_stopped_late", "deaf") in [(line["event"], line["loop"]) for line in lines]
