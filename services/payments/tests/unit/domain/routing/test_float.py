"""What counts of what is known of a float."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.domain.routing.float import Float, FloatState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON, OVER = NOW + timedelta(seconds=1), NOW
KNOWN, STALE, UNKNOWN = FloatState.KNOWN, FloatState.STALE, FloatState.UNKNOWN


@pytest.mark.parametrize(
    ("known", "free", "state"),
    [
        (Float(), None, UNKNOWN),
        (Float(room_minor=5, fresh_until=SOON), 5, KNOWN),
        (Float(room_minor=-5, fresh_until=SOON), -5, KNOWN),
        (Float(room_minor=5, fresh_until=OVER), None, STALE),
        (Float(ledger_minor=7), 7, KNOWN),
        (Float(room_minor=5, fresh_until=SOON, ledger_minor=7), 5, KNOWN),
        (Float(room_minor=9, fresh_until=SOON, ledger_minor=7), 7, KNOWN),
        (Float(room_minor=5, fresh_until=OVER, ledger_minor=7), 7, KNOWN),
    ],
    ids=["nothing", "fresh", "owed", "stale", "ledger", "both", "ledger less", "stale and ledger"],
)
def test_the_least_that_is_known_counts(known: Float, free: int | None, state: FloatState) -> None:
    assert (known.free_minor(NOW), known.state(NOW)) == (free, state)
