"""The whole journey in order, and how it is played."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pitlocal.stack import Stack

from journey import leaving, ledger, newcomer, opening, playing, telling
from journey.client import Api
from journey.tale import Step, Tale, start_world

JOURNEY: tuple[Step, ...] = (
    *opening.STEPS,
    *newcomer.STEPS,
    *playing.STEPS,
    *leaving.LIMIT_AND_WITHDRAWAL,
    *telling.STEPS,
    *leaving.EXCLUSION,
    *ledger.STEPS,
)


@dataclass(frozen=True)
class Played:
    """A step, what happened in it and how long it took."""

    title: str
    happened: str
    seconds: float


async def play(
    stack: Stack,
    *,
    say: Callable[[str], None],
    before: Callable[[int, Tale], Awaitable[None]] | None = None,
    restless: Callable[[], bool] | None = None,
) -> tuple[Tale, list[Played]]:
    """Play the journey on a running stack; the first step that does not hold raises.

    Args:
        stack: just started, with nothing in it.
        say: gets a line for each step.
        before: called before each step with its number.
        restless: given when things are killed meanwhile: whether the rounds should go on for a while.
    """
    world = await start_world(stack)
    api = Api(stack.url("gateway"))
    tale = Tale(stack=stack, api=api, world=world)
    if restless is not None:
        tale.calm, tale.restless = False, restless
    played: list[Played] = []
    try:
        for number, step in enumerate(JOURNEY, start=1):
            if before is not None:
                await before(number, tale)
            started = time.monotonic()
            say(f"{number:2} {step.title} ...")
            try:
                happened = await step.play(tale)
            except Exception as problem:
                problem.add_note(f"in step {number}: {step.title}")
                raise
            played.append(Played(step.title, happened, time.monotonic() - started))
            say(f"     {played[-1].seconds:5.1f} s  {happened}")
    finally:
        await api.close()
        await world.close()
    return tale, played
