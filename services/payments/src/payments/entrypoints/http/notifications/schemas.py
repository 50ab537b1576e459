"""What is said about notifications of providers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http.models import StrictModel
from chassis.http.reasons import Reason
from payments.application.outcomes import NotificationOutcome


class NotificationItem(BaseModel):
    """One notification and what became of it. The whole of what was set aside is sealed, and opened one by one."""

    id: UUID
    casino_id: UUID
    provider: str
    notification_id: str = Field(description="The provider's id of it")
    kind: str = Field(description="The provider's own word for it")
    outcome: NotificationOutcome = Field(description="Of what was set aside and is applied later, what came of it then")
    code: str | None = Field(description="Why it was set aside")
    accepted: bool = Field(description="What the provider was answered")
    facts: dict[str, Any] = Field(description="What a person needs to look into it; nothing of a person")
    said_at: datetime = Field(description="By the provider's clock")
    received_at: datetime
    closed_at: datetime | None = Field(description="When people applied it, or were done with it; null while it waits")
    closed_by: str | None


class NotificationView(NotificationItem):
    """The same with what came."""

    body: str | None = Field(
        description="As it came, bytes that are no UTF-8 replaced; null: we found it ourselves, or closed it long ago"
    )


class NotificationBody(StrictModel):
    reason: Reason
