"""What is measured about the policy a process decides by."""

from prometheus_client import Counter, Gauge

from chassis.telemetry.metrics import REGISTRY

VERSION = Gauge("policy_version", "Version of the policy this process decides by", registry=REGISTRY)
AGE = Gauge("policy_age_seconds", "Seconds since security last confirmed it; alert above 30", registry=REGISTRY)
IGNORED = Counter(
    "policy_ignored_total",
    "Policies, changes and confirmations that were not believed: signature, older or unreadable",
    ["why"],
    registry=REGISTRY,
)
REFUSED = Counter(
    "policy_refusals_total",
    "Requests refused because the policy was stale or behind the token",
    ["why"],
    registry=REGISTRY,
)
PULLS = Counter("policy_pulls_total", "Times security was asked for the whole policy", ["outcome"], registry=REGISTRY)
