"""Limits and exclusions: tighter at once, looser after a time to think, never shortened."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.domain.restriction.aggregate import FOR_EVER, restriction
from backoffice.domain.restriction.commands import ExcludeOneself, SetDepositLimit
from backoffice.domain.restriction.errors import ExclusionTooLong, ExclusionTooShort, LimitInAnotherCurrency
from backoffice.domain.restriction.events import DepositLimitSet, SelfExclusionStarted
from chassis.testing.spec import Spec

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)


def limit(amount: int, now: datetime = NOW, currency: str = "EUR") -> SetDepositLimit:
    return SetDepositLimit(
        period="day", amount_minor=amount, currency=currency, player_currency="EUR", loosening_hours=24, now=now
    )


def limited(amount: int, previous: int | None = None, since: datetime = NOW) -> DepositLimitSet:
    return DepositLimitSet(
        period="day", amount_minor=amount, currency="EUR", previous_amount_minor=previous, effective_from=since
    )


def exclude(months: int | None, now: datetime = NOW) -> ExcludeOneself:
    return ExcludeOneself(months=months, months_min=6, months_max=12, now=now)


def excluded(until: date | None) -> SelfExclusionStarted:
    return SelfExclusionStarted(started_at=NOW, until=until)


@pytest.fixture
def spec() -> Spec[Any, Any, Any]:
    return Spec(restriction)


def test_a_first_limit_holds_at_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(limit(100)).then(limited(100))


def test_a_tighter_limit_holds_at_once(spec: Spec[Any, Any, Any]) -> None:
    spec.given(limited(100)).when(limit(50)).then(limited(50, previous=100))


def test_a_looser_limit_waits(spec: Spec[Any, Any, Any]) -> None:
    spec.given(limited(100)).when(limit(200)).then(limited(200, previous=100, since=NOW + DAY))


def test_while_a_looser_limit_waits_the_old_one_is_what_counts(spec: Spec[Any, Any, Any]) -> None:
    waiting = limited(200, previous=100, since=NOW + DAY)
    spec.given(limited(100), waiting).when(limit(150)).then(limited(150, previous=100, since=NOW + DAY))


def test_once_it_holds_the_looser_limit_counts(spec: Spec[Any, Any, Any]) -> None:
    later = NOW + DAY + DAY
    waiting = limited(200, previous=100, since=NOW + DAY)
    spec.given(limited(100), waiting).when(limit(150, later)).then(limited(150, previous=200, since=later))


def test_the_same_limit_is_nothing_new(spec: Spec[Any, Any, Any]) -> None:
    spec.given(limited(100)).when(limit(100)).then_nothing()


def test_a_limit_in_another_currency_is_refused(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(limit(100, currency="GBP")).then_raises(LimitInAnotherCurrency)


def test_an_exclusion_begins(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(exclude(6)).then(excluded(date(2026, 12, 1)))


def test_an_exclusion_without_end_is_always_possible(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(exclude(None)).then(excluded(None))


def test_an_exclusion_has_a_shortest_and_a_longest_time(spec: Spec[Any, Any, Any]) -> None:
    spec.given().when(exclude(5)).then_raises(ExclusionTooShort)
    spec.given().when(exclude(13)).then_raises(ExclusionTooLong)


def test_an_exclusion_is_extended_and_never_shortened(spec: Spec[Any, Any, Any]) -> None:
    spec.given(excluded(date(2026, 12, 1))).when(exclude(12)).then(excluded(date(2027, 6, 1)))
    spec.given(excluded(date(2027, 6, 1))).when(exclude(6)).then_nothing()
    spec.given(excluded(None)).when(exclude(12)).then_nothing()


COMMANDS = st.one_of(
    st.builds(lambda amount, hours: limit(amount, NOW + timedelta(hours=hours)), st.integers(1, 9), st.integers(0, 99)),
    st.builds(
        lambda months, days: exclude(months, NOW + timedelta(days=days)),
        st.sampled_from([6, 9, 12, None]),
        st.integers(0, 400),
    ),
)


@given(st.lists(COMMANDS, max_size=15))
def test_whatever_the_order_nothing_gets_looser_without_its_wait(commands: list[Any]) -> None:
    state = restriction.initial
    for command in sorted(commands, key=lambda one: one.now):
        before = state
        for happened in restriction.decide(command, state):
            state = restriction.evolve(state, happened)
        assert (state.excluded_until or date.min) >= (before.excluded_until or date.min)
        held = before.limits["day"].in_force(command.now) if before.limits else None
        now_held = state.limits["day"].in_force(command.now) if state.limits else None
        assert held is None or (now_held is not None and now_held <= held)
    assert state.excluded_until is None or state.excluded_until <= FOR_EVER
