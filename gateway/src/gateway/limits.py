"""Rate limits: buckets of tokens per address, per session, for log-ins and registrations, in this process's memory.

Several gateways limit each for itself; whoever runs many puts a shared limit before them.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from chassis.http import RequestProblem

_MOST_BUCKETS = 100_000
_BURST_S = 4.0
"""A bucket holds what flows in during this time, so that a page that asks for twenty things at once is not refused."""


class Buckets:
    """One kind of limit over many keys.

    Args:
        per_second: how many tokens flow into each bucket.
        burst: how many it holds, at least 1; what flows in during four seconds unless given.

    >>> clock = iter([0.0, 0.0, 0.0, 1.0])
    >>> buckets = Buckets(per_second=0.25, now=lambda: next(clock))
    >>> [buckets.take("somebody") for _ in range(3)]
    [0.0, 4.0, 4.0]
    """

    def __init__(
        self, *, per_second: float, burst: float | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second * _BURST_S if burst is None else burst)
        self._now = now
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take a token: 0.0 when there was one, otherwise the seconds until there is."""
        moment = self._now()
        tokens, since = self._buckets.pop(key, (self._most, moment))
        tokens = min(self._most, tokens + (moment - since) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, moment)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._per_second


def require(buckets: Buckets, key: Hashable) -> None:
    """RequestProblem 429 with Retry-After when the bucket is empty."""
    wait_s = buckets.take(key)
    if wait_s:
        problem = RequestProblem(429, "too_many_requests", "Too many requests; wait a moment.")
        problem.headers = {"Retry-After": str(int(wait_s) + 1)}
        raise problem
