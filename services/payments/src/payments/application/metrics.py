"""What an operator sees of payments while it works; docs/metrics.md says what to be woken by.

A counter is raised after the commit of what it counts. What is counted in the ledger stands in its own `metrics.py`.
"""

from typing import Final

from prometheus_client import Counter, Histogram

from chassis.telemetry.metrics import REGISTRY

PROVIDER_CALLS: Final = Histogram(
    "provider_call_seconds",
    "Seconds until a payment provider had answered, or until we waited no longer",
    ["provider", "operation", "outcome"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
DEPOSITS_ENDED: Final = Counter(
    "deposits_ended_total",
    "Ends of deposits at a provider; the method is empty where the provider was asked for by name",
    ["provider", "method", "currency", "outcome"],
    registry=REGISTRY,
)
FRAUD_SECONDS: Final = Histogram(
    "fraud_decision_seconds",
    "Seconds to measure a payment and to judge it",
    ["trigger"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1),
    registry=REGISTRY,
)
FRAUD_DECISIONS: Final = Counter(
    "fraud_decisions_total", "Payments judged, by what is done with them", ["trigger", "action"], registry=REGISTRY
)
FRAUD_HITS: Final = Counter(
    "fraud_rule_hits_total", "Payments that a rule held for", ["rule", "mode"], registry=REGISTRY
)
SET_ASIDE: Final = Counter(
    "payments_set_aside_total",
    "What was laid before people instead of being applied",
    ["provider", "code"],
    registry=REGISTRY,
)
