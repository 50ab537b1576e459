"""The service alone: real PostgreSQL, no bus, security played by a stand-in, time that is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from backoffice.main import build
from backoffice.settings import Settings
from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_authority, test_verifier


class KeptCredentials:
    """Keeps passwords as security would before it heard of any registration: side by side, one per player."""

    def __init__(self) -> None:
        self.kept: dict[UUID, tuple[UUID, str]] = {}
        self.looked_at: list[UUID] = []
        self.taken = False

    async def keep(
        self, player_id: UUID, casino_id: UUID, email_index: str, password: str, *, try_only: bool = False
    ) -> bool:
        assert password
        self.looked_at.append(player_id)
        if try_only or self.taken:
            return False
        self.kept[player_id] = (casino_id, email_index)
        return True


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))


@pytest.fixture
async def service(databases: Databases, clock: FixedClock) -> AsyncIterator[Service]:
    settings = make_settings(Settings, database_url=await databases.create("backoffice"))
    service = build(settings, clock=clock, credentials=KeptCredentials(), verifier=test_verifier())
    service.authority = test_authority()
    yield service
    await service.db.close()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with talking(http_application(service)) as client:
        yield client
