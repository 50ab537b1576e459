"""What can be asked about a client.

`within` are the casinos whose access is the caller's to manage, or None for whoever manages the whole operator's: a
client with casinos beyond these does not exist for him.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from security.domain.client.events import Algorithm, Cause, RateTier

Within = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key as `ClientKeyAdded` keeps it."""

    kid: str
    algorithm: Algorithm
    thumbprint: str
    jwk: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a client may be used for, from where, how often and until when."""

    contact: str
    casinos: tuple[str, ...]
    addresses: tuple[str, ...]
    rate_tier: RateTier
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClient:
    name: str
    terms: Terms
    keys: tuple[Key, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerms:
    terms: Terms
    now: datetime
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKey:
    key: Key
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireKey:
    kid: str
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignClientRole:
    """`critical`: the permissions of it that take a second person. A program has none of these while they are critical;
    it is asked all the same, because nobody looks at it again when one of them is critical no more.
    """

    assignment_id: UUID
    role_id: UUID
    role_name: str
    casinos: tuple[str, ...]
    within: Within
    critical: tuple[str, ...] = ()
    by: UUID | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawClientRole:
    assignment_id: UUID
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableClient:
    cause: Cause
    within: Within


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableClient:
    now: datetime
    within: Within


ClientCommand = (
    RegisterClient
    | SetTerms
    | AddKey
    | RetireKey
    | AssignClientRole
    | WithdrawClientRole
    | DisableClient
    | EnableClient
)
"""All of them."""
