"""What security tells of partners' programs: which there are, with which keys, roles and terms."""

from typing import Literal
from uuid import UUID

from contracts.event import ContractEvent
from contracts.fields import ExternalRef, Label, UtcTime

CLIENTS = "security.client.events"

Algorithm = Literal["ES256", "EdDSA", "RS256"]
"""RFC 7518 and RFC 8037: ECDSA over P-256, Ed25519, RSA with PKCS #1 padding."""

RateTier = Literal["low", "standard", "high"]
"""How many requests a client may make; the gateway knows the numbers."""


class ClientRegistered(ContractEvent, type="security.client_registered", version=1, topic=CLIENTS, key="client_id"):
    """A partner's program may prove itself with keys of its own."""

    client_id: UUID
    name: Label


class ClientTermsSet(ContractEvent, type="security.client_terms_set", version=1, topic=CLIENTS, key="client_id"):
    """For which casinos, from where, how often and until when a client may be used: the whole of it, each time."""

    client_id: UUID
    contact: Label
    """Where the partner is reached when something is wrong: a mailbox of a team."""
    casinos: tuple[ExternalRef, ...]
    """Casino ids, or `*` alone for the whole operator."""
    networks: tuple[ExternalRef, ...]
    """The networks it calls from, in CIDR form; none: from anywhere."""
    rate_tier: RateTier
    expires_at: UtcTime


class ClientKeyAdded(ContractEvent, type="security.client_key_added", version=1, topic=CLIENTS, key="client_id"):
    """A client has another public key."""

    client_id: UUID
    kid: ExternalRef
    """The key's id, chosen by the partner."""
    algorithm: Algorithm
    thumbprint: ExternalRef
    """The key itself, as RFC 7638 names it."""


class ClientKeyRetired(ContractEvent, type="security.client_key_retired", version=1, topic=CLIENTS, key="client_id"):
    """A key proves nothing any more."""

    client_id: UUID
    kid: ExternalRef


class ClientRoleAssigned(
    ContractEvent, type="security.client_role_assigned", version=1, topic=CLIENTS, key="client_id"
):
    """A client holds a role; what of it is not for programs counts for nothing."""

    client_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: Label
    casinos: tuple[ExternalRef, ...]
    """Casino ids, or `*` alone for the whole operator."""


class ClientRoleWithdrawn(
    ContractEvent, type="security.client_role_withdrawn", version=1, topic=CLIENTS, key="client_id"
):
    """An assignment ended."""

    client_id: UUID
    assignment_id: UUID
    role_id: UUID


class ClientDisabled(ContractEvent, type="security.client_disabled", version=1, topic=CLIENTS, key="client_id"):
    """A client comes in no more."""

    client_id: UUID
    cause: Literal["staff", "idle", "expired"]
    """By a member of staff, because nobody used it for 90 days, or because its time was up."""


class ClientEnabled(ContractEvent, type="security.client_enabled", version=1, topic=CLIENTS, key="client_id"):
    """A client that was disabled comes in again."""

    client_id: UUID
