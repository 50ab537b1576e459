"""What of payments' own goes when it is old."""

from chassis.store import Kept
from payments.adapters.attempts import kept_attempts
from payments.adapters.fraud.features import kept_counters
from payments.adapters.notifications import kept_bodies
from payments.adapters.routing.decisions import kept_decisions


def kept(attempt_days: int) -> list[Kept]:
    """All of it."""
    while_disputed = (kept_attempts, kept_decisions, kept_bodies)
    return [*(one(attempt_days) for one in while_disputed), *kept_counters()]
