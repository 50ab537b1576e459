"""A circuit breaker, one for each instance of a service: what fails again and again is left alone for a while."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW_S = 10.0
_LEAST = 20
_OPEN_S = 5.0


@dataclass(slots=True)
class Pass:
    """The leave to ask once. Whoever holds it says how it went, once: `good`, `bad`, or `unknown`."""

    breaker: "Breaker"
    era: int
    probe: bool
    used: bool = False

    def good(self) -> None:
        """The instance answered."""
        self._tell(good=True)

    def bad(self) -> None:
        """The instance was not reached, broke off, was too slow, or said itself that it cannot."""
        self._tell(good=False)

    def unknown(self) -> None:
        """It says nothing about the instance: the client left, or wanted it sooner than is fair."""
        self._tell(good=None)

    def _tell(self, *, good: bool | None) -> None:
        if not self.used:
            self.used = True
            self.breaker.heard(self, good)


class Breaker:
    """Closed: everyone passes. Half of at least 20 within 10 seconds fail: open, nobody passes. 5 seconds later one
    may probe; if that goes well the breaker closes, otherwise it stays open for another 5 seconds.

    What was asked before the breaker changed its state says nothing about the state after.

    >>> moment = 0.0
    >>> breaker = Breaker(now=lambda: moment)
    >>> for _ in range(20): breaker.enter().bad()
    >>> breaker.enter() is None
    True
    >>> moment = 5.0
    >>> probe = breaker.enter()
    >>> breaker.enter() is None
    True
    >>> probe.good(); breaker.enter() is None
    False
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._recent: deque[tuple[float, bool]] = deque(maxlen=2000)
        self._failed = 0
        self._opened_at: float | None = None
        self._era = 0
        self._probing = False

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half-open` when the next one, and no other, may probe."""
        if self._opened_at is None:
            return "closed"
        return "half-open" if self._now() - self._opened_at >= _OPEN_S else "open"

    @property
    def wait_s(self) -> float:
        """Seconds until it is worth asking again."""
        return 0.0 if self._opened_at is None else max(0.0, _OPEN_S - (self._now() - self._opened_at))

    def enter(self) -> Pass | None:
        """The leave to ask, or None."""
        if self._opened_at is None:
            return Pass(self, self._era, probe=False)
        if self._probing or self.state == "open":
            return None
        self._probing = True
        return Pass(self, self._era, probe=True)

    def heard(self, told: Pass, good: bool | None) -> None:
        """How a request went; called through its pass."""
        if told.era != self._era:
            return
        if told.probe:
            self._probing = False
            if good is not None:
                self._turn(None if good else self._now())
        elif good is not None:
            self._count(good)

    def _count(self, good: bool) -> None:
        moment = self._now()
        while self._recent and (moment - self._recent[0][0] >= _WINDOW_S or len(self._recent) == self._recent.maxlen):
            self._failed -= not self._recent.popleft()[1]
        self._recent.append((moment, good))
        self._failed += not good
        if len(self._recent) >= _LEAST and self._failed * 2 >= len(self._recent):
            self._turn(moment)

    def _turn(self, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._era += 1
        self._recent.clear()
        self._failed = 0
