"""The journey on the PostgreSQL log and on real Kafka, and then every provider on what is left running."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pitlocal.demo import SETTINGS
from pitlocal.stack import Stack

from journey.courses import COURSES, Course, Houses, open_houses
from journey.ledger import balanced, nothing_left
from journey.playbook import JOURNEY, Played, play, steps, told
from journey.street import Street
from journey.tale import Tale, start_world
from payments.strategies.providers.registry import PROVIDERS

DEADLINE_S = 480
COURSE_DEADLINE_S = 360


@dataclass
class Installation:
    """A stack on which the journey was played, and what goes on there."""

    tale: Tale
    street: Street
    played: list[Played]


@pytest.fixture(scope="module", params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def installation(request: pytest.FixtureRequest) -> AsyncIterator[Installation]:
    """One for each bus: whoever asks first waits for the journey."""
    street = Street()
    settings = {**SETTINGS, **street.settings}
    async with (
        Stack(f"journey-{request.param}", event_bus=request.param, settings=settings) as stack,
        street.open(stack),
        told(stack, await start_world(stack, {"PAYMENTS_URL": street.url}), street.people) as tale,
    ):
        async with asyncio.timeout(DEADLINE_S):
            made = Installation(tale, street, await steps(tale, say=print))
        yield made


@pytest.mark.journey
async def test_a_player_lives_through_every_service(installation: Installation) -> None:
    assert len(installation.played) == len(JOURNEY)


@dataclass
class Busy:
    """Casinos whose players pay and are paid by every provider at the same time."""

    houses: Houses
    courses: dict[str, asyncio.Task[None]]


@pytest.fixture(scope="module")
async def busy(installation: Installation) -> AsyncIterator[Busy]:
    """They begin at once, and each test waits for one."""
    async with asyncio.timeout(COURSE_DEADLINE_S):
        houses = await open_houses(installation.tale, installation.street)
    courses = {one.provider: asyncio.create_task(houses.take(one)) for one in COURSES}
    yield Busy(houses, courses)
    for task in courses.values():
        task.cancel()
    await asyncio.gather(*courses.values(), return_exceptions=True)


def test_every_provider_has_a_course() -> None:
    assert {name for one in COURSES for name in one.providers} == set(PROVIDERS)


@pytest.mark.journey
@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.provider)
async def test_money_goes_in_and_out_through_every_provider(busy: Busy, course: Course) -> None:
    async with asyncio.timeout(COURSE_DEADLINE_S):
        await busy.courses[course.provider]


@pytest.mark.journey
async def test_nothing_is_left_over_after_every_provider(busy: Busy) -> None:
    await asyncio.wait(busy.courses.values(), timeout=COURSE_DEADLINE_S)
    await balanced(busy.houses.tale)
    await nothing_left(busy.houses.tale)


@pytest.mark.journey
async def test_the_journey_holds_with_partners_that_repeat_reorder_delay_and_lose_things() -> None:
    chaos = {"seed": 7, "duplicates": 0.3, "reordering": 0.3, "lost_answers": 0.05, "errors": 0.03, "delay_ms": 60}
    async with asyncio.timeout(DEADLINE_S), Stack("journey-chaos") as stack:
        _, played = await play(stack, say=print, chaos=chaos)
    assert len(played) == len(JOURNEY)
