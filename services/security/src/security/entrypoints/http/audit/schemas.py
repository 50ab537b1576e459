"""What is said about an entry of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from contracts.platform.events import Ending, Outcome


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
    outcome: Outcome | Ending | None
    """What was decided, in the words of `explain`; of what was seen or done by a permission, `allow`; of a proposal
    that was not executed, how it ended. Null: it happened."""
    decision: str | None
    """Why, of what was decided at a door: `not_granted`, `step_up_needed`, `allowed`, say."""
    permission: str | None
    subject_id: str | None
    """Whom or what a look, a download or a decision was about."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: UUID
    break_glass: UUID | None
