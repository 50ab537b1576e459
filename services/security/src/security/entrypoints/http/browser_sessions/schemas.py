"""What a browser logs in with and gets."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from chassis.http import StrictModel
from security.entrypoints.http.sessions.schemas import Login, Password

Sid = Annotated[str, StringConstraints(min_length=20, max_length=100)]


class BrowserLogIn(StrictModel):
    """Staff give `login`, players `casino_id` and `email`."""

    login: Login | None = None
    casino_id: UUID | None = None
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)] | None = None
    password: Password

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.login is None) == (self.email is None) or (self.email is None) != (self.casino_id is None):
            raise ValueError("give `login`, or `casino_id` and `email`")
        return self


class BrowserSession(BaseModel):
    """A browser is in; the secret is in a cookie, and nowhere else."""

    session_id: UUID
    subject_id: UUID
    csrf_token: str = Field(description="to be sent in `X-CSRF-Token` with everything but GET and HEAD")
    must_change_password: bool = False
    factor_due_at: datetime | None = None


class CookieSecret(StrictModel):
    sid: Sid
    passive: bool = Field(default=False, description="A stream goes on, nobody did anything: the session still rests")


class SessionToken(BaseModel):
    """What the gateway puts in place of the cookie."""

    access_token: str
    expires_in_s: int
    session_id: UUID
    csrf_token: str
