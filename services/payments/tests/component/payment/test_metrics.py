"""What operators watch payments by: each figure moves with what it counts, and only once that is committed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.telemetry.metrics import REGISTRY
from payments.adapters.overdue import OverdueWatch
from payments.read_models.watched import overdue, unknown

from .world import World


def figure(name: str, **labels: str) -> float:
    """What a sample stands at; 0: nothing was counted yet."""
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.fixture
def grown() -> Any:
    """By how much a sample has grown since the fixture was first asked for it."""
    first: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def by(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return figure(name, **labels) - first.setdefault(key, figure(name, **labels))

    return by


async def look(world: World) -> None:
    await OverdueWatch(world.service.db, world.clock, overdue, unknown).look()


async def test_calls_are_measured_by_provider_and_by_how_they_went(world: World, grown: Any) -> None:
    well = {"provider": "stripe", "operation": "deposit.create", "outcome": "action_needed"}
    lost = {**well, "outcome": "unanswered"}
    assert grown("provider_call_seconds_count", **well) == grown("provider_call_seconds_count", **lost) == 0
    await world.deposit()
    world.stripe.lost = 1
    await world.deposit()
    assert grown("provider_call_seconds_count", **well) == 1
    assert grown("provider_call_seconds_count", **lost) == 1


async def test_ends_of_deposits_are_counted_once_however_often_they_are_told(world: World, grown: Any) -> None:
    labels = {"provider": "stripe", "method": "", "currency": "EUR", "outcome": "settled"}
    assert grown("deposits_ended_total", **labels) == 0
    intent = world.stripe.settle((await world.deposit()).json()["deposit_id"])
    for event in ("evt_1", "evt_1", "evt_2"):
        await world.webhook("payment_intent.succeeded", intent, event_id=event)
    assert grown("deposits_ended_total", **labels) == 1


async def test_decisions_against_fraud_are_measured_and_counted_with_the_rules_that_held(
    world: World, grown: Any
) -> None:
    timed, allowed = {"trigger": "deposit"}, {"trigger": "deposit", "action": "allow"}
    assert grown("fraud_decision_seconds_count", **timed) == grown("fraud_decisions_total", **allowed) == 0
    await world.deposit()
    assert grown("fraud_decision_seconds_count", **timed) == 1
    assert grown("fraud_decisions_total", **allowed) == 1


async def test_what_is_laid_before_people_is_counted_by_its_code(world: World, grown: Any) -> None:
    labels = {"provider": "stripe", "code": "unknown_reference"}
    assert grown("payments_set_aside_total", **labels) == 0
    intent = world.stripe.settle((await world.deposit()).json()["deposit_id"])
    stranger = {**intent, "metadata": {"order_id": str(uuid4())}}
    for _ in range(2):
        await world.webhook("payment_intent.succeeded", stranger, event_id="evt_1")
    assert grown("payments_set_aside_total", **labels) == 1


async def test_orders_nobody_knows_the_outcome_of_are_shown_until_it_is_known(world: World) -> None:
    labels = {"kind": "deposit", "provider": "stripe"}
    world.stripe.lost = 1
    await world.deposit()
    await look(world)
    assert figure("payments_unknown", **labels) == 1
    await world.pass_time(minutes=5)
    await look(world)
    assert REGISTRY.get_sample_value("payments_unknown", labels) is None


async def test_a_provider_that_is_not_asked_for_a_while_is_shown_as_long(world: World) -> None:
    await world.offer_cards()
    labels = {"provider": "stripe", "method": "card", "currency": "EUR", "direction": "deposit"}
    for _ in range(5):
        world.stripe.down = 1
        await world.deposit(provider=None, method="card")
    await look(world)
    assert figure("provider_breakers_open", **labels) == 1
    world.clock.advance(timedelta(seconds=31))
    await look(world)
    assert REGISTRY.get_sample_value("provider_breakers_open", labels) is None
