"""Services in this process, each with a real database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bad_input.calm import CalmHouses
from bad_input.openings import Openings
from chassis.testing.postgres import Databases


@pytest.fixture(scope="session")
async def openings(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Openings:
    """Opens services."""
    return Openings(databases, tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
async def calm_houses(openings: Openings) -> AsyncIterator[CalmHouses]:
    """See CalmHouses."""
    async with AsyncExitStack() as stack:
        yield CalmHouses(openings, stack)
