"""The whole journey in order, and how it is played."""

import contextlib
import time
from collections.abc import Callable, Mapping
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
    world = await start_world(stack)
    api = Api(stack.url("gateway"))
    tale = Tale(stack=stack, api=api, world=world)
    if unrest is not None:
        tale.calm, tale.restless = False, unrest.goes_on
    if chaos is not None:
        tale.calm = False
        await tale.direct("PUT", "/control/chaos", chaos)
    played: list[Played] = []
    try:
        for number, step in enumerate(JOURNEY, start=1):
            started = time.monotonic()
            say(f"{number:2} {step.title} ...")
            try:
                async with unrest.during(step) if unrest else contextlib.nullcontext():
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
