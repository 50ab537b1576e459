"""The same journey while services, and last PostgreSQL, are killed in its middle and started again."""

import asyncio
import contextlib

import pytest
from pitlocal.stack import EventBus, Stack

from journey.playbook import JOURNEY, play
from journey.tale import Tale
from journey.unrest import Unrest

DEADLINE_S = 420
FIRST_IN_DANGER = 5
"""The kills begin when the casino stands; before that there is nothing to lose."""

ROLES = (
    "payments.relay",
    "payments.worker",
    "payments",
    "games.worker",
    "backoffice.relay",
    "backoffice.worker",
    "games",
)
SERVICES = ("verification", "reports", "security", "gateway", "backoffice", "payments", "games", "postgres")

CASES = (
    pytest.param("postgres", ROLES, ("payments", "games", "backoffice"), id="roles of a service on the PostgreSQL log"),
    pytest.param("kafka", SERVICES, (), marks=pytest.mark.kafka, id="whole services and PostgreSQL on Kafka"),
)


@pytest.mark.journey
@pytest.mark.parametrize(("event_bus", "victims", "split"), CASES)
async def test_the_journey_survives_kills(
    event_bus: EventBus, victims: tuple[str, ...], split: tuple[str, ...]
) -> None:
    """Nothing acknowledged is lost, nothing happens twice, nothing is left over."""
    async with (
        Stack(f"crash-{event_bus}", event_bus=event_bus, split=split) as stack,
        asyncio.timeout(DEADLINE_S),
        contextlib.AsyncExitStack() as danger,
    ):
        unrest = Unrest(stack, victims, say=print)

        async def before(number: int, tale: Tale) -> None:
            if number == FIRST_IN_DANGER:
                await danger.enter_async_context(unrest.loose())
            if number == len(JOURNEY) - 2:
                await danger.aclose()

        _, played = await play(stack, say=print, before=before, restless=lambda: not set(victims) <= set(unrest.killed))
    assert len(played) == len(JOURNEY)
    assert set(victims) <= set(unrest.killed), unrest.killed
