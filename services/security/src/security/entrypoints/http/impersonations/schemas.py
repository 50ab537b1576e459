"""What is said about looking at things as a player."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel


class StartImpersonation(StrictModel):
    player_id: UUID
    reason: Reason


class Impersonation(BaseModel):
    """The token is shown once: it is kept nowhere, so a repeat of the request comes without it."""

    player_id: UUID
    access_token: str | None = Field(default=None, description="reads what the player may read, and changes nothing")
    ends_at: datetime
