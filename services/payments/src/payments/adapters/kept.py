"""What of payments' own goes when it is old."""

from chassis.store import Kept
from payments.adapters.attempts import kept_attempts
from payments.adapters.fraud.features import kept_counters
from payments.adapters.routing.decisions import kept_decisions


def kept(attempt_days: int) -> list[Kept]:
    """All of it."""
    return [kept_attempts(attempt_days), kept_decisions(attempt_days), *kept_counters()]
