"""What reports does with everybody's events: it keeps the facts."""

from chassis.messaging import Consumer
from chassis.messaging.casino_zones import casino_zones
from reports.adapters.freshness import caught_up
from reports.read_models.facts import casinos, games, movements, players, staff_members
from reports.read_models.withdrawals import withdrawals


def consumer() -> Consumer:
    """The one consumer group of reports."""
    facts = [movements, casinos, players, games, withdrawals, staff_members, casino_zones]
    return Consumer("reports", handlers={}, read_models=facts, on_parked="block_key", caught_up=caught_up)
