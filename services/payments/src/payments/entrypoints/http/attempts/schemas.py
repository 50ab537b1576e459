"""What is said about calls out to providers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from payments.application.outcomes import AttemptOutcome
from payments.application.stores import Operation


class AttemptItem(BaseModel):
    """One call, and how it went."""

    attempt_id: UUID
    casino_id: UUID
    provider: str
    operation: Operation
    payment_id: UUID = Field(description="The deposit or withdrawal; of a balance, the question")
    idempotency_key: str | None = Field(description="By which the provider knows a repeat; null: a question")
    outcome: AttemptOutcome = Field(
        description="What the answer said, as a class; unanswered: none came, or none to be believed; asked: it is on "
        "its way, or nothing was heard of the caller again"
    )
    http_status: int | None = Field(description="Of the answer; null: there was none")
    code: str | None = Field(description="The provider's reason, where it said no")
    duration_ms: int | None = Field(description="Null: no answer was kept")
    attempted_at: datetime
