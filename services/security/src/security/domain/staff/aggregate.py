"""Decides who of the staff exists and which roles they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from chassis.domain import Decider
from security.domain.staff.commands import AddStaffMember, AssignRole, DisableStaffMember, StaffCommand, WithdrawRole
from security.domain.staff.errors import (
    AssignmentUnknown,
    BeyondOwnAccess,
    OwnAccess,
    StaffMemberExists,
    StaffMemberIsDisabled,
    StaffMemberUnknown,
)
from security.domain.staff.events import (
    RoleAssigned,
    RoleWithdrawn,
    StaffEvent,
    StaffMemberAdded,
    StaffMemberDisabled,
)


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody was added under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """Works here. `roles` maps an assignment to its role and casinos."""

    roles: Mapping[UUID, tuple[UUID, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disabled:
    """May not come in any more."""


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
        case _:
            assert_never(command)


def _add(command: AddStaffMember, state: Staff) -> Sequence[StaffEvent]:
    if not isinstance(state, Absent):
        raise StaffMemberExists
    return [StaffMemberAdded(login=command.login, name=command.name)]


def _assign(command: AssignRole, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    roles = _active(state).roles
    if (command.role_id, command.casinos) in roles.values():
        return []
    return [
        RoleAssigned(
            assignment_id=command.assignment_id,
            role_id=command.role_id,
            role_name=command.role_name,
            casinos=command.casinos,
        )
    ]


def _withdraw(command: WithdrawRole, state: Staff) -> Sequence[StaffEvent]:
    if command.by == command.staff_id:
        raise OwnAccess
    roles = _active(state).roles
    if command.assignment_id not in roles:
        raise AssignmentUnknown
    role_id, casinos = roles[command.assignment_id]
    if not _inside(casinos, command.within):
        raise AssignmentUnknown
    return [RoleWithdrawn(assignment_id=command.assignment_id, role_id=role_id)]


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


def _require_all_inside(state: Active, within: frozenset[str] | None) -> None:
    """Whoever holds a role elsewhere too is disabled by the operator. A colleague of others, or of nobody yet, is
    unknown to a manager of some casinos: another answer would tell that there is somebody.
    """
    held = [_inside(casinos, within) for _, casinos in state.roles.values()]
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
    roles = state.roles if isinstance(state, Active) else {}
    match event:
        case StaffMemberAdded():
            return Active()
        case RoleAssigned():
            return Active(roles={**roles, event.assignment_id: (event.role_id, event.casinos)})
        case RoleWithdrawn():
            return Active(roles={one: role for one, role in roles.items() if one != event.assignment_id})
        case StaffMemberDisabled():
            return Disabled()
        case _:
            assert_never(event)


staff: Decider[StaffCommand, Staff, StaffEvent] = Decider("staff", Absent(), decide, evolve)
