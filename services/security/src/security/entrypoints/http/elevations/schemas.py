"""What is said about more access for some hours."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel
from security.domain.elevation.aggregate import LONGEST_MINUTES
from security.read_models.elevation_list import ElevationStatus

Minutes = Annotated[int, Field(ge=1, le=LONGEST_MINUTES, strict=True)]


class AskForElevation(StrictModel):
    role_id: UUID
    casinos: Annotated[list[str], Field(min_length=1, max_length=500)] = Field(
        description="casino ids, or * alone for the whole operator"
    )
    minutes: Minutes = Field(description="how long, from the moment it is approved")
    reason: Reason
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]


class ApproveElevation(StrictModel):
    reason: Reason
    conflict_override: Reason | None = Field(
        default=None, description="why duties that are kept apart may meet in this person; it is kept and shown"
    )


class AnswerElevation(StrictModel):
    reason: Reason


class ElevationItem(BaseModel):
    """A wish for more access, and what became of it. `approved` counts until `ends_at`; the assignment that comes of it
    has the same id. `reason` is why it was asked for, `answer` why it was approved or refused.
    """

    elevation_id: UUID
    staff_id: UUID
    role_id: UUID
    role_name: str
    casinos: list[str]
    minutes: int
    ticket: str
    reason: str | None
    status: ElevationStatus
    requested_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None
    ends_at: datetime | None
