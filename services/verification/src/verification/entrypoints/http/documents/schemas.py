"""What is sent and shown about documents."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Day, StrictModel

Status = Literal["pending", "accepted", "rejected"]


class DocumentItem(BaseModel):
    """A document and what was decided about it."""

    id: UUID
    player_id: UUID
    casino_id: UUID
    kind: str
    status: Status
    media_type: str
    size_bytes: int
    uploaded_at: datetime
    decided_at: datetime | None
    reject_reason: str | None = Field(description="From the catalogue; players are told only what they can mend")
    expires_on: date | None = None
    final: bool | None = Field(default=None, description="Whether the rejection closed the case; for staff")
    sha256: str | None = Field(default=None, description="Of the bytes as they were sent; for staff")
    uploaded_by: str | None = Field(default=None, description="For staff")
    decided_by: str | None = Field(default=None, description="For staff")


class UploadedDocument(BaseModel):
    """The document of an upload; the same file again is the same document."""

    document_id: UUID
    created: bool


class Accept(StrictModel):
    """How long the document counts."""

    expires_on: Day | None = Field(default=None, description="The last day the document is valid, as it says itself")


class Reject(StrictModel):
    """Why the document is refused."""

    reason: Annotated[str, Field(min_length=1, max_length=64, description="A reason of the catalogue")]


class DocumentDecided(BaseModel):
    """What became of the document."""

    document_id: UUID
    player_id: UUID
    status: Status
