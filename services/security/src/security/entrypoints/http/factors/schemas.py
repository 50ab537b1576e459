"""What is said about second factors."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel
from security.entrypoints.http.sessions.schemas import Code, Ticket

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]


class BeginTotp(StrictModel):
    name: Name = "Authenticator"


class TotpBegun(BaseModel):
    """The secret is shown once: it is kept sealed, so a repeat of the request comes without it."""

    factor_id: UUID
    secret: str | None = None
    otpauth_uri: str | None = Field(
        default=None, description="to be shown as a picture to an authenticator application"
    )


class ConfirmTotp(StrictModel):
    code: Code


class NewKeyRequest(BaseModel):
    """What a new key is asked."""

    ticket: str
    public_key: dict[str, Any] = Field(description="for `PublicKeyCredential.parseCreationOptionsFromJSON()`")
    expires_in_s: int


class AddKey(StrictModel):
    ticket: Ticket
    name: Name
    key: dict[str, Any] = Field(description="what `navigator.credentials.create()` gave, as its `toJSON()` writes it")


class FactorAdded(BaseModel):
    """Recovery codes come with the first factor, and are shown once."""

    factor_id: UUID
    recovery_codes: list[str] | None = None


class RecoveryCodes(BaseModel):
    """Ten codes, each good once in place of a factor. They are shown once, and make the earlier ones void."""

    recovery_codes: list[str] | None = None


class FactorItem(BaseModel):
    """A factor, as its owner sees it."""

    factor_id: UUID
    kind: Literal["totp", "webauthn"]
    name: str
    created_at: datetime
    last_used_at: datetime | None


class Factors(BaseModel):
    """The factors somebody has."""

    factors: list[FactorItem]
    recovery_codes_left: int


class ResetFactors(StrictModel):
    reason: Reason


class FactorsReset(BaseModel):
    factors: int = Field(description="how many there were")
