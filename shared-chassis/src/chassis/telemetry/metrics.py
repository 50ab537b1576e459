"""Prometheus metrics of this process. Labels are route templates and codes, never ids: each value costs memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)

REGISTRY = CollectorRegistry(auto_describe=True)
"""The registry of this process; every metric of chassis and services is made with `registry=REGISTRY`."""

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

HTTP_REQUESTS = Counter("http_requests_total", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
HTTP_DURATION = Histogram(
    "http_request_duration_seconds",
    "Seconds until the last byte of the answer",
    ["method", "route"],
    buckets=_BUCKETS,
    registry=REGISTRY,
)
HTTP_IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being worked on", registry=REGISTRY)


@contextmanager
def metrics_served(host: str, port: int) -> Iterator[int]:
    """Serve the figures at a port of their own, for a process whose other port strangers reach.

    Yields:
        The port, which is another than asked for when that was 0.
    """
    server, thread = start_http_server(port, addr=host, registry=REGISTRY)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def render_metrics() -> bytes:
    """Everything measured so far, as Prometheus reads it."""
    return generate_latest(REGISTRY)
