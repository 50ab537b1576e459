"""What is said about an entry of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class AuditEntry(BaseModel):
    """One thing that happened: what changed, from what to what, who did it, who authorised it, why, when."""

    entry_id: UUID
    happened_at: datetime
    type: str
    casino_id: UUID | None
    actor_kind: str
    actor_id: str
    actor_ip: str | None
    authorised_by: str | None
    reason: str | None
    element: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: UUID
