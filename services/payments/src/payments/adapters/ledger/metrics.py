"""What an operator sees of the ledger."""

from prometheus_client import Counter, Gauge, Histogram

from chassis.telemetry.metrics import REGISTRY

BATCH_SIZE = Histogram(
    "ledger_batch_units",
    "Units that were posted in one transaction",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
    registry=REGISTRY,
)
BATCH_SECONDS = Histogram(
    "ledger_batch_seconds",
    "Seconds from the beginning of a batch to its commit",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
RETRIES = Counter("ledger_batch_retries_total", "Batches that had to be tried again", ["reason"], registry=REGISTRY)
WAITING = Gauge("ledger_waiting_units", "Units that wait for their batch", registry=REGISTRY)
REFUSED = Counter("ledger_refused_total", "Calls told that too much waits already", registry=REGISTRY)
BUSY = Counter("ledger_wallet_busy_total", "Units whose player's wallet others held; they ask again", registry=REGISTRY)
UNCLOSED = Gauge(
    "ledger_unclosed_month_seconds",
    "Since when the oldest month that is not closed should be; 0: all that should be are",
    registry=REGISTRY,
)
UNSUMMED = Gauge(
    "ledger_unsummed_day_seconds",
    "Since when the oldest day that is not summed up is over; 0: all that are over are",
    registry=REGISTRY,
)
UNSEALED = Gauge(
    "ledger_oldest_unsealed_seconds",
    "Age of the oldest entry behind the newest seal; 0: there is none",
    registry=REGISTRY,
)
STRAYS = Gauge("ledger_entries_of_no_month", "Entries whose month has no table; alert on any", registry=REGISTRY)
UNBALANCED = Gauge(
    "ledger_unbalanced",
    "Casinos and currencies whose accounts do not sum to zero; alert on any",
    registry=REGISTRY,
)
