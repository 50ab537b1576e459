"""The service alone: real PostgreSQL, a bus in memory is not needed, files in a folder of the test."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_verifier
from reports.main import build
from reports.settings import Settings


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 6, 10, 12, tzinfo=UTC))


@pytest.fixture
async def service(databases: Databases, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Service]:
    settings = make_settings(Settings, database_url=await databases.create("reports"), files_url=f"file://{tmp_path}")
    service = build(settings, clock=clock, verifier=test_verifier())
    yield service
    await service.db.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with talking(http_application(service)) as client:
        yield client
