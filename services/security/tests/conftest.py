"""The service alone: real PostgreSQL, no bus, time that is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from services.security.tests.component.api import SECONDS, Second, declare

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from security.entrypoints.cli import create_admin
from security.main import build
from security.settings import Settings


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


async def never() -> bool:
    """No checkpoint was published before."""
    return False


@pytest.fixture
async def service(databases: Databases, clock: FixedClock) -> AsyncIterator[Service]:
    settings = make_settings(
        Settings, database_url=await databases.create("security"), password_memory_kib=8192, password_rounds=1
    )
    service = build(settings, clock=clock, published=never)
    yield service
    await service.db.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with talking(http_application(service)) as client:
        SECONDS[client] = Second(client, service)
        yield client


@pytest.fixture
async def first_password(service: Service, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> str:
    await declare(service)
    assert await create_admin(service, ["Admin@example.com"]) == 0
    return capsys.readouterr().out.strip()
