"""What can happen to a player's account. Personal data is ciphertext under the player's own key, never clear."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import event


@event("backoffice.player_registered", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerRegistered:
    """`sealed` holds the personal data by name, each encrypted; the indexes allow exact search only, or tell that two
    have the same."""

    country: str
    currency: str
    terms_version: str
    test_account: bool
    sealed: Mapping[str, str]
    email_index: str
    phone_index: str | None
    identity_index: str
    registered_at: datetime
    name_index: str | None = None
    last_name_index: str | None = None
    first_name_index: str | None = None
    address_index: str | None = None
    email_domain_index: str | None = None


@event("backoffice.player_profile_changed", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerProfileChanged:
    """`sealed` holds what changed, by name, each encrypted; an index is there when what it is made of changed."""

    sealed: Mapping[str, str]
    phone_index: str | None = None
    identity_index: str | None = None
    name_index: str | None = None
    last_name_index: str | None = None
    first_name_index: str | None = None
    address_index: str | None = None


@event("backoffice.player_blocked", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerBlocked:
    pass


@event("backoffice.player_unblocked", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerUnblocked:
    pass


@event("backoffice.player_tagged", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerTagged:
    tag: str


@event("backoffice.player_untagged", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerUntagged:
    tag: str


@event("backoffice.player_noted", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerNoted:
    """`sealed_text` is what a colleague wrote, encrypted: notes are about a person."""

    note_id: UUID
    sealed_text: str


@event("backoffice.personal_data_erased", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataErased:
    """The key of everything sealed is gone, and the account is closed for good.

    Of somebody who excluded himself, the keyed index of name and date of birth stays until the exclusion ends, for ever
    if it has no end: an erasure must not be the way around it. It is a hash under our key and tells nobody who he was.
    """


@event("backoffice.identity_forgotten", 1)
@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityForgotten:
    """The exclusion of an erased player has ended, and with it the use of the keyed index that recognised him."""


PlayerEvent = (
    PlayerRegistered
    | PlayerProfileChanged
    | PlayerBlocked
    | PlayerUnblocked
    | PlayerTagged
    | PlayerUntagged
    | PlayerNoted
    | PersonalDataErased
    | IdentityForgotten
)
"""All of them."""
