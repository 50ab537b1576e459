"""Promises kept, in both directions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from chassis.domain import FixedClock
from chassis.runtime import Service
from chassis.testing.environment import make_settings
from chassis.testing.golden import Effect, assert_effect, label
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
from contracts.payments.events import RollbackRemembered, TransferPosted
from contracts.registry import consumed_by
from games.main import build
from games.settings import Settings

GAME = "hux_book_of_sand"
EFFECTS: dict[type[ContractEvent], Effect] = {
    CasinoOpened: Effect(
        {"rm_casino": {"name": "Golden Quay", "currency": "EUR"}, "rm_casino_profile": {"profile_version": 0}}
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
