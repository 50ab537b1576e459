"""What is said about open sessions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reason, StrictModel


class SessionItem(BaseModel):
    """An open session."""

    session_id: UUID
    ip: str | None
    user_agent: str | None = Field(description="as the client calls itself, which proves nothing")
    started_at: datetime
    last_seen_at: datetime = Field(description="to the minute in a browser, to the last refresh elsewhere")
    authenticated_at: datetime
    amr: list[str]
    ends_at: datetime
    browser: bool


class OwnSession(SessionItem):
    current: bool = Field(description="it is the one that asks")


class ColleagueSession(SessionItem):
    subject_id: UUID


class EndSessions(StrictModel):
    session_id: UUID | None = Field(default=None, description="this one alone; absent: all of them")
    reason: Reason


class SessionsEnded(BaseModel):
    ended: int
