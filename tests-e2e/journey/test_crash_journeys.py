"""The same journey while services, and last PostgreSQL, are killed in its middle and started again."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from pitlocal.stack import EventBus, Stack

from journey.playbook import JOURNEY, play
from journey.unrest import Unrest

DEADLINE_S = 900

Plan = Mapping[str, Sequence[str]]

ROLES: Plan = {
    "register": ["backoffice.relay"],
    "deposit": ["payments.worker"],
    "withdraw": ["payments.worker"],
    "play": ["payments.relay", "payments", "games.worker"],
    "exclude": ["backoffice.relay", "payments.relay"],
}
"""Relays and consumers alone, and once all of payments: the rest of the service goes on meanwhile."""

ROLES_AND_LOG: Plan = {**ROLES, "exclude": [*ROLES["exclude"], "postgres"]}
"""And last PostgreSQL, which is the bus as well here."""

ROLES_AND_BROKER: Plan = {**ROLES, "exclude": [*ROLES["exclude"], "kafka"]}
"""And last the broker."""

SERVICES: Plan = {
    "register": ["security"],
    "screened": ["verification"],
    "play": ["games", "payments", "gateway"],
    "overview": ["backoffice"],
    "reports": ["reports"],
    "exclude": ["postgres"],
}
"""Every service whole, one at a time, and last the database under all of them."""

SPLIT = ("payments", "games", "backoffice")
"""Services whose relay and consumer run as processes of their own."""

CASES = (
    pytest.param("postgres", ROLES_AND_LOG, SPLIT, id="roles-on-the-log"),
    pytest.param("kafka", ROLES_AND_BROKER, SPLIT, marks=pytest.mark.kafka, id="roles-on-kafka"),
    pytest.param("postgres", SERVICES, (), id="services-on-the-log"),
    pytest.param("kafka", SERVICES, (), marks=pytest.mark.kafka, id="services-on-kafka"),
)


@pytest.mark.journey
@pytest.mark.parametrize(("event_bus", "plan", "split"), CASES)
async def test_the_journey_survives_kills(event_bus: EventBus, plan: Plan, split: tuple[str, ...]) -> None:
    """Nothing acknowledged is lost, nothing happens twice, nothing is left over."""
    async with asyncio.timeout(DEADLINE_S), Stack(f"crash-{event_bus}", event_bus=event_bus, split=split) as stack:
        unrest = Unrest(stack, plan, say=print)
        _, played = await play(stack, say=print, unrest=unrest)
    assert len(played) == len(JOURNEY)
    assert unrest.killed == [victim for victims in plan.values() for victim in victims]
