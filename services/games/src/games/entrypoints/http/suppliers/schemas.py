"""Bodies of the supplier endpoints."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from chassis.http import StrictModel

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Value = (
    StrictBool
    | Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
    | Annotated[str, StringConstraints(strict=True, max_length=8192)]
)
Secret = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=8192)]


class SupplierChange(StrictModel):
    """The account as it shall be. Secrets that are left out stay as they are; they are never shown again."""

    enabled: StrictBool
    settings: Annotated[dict[Name, Value], Field(max_length=50)]
    secrets: Annotated[dict[Name, Secret], Field(max_length=20)] = Field(default_factory=dict)


class SupplierItem(BaseModel):
    """An account. Of a secret only its name is told."""

    casino_id: UUID
    supplier: str
    enabled: bool
    settings: dict[str, Any]
    secrets: dict[str, str] = Field(description="The word `set` for each secret there is")
    updated_at: datetime
    catalogue_synced_at: datetime | None = Field(description="When the catalogue was last taken over")
    catalogue_error: str | None = Field(description="Why the last attempt failed, if it did")


class SyncAccepted(BaseModel):
    """The catalogue will be fetched, as soon as the supplier may be asked again."""

    task_id: UUID
    state: Literal["queued"] = "queued"
