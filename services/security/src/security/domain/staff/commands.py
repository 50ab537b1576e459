"""What can be asked about a member of staff. `by` is who asks: a staff id, or None for the installation itself."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStaffMember:
    login: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignRole:
    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRole:
    staff_id: UUID
    assignment_id: UUID
    by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableStaffMember:
    staff_id: UUID
    by: UUID | None


StaffCommand = AddStaffMember | AssignRole | WithdrawRole | DisableStaffMember
"""All of them."""
