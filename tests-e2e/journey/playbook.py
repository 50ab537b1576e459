"""The whole journey in order, and how it is played."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass

from pitlocal.stack import Stack

from journey import (
    acknowledged,
    cashier,
    documented,
    exchanging,
    leaving,
    ledger,
    newcomer,
    opening,
    playing,
    settling,
    sight,
    telling,
)
from journey.client import Api
from journey.tale import Step, Tale, start_world
from journey.unrest import Unrest

JOURNEY: tuple[Step, ...] = (
    *opening.STEPS,
    *newcomer.STEPS,
    *cashier.STEPS,
    *leaving.LIMIT_AND_WITHDRAWAL,
    *cashier.CASE,
    *playing.STEPS,
    *telling.STEPS,
    *cashier.CHARGEBACK,
    *sight.STEPS,
    *documented.STEPS,
    *leaving.EXCLUSION,
    *settling.STEPS,
    *exchanging.STEPS,
    *ledger.BALANCED,
    *acknowledged.STEPS,
    *ledger.NOTHING_LEFT,
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
    unrest: Unrest | None = None,
    chaos: Mapping[str, float] | None = None,
) -> tuple[Tale, list[Played]]:
    """Play the journey on a running stack; the first step that does not hold raises.

    Args:
        stack: just started, with nothing in it.
        say: gets a line for each step.
        unrest: kills things meanwhile.
        chaos: how badly the partners behave, see `simulators.chaos`.
    """
    async with told(stack, await start_world(stack)) as tale:
        if unrest is not None:
            tale.calm, tale.restless = False, unrest.goes_on
        if chaos is not None:
            tale.calm = False
            await tale.direct("PUT", "/control/chaos", chaos)
        return tale, await steps(tale, say=say, unrest=unrest)


@asynccontextmanager
async def told(stack: Stack, world: Api, door: str | None = None) -> AsyncIterator[Tale]:
    """A story that begins. `door`: where people come in, if not at the gateway itself."""
    api = Api(door or stack.url("gateway"))
    try:
        yield Tale(stack=stack, api=api, world=world)
    finally:
        await api.close()
        await world.close()


async def steps(tale: Tale, *, say: Callable[[str], None], unrest: Unrest | None = None) -> list[Played]:
    """Play the journey; the first step that does not hold raises."""
    played: list[Played] = []
    for number, step in enumerate(JOURNEY, start=1):
        started = time.monotonic()
        say(f"{number:2} {step.title} ...")
        try:
            async with unrest.during(step) if unrest else nullcontext():
                happened = await step.play(tale)
        except Exception as problem:
            problem.add_note(f"in step {number}: {step.title}")
            raise
        played.append(Played(step.title, happened, time.monotonic() - started))
        say(f"     {played[-1].seconds:5.1f} s  {happened}")
    return played
