"""The journey on the PostgreSQL log and on real Kafka."""

import asyncio

import pytest
from pitlocal.stack import EventBus, Stack

from journey.playbook import JOURNEY, play

DEADLINE_S = 480


@pytest.mark.journey
@pytest.mark.parametrize("event_bus", ["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def test_a_player_lives_through_every_service(event_bus: EventBus) -> None:
    async with asyncio.timeout(DEADLINE_S), Stack(f"journey-{event_bus}", event_bus=event_bus) as stack:
        _, played = await play(stack, say=print)
    assert len(played) == len(JOURNEY)


@pytest.mark.journey
async def test_the_journey_holds_with_partners_that_repeat_reorder_delay_and_lose_things() -> None:
    chaos = {"seed": 7, "duplicates": 0.3, "reordering": 0.3, "lost_answers": 0.05, "errors": 0.03, "delay_ms": 60}
    async with asyncio.timeout(DEADLINE_S), Stack("journey-chaos") as stack:
        _, played = await play(stack, say=print, chaos=chaos)
    assert len(played) == len(JOURNEY)
