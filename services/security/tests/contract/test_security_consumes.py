"""What security listens to is what the catalogue says."""

from contracts.registry import consumed_by
from security.entrypoints.consumers import consumer


def test_the_consumer_handles_exactly_what_the_registry_lists() -> None:
    assert consumer().handles == frozenset(consumed_by("security"))
