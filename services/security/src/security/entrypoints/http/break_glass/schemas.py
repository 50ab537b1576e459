"""What is said about emergency access."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import NO_CARD_NUMBER, Reason, StrictModel
from security.domain.break_glass.aggregate import LONGEST_MINUTES


class OpenBreakGlass(StrictModel):
    reason: Reason
    incident_id: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MINUTES, strict=True)]


class EndBreakGlass(StrictModel):
    reason: Reason


class ReviewBreakGlass(StrictModel):
    findings: Annotated[
        str, StringConstraints(min_length=10, max_length=2000, strip_whitespace=True), NO_CARD_NUMBER
    ] = Field(description="What was done, and whether it was right. It is kept in the audit trail: no personal data")


class BreakGlassItem(BaseModel):
    """Emergency access, which is open until `ends_at`. Somebody else closes the review with his findings."""

    break_glass_id: UUID
    staff_id: UUID
    casinos: list[str]
    incident_id: str
    reason: str | None
    opened_at: datetime
    ends_at: datetime
    review_by: datetime
    reviewed_at: datetime | None
    reviewed_by: str | None
    findings: str | None
    overdue_at: datetime | None


class BreakGlassStarted(BreakGlassItem):
    """The token is kept nowhere: each repeat of the request comes with another one, for the session that asks."""

    access_token: str | None = Field(default=None, description="says that the emergency is open, and is over with it")
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme, RFC 6750
    expires_in_s: int | None = None
