"""Emergency access: opened by one, over within the hour, reviewed by another."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.testing.spec import Spec
from security.domain.break_glass.aggregate import REVIEWED_WITHIN, break_glass
from security.domain.break_glass.commands import (
    BreakGlassCommand,
    EndBreakGlass,
    OpenBreakGlass,
    ReviewBreakGlass,
    TellOverdue,
)
from security.domain.break_glass.errors import (
    BreakGlassIsOpen,
    BreakGlassIsReviewed,
    BreakGlassOver,
    BreakGlassUnknown,
    OwnReview,
)
from security.domain.break_glass.events import (
    BreakGlassEnded,
    BreakGlassOpened,
    BreakGlassReviewed,
    BreakGlassReviewOverdue,
)

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
ANN, BEN, ROLE = UUID(int=1), UUID(int=2), UUID(int=3)
HALF_AN_HOUR, FINDINGS = timedelta(minutes=30), "Two games were switched off."
DUE = NOW + REVIEWED_WITHIN

OPEN = OpenBreakGlass(staff_id=ANN, role_id=ROLE, casinos=("c1",), incident_id="INC-1", minutes=30, now=NOW)
OPENED = BreakGlassOpened(
    staff_id=ANN, role_id=ROLE, casinos=("c1",), incident_id="INC-1", ends_at=NOW + HALF_AN_HOUR, review_by=DUE
)
ENDED = BreakGlassEnded(staff_id=ANN, cause="ended_by_owner")
REVIEWED = BreakGlassReviewed(staff_id=ANN, reviewed_by=str(BEN), findings=FINDINGS)
OVERDUE = BreakGlassReviewOverdue(staff_id=ANN, review_by=DUE)


def end(by: UUID, at: timedelta = timedelta(), within: frozenset[str] | None = None) -> EndBreakGlass:
    return EndBreakGlass(by=by, now=NOW + at, within=within)


def review(by: UUID = BEN, at: timedelta = HALF_AN_HOUR, within: frozenset[str] | None = None) -> ReviewBreakGlass:
    return ReviewBreakGlass(by=by, findings=FINDINGS, now=NOW + at, within=within)


def test_it_is_opened_with_an_end_and_a_review_that_is_due() -> None:
    Spec(break_glass).when(OPEN).then(OPENED)


def test_it_ends_early_by_its_owner_or_a_colleague() -> None:
    Spec(break_glass).given(OPENED).when(end(ANN, within=frozenset())).then(ENDED)
    Spec(break_glass).given(OPENED).when(end(BEN)).then(BreakGlassEnded(staff_id=ANN, cause="ended_by_colleague"))


def test_what_is_over_does_not_end_again() -> None:
    Spec(break_glass).given(OPENED).when(end(ANN, at=HALF_AN_HOUR)).then_raises(BreakGlassOver)
    Spec(break_glass).given(OPENED, ENDED).when(end(ANN)).then_raises(BreakGlassOver)


def test_it_is_reviewed_by_somebody_else_when_it_is_over() -> None:
    Spec(break_glass).given(OPENED).when(review(at=HALF_AN_HOUR - timedelta(seconds=1))).then_raises(BreakGlassIsOpen)
    Spec(break_glass).given(OPENED).when(review()).then(REVIEWED)
    Spec(break_glass).given(OPENED, ENDED).when(review(at=timedelta())).then(REVIEWED)


def test_nobody_reviews_his_own() -> None:
    Spec(break_glass).given(OPENED, ENDED).when(review(by=ANN)).then_raises(OwnReview)


def test_a_review_is_closed_once() -> None:
    Spec(break_glass).given(OPENED, REVIEWED).when(review()).then_raises(BreakGlassIsReviewed)


@pytest.mark.parametrize(
    "command",
    [end(BEN, within=frozenset({"c2"})), review(within=frozenset({"c2"}))],
    ids=["end", "review"],
)
def test_a_manager_of_other_casinos_is_told_that_there_is_none(command: BreakGlassCommand) -> None:
    Spec(break_glass).given(OPENED).when(command).then_raises(BreakGlassUnknown)
    Spec(break_glass).when(command).then_raises(BreakGlassUnknown)


def test_a_review_that_nobody_closed_in_time_is_told_once() -> None:
    Spec(break_glass).given(OPENED).when(TellOverdue(now=DUE - timedelta(seconds=1))).then_nothing()
    Spec(break_glass).given(OPENED).when(TellOverdue(now=DUE)).then(OVERDUE)
    Spec(break_glass).given(OPENED, OVERDUE).when(TellOverdue(now=DUE)).then_nothing()
    Spec(break_glass).given(OPENED, REVIEWED).when(TellOverdue(now=DUE)).then_nothing()


def test_an_overdue_review_is_closed_all_the_same() -> None:
    Spec(break_glass).given(OPENED, OVERDUE).when(review(at=REVIEWED_WITHIN * 2)).then(REVIEWED)
