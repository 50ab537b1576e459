"""Promises kept, in both directions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.environment import make_settings
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, label, recorded
from chassis.testing.postgres import Databases
from contracts.backoffice.events import (
    CasinoOpened,
    JurisdictionProfileAdopted,
    PlayerBlocked,
    PlayerRegistered,
    PlayerUnblocked,
    SelfExclusionStarted,
)
from contracts.event import ContractEvent
from contracts.games import events as told
from contracts.games.permissions import GamesPermission
from contracts.payments.events import RollbackRemembered, TransferPosted
from contracts.registry import consumed_by, produced_by
from games.application.publishing import publish
from games.domain.session import events as session
from games.entrypoints.permissions import PERMISSIONS
from games.main import build
from games.settings import Settings

GAME = "hux_book_of_sand"
EFFECTS: dict[type[ContractEvent], Effect] = {
    CasinoOpened: Effect(
        {
            "rm_casino": {"name": "Golden Quay", "currency": "EUR"},
            "rm_casino_profile": {"profile_version": 0},
            "rm_casino_zone": {"time_zone": "Europe/Malta"},
        }
    ),
    JurisdictionProfileAdopted: Effect({"rm_casino_profile": {"profile_version": 2}}, after=(CasinoOpened,)),
    PlayerRegistered: Effect({"rm_player": {"country": "MT", "blocked": False, "excluded": False}}),
    PlayerBlocked: Effect({"rm_player": {"blocked": True}}, after=(PlayerRegistered,)),
    PlayerUnblocked: Effect({"rm_player": {"blocked": False}}, after=(PlayerRegistered, PlayerBlocked)),
    SelfExclusionStarted: Effect({"rm_player": {"excluded": True}}, after=(PlayerRegistered,)),
    TransferPosted: Effect(
        {
            "rm_round_list": {"game_code": GAME, "bets": 1, "bets_minor": 5000, "state": "open"},
            "rm_round_movement": {"kind": "bet", "amount_minor": 5000, "balance_minor": 15000},
        }
    ),
    RollbackRemembered: Effect(
        {
            "rm_round_list": {"game_code": GAME, "bets_minor": 0, "net_minor": 0},
            "rm_round_movement": {"kind": "rollback_of_unknown", "amount_minor": 0},
        }
    ),
}


@pytest.fixture
async def service(databases: Databases) -> AsyncIterator[Service]:
    settings = make_settings(
        Settings, database_url=await databases.create("games"), payments_url="http://payments.invalid"
    )
    service = build(settings, clock=FixedClock(datetime(2026, 3, 15, tzinfo=UTC)))
    yield service
    await service.db.close()


def test_what_is_consumed_is_what_the_catalogue_says(service: Service) -> None:
    assert service.consumer is not None
    assert service.consumer.handles == frozenset(consumed_by("games")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])


ONE, PLAYER, CASINO = (UUID(int=n) for n in range(1, 4))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHOSE: dict[str, Any] = {"player_id": PLAYER, "casino_id": CASINO}
PLAY: dict[str, Any] = {"supplier": "hub88", "game_code": GAME, "currency": "EUR", "platform": "mobile"}
TOLD: list[tuple[session.SessionEvent, ContractEvent | None]] = [
    (session.SessionOpened(**WHOSE, **PLAY, country="MT", token_hash="h", opened_at=NOW, expires_at=NOW), None),
    (
        session.SessionLaunched(**WHOSE, **PLAY, launched_at=NOW),
        told.GameSessionOpened(**WHOSE, **PLAY, session_id=ONE),
    ),
    (session.LaunchLeftUnanswered(unanswered_at=NOW), None),
    (
        session.SessionClosed(**WHOSE, cause="expired", was_launched=True, closed_at=NOW),
        told.GameSessionClosed(**WHOSE, session_id=ONE, cause="expired"),
    ),
    (session.SessionClosed(**WHOSE, cause="launch_refused", was_launched=False, closed_at=NOW), None),
]


@pytest.mark.parametrize(("happened", "fact"), TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, fact: ContractEvent | None) -> None:
    assert list(publish(recorded(happened, f"stream-{ONE}", CASINO))) == ([fact] if fact else [])
    if fact:
        assert_as_promised(fact)


def test_no_event_of_the_domain_is_forgotten() -> None:
    assert {type(happened) for happened, _ in TOLD} == set(session.SessionEvent.__args__)


def test_every_promised_event_is_told_by_something() -> None:
    owned = {cls for cls in produced_by("games") if cls.owner() == "games"}
    assert {type(fact) for _, fact in TOLD if fact} | {told.GameAvailabilityDecided} == owned


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in GamesPermission}
