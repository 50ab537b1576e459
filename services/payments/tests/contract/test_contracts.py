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
    DepositLimitSet,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerBlocked,
    PlayerRegistered,
    PlayerUnblocked,
    RestrictionFeedBeat,
    SelfExclusionStarted,
)
from contracts.event import ContractEvent
from contracts.registry import consumed_by
from contracts.verification.events import HitDecided, VerificationLevelReached
from payments.application.erasure import ERASE
from payments.application.restrictions import REVIEW
from payments.main import build
from payments.settings import Settings

EFFECTS: dict[type[ContractEvent], Effect] = {
    CasinoOpened: Effect({"rm_casino_rules": {"currency": "EUR", "profile_version": 0}}),
    JurisdictionProfileAdopted: Effect({"rm_casino_rules": {"profile_version": 2}}, after=(CasinoOpened,)),
    PlayerRegistered: Effect(
        {"account": {"type": "cash", "bets_blocked": False}, "rm_player_standing": {"currency": "EUR", "level": "none"}}
    ),
    PlayerBlocked: Effect(
        {"account": {"bets_blocked": True, "deposits_blocked": True}, "rm_player_standing": {"blocked": True}},
        after=(PlayerRegistered,),
    ),
    PlayerUnblocked: Effect(
        {"account": {"bets_blocked": False, "deposits_blocked": False}, "rm_player_standing": {"blocked": False}},
        after=(PlayerRegistered, PlayerBlocked),
    ),
    SelfExclusionStarted: Effect(
        {
            "account": {"bets_blocked": True, "deposits_blocked": True},
            "rm_player_standing": {"excluded": True},
            "task": {"kind": REVIEW},
        },
        after=(PlayerRegistered,),
    ),
    DepositLimitSet: Effect({"rm_player_standing": {"currency": "EUR"}}, after=(PlayerRegistered,)),
    VerificationLevelReached: Effect({"rm_player_standing": {"level": "verified"}}, after=(PlayerRegistered,)),
    HitDecided: Effect(nothing="the example clears a hit that was never confirmed", after=(PlayerRegistered,)),
    PersonalDataErased: Effect({"task": {"kind": ERASE}}, after=(PlayerRegistered,)),
    RestrictionFeedBeat: Effect({"restriction_beat": {"partition": 7}}),
}


@pytest.fixture
async def service(databases: Databases) -> AsyncIterator[Service]:
    settings = make_settings(Settings, database_url=await databases.create("payments"))
    service = build(settings, clock=FixedClock(datetime(2026, 3, 15, tzinfo=UTC)))
    yield service
    await service.db.close()


def test_what_is_consumed_is_what_the_catalogue_says(service: Service) -> None:
    assert service.consumer is not None
    assert service.consumer.handles == frozenset(consumed_by("payments")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(service: Service, cls: type[ContractEvent]) -> None:
    await assert_effect(service, cls, EFFECTS[cls])
