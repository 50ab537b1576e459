"""What is said about notifications of providers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from payments.application.outcomes import NotificationOutcome


class NotificationItem(BaseModel):
    """One notification and what became of it. The whole of what was set aside is sealed and not shown."""

    id: UUID
    casino_id: UUID
    provider: str
    notification_id: str = Field(description="The provider's id of it")
    kind: str = Field(description="The provider's own word for it")
    outcome: NotificationOutcome
    code: str | None = Field(description="Why it was set aside")
    accepted: bool = Field(description="What the provider was answered")
    facts: dict[str, Any] = Field(description="What a person needs to look into it; nothing of a person")
    said_at: datetime = Field(description="By the provider's clock")
    received_at: datetime
