"""What is measured about events on their way out and on their way in."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.telemetry.metrics import REGISTRY

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

OUTBOX_WAITING = Gauge("outbox_waiting", "Events committed and not yet published", registry=REGISTRY)
OUTBOX_AGE = Gauge("outbox_age_seconds", "Age of the oldest event that waits to be published", registry=REGISTRY)
OUTBOX_PARKED = Gauge("outbox_parked", "Events that no bus would take and that wait for a person", registry=REGISTRY)
OUTBOX_PUBLISHED = Counter("outbox_published_total", "Events published", registry=REGISTRY)
OUTBOX_FAILURES = Counter("outbox_failures_total", "Batches the bus did not take", registry=REGISTRY)

LAG = Gauge("bus_lag", "Events this service has still before it", ["topic"], registry=REGISTRY)
BATCH_FAILURES = Counter(
    "bus_batch_failures_total", "Batches that will be handed out again", ["topic"], registry=REGISTRY
)
EVENTS = Counter(
    "consumer_events_total",
    "Events received, by what became of them: handled, repeated, unwanted or parked",
    ["outcome"],
    registry=REGISTRY,
)
PARKED = Gauge("consumer_parked", "Events set aside that wait for a person", registry=REGISTRY)
PROCESSING = Histogram(
    "consumer_processing_seconds", "Seconds per batch of events", buckets=_SECONDS, registry=REGISTRY
)
