"""Security's private events in the words of its contract."""

from collections.abc import Iterable
from typing import Any, get_args

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.security import events as contract
from security.application import publishing_clients
from security.domain.client import events as client
from security.domain.role import events as role
from security.domain.staff import events as staff


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """What others may know of an event."""
    key = recorded.stream_key
    match recorded.event:
        case happened if isinstance(happened, get_args(client.ClientEvent)):
            yield from publishing_clients.told(key, happened)
        case staff.StaffMemberAdded(login=login, name=name):
            yield contract.StaffMemberAdded(staff_id=key, login=login, name=name)
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
            )
        case staff.RoleWithdrawn(assignment_id=assignment_id, role_id=role_id):
            yield contract.RoleWithdrawn(staff_id=key, assignment_id=assignment_id, role_id=role_id)
        case role.RoleDefined(name=name, permissions=permissions):
            yield contract.RoleDefined(role_id=key, name=name, permissions_before=(), permissions_after=permissions)
        case role.RolePermissionsChanged(name=name, before=before, after=after):
            yield contract.RoleDefined(role_id=key, name=name, permissions_before=before, permissions_after=after)
