"""Decides who of the staff exists and which roles they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from chassis.domain import Decider
from security.domain.second import require_second
from security.domain.staff.commands import (
    AddStaffMember,
    AssignRole,
    DisableStaffMember,
    EnableStaffMember,
    GiveOneTimePassword,
    StaffCommand,
    WithdrawRole,
)
from security.domain.staff.errors import (
    AssignmentTimesInvalid,
    AssignmentUnknown,
    BeyondOwnAccess,
    ContractorNeedsEnd,
    OwnAccess,
    StaffMemberExists,
    StaffMemberIsActive,
    StaffMemberIsDisabled,
    StaffMemberUnknown,
)
from security.domain.staff.events import (
    OneTimePasswordGiven,
    RoleAssigned,
    RoleWithdrawn,
    StaffEvent,
    StaffMemberAdded,
    StaffMemberDisabled,
    StaffMemberEnabled,
)

CONTRACTORS_LONGEST = timedelta(days=90)
"""How long a contractor holds a role before somebody has to think about it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that somebody holds."""

    role_id: UUID
    casinos: tuple[str, ...]
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody was added under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Works here. `roles` maps an assignment to what is held by it."""

    roles: Mapping[UUID, Held] = field(default_factory=dict)
    contractor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabled:
    """May not come in any more. `roles` are those held until then: they tell whose colleague it was."""

    roles: Mapping[UUID, Held] = field(default_factory=dict)
    contractor: bool = False


Staff = Absent | Active | Disabled
"""Every state a member of staff can be in."""


def decide(command: StaffCommand, state: Staff) -> Sequence[StaffEvent]:
    """What happens because of a command."""
    match command:
        case AddStaffMember():
            return _add(command, state)
        case AssignRole():
            return _assign(command, state)
        case WithdrawRole():
            return _withdraw(command, state)
        case DisableStaffMember():
            return _disable(command, state)
        case EnableStaffMember():
            return _enable(command, state)
        case GiveOneTimePassword():
            return _give_password(command, state)
        case _:
            assert_never(command)


def _add(command: AddStaffMember, state: Staff) -> Sequence[StaffEvent]:
    if not isinstance(state, Absent):
        raise StaffMemberExists
    return [StaffMemberAdded(login=command.login, name=command.name, contractor=command.contractor)]


def _assign(command: AssignRole, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    there = _active(state)
    _require_times(command, contractor=there.contractor)
    wanted = Held(
        role_id=command.role_id,
        casinos=command.casinos,
        not_before=command.not_before,
        expires_at=command.expires_at,
    )
    if wanted in there.roles.values():
        return []
    if command.by is not None:
        require_second(command.critical, command.by, command.approved_by)
    return [
        RoleAssigned(
            assignment_id=command.assignment_id,
            role_id=command.role_id,
            role_name=command.role_name,
            casinos=command.casinos,
            not_before=command.not_before,
            expires_at=command.expires_at,
            ticket=command.ticket,
            approved_by=command.approved_by,
            override=command.override,
        )
    ]


def _require_times(command: AssignRole, *, contractor: bool) -> None:
    begins = max(command.not_before or command.now, command.now)
    if command.expires_at is not None and command.expires_at <= begins:
        raise AssignmentTimesInvalid("It must end after it begins, and later than now.", field="expires_at")
    if contractor and (command.expires_at is None or command.expires_at > command.now + CONTRACTORS_LONGEST):
        raise ContractorNeedsEnd("A contractor's role ends within 90 days.", field="expires_at")


def _withdraw(command: WithdrawRole, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    roles = _active(state).roles
    if command.assignment_id not in roles:
        raise AssignmentUnknown
    held = roles[command.assignment_id]
    if not _inside(held.casinos, command.within):
        raise AssignmentUnknown
    if command.by is not None:
        require_second(command.gained, command.by, command.approved_by)
    return [RoleWithdrawn(assignment_id=command.assignment_id, role_id=held.role_id)]


def _disable(command: DisableStaffMember, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    match state:
        case Absent():
            raise StaffMemberUnknown
        case Active():
            _require_all_inside(state, command.within)
            return [StaffMemberDisabled()]
        case Disabled() if command.within is None:
            return []
        case Disabled():
            raise StaffMemberUnknown
        case _:
            assert_never(state)


def _enable(command: EnableStaffMember, state: Staff) -> Sequence[StaffEvent]:
    """The roles of before do not come back with the person: whoever gives one now holds it himself."""
    if command.by == command.staff_id:
        raise OwnAccess
    there = _within_reach(state, command.within)
    if isinstance(there, Active):
        raise StaffMemberIsActive
    ended = [RoleWithdrawn(assignment_id=one, role_id=held.role_id) for one, held in there.roles.items()]
    return [*ended, StaffMemberEnabled(), OneTimePasswordGiven(usable_until=command.usable_until)]


def _give_password(command: GiveOneTimePassword, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    if isinstance(_within_reach(state, command.within), Disabled):
        raise StaffMemberIsDisabled
    return [OneTimePasswordGiven(usable_until=command.usable_until)]


def _within_reach(state: Staff, within: frozenset[str] | None) -> Active | Disabled:
    if isinstance(state, Absent):
        raise StaffMemberUnknown
    _require_all_inside(state, within)
    return state


def _require_all_inside(state: Active | Disabled, within: frozenset[str] | None) -> None:
    """Whoever holds a role elsewhere too is the operator's to disable or to let in again. A colleague of others, or of
    nobody yet, is unknown to a manager of some casinos: another answer would tell that there is somebody.
    """
    held = [_inside(one.casinos, within) for one in state.roles.values()]
    if within is not None and not any(held):
        raise StaffMemberUnknown
    if not all(held):
        raise BeyondOwnAccess


def _inside(casinos: tuple[str, ...], within: frozenset[str] | None) -> bool:
    return within is None or within.issuperset(casinos)


def _active(state: Staff) -> Active:
    match state:
        case Absent():
            raise StaffMemberUnknown
        case Active():
            return state
        case Disabled():
            raise StaffMemberIsDisabled
        case _:
            assert_never(state)


def evolve(state: Staff, event: StaffEvent) -> Staff:
    """The state after an event."""
    there = Active() if isinstance(state, Absent) else state
    match event:
        case StaffMemberAdded():
            return Active(contractor=event.contractor)
        case StaffMemberEnabled():
            return Active(contractor=there.contractor)
        case RoleAssigned():
            held = Held(
                role_id=event.role_id,
                casinos=event.casinos,
                not_before=event.not_before,
                expires_at=event.expires_at,
            )
            return Active(roles={**there.roles, event.assignment_id: held}, contractor=there.contractor)
        case RoleWithdrawn():
            left = {one: role for one, role in there.roles.items() if one != event.assignment_id}
            return state if isinstance(state, Absent) else replace(state, roles=left)
        case StaffMemberDisabled():
            return Disabled(roles=there.roles, contractor=there.contractor)
        case OneTimePasswordGiven():
            return state
        case _:
            assert_never(event)


staff: Decider[StaffCommand, Staff, StaffEvent] = Decider("staff", Absent(), decide, evolve)
