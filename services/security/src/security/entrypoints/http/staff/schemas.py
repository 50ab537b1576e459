"""What is said about members of staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel


class AddStaff(StrictModel):
    login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@+-]{3,120}$")] = Field(
        description="A work address or name, the same in upper and lower case"
    )
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    contractor: bool = Field(default=False, description="of another company: every role ends within 90 days")


class StaffAdded(BaseModel):
    """The one-time password is shown once: it is kept nowhere, so a repeat of the request comes without it."""

    staff_id: UUID
    login: str
    one_time_password: str | None = None
    usable_until: datetime


class Assign(StrictModel):
    role_id: UUID
    casinos: Annotated[list[str], Field(min_length=1, max_length=500)] = Field(
        description="casino ids, or * alone for the whole operator"
    )
    reason: Reason
    not_before: datetime | None = Field(default=None, description="from when; at once unless given")
    expires_at: datetime | None = Field(default=None, description="until when; until it is taken away unless given")
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    conflict_override: Reason | None = Field(
        default=None, description="why duties that are kept apart may meet in this person; it is kept and shown"
    )


class Assigned(BaseModel):
    assignment_id: UUID


class Disable(StrictModel):
    reason: Reason


class Renew(StrictModel):
    reason: Reason


class Renewed(BaseModel):
    """The one-time password is shown once: it is kept nowhere, so a repeat of the request comes without it."""

    staff_id: UUID
    one_time_password: str | None = None
    usable_until: datetime


class Assignment(BaseModel):
    """A role somebody holds. It counts from `not_before` until `expires_at`, where these are given."""

    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: list[str]
    assigned_at: datetime
    assigned_by: str
    reason: str | None = Field(description="On the page of a person for whoever lists who holds which role")
    not_before: datetime | None
    expires_at: datetime | None
    ticket: str | None
    approved_by: str | None
    override: str | None


class AssignmentItem(Assignment):
    """The same in the list of everybody's."""

    staff_id: UUID


class StaffItem(BaseModel):
    """A colleague in the list."""

    staff_id: UUID
    login: str
    name: str
    status: str
    contractor: bool
    added_at: datetime


class StaffMember(StaffItem):
    """A colleague and what they may do."""

    assignments: list[Assignment]
