"""Which rules keep a casino's policy from approving a withdrawal by itself, and until when it is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.domain.withdrawal.aggregate import BY_POLICY, withdrawal
from payments.domain.withdrawal.commands import RequestWithdrawal
from payments.domain.withdrawal.errors import DestinationDisabled
from payments.domain.withdrawal.events import WithdrawalApproved, WithdrawalRequested
from payments.domain.withdrawal.policy import (
    LEVELS,
    Stop,
    WithdrawalPolicy,
    WithdrawalStanding,
    approvals_needed,
    stops,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EASY = WithdrawalPolicy(
    second_person_above_minor=500_00,
    automatic_up_to_minor=100_00,
    due_within_minutes=90,
    automatic_level="verified",
    automatic_after_days=30,
    automatic_day_total_minor=200_00,
    automatic_only_verified=True,
)
GOOD: dict[str, Any] = {
    "level": "verified",
    "days_here": 30,
    "day_total_minor": 100_00,
    "destination_verified": True,
}


def request(policy: WithdrawalPolicy = EASY, amount_minor: int = 100_00, **standing: Any) -> list[Any]:
    command = RequestWithdrawal(
        player_id=UUID(int=1),
        casino_id=UUID(int=2),
        provider="trustly",
        amount_minor=amount_minor,
        currency="EUR",
        destination="sealed",
        shown_as="****1234",
        policy=policy,
        standing=WithdrawalStanding(**{**GOOD, **standing}),
        now=NOW,
        instrument_id=UUID(int=3),
    )
    return list(withdrawal.decide(command, withdrawal.initial))


def test_what_no_rule_stops_goes_without_anybody() -> None:
    requested, approved = request()
    assert isinstance(requested, WithdrawalRequested)
    assert isinstance(approved, WithdrawalApproved)
    assert (requested.stopped_by, approved.approved_by) == ((), BY_POLICY)
    assert (requested.due_at, requested.instrument_id) == (NOW + timedelta(minutes=90), UUID(int=3))


@pytest.mark.parametrize(
    ("amount_minor", "standing", "stop"),
    [
        (100_01, {"day_total_minor": 0}, Stop.AMOUNT),
        (100_00, {"under_review": True}, Stop.UNDER_REVIEW),
        (100_00, {"level": "basic"}, Stop.LEVEL),
        (100_00, {"days_here": 29}, Stop.ACCOUNT_AGE),
        (100_00, {"days_here": None}, Stop.ACCOUNT_AGE),
        (100_00, {"day_total_minor": 100_01}, Stop.DAY_TOTAL),
        (100_00, {"destination_verified": False}, Stop.DESTINATION),
        (100_00, {"destination_shared": True}, Stop.SHARED_DESTINATION),
    ],
)
def test_the_rule_that_stopped_it_is_named(amount_minor: int, standing: dict[str, Any], stop: Stop) -> None:
    (requested,) = request(amount_minor=amount_minor, **standing)
    assert requested.stopped_by == (str(stop),)


def test_a_player_under_review_is_never_paid_by_the_policy_alone() -> None:
    (requested,) = request(under_review=True)
    assert requested.approvals_needed == 2


def test_where_somebody_always_looks_he_is_told_what_else_there_is_to_look_at() -> None:
    (requested,) = request(WithdrawalPolicy(second_person_above_minor=500_00), destination_shared=True)
    assert requested.stopped_by == (str(Stop.NEVER_AUTOMATIC), str(Stop.SHARED_DESTINATION))
    assert requested.due_at is None


def test_without_a_total_of_the_day_what_may_go_at_once_is_it() -> None:
    easy = replace(EASY, automatic_day_total_minor=None)
    assert stops(easy, WithdrawalStanding(**{**GOOD, "day_total_minor": 60_00}), 40_00) == ()
    assert stops(easy, WithdrawalStanding(**{**GOOD, "day_total_minor": 60_01}), 40_00) == (Stop.DAY_TOTAL,)


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (EASY, ("day_total", "second_person_day_total")),
        (WithdrawalPolicy(second_person_above_minor=500_00), ("never_automatic", "second_person_day_total")),
    ],
    ids=["some_go_by_themselves", "none_does"],
)
def test_a_second_person_looks_once_a_day_is_above_the_bound(policy: WithdrawalPolicy, why: tuple[str, ...]) -> None:
    (within,) = request(policy, day_total_minor=400_00)
    assert (within.approvals_needed, within.stopped_by) == (1, why[:1])
    (above,) = request(policy, day_total_minor=400_01)
    assert (above.approvals_needed, above.stopped_by) == (2, why)


@given(st.lists(st.integers(1, 600_00), max_size=30), st.none() | st.integers(100_00, 500_00))
def test_however_it_is_split_a_day_never_lets_more_go_than_its_bounds(amounts: list[int], total: int | None) -> None:
    policy = WithdrawalPolicy(
        second_person_above_minor=500_00, automatic_up_to_minor=100_00, automatic_day_total_minor=total
    )
    asked_minor = 0
    by = {0: 0, 1: 0, 2: 0}
    for amount_minor in amounts:
        needed = approvals_needed(policy, WithdrawalStanding(day_total_minor=asked_minor), amount_minor)
        asked_minor += amount_minor
        by[needed] += amount_minor
    assert by[0] <= (100_00 if total is None else total)
    assert by[0] + by[1] <= 500_00


def test_nothing_goes_where_nothing_is_paid_any_more() -> None:
    with pytest.raises(DestinationDisabled) as refused:
        request(destination_disabled=True)
    assert refused.value.field == "destination"


STANDINGS = st.builds(
    WithdrawalStanding,
    level=st.sampled_from(LEVELS),
    under_review=st.booleans(),
    days_here=st.none() | st.integers(0, 60),
    day_total_minor=st.integers(0, 300_00),
    destination_verified=st.booleans(),
    destination_shared=st.booleans(),
)


@given(STANDINGS, st.integers(1, 600_00))
def test_it_goes_without_anybody_exactly_when_no_rule_stops_it(standing: WithdrawalStanding, amount_minor: int) -> None:
    assert (approvals_needed(EASY, standing, amount_minor) == 0) == (not stops(EASY, standing, amount_minor))
