"""Kills with SIGKILL in the middle of a step of the journey, one victim after the other, and starts each again."""

import asyncio
import contextlib
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pitlocal.stack import Stack

from journey.tale import Step

DOWN_S = (0.3, 1.2)
"""How long a victim stays down before it is started again."""
CALM_S = (0.05, 0.8)
"""How long everything runs before a kill."""


@dataclass
class Unrest:
    """Kills by a plan, at moments drawn from a seed, so that a bad night can be lived again.

    Attributes:
        plan: name of a step -> who is killed while it is played, in turn.
        seed: of the moments; another one every time unless UNREST_SEED names it. It is said, and kept in the log.
        killed: who was killed so far.
    """

    stack: Stack
    plan: Mapping[str, Sequence[str]]
    say: Callable[[str], None]
    seed: int = field(default_factory=lambda: int(os.environ.get("UNREST_SEED") or secrets.randbelow(1_000_000)))
    killed: list[str] = field(default_factory=list)
    _raging: bool = False

    def __post_init__(self) -> None:
        self.say(f"     ** the moments of the kills are those of UNREST_SEED={self.seed}")

    def goes_on(self) -> bool:
        """Whether somebody is still to be killed in this step, or is not back yet."""
        return self._raging

    @contextlib.asynccontextmanager
    async def during(self, step: Step) -> AsyncIterator[None]:
        """Around a step: whoever is to be killed in it is killed, and is back when the block has ended."""
        victims = self.plan.get(step.name, ())
        self._raging = bool(victims)
        killing = asyncio.create_task(self._rage(victims))
        try:
            yield
        finally:
            await killing

    async def _rage(self, victims: Sequence[str]) -> None:
        dice = random.Random(f"{self.seed} {victims}")
        for victim in victims:
            await _pass(dice.uniform(*CALM_S))
            await self.stack.kill(victim)
            self.killed.append(victim)
            self.say(f"     ** {victim} killed")
            await _pass(dice.uniform(*DOWN_S))
            await self.stack.start(victim)
            self.say(f"     ** {victim} is back")
        self._raging = False


async def _pass(seconds: float) -> None:
    """Let time pass: not to wait for something, but to strike at another moment each time."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
