"""Decides about emergency access: opened by one person, over within the hour, reviewed by another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from chassis.domain import Decider
from security.domain.break_glass.commands import (
    BreakGlassCommand,
    EndBreakGlass,
    OpenBreakGlass,
    ReviewBreakGlass,
    TellOverdue,
    Within,
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
    BreakGlassEvent,
    BreakGlassOpened,
    BreakGlassReviewed,
    BreakGlassReviewOverdue,
    Cause,
)

LONGEST_MINUTES: Final = 60
REVIEWED_WITHIN: Final = timedelta(hours=72)
"""After it was opened."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing was opened under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """It was opened, and is over once `ends_at` has come or `ended` is set.

    Attributes:
        told: whether it was said that the review is overdue.
    """

    staff_id: UUID
    casinos: tuple[str, ...]
    ends_at: datetime
    review_by: datetime
    ended: bool = False
    reviewed: bool = False
    told: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether it is under way."""
        return not self.ended and now < self.ends_at


BreakGlass = Absent | Opened
"""Every state it can be in."""


def decide(command: BreakGlassCommand, state: BreakGlass) -> Sequence[BreakGlassEvent]:
    """What happens because of a command."""
    match command:
        case OpenBreakGlass():
            return _open(command, state)
        case EndBreakGlass():
            there = _seen(state, command.by, command.within)
            if not there.is_open(command.now):
                raise BreakGlassOver
            cause: Cause = "ended_by_owner" if there.staff_id == command.by else "ended_by_colleague"
            return [BreakGlassEnded(staff_id=there.staff_id, cause=cause)]
        case ReviewBreakGlass():
            return _review(command, _seen(state, command.by, command.within))
        case TellOverdue():
            return _tell(command, state)
        case _:
            assert_never(command)


def _open(command: OpenBreakGlass, state: BreakGlass) -> Sequence[BreakGlassEvent]:
    if not isinstance(state, Absent):
        raise BreakGlassIsOpen
    return [
        BreakGlassOpened(
            staff_id=command.staff_id,
            role_id=command.role_id,
            casinos=command.casinos,
            incident_id=command.incident_id,
            ends_at=command.now + timedelta(minutes=command.minutes),
            review_by=command.now + REVIEWED_WITHIN,
        )
    ]


def _review(command: ReviewBreakGlass, there: Opened) -> Sequence[BreakGlassEvent]:
    if there.staff_id == command.by:
        raise OwnReview
    if there.is_open(command.now):
        raise BreakGlassIsOpen
    if there.reviewed:
        raise BreakGlassIsReviewed
    return [BreakGlassReviewed(staff_id=there.staff_id, reviewed_by=str(command.by), findings=command.findings)]


def _tell(command: TellOverdue, state: BreakGlass) -> Sequence[BreakGlassEvent]:
    if isinstance(state, Absent) or state.reviewed or state.told or command.now < state.review_by:
        return []
    return [BreakGlassReviewOverdue(staff_id=state.staff_id, review_by=state.review_by)]


def _seen(state: BreakGlass, by: UUID, within: Within) -> Opened:
    if isinstance(state, Absent):
        raise BreakGlassUnknown
    if state.staff_id != by and within is not None and not within.issuperset(state.casinos):
        raise BreakGlassUnknown
    return state


def evolve(state: BreakGlass, event: BreakGlassEvent) -> BreakGlass:
    """The state after an event."""
    match event:
        case BreakGlassOpened():
            return Opened(
                staff_id=event.staff_id, casinos=event.casinos, ends_at=event.ends_at, review_by=event.review_by
            )
        case BreakGlassEnded():
            return state if isinstance(state, Absent) else replace(state, ended=True)
        case BreakGlassReviewed():
            return state if isinstance(state, Absent) else replace(state, reviewed=True)
        case BreakGlassReviewOverdue():
            return state if isinstance(state, Absent) else replace(state, told=True)
        case _:
            assert_never(event)


break_glass: Decider[BreakGlassCommand, BreakGlass, BreakGlassEvent] = Decider("break_glass", Absent(), decide, evolve)
