"""More access for some hours: asked for by one, answered by another, over by itself."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.domain import DomainError
from chassis.testing.spec import Spec
from security.domain.elevation.aggregate import ANSWERED_WITHIN, elevation
from security.domain.elevation.commands import (
    ApproveElevation,
    ElevationCommand,
    EndElevation,
    RefuseElevation,
    RequestElevation,
)
from security.domain.elevation.errors import (
    ElevationAnswered,
    ElevationLapsed,
    ElevationOver,
    ElevationUnknown,
    OwnElevation,
)
from security.domain.elevation.events import (
    ElevationApproved,
    ElevationEnded,
    ElevationRefused,
    ElevationRequested,
    ElevationWithdrawn,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, BEN, ROLE = UUID(int=1), UUID(int=2), UUID(int=3)
EVERYWHERE = None
AT_HOME, ELSEWHERE = frozenset({"c1"}), frozenset({"c2"})
ENDS = NOW + timedelta(minutes=120)

REQUESTED = ElevationRequested(
    staff_id=ANN,
    role_id=ROLE,
    role_name="payments",
    casinos=("c1",),
    minutes=120,
    ticket="OPS-1",
    answer_by=NOW + ANSWERED_WITHIN,
)
APPROVED = ElevationApproved(staff_id=ANN, approved_by=str(BEN), ends_at=ENDS)
REFUSED = ElevationRefused(staff_id=ANN, refused_by=str(BEN))
WITHDRAWN = ElevationWithdrawn(staff_id=ANN, cause="ended_by_owner")
ENDED = ElevationEnded(staff_id=ANN, cause="ended_by_colleague")

ASK = RequestElevation(
    staff_id=ANN, role_id=ROLE, role_name="payments", casinos=("c1",), minutes=120, ticket="OPS-1", now=NOW
)


def approve(
    by: UUID = BEN, within: frozenset[str] | None = EVERYWHERE, at: timedelta = timedelta()
) -> ApproveElevation:
    return ApproveElevation(by=by, now=NOW + at, within=within)


def end(by: UUID, within: frozenset[str] | None = EVERYWHERE, at: timedelta = timedelta()) -> EndElevation:
    return EndElevation(by=by, now=NOW + at, within=within)


def test_what_is_asked_for_waits_for_a_day() -> None:
    Spec(elevation).when(ASK).then(REQUESTED)


def test_a_wish_is_made_once() -> None:
    Spec(elevation).given(REQUESTED).when(ASK).then_raises(ElevationAnswered)


def test_its_time_begins_when_it_is_approved() -> None:
    later = timedelta(hours=3)
    expected = ElevationApproved(staff_id=ANN, approved_by=str(BEN), ends_at=ENDS + later)
    Spec(elevation).given(REQUESTED).when(approve(at=later)).then(expected)


def test_nobody_answers_his_own_wish() -> None:
    for command in (approve(by=ANN), RefuseElevation(by=ANN, within=EVERYWHERE)):
        Spec(elevation).given(REQUESTED).when(command).then_raises(OwnElevation)


@pytest.mark.parametrize("answer", [APPROVED, REFUSED, WITHDRAWN], ids=lambda one: type(one).__name__)
def test_what_was_answered_is_not_answered_again(answer: ElevationApproved) -> None:
    for command in (approve(), RefuseElevation(by=BEN, within=EVERYWHERE)):
        Spec(elevation).given(REQUESTED, answer).when(command).then_raises(ElevationAnswered)


def test_nobody_approves_what_lay_for_a_day() -> None:
    Spec(elevation).given(REQUESTED).when(approve(at=ANSWERED_WITHIN)).then_raises(ElevationLapsed)
    just_in_time = ANSWERED_WITHIN - timedelta(seconds=1)
    expected = ElevationApproved(staff_id=ANN, approved_by=str(BEN), ends_at=ENDS + just_in_time)
    Spec(elevation).given(REQUESTED).when(approve(at=just_in_time)).then(expected)


@pytest.mark.parametrize(
    "command",
    [approve(within=ELSEWHERE), RefuseElevation(by=BEN, within=ELSEWHERE), end(BEN, ELSEWHERE)],
    ids=["approve", "refuse", "end"],
)
def test_a_manager_of_other_casinos_is_told_that_there_is_none(command: ElevationCommand) -> None:
    Spec(elevation).given(REQUESTED).when(command).then_raises(ElevationUnknown)
    Spec(elevation).when(command).then_raises(ElevationUnknown)


def test_a_second_person_may_say_no() -> None:
    Spec(elevation).given(REQUESTED).when(RefuseElevation(by=BEN, within=AT_HOME)).then(REFUSED)


def test_a_wish_is_taken_back_and_what_was_given_ends_early() -> None:
    Spec(elevation).given(REQUESTED).when(end(ANN, frozenset())).then(WITHDRAWN)
    Spec(elevation).given(REQUESTED, APPROVED).when(end(BEN, AT_HOME)).then(ENDED)


def test_what_is_over_does_not_end_again() -> None:
    two_hours = timedelta(hours=2)
    refusals: list[tuple[list[object], timedelta]] = [
        ([REQUESTED, APPROVED], two_hours),
        ([REQUESTED, REFUSED], timedelta()),
        ([REQUESTED, APPROVED, ENDED], timedelta()),
    ]
    for history, at in refusals:
        error: DomainError = Spec(elevation).given(*history).when(end(ANN, at=at)).then_raises(ElevationOver)  # type: ignore[arg-type]
        assert error.code == "elevation_over"
