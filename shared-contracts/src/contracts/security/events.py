"""What security tells the others: who may come in, who left, and which access changed."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent

IDENTITY = "security.identity.events"
ROLES = "security.role.events"
SESSIONS = "security.session.events"


class StaffMemberAdded(
    ContractEvent,
    type="security.staff_member_added",
    version=1,
    topic=IDENTITY,
    key="staff_id",
    consumers=("backoffice",),
):
    """A member of staff exists; the log-in is a work address, shown to colleagues next to what they did."""

    staff_id: UUID
    login: str
    name: str


class StaffMemberDisabled(
    ContractEvent,
    type="security.staff_member_disabled",
    version=1,
    topic=IDENTITY,
    key="staff_id",
    consumers=("backoffice",),
):
    """The person may no longer come in; every session ended."""

    staff_id: UUID


class RoleAssigned(ContractEvent, type="security.role_assigned", version=1, topic=IDENTITY, key="staff_id"):
    """A role was given to a person for the whole operator (`casinos` is `*`) or for some casinos."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]


class RoleWithdrawn(ContractEvent, type="security.role_withdrawn", version=1, topic=IDENTITY, key="staff_id"):
    """An assignment ended."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID


class RoleDefined(ContractEvent, type="security.role_defined", version=1, topic=ROLES, key="role_id"):
    """A role exists, or its permissions changed: before and after are the whole sets."""

    role_id: UUID
    name: str
    permissions_before: tuple[str, ...]
    permissions_after: tuple[str, ...]


class LoggedIn(
    ContractEvent, type="security.logged_in", version=1, topic=SESSIONS, key="subject_id", consumers=("backoffice",)
):
    """A session began."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    session_id: UUID
    casino_id: UUID | None = None


class LogInFailed(
    ContractEvent, type="security.log_in_failed", version=1, topic=SESSIONS, key="subject_id", consumers=("backoffice",)
):
    """A known person's password was wrong; `locked_until` when this was one too many."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    casino_id: UUID | None = None
    failures: int
    locked_until: datetime | None = None


class SessionEnded(
    ContractEvent, type="security.session_ended", version=1, topic=SESSIONS, key="subject_id", consumers=("backoffice",)
):
    """A session is over: logged out, expired, revoked, or its refresh token was used twice."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    session_id: UUID
    casino_id: UUID | None = None
    cause: Literal["logged_out", "disabled", "password_changed", "refresh_reused", "blocked"]
