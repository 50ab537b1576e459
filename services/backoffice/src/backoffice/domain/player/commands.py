"""What can be asked about a player's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPlayer:
    """`date_of_birth` is used for the decision and goes no further; `sealed` is what is kept."""

    country: str
    currency: str
    casino_currency: str
    terms_version: str
    test_account: bool
    date_of_birth: date
    minimum_age: int
    sealed: Mapping[str, str]
    email_index: str
    phone_index: str | None
    identity_index: str
    name_index: str
    first_name_index: str
    last_name_index: str
    address_index: str
    email_domain_index: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """`sealed` is what is new, encrypted; an index comes with what it is made of. `excluded`: he is, at his wish."""

    sealed: Mapping[str, str]
    phone_index: str | None
    identity_index: str | None
    excluded: bool
    name_index: str | None = None
    first_name_index: str | None = None
    last_name_index: str | None = None
    address_index: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlayer:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockPlayer:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPlayer:
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UntagPlayer:
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    note_id: UUID
    sealed_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePersonalData:
    """What the player's figures show: his money, what is on its way out, and how many deposits are on their way in."""

    balance_minor: int
    on_hold_minor: int
    deposits_under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetIdentity:
    """An erased player's exclusion is over: nobody has to be recognised any more."""


PlayerCommand = (
    RegisterPlayer
    | ChangeProfile
    | BlockPlayer
    | UnblockPlayer
    | TagPlayer
    | UntagPlayer
    | AddNote
    | ErasePersonalData
    | ForgetIdentity
)
"""All of them."""
