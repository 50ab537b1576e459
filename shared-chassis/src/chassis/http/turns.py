"""A player's requests that change something take turns: one works, the next ones wait before they hold anything.

What one player asks for at once would wait for his own rows anyway, each request with a connection in hand that others
need. The limit is of one process.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Final

from chassis.http.problems import RequestProblem

MOST_WAITING: Final = 32
"""Requests of one player beside the one that works. Nobody plays like that."""


class Turns:
    """Who works, and how many wait for him."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most = most_waiting
        self._lines: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, who: Hashable) -> AsyncIterator[None]:
        """Hold the turn while the block lasts.

        Raises:
            RequestProblem: 429 `too_many_at_once`, when more wait than anybody has use for; nothing was done.
        """
        lock, taken = self._lines.get(who, (asyncio.Lock(), 0))
        if taken > self._most:
            raise RequestProblem(
                429,
                "too_many_at_once",
                f"{taken} of your requests are under way: wait for one of them.",
                headers={"Retry-After": "1"},
            )
        self._lines[who] = (lock, taken + 1)
        try:
            async with lock:
                yield
        finally:
            _, now = self._lines[who]
            if now == 1:
                del self._lines[who]
            else:
                self._lines[who] = (lock, now - 1)
