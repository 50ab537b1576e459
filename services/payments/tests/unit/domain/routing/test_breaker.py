"""When a provider that fails is not asked for a while."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.domain.routing.breaker import (
    COUNTED_MOST,
    FAILURES_NEEDED,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Breaker,
    after,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN = Breaker(opened=1, open_until=NOW + FIRST_PAUSE, since=NOW)


def recent(failures: int, of: int) -> list[bool]:
    return [False] * (of - failures) + [True] * failures


@pytest.mark.parametrize(
    ("failures", "of", "opens"),
    [
        (FAILURES_NEEDED, FAILURES_NEEDED, True),
        (FAILURES_NEEDED - 1, FAILURES_NEEDED - 1, False),
        (FAILURES_NEEDED, FAILURES_NEEDED * 2, True),
        (FAILURES_NEEDED, FAILURES_NEEDED * 2 + 1, False),
        (COUNTED_MOST // 2, COUNTED_MOST, True),
        (COUNTED_MOST // 2 - 1, COUNTED_MOST, False),
    ],
)
def test_it_opens_when_half_of_the_latest_failed_and_not_only_a_few(failures: int, of: int, opens: bool) -> None:
    assert after(None, recent(failures, of), failed=True, now=NOW) == (OPEN if opens else None)


def test_what_succeeds_never_opens_it() -> None:
    assert after(None, [*recent(COUNTED_MOST - 1, COUNTED_MOST - 1), False], failed=False, now=NOW) is None


@pytest.mark.parametrize("failed", [True, False])
def test_what_was_begun_before_it_opened_changes_nothing(failed: bool) -> None:
    assert after(OPEN, [failed], failed=failed, now=NOW + FIRST_PAUSE - timedelta(seconds=1)) == OPEN


def test_one_that_tries_it_well_closes_it_and_what_failed_before_counts_no_more() -> None:
    then = NOW + FIRST_PAUSE
    closed = after(OPEN, [False], failed=False, now=then)
    assert closed == Breaker(since=then)
    assert after(closed, recent(FAILURES_NEEDED - 1, FAILURES_NEEDED - 1), failed=True, now=then) == closed


def test_each_one_that_fails_to_try_it_opens_it_for_twice_as_long_up_to_a_limit() -> None:
    breaker, pauses = OPEN, [FIRST_PAUSE]
    for _ in range(8):
        assert breaker.open_until is not None
        then = breaker.open_until
        opened = after(breaker, [True], failed=True, now=then)
        assert opened is not None
        assert opened.open_until is not None
        breaker = opened
        pauses.append(opened.open_until - then)
    doubled = [FIRST_PAUSE * 2**times for times in range(9)]
    assert pauses == [min(pause, LONGEST_PAUSE) for pause in doubled]
    assert pauses[-1] == LONGEST_PAUSE
