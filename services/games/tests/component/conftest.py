"""The service alone: real PostgreSQL, Hub88 and payments as they are met on the wire, time that is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from services.games.tests.component.casino import Casino
from services.games.tests.support.facts import CASINO, OTHER_CASINO, OTHER_PLAYER, PLAYER, PROFILE
from services.games.tests.support.hub88_server import Hub88Server
from services.games.tests.support.payments import Payments

from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.tasks import TaskRunner
from chassis.testing.client import client as talking
from chassis.testing.environment import make_settings
from chassis.testing.feed import Feed
from chassis.testing.golden import said
from chassis.testing.postgres import Databases
from chassis.testing.tokens import test_authority, test_verifier
from contracts.backoffice.events import CasinoOpened, PlayerRegistered
from games.main import build
from games.settings import Settings


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def payments() -> AsyncIterator[Payments]:
    async with Payments().served() as made:
        made.wallet.cash = {(PLAYER, "EUR"): 1000, (OTHER_PLAYER, "EUR"): 1000}
        yield made


@pytest.fixture
async def hub88() -> AsyncIterator[Hub88Server]:
    async with Hub88Server().served() as made:
        yield made


@pytest.fixture
async def service(databases: Databases, payments: Payments, clock: FixedClock) -> Service:
    settings = make_settings(
        Settings,
        database_url=await databases.create("games"),
        payments_url=payments.url,
        partner_hosts="http://127.0.0.1:*,http://hub88.test",
    )
    made = build(settings, clock=clock)
    made.verifier, made.authority = test_verifier(), test_authority()
    return made


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Whatever the service will have told others is as promised to them."""
    async with talking(http_application(service)) as client:
        yield client
        await said(service)


@pytest.fixture
def tasks(service: Service, clock: FixedClock) -> TaskRunner:
    return TaskRunner(service.db, service.tasks, clock=clock)


@pytest.fixture
async def feed(service: Service, client: httpx.AsyncClient) -> Feed:
    """The consumer; it has heard of two casinos and a player at each."""
    made = Feed(service)
    now = service.application.clock.now()
    for casino_id, player_id in ((CASINO, PLAYER), (OTHER_CASINO, OTHER_PLAYER)):
        await made(
            CasinoOpened(
                casino_id=casino_id,
                name="Casino",
                jurisdiction="MGA",
                currency="EUR",
                time_zone="Europe/Malta",
                profile=PROFILE,
            ),
            PlayerRegistered(
                player_id=player_id,
                casino_id=casino_id,
                country="MT",
                currency="EUR",
                registered_at=now - timedelta(days=1),
            ),
        )
    return made


@pytest.fixture
async def casino(feed: Feed, client: httpx.AsyncClient, hub88: Hub88Server, tasks: TaskRunner, service: Any) -> Casino:
    """A casino with Hub88's catalogue, its dragon game switched on."""
    made = Casino(client, hub88, tasks, service, CASINO, PLAYER)
    await made.configure_hub88()
    await made.switch_on()
    return made
