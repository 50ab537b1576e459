"""A database with the chassis' tables and those of the example."""

from collections.abc import AsyncIterator

import pytest

from chassis.db import Database
from chassis.domain import SystemClock
from chassis.store import Application, Context
from chassis.testing.postgres import CHASSIS, Databases, opened

from . import example


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS), pool_size=20) as db:
        async with db.write() as connection:
            await connection.run_sync(example.metadata.create_all)
        yield db


@pytest.fixture
def application(db: Database) -> Application:
    return Application(db, example.types, source="till", inline=[example.balances, example.open_tills])


@pytest.fixture
def ctx() -> Context:
    return Context.system("tests", SystemClock())
