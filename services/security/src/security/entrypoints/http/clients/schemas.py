"""What is said about clients."""

from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from chassis.http import Reason, StrictModel
from security.domain.client.events import RateTier


def _network(text: str) -> str:
    """A network as it is written once: `10.0.0.1/8` is none, because nobody can say which was meant."""
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("an address or a network as 203.0.113.0/24") from None


Network = Annotated[str, StringConstraints(max_length=49), AfterValidator(_network)]
Casinos = Annotated[list[str], Field(min_length=1, max_length=500)]
Jwk = Annotated[dict[str, Any], Field(description="A public key (RFC 7517) with `kid`: Ed25519, P-256, or RSA")]


class TermsBody(StrictModel):
    contact: Annotated[str, StringConstraints(min_length=3, max_length=200)] = Field(
        description="Where the partner is reached when something is wrong: a mailbox of a team, no person's"
    )
    casinos: Casinos = Field(description="casino ids, or * alone for the whole operator")
    addresses: Annotated[list[Network], Field(max_length=20)] = Field(
        description="The networks it calls from; none: from anywhere"
    )
    rate_tier: RateTier = "standard"
    expires_at: AwareDatetime = Field(description="Within a year; whoever still needs it then says so")
    reason: Reason


class Register(TermsBody):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{2,63}$")]
    keys: Annotated[list[Jwk], Field(min_length=1, max_length=2)]


class AddKeyBody(StrictModel):
    jwk: Jwk
    reason: Reason


class Why(StrictModel):
    reason: Reason


class AssignBody(StrictModel):
    role_id: UUID
    casinos: Casinos = Field(description="casino ids, or * alone for the whole operator")
    reason: Reason


class RegisteredReply(BaseModel):
    """The id is what the program calls itself in `iss` and `sub`."""

    client_id: UUID


class KeyAdded(BaseModel):
    kid: str
    algorithm: str
    thumbprint: str


class AssignedReply(BaseModel):
    assignment_id: UUID


class KeyView(KeyAdded):
    """A key, by what tells it from others."""

    added_at: datetime
    retired_at: datetime | None


class ClientAssignment(BaseModel):
    """A role a client holds."""

    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: list[str]
    assigned_at: datetime
    assigned_by: str
    reason: str | None


class ClientItem(BaseModel):
    """A client in the list."""

    client_id: UUID
    name: str
    contact: str
    casinos: list[str]
    addresses: list[str]
    rate_tier: str
    expires_at: datetime
    status: str
    disabled_for: str | None
    registered_at: datetime
    last_used_at: datetime | None = Field(description="To about ten minutes")


class ClientView(ClientItem):
    """A client with its keys and roles."""

    keys: list[KeyView]
    assignments: list[ClientAssignment]
