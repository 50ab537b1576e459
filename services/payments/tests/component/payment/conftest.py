"""The service alone: real PostgreSQL, no bus, providers in this process, time that is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_verifier
from payments.main import build
from payments.settings import Settings

from .fakes import FakeWire
from .world import World


@pytest.fixture
async def bare_world(databases: Databases) -> AsyncIterator[World]:
    """A service that has heard of nothing yet."""
    clock, wire = FixedClock(datetime.now(UTC)), FakeWire()
    settings = make_settings(Settings, database_url=await databases.create("payments"))
    service = replace(build(settings, clock=clock, wire=wire), verifier=test_verifier())
    async with talking(http_application(service)) as client:
        yield World(service, client, clock, wire)


@pytest.fixture
async def world(bare_world: World) -> World:
    """A casino with providers, a player, and restrictions that were just heard of."""
    await bare_world.set_up()
    return bare_world
