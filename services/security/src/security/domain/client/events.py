"""What can happen to a client."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.domain import event

Cause = Literal["staff", "idle", "expired"]
"""Why a client was disabled: somebody did it, nobody used it for long, or its time was up."""

Algorithm = Literal["ES256", "EdDSA", "RS256"]
RateTier = Literal["low", "standard", "high"]


@event("security.client_registered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered:
    name: str


@event("security.client_terms_set", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTermsSet:
    """The whole of the terms, each time. Casino ids, or `*` alone; addresses are networks, none: from anywhere."""

    contact: str
    casinos: tuple[str, ...]
    addresses: tuple[str, ...]
    rate_tier: RateTier
    expires_at: datetime


@event("security.client_key_added", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeyAdded:
    """`jwk` has the public members alone (RFC 7517); the thumbprint is that of RFC 7638."""

    kid: str
    algorithm: Algorithm
    thumbprint: str
    jwk: Mapping[str, str]


@event("security.client_key_retired", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeyRetired:
    kid: str


@event("security.client_role_assigned", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRoleAssigned:
    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]


@event("security.client_role_withdrawn", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRoleWithdrawn:
    assignment_id: UUID
    role_id: UUID


@event("security.client_disabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDisabled:
    cause: Cause


@event("security.client_enabled", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEnabled:
    pass


ClientEvent = (
    ClientRegistered
    | ClientTermsSet
    | ClientKeyAdded
    | ClientKeyRetired
    | ClientRoleAssigned
    | ClientRoleWithdrawn
    | ClientDisabled
    | ClientEnabled
)
"""All of them."""
