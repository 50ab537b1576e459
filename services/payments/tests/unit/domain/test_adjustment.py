"""An adjustment's life, told as given/when/then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.store import EventTypes
from chassis.testing.spec import Spec
from payments.domain.adjustment.aggregate import adjustment
from payments.domain.adjustment.commands import AdjustWallet
from payments.domain.adjustment.errors import AdjustmentAlreadyMade
from payments.domain.adjustment.events import AdjustmentFact, WalletAdjusted
from payments.domain.adjustment.words import AdjustmentClass, Direction

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FACT = AdjustmentFact(
    casino_id=UUID(int=2),
    player_id=UUID(int=1),
    currency="EUR",
    direction=Direction.CREDIT,
    amount_minor=25_00,
    adjustment_class=AdjustmentClass.GAME_ERROR,
    reference="round 4711",
)
ADJUST = AdjustWallet(fact=FACT, now=NOW)
ADJUSTED = WalletAdjusted(fact=FACT, adjusted_at=NOW)


@pytest.fixture
def spec() -> Spec[AdjustWallet, AdjustmentFact | None, WalletAdjusted]:
    return Spec(adjustment)


def test_what_was_agreed_on_is_done(spec: Spec[AdjustWallet, AdjustmentFact | None, WalletAdjusted]) -> None:
    spec.given().when(ADJUST).then(ADJUSTED)


def test_done_twice_it_is_done_once(spec: Spec[AdjustWallet, AdjustmentFact | None, WalletAdjusted]) -> None:
    spec.given(ADJUSTED).when(replace(ADJUST, now=NOW + timedelta(hours=1))).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 25_01},
        {"direction": Direction.DEBIT},
        {"player_id": UUID(int=3)},
        {"currency": "USD"},
        {"reference": None},
    ],
    ids=str,
)
def test_other_facts_are_another_adjustment(
    spec: Spec[AdjustWallet, AdjustmentFact | None, WalletAdjusted], other: dict[str, object]
) -> None:
    refusal = spec.given(ADJUSTED).when(AdjustWallet(fact=replace(FACT, **other), now=NOW))  # type: ignore[arg-type]
    assert refusal.then_raises(AdjustmentAlreadyMade).field == "adjustment_id"


def test_it_is_kept_as_it_was() -> None:
    types = EventTypes(WalletAdjusted)
    assert types.decode(*types.encode(ADJUSTED)) == ADJUSTED
