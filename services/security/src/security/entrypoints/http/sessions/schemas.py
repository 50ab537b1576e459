"""What log-in takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from chassis.http import StrictModel

Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Login = Annotated[str, StringConstraints(min_length=3, max_length=120)]
Ticket = Annotated[str, StringConstraints(min_length=20, max_length=100)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


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
    try_only: bool = Field(default=False, description="look at it and keep it nowhere")


class FactorProof(StrictModel):
    """One of the three."""

    code: Code | None = Field(default=None, description="the six digits an authenticator application shows now")
    recovery_code: Annotated[str, StringConstraints(min_length=16, max_length=40)] | None = None
    key: dict[str, Any] | None = Field(
        default=None, description="what `navigator.credentials.get()` gave, as its `toJSON()` writes it"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.given()) != 1:
            raise ValueError(f"give one of {', '.join(self.proofs())}")
        return self

    @classmethod
    def proofs(cls) -> tuple[str, ...]:
        """The fields of which one is to be given."""
        return ("code", "recovery_code", "key")

    def given(self) -> list[str]:
        """Those that are."""
        return [name for name in self.proofs() if getattr(self, name) is not None]


class SecondStep(FactorProof):
    """The second step of a log-in."""

    ticket: Ticket


class StepUp(FactorProof):
    """Who it is, proved anew: with the password, or with a factor once there is one."""

    password: Password | None = None
    ticket: Ticket | None = Field(default=None, description="with `key`: what came with the options for it")

    @classmethod
    def proofs(cls) -> tuple[str, ...]:
        return ("password", *super().proofs())

    @model_validator(mode="after")
    def _ticket_with_key(self) -> Self:
        if (self.key is None) != (self.ticket is None):
            raise ValueError("`ticket` and `key` belong together")
        return self


class TicketOnly(StrictModel):
    ticket: Ticket


class Tokens(BaseModel):
    """What a client keeps. The access token goes into `Authorization: Bearer`; the refresh token is used once."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme, RFC 6750
    expires_in_s: int = Field(description="seconds until the access token must be refreshed")
    must_change_password: bool = False
    factor_due_at: datetime | None = Field(
        default=None, description="from then on nothing but adding a second factor is open; absent: there is one"
    )
    subject_id: UUID


class SteppedUp(BaseModel):
    """An access token that says the proof is fresh. The refresh token goes on as it was."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a scheme, RFC 6750
    expires_in_s: int
    amr: list[str] = Field(description="how it was proved (RFC 8176)")


class FactorWanted(BaseModel):
    """The password was right; a second factor opens the door."""

    mfa_required: Literal[True] = True
    ticket: str = Field(description="for the second step, once, from the same address")
    kinds: list[Literal["totp", "webauthn", "recovery_code"]]
    expires_in_s: int


class KeyRequest(BaseModel):
    """What a key is asked."""

    ticket: str
    public_key: dict[str, Any] = Field(description="for `PublicKeyCredential.parseRequestOptionsFromJSON()`")
    expires_in_s: int


class Done(BaseModel):
    """It is done, and there is nothing to say about it."""

    done: bool = True
