"""Kills with SIGKILL while the journey goes on, one victim after the other, and starts each again."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from pitlocal.stack import Stack

DOWN_S = (0.3, 1.5)
"""How long a victim stays down before it is started again."""
CALM_S = (0.5, 2.0)
"""How long everything runs between two kills."""


@dataclass
class Unrest:
    """Kills the victims in turn, as long as it is let loose; from a seed, so that a bad night can be lived again."""

    stack: Stack
    victims: Sequence[str]
    say: Callable[[str], None]
    seed: int = 1
    killed: list[str] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def loose(self) -> AsyncIterator[None]:
        """Kill while the block runs; afterwards everything runs again."""
        stop = asyncio.Event()
        killing = asyncio.create_task(self._rage(stop))
        try:
            yield
        finally:
            stop.set()
            await killing

    async def _rage(self, stop: asyncio.Event) -> None:
        dice = random.Random(self.seed)
        turn = 0
        while not stop.is_set():
            await self._wait(stop, dice.uniform(*CALM_S))
            if stop.is_set():
                return
            victim = self.victims[turn % len(self.victims)]
            turn += 1
            await self.stack.kill(victim)
            self.killed.append(victim)
            self.say(f"     ** {victim} killed")
            await self._wait(stop, dice.uniform(*DOWN_S))
            await self.stack.start(victim)
            self.say(f"     ** {victim} is back")

    async def _wait(self, stop: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
