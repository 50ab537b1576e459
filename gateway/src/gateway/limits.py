"""Rate limits: buckets of tokens per address, session, API client, risk of what is asked, and for log-ins.

They are kept in this process's memory. Where several gateways run, `RATE_LIMIT_STORE_URL` names a Redis they share;
while it is away each limits for itself again.
"""

import asyncio
import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Protocol

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from chassis import logging
from chassis.http import RequestProblem

_log = logging.get_logger("gateway.limits")
_MOST_BUCKETS = 100_000
_BURST_S = 4.0
"""A bucket holds what flows in during this time, so that a page that asks for twenty things at once is not refused."""
_STORE_TIMEOUT_S = 0.25
_STORE_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Policy:
    """One kind of limit, over many keys.

    Attributes:
        name: how clients and figures know it.
        per_second: how many tokens flow into each bucket.
        burst: how many it holds, at least 1.
    """

    name: str
    per_second: float
    burst: float

    @classmethod
    def each_second(cls, name: str, amount: float) -> "Policy":
        """A steady flow, of which four seconds may come at once."""
        return cls(name, amount, max(1.0, amount * _BURST_S))

    @classmethod
    def each_minute(cls, name: str, amount: float, *, burst: float | None = None) -> "Policy":
        """So many a minute, all of which may come at once."""
        return cls(name, amount / 60, max(1.0, amount if burst is None else burst))

    @property
    def window_s(self) -> int:
        """In how many seconds an empty bucket is full again."""
        return max(1, round(self.burst / self.per_second))

    @property
    def header(self) -> str:
        """The `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        return _header(self)


@cache
def _header(policy: Policy) -> str:
    return f'"{policy.name}";q={int(policy.burst)};w={policy.window_s}'


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for a token.

    Attributes:
        wait_s: 0.0 when there was one, otherwise seconds until there is.
        left: how many there are still.
    """

    wait_s: float
    left: int


class Limiter(Protocol):
    """Gives tokens."""

    async def take(self, policy: Policy, key: str) -> Taken:
        """Ask for one."""
        ...

    async def close(self) -> None: ...


class Buckets:
    """One policy over many keys.

    >>> clock = iter([0.0, 0.0, 0.0, 1.0])
    >>> buckets = Buckets(Policy("example", 0.25, 1), now=lambda: next(clock))
    >>> [buckets.take("somebody").wait_s for _ in range(3)]
    [0.0, 4.0, 4.0]
    """

    def __init__(self, policy: Policy, *, now: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._now = now
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> Taken:
        """Ask for a token."""
        moment = self._now()
        tokens, since = self._buckets.pop(key, (self._policy.burst, moment))
        tokens = min(self._policy.burst, tokens + (moment - since) * self._policy.per_second)
        allowed = tokens >= 1
        left = tokens - 1 if allowed else tokens
        self._buckets[key] = (left, moment)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return Taken(0.0 if allowed else (1 - tokens) / self._policy.per_second, int(left))


class LocalLimiter:
    """Buckets in this process."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kinds: dict[str, Buckets] = {}

    async def take(self, policy: Policy, key: str) -> Taken:
        """Ask for a token."""
        kind = self._kinds.get(policy.name)
        if kind is None:
            kind = self._kinds[policy.name] = Buckets(policy, now=self._now)
        return kind.take(key)

    async def close(self) -> None:
        """There is nothing to close."""


class SharedLimiter:
    """Windows in a Redis that several gateways share; while it is away, this process's own buckets.

    Keys are hashed: the store learns neither addresses nor names.
    """

    def __init__(self, url: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._storage = RedisStorage(f"async+{url}", implementation="redispy", wrap_exceptions=True)
        self._windows = SlidingWindowCounterRateLimiter(self._storage)
        self._local = LocalLimiter(now=now)
        self._now = now
        self._not_before = 0.0

    async def take(self, policy: Policy, key: str) -> Taken:
        """Ask for a token."""
        if self._now() < self._not_before:
            return await self._local.take(policy, key)
        item: RateLimitItem = RateLimitItemPerSecond(int(policy.burst), policy.window_s, namespace="pitboss")
        digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        try:
            async with asyncio.timeout(_STORE_TIMEOUT_S):
                allowed = await self._windows.hit(item, policy.name, digest)
                window = await self._windows.get_window_stats(item, policy.name, digest)
        except (StorageError, TimeoutError, OSError) as error:
            self._not_before = self._now() + _STORE_AGAIN_S
            _log.warning("rate_limit_store_away", error=type(error).__name__)
            return await self._local.take(policy, key)
        return Taken(0.0 if allowed else max(0.1, window.reset_time - time.time()), window.remaining)

    async def close(self) -> None:
        """Close its connections."""
        bridge = self._storage.bridge
        assert isinstance(bridge, RedispyBridge)
        client: Any = bridge.get_connection()  # Its type there does not know that it can be closed.
        await client.aclose()


@lru_cache(maxsize=10_000)
def network_of(ip: str, ipv6_bits: int) -> str:
    """Whose an address is, as far as limits go. Of IPv6 everybody has a whole network (RFC 6177), not one address.

    >>> network_of("192.0.2.7", 64), network_of("2001:db8::7", 64), network_of("::ffff:192.0.2.7", 64)
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7')
    >>> network_of("unknown", 64)
    'unknown'
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv4Address):
        return ip
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), ipv6_bits), strict=False))


class Remembered:
    """Names that were told lately, the latest of them; the oldest are forgotten first.

    >>> names = Remembered(2)
    >>> for name in "abac": names.add(name)
    >>> "a" in names, "b" in names
    (True, False)
    """

    def __init__(self, most: int = _MOST_BUCKETS) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Remember it."""
        self._names[name] = None
        self._names.move_to_end(name)
        if len(self._names) > self._most:
            self._names.popitem(last=False)


async def require(limiter: Limiter, policy: Policy, key: str) -> list[tuple[bytes, bytes]]:
    """The headers that tell how much is left; RequestProblem 429 with Retry-After when nothing is."""
    taken = await limiter.take(policy, key)
    wait_s = math.ceil(taken.wait_s)
    left = f'"{policy.name}";r={taken.left};t={wait_s or 1}'
    if taken.wait_s:
        headers = {"Retry-After": str(max(1, wait_s)), "RateLimit-Policy": policy.header, "RateLimit": left}
        raise RequestProblem(429, "too_many_requests", "Too many requests; wait a moment.", headers=headers)
    return [(b"ratelimit-policy", policy.header.encode()), (b"ratelimit", left.encode())]
