"""What is shown of cases."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from verification.domain.case.catalogue import Level
from verification.entrypoints.http.documents.schemas import DocumentItem
from verification.entrypoints.http.hits.schemas import HitItem
from verification.read_models.case_list import CaseStatus


class CaseItem(BaseModel):
    """How far a player is known. A case has its player's id."""

    player_id: UUID
    casino_id: UUID
    country: str
    status: CaseStatus
    level: Level
    level_since: datetime
    opened_at: datetime
    screened_at: datetime | None = Field(
        default=None,
        description="When a screening last changed something; none until the name of now was compared",
    )
    open_hits: int | None = Field(default=None, description="This and the next: for whoever may know of suspicions")
    confirmed_hits: int | None = None
    pending_documents: int


class CaseView(CaseItem):
    """A whole case."""

    required_documents: list[str] = Field(description="What must be proved for the level `verified`")
    documents: list[DocumentItem]
    hits: list[HitItem] | None = Field(default=None, description="For whoever may know of suspicions")
