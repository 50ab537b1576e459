"""The service alone: real PostgreSQL, real files, no bus, time that is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_authority as authority
from chassis.testing.tokens import test_verifier as verifier
from verification.main import build
from verification.settings import Settings

from .component.world import Backoffice, World


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def world(databases: Databases, files: Path) -> AsyncIterator[World]:
    async with inhabited(databases, files) as world:
        yield world


@pytest.fixture(scope="module")
async def shared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world for the tests of a module that each bring a player of their own."""
    async with inhabited(databases, tmp_path_factory.mktemp("shared")) as world:
        yield world


@asynccontextmanager
async def inhabited(databases: Databases, files: Path) -> AsyncIterator[World]:
    clock, backoffice = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC)), Backoffice()
    settings = make_settings(
        Settings,
        database_url=await databases.create("verification"),
        files_url=f"file://{files}",
        backoffice_url="http://backoffice.test",
        document_max_bytes=200_000,
    )
    service = build(settings, clock=clock, backoffice=backoffice.transport())
    service.verifier, service.authority = verifier(), authority()
    async with talking(http_application(service)) as client:
        yield World(service, client, backoffice, clock, files)
