"""Where the services are: their instances, how much each is given to do, and how that changes while requests run.

Addresses come from settings. A file (`UPSTREAMS_FILE`), watched while the gateway runs, names several instances of a
service or moves it: `{"games": ["http://10.0.0.4:8000", "http://10.0.0.5:8000"]}`. Requests in flight keep the
instance they have; a file that makes no sense changes nothing.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from prometheus_client import Gauge
from pydantic import TypeAdapter, ValidationError

from chassis import logging
from chassis.http import RequestProblem
from chassis.settings.base import WebAddress
from chassis.telemetry.metrics import REGISTRY
from gateway.breaker import Breaker, Pass

_log = logging.get_logger("gateway.upstreams")
_LOOK_AGAIN_S = 1.0
_RETRY_SHARE = 0.1
_MOST_RETRIES_SAVED = 10.0
_ADDRESSES = TypeAdapter(dict[str, list[WebAddress]])

_IN_FLIGHT = Gauge("gateway_upstream_in_flight", "Requests a service works on", ["service"], registry=REGISTRY)
_INSTANCES = Gauge("gateway_upstream_instances", "Instances of a service", ["service", "state"], registry=REGISTRY)


class Instance:
    """One process of a service."""

    def __init__(self, url: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        self.breaker = Breaker(now=now)
        self.in_flight = 0


class RetryBudget:
    """One repetition for every ten requests, and at most ten at once: a service in trouble is not asked twice as much.

    >>> budget = RetryBudget()
    >>> [budget.take() for _ in range(11)][-2:]
    [True, False]
    >>> for _ in range(10): budget.earn()
    >>> budget.take(), budget.take()
    (True, False)
    """

    def __init__(self) -> None:
        self._saved = _MOST_RETRIES_SAVED

    def earn(self) -> None:
        """One more request was asked."""
        self._saved = min(_MOST_RETRIES_SAVED, round(self._saved + _RETRY_SHARE, 6))

    def take(self) -> bool:
        """Whether one may be repeated."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True


class Upstream:
    """A service with its instances, and a bulkhead: one that hangs holds no more than its own share of the gateway.

    Args:
        most: requests at once; more are refused, for a queue before a slow service only makes it slower.
    """

    def __init__(self, name: str, urls: list[str], *, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.budget = RetryBudget()
        self.in_flight = 0
        self._most = most
        self._now = now
        self._turn = 0
        self._gauge = _IN_FLIGHT.labels(name)
        self.instances = [Instance(url, now=now) for url in urls]

    def place(self, urls: list[str]) -> None:
        """Its instances from now on. Those that stay keep their breakers."""
        known = {instance.url: instance for instance in self.instances}
        self.instances = [known.get(url) or Instance(url, now=self._now) for url in urls]

    def enter(self) -> None:
        """A place, which `leave` gives back; RequestProblem 503 when there is none."""
        if self.in_flight >= self._most:
            raise unavailable(f"{self.name} has too much to do just now.", 1.0)
        self.in_flight += 1
        self._gauge.inc()
        self.budget.earn()

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._gauge.dec()

    def choose(self, besides: Instance | None = None) -> tuple[Instance, Pass]:
        """The instance with least to do whose breaker lets through, another than `besides` if there is one.

        Raises:
            RequestProblem: 503 when no breaker lets through.
        """
        self._turn += 1
        count = len(self.instances)
        turned = [self.instances[(self._turn + offset) % count] for offset in range(count)]
        for instance in sorted(turned, key=lambda one: (one is besides, one.in_flight)):
            leave = instance.breaker.enter()
            if leave is not None:
                return instance, leave
        wait_s = min((one.breaker.wait_s for one in self.instances), default=1.0)
        raise unavailable(f"{self.name} fails just now and is left alone for a moment.", wait_s)


class Upstreams:
    """All services by name.

    Args:
        addresses: of each service, unless the file has others.
        file: names instances; watched by `watch`.
    """

    def __init__(self, addresses: Mapping[str, str], *, most: int, file: Path | None = None) -> None:
        self._addresses = dict(addresses)
        self._file = file
        self._seen: object = None
        self._services = {name: Upstream(name, [url], most=most) for name, url in addresses.items()}

    def __getitem__(self, service: str) -> Upstream:
        return self._services[service]

    def read(self) -> bool:
        """Take what the file says if it has changed; whether it was taken. Without a file nothing happens."""
        if self._file is None:
            return False
        try:
            status = self._file.stat()
            seen = (status.st_mtime_ns, status.st_ino, status.st_size)
            if seen == self._seen:
                return False
            self._seen = seen
            told = _ADDRESSES.validate_json(self._file.read_bytes())
        except (OSError, ValidationError) as error:
            _log.error("upstreams_file_refused", error=type(error).__name__)
            return False
        if not told.keys() <= self._addresses.keys() or not all(told.values()):
            _log.error("upstreams_file_refused", error="a service that does not exist, or one without an address")
            return False
        for name, upstream in self._services.items():
            upstream.place(list(dict.fromkeys(told.get(name) or [self._addresses[name]])))
        _log.info("upstreams_changed", instances={name: len(one.instances) for name, one in self._services.items()})
        return True

    async def watch(self) -> None:
        """Look at the file every second, and count states for the figures, until cancelled."""
        while True:
            await asyncio.to_thread(self.read)
            for name, upstream in self._services.items():
                states = [instance.breaker.state for instance in upstream.instances]
                for state in ("closed", "open", "half-open"):
                    _INSTANCES.labels(name, state).set(states.count(state))
            await asyncio.sleep(_LOOK_AGAIN_S)


def unavailable(detail: str, wait_s: float) -> RequestProblem:
    """503 with Retry-After: nothing happened."""
    headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
    return RequestProblem(503, "service_unavailable", detail, headers=headers)
