"""What can happen to a member of staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event


@event("security.staff_member_added", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberAdded:
    """`contractor`: somebody of another company, who is given roles for ninety days at most."""

    login: str
    name: str
    contractor: bool = False


@event("security.role_assigned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned:
    """`casinos` are ids as text, or `*` alone for the whole operator.

    Attributes:
        not_before, expires_at: from when, and until when; None: at once, and until it is taken away.
        ticket: where it was asked for.
        approved_by: a second person, where there was one.
        override: why duties that are kept apart may meet in this person, where they do.
    """

    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    not_before: datetime | None = None
    expires_at: datetime | None = None
    ticket: str | None = None
    approved_by: str | None = None
    override: str | None = None


@event("security.role_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWithdrawn:
    assignment_id: UUID
    role_id: UUID


@event("security.staff_member_disabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberDisabled:
    pass


@event("security.staff_member_enabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberEnabled:
    """Back again, with no role: the earlier ones were withdrawn before."""


@event("security.one_time_password_given", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimePasswordGiven:
    """The former password opens nothing any more; the new one is used once, and is no part of this."""

    usable_until: datetime


StaffEvent = (
    StaffMemberAdded | RoleAssigned | RoleWithdrawn | StaffMemberDisabled | StaffMemberEnabled | OneTimePasswordGiven
)
"""All of them."""
