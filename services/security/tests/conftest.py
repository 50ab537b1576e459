"""The service alone: real PostgreSQL, no bus, time that is told."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from services.security.tests.component.api import ADMIN, PASSWORD, SECONDS, Second, declare, enter, log_in

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from security.entrypoints.commands import create_admin
from security.main import build
from security.settings import Settings

MASTER_KEY = base64.b64encode(secrets.token_bytes(32)).decode()
"""Of every service here, so that one reads what another sealed into the database that was cloned."""


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
        ago: how long before the tests that is.
        password: the administrator's first one.
    """

    ago = timedelta()
    password = ""

    async def __call__(self, url: str) -> None:
        service, printed = _built(url, self._clock()), StringIO()
        await declare(service)
        with redirect_stdout(printed):
            assert await create_admin(service, ["Admin@example.com"]) == 0
        self.password = printed.getvalue().strip()
        await service.db.close()

    def _clock(self) -> FixedClock:
        return FixedClock(datetime.now(UTC) - self.ago)


class Settled(Administered):
    """The same, and the administrator has chosen a password, which is PASSWORD. His sessions are over when a test
    begins, however soon that is.
    """

    ago = timedelta(hours=1)

    async def __call__(self, url: str) -> None:
        await super().__call__(url)
        service = _built(url, self._clock())
        async with talking(http_application(service)) as client:
            await enter(client, ADMIN, self.password)


@pytest.fixture(scope="session")
def administered() -> Administered:
    return Administered()


@pytest.fixture(scope="session")
def settled() -> Settled:
    return Settled()


def _built(url: str, clock: FixedClock) -> Service:
    cheap = {"password_memory_kib": 8192, "password_rounds": 1}
    settings = make_settings(Settings, database_url=url, master_key=MASTER_KEY, **cheap)
    return build(settings, clock=clock, published=never)


@pytest.fixture
async def service(
    databases: Databases,
    clock: FixedClock,
    administered: Administered,
    settled: Settled,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Service]:
    """With an administrator where the test asks for him or his password, and empty otherwise."""
    asked = request.fixturenames
    fill = settled if "administrator" in asked else administered if "first_password" in asked else None
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
    """Of the administrator, who has not been in yet."""
    return administered.password


@pytest.fixture
async def administrator(client: httpx.AsyncClient) -> dict[str, Any]:
    """The tokens of the administrator, who has just come in with a password of his own."""
    tokens: dict[str, Any] = (await log_in(client, ADMIN, PASSWORD)).json()
    return tokens
