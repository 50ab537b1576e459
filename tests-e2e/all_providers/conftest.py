"""A counter for every test, at a new casino; one database per module."""

from collections.abc import AsyncIterator

import pytest

from chassis.testing.postgres import Databases
from crypto.counter import Counter, counter


@pytest.fixture(scope="module")
async def database_url(databases: Databases) -> str:
    """The service's database."""
    return await databases.create("payments")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Counter]:
    """The casino's counter."""
    async with counter(database_url) as opened:
        yield opened
