"""Going down without dropping anything: first say so, then finish what was begun."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """How many requests are in flight, and whether the process is about to stop.

    The order of a graceful end: `begin()` (readiness fails, so that no new traffic is sent here; what still arrives is
    served), `wait()` until the last request is answered, then stop listening.
    """

    def __init__(self) -> None:
        self.draining = False
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.hurry = asyncio.Event()
        """Set when whoever ends the process has lost patience: nothing is waited for any more."""

    def begin(self) -> None:
        """From now on readiness fails and connections are not kept alive."""
        self.draining = True

    async def wait(self, grace_s: float) -> bool:
        """Wait until nothing is in flight, `grace_s` seconds at most. Whether everything was finished."""
        try:
            await asyncio.wait_for(self._idle.wait(), grace_s)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def request(self) -> Iterator[None]:
        """One request is in flight as long as the block lasts."""
        self.in_flight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self.in_flight -= 1
            if self.in_flight == 0:
                self._idle.set()
