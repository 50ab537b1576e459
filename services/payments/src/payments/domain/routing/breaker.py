"""A circuit breaker: a provider that fails is not asked for a while, then one deposit tries it.

One per casino, provider, method and currency. It counts failures of the provider, never a bank's or a player's no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

COUNTED_WITHIN = timedelta(minutes=5)
COUNTED_MOST = 20
FAILURES_NEEDED = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
PROBE_PATIENCE = timedelta(seconds=30)
"""How long the one that tries it has, before another one may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Attributes:
    opened: how often in a row it was opened; 0: it is closed.
    open_until: from then on one deposit may try.
    probe_until: somebody tries, and has until then.
    since: attempts before that are not counted.
    """

    opened: int = 0
    open_until: datetime | None = None
    probe_until: datetime | None = None
    since: datetime

    def restricts(self, now: datetime) -> bool:
        """Whether the provider is not asked now."""
        if self.open_until is None:
            return False
        return now < self.open_until or (self.probe_until is not None and now < self.probe_until)

    @property
    def wants_probe(self) -> bool:
        """Whether whoever asks the provider next tries it for all."""
        return self.open_until is not None


class BreakerState(StrEnum):
    """Whether the provider is asked: as always, not for a while, or by one payment that tries it for all."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


def state_of(breaker: Breaker | None, now: datetime) -> BreakerState:
    """What a breaker says at a moment; None: nothing ever failed so often.

    >>> now = datetime(2026, 3, 1)
    >>> breaker = Breaker(opened=1, open_until=now + FIRST_PAUSE, since=now)
    >>> [str(state_of(one, at)) for one, at in ((None, now), (breaker, now), (breaker, now + FIRST_PAUSE))]
    ['closed', 'open', 'half_open']
    """
    if breaker is None or breaker.open_until is None:
        return BreakerState.CLOSED
    return BreakerState.OPEN if now < breaker.open_until else BreakerState.HALF_OPEN


def after(breaker: Breaker | None, recent: Sequence[bool], *, failed: bool, now: datetime) -> Breaker | None:
    """The breaker once an attempt ended; None: nothing to remember.

    Args:
        recent: whether each of the latest attempts failed by the provider's fault, this one included; at most
            COUNTED_MOST, none older than COUNTED_WITHIN or than `since`.
        failed: whether this one did.
    """
    if breaker is not None and breaker.open_until is not None:
        if now < breaker.open_until:
            return breaker  # It was begun before.
        return _opened(breaker.opened + 1, now) if failed else Breaker(since=now)
    failures = sum(recent)
    if not failed or failures < FAILURES_NEEDED or failures * 2 < len(recent):
        return breaker
    return _opened(1, now)


def _opened(times: int, now: datetime) -> Breaker:
    pause = min(FIRST_PAUSE * 2 ** min(times - 1, 10), LONGEST_PAUSE)
    return Breaker(opened=times, open_until=now + pause, since=now)
