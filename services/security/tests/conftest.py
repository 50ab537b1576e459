"""The service alone: real PostgreSQL, no bus, time that is told."""

from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO

import httpx
import pytest
from services.security.tests.component.api import SECONDS, Second, declare

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from security.entrypoints.commands import create_admin
from security.main import build
from security.settings import Settings


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


async def never() -> bool:
    """No checkpoint was published before."""
    return False


class Administered:
    """Fills a database with what an installation begins with: permissions that are declared, the seed roles, and an
    administrator. Each clone of it has the same.

    Attributes:
        password: the administrator's first one.
    """

    password = ""

    async def __call__(self, url: str) -> None:
        service, printed = _built(url, FixedClock(datetime.now(UTC))), StringIO()
        await declare(service)
        with redirect_stdout(printed):
            assert await create_admin(service, ["Admin@example.com"]) == 0
        self.password = printed.getvalue().strip()
        await service.db.close()


@pytest.fixture(scope="session")
def administered() -> Administered:
    return Administered()


def _built(url: str, clock: FixedClock) -> Service:
    settings = make_settings(Settings, database_url=url, password_memory_kib=8192, password_rounds=1)
    return build(settings, clock=clock, published=never)


@pytest.fixture
async def service(
    databases: Databases, clock: FixedClock, administered: Administered, request: pytest.FixtureRequest
) -> AsyncIterator[Service]:
    """With an administrator where the test asks for his password, and empty otherwise."""
    fill = administered if "first_password" in request.fixturenames else None
    service = _built(await databases.create("security", fill), clock)
    yield service
    await service.db.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with talking(http_application(service)) as client:
        SECONDS[client] = Second(client, service)
        yield client


@pytest.fixture
async def first_password(service: Service, client: httpx.AsyncClient, administered: Administered) -> str:
    """Of the administrator, who is admin@example.com."""
    return administered.password
