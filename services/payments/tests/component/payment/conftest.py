"""The service alone: real PostgreSQL, no bus, providers in this process, time that is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chassis.domain import FixedClock
from chassis.runtime import http_application
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.golden import said
from chassis.testing.pools import Pools
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_authority, test_verifier
from payments.main import build
from payments.settings import Settings

from .fake_verification import FakeVerification
from .fakes import FakeWire
from .world import World


@pytest.fixture(scope="module")
async def database_url(databases: Databases, pools: Pools) -> AsyncIterator[str]:
    """One database per module: tests begin with new players at new casinos, and with nothing to do. So do they with
    connections that those before them left.
    """
    url = await databases.create("payments")
    async with pools.kept_open(url):
        yield url


@pytest.fixture
def rates_file() -> str:
    """Where exchange rates are; nowhere, unless a module says otherwise."""
    return ""


@pytest.fixture
def partner_hosts() -> str:
    """Which servers may be called beside those of the providers; none, unless a module says otherwise."""
    return ""


@pytest.fixture
async def bare_world(database_url: str, rates_file: str, partner_hosts: str) -> AsyncIterator[World]:
    """A service that has heard of nothing yet. Whatever it will have told others is as promised to them."""
    clock, wire, verification = FixedClock(datetime.now(UTC)), FakeWire(), FakeVerification()
    settings = make_settings(Settings, database_url=database_url, rates_file=rates_file, partner_hosts=partner_hosts)
    built = build(settings, clock=clock, wire=wire, verification=verification.transport())
    service = replace(built, verifier=test_verifier(), authority=test_authority())
    async with talking(http_application(service)) as client:
        world = World(service, client, clock, wire, verification)
        await world.forget()
        yield world
        await said(service)


@pytest.fixture
async def world(bare_world: World) -> World:
    """A casino with providers, a player, and restrictions that were just heard of."""
    await bare_world.set_up()
    return bare_world
