"""What log-in takes and gives."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import StrictModel

Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Login = Annotated[str, StringConstraints(min_length=3, max_length=120)]


class StaffLogIn(StrictModel):
    login: Login
    password: Password


class PlayerLogIn(StrictModel):
    casino_id: UUID
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    password: Password


class Refresh(StrictModel):
    refresh_token: Annotated[str, StringConstraints(min_length=20, max_length=100)]


class ChangePassword(StrictModel):
    current_password: Password
    new_password: Password


class PlayerCredential(StrictModel):
    casino_id: UUID
    email_index: Annotated[str, StringConstraints(min_length=16, max_length=128)]
    password: Password


class Tokens(BaseModel):
    """What a client keeps. The access token goes into `Authorization: Bearer`; the refresh token is used once."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme, RFC 6750
    expires_in_s: int = Field(description="seconds until the access token must be refreshed")
    must_change_password: bool = False
    subject_id: UUID


class Done(BaseModel):
    """It is done, and there is nothing to say about it."""

    done: bool = True
