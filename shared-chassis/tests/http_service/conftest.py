"""The example service, started."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI

from chassis.auth import ServiceTokens
from chassis.http import create_service
from chassis.settings import HttpSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.logs import logged_lines
from chassis.testing.tokens import bearer, make_token, test_verifier

from . import example

Headers = dict[str, str]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log lines go nowhere unless a test looks at them."""
    with logged_lines():
        yield


@pytest.fixture
def settings() -> HttpSettings:
    return make_settings(HttpSettings)


@pytest.fixture
def app(settings: HttpSettings) -> FastAPI:
    return create_service(
        "example",
        settings=settings,
        routers=[example.router, example.internal],
        mounts={"/partner/acme": example.partner, "/internal/v1/hot": example.partner},
        permissions=example.PERMISSIONS,
        verifier=test_verifier(),
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with started(app) as client:
        yield client


@pytest.fixture
def staff() -> Headers:
    return bearer(make_token(permissions=[example.VIEW, example.EDIT]))


@pytest.fixture
def service(settings: HttpSettings) -> Headers:
    return bearer(ServiceTokens("games", settings.internal_key).mint("example"))
