"""Delivers notifications: late, twice, out of order when told so, and again and again until they are taken."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import aiohttp

from simulators.chaos import Chaos

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 4.0
PATIENCE_S = 180.0


class Manner(NamedTuple):
    """How a webhook is delivered."""

    copies: int = 1
    delay_s: float = 0.0


ONCE = Manner()
LATER = Manner(delay_s=0.5)


@dataclass
class Parcel:
    """One notification.

    Attributes:
        name: what it is about, for whoever looks.
        attempt: sends it once; true when it was taken.
        copies: how often it is delivered although once would do.
        delay_s: how long it waits before the first delivery.
    """

    name: str
    attempt: Callable[[], Awaitable[bool]]
    copies: int = 1
    delay_s: float = 0.0
    attempts: int = 0
    taken: int = 0


@dataclass
class Courier:
    """Carries parcels, each on its own, so that nothing keeps the order but luck."""

    chaos: Callable[[], Chaos]
    parcels: list[Parcel] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, parcel: Parcel) -> None:
        """Take a parcel; it is delivered in the background, unless it is lost."""
        self.parcels.append(parcel)
        if self.chaos().strikes("lost_callbacks"):
            return
        if self.chaos().strikes("duplicates"):
            parcel.copies += 1
        if self.chaos().strikes("reordering"):
            parcel.delay_s += self.chaos().dice.uniform(0.1, 1.0)
        for _ in range(parcel.copies):
            task = asyncio.create_task(self._deliver(parcel))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _deliver(self, parcel: Parcel) -> None:
        await asyncio.sleep(parcel.delay_s)
        pause, given_up = FIRST_PAUSE_S, asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < given_up:
            await self.chaos().dawdle()
            parcel.attempts += 1
            try:
                accepted = await parcel.attempt()
            except (aiohttp.ClientError, TimeoutError) as trouble:
                log.info("%s, attempt %d: %r", parcel.name, parcel.attempts, trouble)
                accepted = False
            if accepted and not self.chaos().strikes("lost_answers"):
                parcel.taken += 1
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        log.warning("%s: given up after %d attempts", parcel.name, parcel.attempts)

    def waiting(self) -> int:
        """Deliveries under way."""
        return len(self._running)

    async def close(self) -> None:
        """Drop everything."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
