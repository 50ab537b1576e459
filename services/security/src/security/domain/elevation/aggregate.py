"""Decides about more access for some hours: who asks, a second person who answers, and an end that comes by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from chassis.domain import Decider
from security.domain.elevation.commands import (
    ApproveElevation,
    ElevationCommand,
    EndElevation,
    RefuseElevation,
    RequestElevation,
    Within,
)
from security.domain.elevation.errors import (
    ElevationAnswered,
    ElevationLapsed,
    ElevationOver,
    ElevationUnknown,
    OwnElevation,
)
from security.domain.elevation.events import (
    Cause,
    ElevationApproved,
    ElevationEnded,
    ElevationEvent,
    ElevationRefused,
    ElevationRequested,
    ElevationWithdrawn,
)

LONGEST_MINUTES: Final = 480
"""A working day. Whoever needs more is given the role."""

ANSWERED_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing was asked for under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for, by whom."""

    staff_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    minutes: int
    ticket: str
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has answered."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Given:
    """The role is held until then."""

    wish: Wish
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """Refused, taken back, or ended before its time."""

    wish: Wish


Elevation = Absent | Waiting | Given | Over
"""Every state a wish can be in."""


def decide(command: ElevationCommand, state: Elevation) -> Sequence[ElevationEvent]:
    """What happens because of a command."""
    match command:
        case RequestElevation():
            return _request(command, state)
        case ApproveElevation():
            wish = _unanswered(state, command.by, command.within)
            if command.now >= wish.answer_by:
                raise ElevationLapsed
            ends_at = command.now + timedelta(minutes=wish.minutes)
            return [ElevationApproved(staff_id=wish.staff_id, approved_by=str(command.by), ends_at=ends_at)]
        case RefuseElevation():
            wish = _unanswered(state, command.by, command.within)
            return [ElevationRefused(staff_id=wish.staff_id, refused_by=str(command.by))]
        case EndElevation():
            return _end(command, state)
        case _:
            assert_never(command)


def _request(command: RequestElevation, state: Elevation) -> Sequence[ElevationEvent]:
    if not isinstance(state, Absent):
        raise ElevationAnswered
    return [
        ElevationRequested(
            staff_id=command.staff_id,
            role_id=command.role_id,
            role_name=command.role_name,
            casinos=command.casinos,
            minutes=command.minutes,
            ticket=command.ticket,
            answer_by=command.now + ANSWERED_WITHIN,
        )
    ]


def _unanswered(state: Elevation, by: UUID, within: Within) -> Wish:
    """The wish that somebody else answers. Whoever may not see it is told that there is none."""
    wish = _seen(state, by, within)
    if wish.staff_id == by:
        raise OwnElevation
    if not isinstance(state, Waiting):
        raise ElevationAnswered
    return wish


def _end(command: EndElevation, state: Elevation) -> Sequence[ElevationEvent]:
    wish = _seen(state, command.by, command.within)
    cause: Cause = "ended_by_owner" if wish.staff_id == command.by else "ended_by_colleague"
    match state:
        case Waiting():
            return [ElevationWithdrawn(staff_id=wish.staff_id, cause=cause)]
        case Given(ends_at=ends_at) if command.now < ends_at:
            return [ElevationEnded(staff_id=wish.staff_id, cause=cause)]
    raise ElevationOver


def _seen(state: Elevation, by: UUID, within: Within) -> Wish:
    if isinstance(state, Absent):
        raise ElevationUnknown
    if state.wish.staff_id != by and within is not None and not within.issuperset(state.wish.casinos):
        raise ElevationUnknown
    return state.wish


def evolve(state: Elevation, event: ElevationEvent) -> Elevation:
    """The state after an event."""
    match event:
        case ElevationRequested():
            wish = Wish(
                staff_id=event.staff_id,
                role_id=event.role_id,
                role_name=event.role_name,
                casinos=event.casinos,
                minutes=event.minutes,
                ticket=event.ticket,
                answer_by=event.answer_by,
            )
            return Waiting(wish)
        case ElevationApproved():
            return state if isinstance(state, Absent) else Given(state.wish, event.ends_at)
        case ElevationRefused() | ElevationWithdrawn() | ElevationEnded():
            return state if isinstance(state, Absent) else Over(state.wish)
        case _:
            assert_never(event)


elevation: Decider[ElevationCommand, Elevation, ElevationEvent] = Decider("elevation", Absent(), decide, evolve)
