"""The service as a whole: what it listens to, what it publishes, how its tables came to be."""

from datetime import timedelta
from typing import Any

import pytest
from services.games.tests.component.casino import Casino
from services.games.tests.support.facts import CASINO, PLAYER, PROFILE

from chassis.db import migrations
from chassis.domain import FixedClock
from chassis.runtime import Service, http_application
from chassis.testing.feed import Feed
from contracts.backoffice.events import CasinoOpened, JurisdictionProfileAdopted, PlayerBlocked
from contracts.games.permissions import GamesPermission
from contracts.registry import consumed_by, produced_by
from games.application.schema import metadata
from games.entrypoints.permissions import PERMISSIONS
from games.read_models.casinos import casino_by_id


def test_it_handles_exactly_what_the_catalogue_says(service: Service) -> None:
    assert service.consumer is not None
    assert service.consumer.handles == set(consumed_by("games"))


async def test_it_publishes_what_the_catalogue_says(casino: Casino, feed: Feed) -> None:
    await casino.launch()
    await feed(PlayerBlocked(player_id=PLAYER, casino_id=CASINO))
    async with casino.service.db.read() as connection:
        rows = await connection.exec_driver_sql("SELECT DISTINCT envelope::jsonb ->> 'type' FROM outbox")
        told = {row[0] for row in rows}
    own = {cls.type for cls in produced_by("games") if cls.owner() == "games"}
    by_two = {f"platform.approval_{what}" for what in ("proposed", "given", "executed")}
    assert told == own | by_two | {"platform.setting_changed"}


def test_every_permission_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {permission.value for permission in GamesPermission}


async def test_migrations_make_the_tables_of_the_code(service: Service) -> None:
    assert await migrations.drift(service.db.url, metadata) == []


def test_every_route_says_who_may_call_it(service: Service) -> None:
    document: dict[str, Any] = http_application(service).openapi()
    assert "/api/games/v1/sessions" in document["paths"]


async def test_a_profile_comes_into_force_at_its_time(service: Service, feed: Feed, clock: FixedClock) -> None:
    now = clock.now()
    later = PROFILE.model_copy(update={"minimum_age": 21})
    await feed(
        JurisdictionProfileAdopted(
            casino_id=CASINO, profile_version=2, effective_from=now + timedelta(days=1), profile=later
        )
    )
    async with service.db.read() as connection:
        today = await casino_by_id(connection, CASINO, now)
        tomorrow = await casino_by_id(connection, CASINO, now + timedelta(days=1))
    assert today is not None
    assert tomorrow is not None
    assert (today.profile["minimum_age"], tomorrow.profile["minimum_age"]) == (18, 21)


async def test_news_of_players_nobody_registered_change_nothing(service: Service, feed: Feed) -> None:
    before = await _rows(service, "rm_player")
    await feed(PlayerBlocked(player_id=CASINO, casino_id=CASINO))
    assert await _rows(service, "rm_player") == before


async def _rows(service: Service, table: str) -> list[Any]:
    async with service.db.read() as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")]


@pytest.mark.parametrize("event", [CasinoOpened, JurisdictionProfileAdopted])
def test_casinos_are_heard_of_from_backoffice(event: Any) -> None:
    assert event in consumed_by("games")
