"""What backoffice listens to is what the catalogue says."""

from backoffice.entrypoints.consumers import consumer
from contracts.registry import consumed_by


def test_the_consumer_handles_exactly_what_the_registry_lists() -> None:
    assert consumer().handles == frozenset(consumed_by("backoffice"))
