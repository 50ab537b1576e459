"""What can be asked about a member of staff. `by` is who asks: a staff id, or None for the installation itself.

`within` are the casinos whose access is his to take away; None: all of them, and those to come.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStaffMember:
    login: str
    name: str
    contractor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignRole:
    """`critical`: the permissions of it that take a second person, where somebody gives it."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    by: UUID | None
    now: datetime
    not_before: datetime | None = None
    expires_at: datetime | None = None
    ticket: str | None = None
    approved_by: str | None = None
    override: str | None = None
    critical: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRole:
    """`gained`: what is critical and denied to him no more, which takes a second person where somebody takes it."""

    staff_id: UUID
    assignment_id: UUID
    by: UUID | None
    within: frozenset[str] | None = None
    gained: tuple[str, ...] = ()
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableStaffMember:
    staff_id: UUID
    by: UUID | None
    within: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableStaffMember:
    """Let somebody who was disabled come back, with a one-time password and no role."""

    staff_id: UUID
    by: UUID | None
    usable_until: datetime
    within: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOneTimePassword:
    """Replace the password that somebody has lost."""

    staff_id: UUID
    by: UUID | None
    usable_until: datetime
    within: frozenset[str] | None = None


StaffCommand = AddStaffMember | AssignRole | WithdrawRole | DisableStaffMember | EnableStaffMember | GiveOneTimePassword
"""All of them."""
