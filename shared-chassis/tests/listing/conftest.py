"""The list of bets, served."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from chassis.auth import PermissionSpec
from chassis.db import Database
from chassis.domain import FixedClock
from chassis.http import create_service
from chassis.settings import ServiceSettings
from chassis.testing.client import client as started
from chassis.testing.environment import make_settings
from chassis.testing.postgres import CHASSIS, Databases, opened
from chassis.testing.tokens import test_verifier

from .bets import LIST, ROWS, bet, metadata, router, staff
from .house import NOW, House, house


@pytest.fixture(scope="module")
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(insert(bet), ROWS)
        yield db


@pytest.fixture(scope="module")
def app(db: Database) -> FastAPI:
    return create_service(
        "example",
        settings=make_settings(ServiceSettings),
        routers=[router],
        permissions=[PermissionSpec(LIST, "See bets")],
        verifier=test_verifier(),
        state={"db": db},
    )


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A member of staff of casino A."""
    async with started(app, token=staff()) as client:
        yield client


@pytest.fixture
async def home(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """A service of its own, of which files are taken and where views are kept."""
    async with house(databases, tmp_path, FixedClock(NOW)) as one:
        yield one
