"""What can happen to a member of staff."""

from dataclasses import dataclass
from uuid import UUID

from chassis.domain import event


@event("security.staff_member_added", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberAdded:
    login: str
    name: str


@event("security.role_assigned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned:
    """`casinos` are ids as text, or `*` alone for the whole operator."""

    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]


@event("security.role_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWithdrawn:
    assignment_id: UUID
    role_id: UUID


@event("security.staff_member_disabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberDisabled:
    pass


StaffEvent = StaffMemberAdded | RoleAssigned | RoleWithdrawn | StaffMemberDisabled
"""All of them."""
