"""Security's private events in the words of its contract."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, get_args
from uuid import UUID

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.security import events as contract
from security.application import publishing_break_glass, publishing_clients, publishing_elevations
from security.domain.break_glass import events as break_glass
from security.domain.client import events as client
from security.domain.elevation import events as elevation
from security.domain.grants import Grant
from security.domain.role import events as role
from security.domain.staff import events as staff

_ELSEWHERE: Final[Sequence[tuple[Any, Callable[[UUID, Any], Iterable[ContractEvent]]]]] = (
    (client.ClientEvent, publishing_clients.told),
    (elevation.ElevationEvent, publishing_elevations.told),
    (break_glass.BreakGlassEvent, publishing_break_glass.told),
)


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """What others may know of an event."""
    key = recorded.stream_key
    for events, told in _ELSEWHERE:
        if isinstance(recorded.event, get_args(events)):
            yield from told(key, recorded.event)
    match recorded.event:
        case staff.StaffMemberAdded(login=login, name=name, contractor=contractor):
            yield contract.StaffMemberAdded(staff_id=key, login=login, name=name, contractor=contractor)
        case staff.StaffMemberDisabled():
            yield contract.StaffMemberDisabled(staff_id=key)
        case staff.StaffMemberEnabled():
            yield contract.StaffMemberEnabled(staff_id=key)
        case staff.OneTimePasswordGiven(usable_until=usable_until):
            yield contract.OneTimePasswordGiven(staff_id=key, usable_until=usable_until)
        case staff.RoleAssigned() as event:
            yield contract.RoleAssigned(
                staff_id=key,
                assignment_id=event.assignment_id,
                role_id=event.role_id,
                role_name=event.role_name,
                casinos=event.casinos,
                not_before=event.not_before,
                expires_at=event.expires_at,
                ticket=event.ticket,
                approved_by=event.approved_by,
                override=event.override,
            )
        case staff.RoleWithdrawn(assignment_id=assignment_id, role_id=role_id):
            yield contract.RoleWithdrawn(staff_id=key, assignment_id=assignment_id, role_id=role_id)
        case happened if isinstance(happened, get_args(role.RoleEvent)):
            yield from _told_of_role(key, happened)


def _told_of_role(key: UUID, happened: role.RoleEvent) -> Iterable[ContractEvent]:
    match happened:
        case role.RoleDefined(name=name, grants=grants):
            yield _role(key, name, 1, (), grants)
        case role.RoleVersionPublished() as event:
            yield _role(key, event.name, event.version, event.before, event.grants)
        case role.RoleRetired(name=name):
            yield contract.RoleRetired(role_id=key, name=name)


def _role(
    role_id: UUID, name: str, version: int, before: tuple[Grant, ...], after: tuple[Grant, ...]
) -> contract.RoleDefined:
    return contract.RoleDefined(
        role_id=role_id,
        name=name,
        permissions_before=_allowed(before),
        permissions_after=_allowed(after),
        role_version=version,
        lines_before=tuple(map(_line, before)),
        lines_after=tuple(map(_line, after)),
    )


def _allowed(grants: tuple[Grant, ...]) -> tuple[str, ...]:
    return tuple(sorted({one.pattern for one in grants if one.effect == "allow"}))


def _line(grant: Grant) -> contract.RoleLine:
    return contract.RoleLine(
        pattern=grant.pattern,
        effect=grant.effect,
        casinos=grant.casinos,
        modes=grant.modes,
        ceilings=grant.ceilings,
        auto_extend=grant.auto_extend,
    )
