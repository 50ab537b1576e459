"""What a provider can tell of the instrument that was paid with or to. A card's number is never among it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from chassis.domain import Invalid
from chassis.domain.numbers import card_number_unwanted, holds_card_number, is_card_number, is_real_iban, plain_number

_BANK_NUMBERS = ("bank_number", "sort_code")
_BANK_NUMBER = re.compile(r"[0-9]{3,8}", re.ASCII)
"""Of a bank and its branch within a country: from 3 (Austria once) to 8 digits (Germany, Spain)."""
_WHOLES = ("address", "instrument_id", "national_id")
"""Fields that are looked at as a whole: by chance there are such rows of digits within them."""


class Kind(StrEnum):
    """What it is."""

    CARD = "card"
    BANK = "bank"
    """A bank account."""
    WALLET = "wallet"
    """An account at a provider of electronic money."""
    CRYPTO = "crypto"
    """An address on a chain."""


class Likeness(StrEnum):
    """How its holder's name goes with the player's, as verification says: payments does not know what he is called."""

    MATCH = "match"
    PARTIAL = "partial"
    """Nothing of it speaks against him: an initial, a misspelling, one half of the name, two holders."""
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    """It was asked, and cannot be told."""


class Ownership(StrEnum):
    """Whether it is the player's own, as people found out. It counts, whatever comparing the names says."""

    UNKNOWN = "unknown"
    MATCHES = "matches"
    MISMATCH = "mismatch"


class Verification(StrEnum):
    """Whether money of more than came from it may go to it."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REFUSED = "refused"


def may_hold_cards(destination: Mapping[str, str]) -> list[str]:
    """The fields of a destination, or of what a deposit is paid with, that may hold the number of a card.

    The number of an account beside that of its bank is none, whatever its digits add up to; without that it is looked
    at as a whole while it has no letters, for parts of longer ones add up by chance. Persons have numbers of 13 digits
    (Romania, South Africa), cards no longer do.

    >>> may_hold_cards({"account_number": "4111 1111 1111 1111"}), may_hold_cards({"bank_number": "4111111111111111"})
    (['account_number'], ['bank_number'])
    >>> may_hold_cards({"bank_number": "6112", "account_number": "4111 1111 1111 1111"})
    []
    """
    at_a_bank = any(_BANK_NUMBER.fullmatch(plain_number(destination.get(one, ""))) for one in _BANK_NUMBERS)
    known = {"account_number"} if at_a_bank else set()
    known |= {"national_id"} if len(plain_number(destination.get("national_id", ""))) < 14 else set()
    return [name for name, value in destination.items() if name not in known and _may_hold_card(name, value)]


def _may_hold_card(name: str, value: str) -> bool:
    whole = name in _WHOLES or (name == "account_number" and plain_number(value).isdigit())
    return is_card_number(value) if whole else _may_hold(value)


def _may_hold(text: str) -> bool:
    """Whoever issues it: a whole field of such digits is no name and no note."""
    return is_card_number(text) or holds_card_number(text)


def refuse_card_numbers(fields: Mapping[str, str], *, within: str) -> None:
    """Whatever else may be in them: what may be the number of a card is kept nowhere, not sealed either.

    >>> refuse_card_numbers({"email": "4111 1111 1111 1111"}, within="details")
    Traceback (most recent call last):
    chassis.domain.errors.Invalid: This may be the number of a card, which is kept nowhere.
    """
    for name in may_hold_cards(fields):
        raise card_number_unwanted(f"{within}.{name}")


def is_iban(number: str) -> bool:
    """Whether it names its country and so needs no clearing house beside it."""
    return plain_number(number)[:2].isalpha()


def local_number(house: str, bank: str, account: str) -> str:
    """The number of an account as its clearing house counts it: zeros before a number only fill the field.

    >>> local_number("SWEDEN", "6112", "0 69706212") == local_number("SWEDEN", "6112", "69706212")
    True
    """
    parts = (plain_number(one).lstrip("0") for one in (bank, account))
    return "/".join((plain_number(house), *parts))


_LOCAL: Mapping[str, tuple[str, slice, slice]] = {
    "DK": ("DENMARK", slice(4, 8), slice(8, 18)),
    "GB": ("UNITED_KINGDOM", slice(8, 14), slice(14, 22)),
    "NO": ("NORWAY", slice(0, 0), slice(4, 15)),
}
"""Where in an IBAN the numbers stand by which a country names its accounts itself (ISO 13616 registry). Of Sweden's
banks each has its own way to make the one of the other, so there the two are not known to be the same.
"""


def one_number(number: str) -> str:
    """The number of a bank account: where its country has another name for it, that.

    >>> one_number("GB29 NWBK 6016 1331 9268 19") == local_number("UNITED_KINGDOM", "60-16-13", "31926819")
    True
    """
    told = plain_number(number)
    if told[:2] not in _LOCAL or not is_real_iban(told):
        return told
    house, bank, account = _LOCAL[told[:2]]
    return plain_number(local_number(house, told[bank], told[account]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """As its provider tells it.

    Attributes:
        fingerprint: the provider's own mark of it, the provider's name before it: the same for the same card, and
            nothing that can be paid with.
        number: of a bank account (an IBAN, or as `local_number` makes it) or an address on a chain.
        bin: the first 6 or 8 digits of a card: who issued it.
        last_four: the end of its number; fewer where the number is short.
        expires_on: the last day of a card.
        country: of its issuer (ISO 3166-1 alpha-2).
        holder: whose it is, as the provider was told.
        owner: of a wallet: by what its provider knows who has it, an e-mail address or a name there.
        pays_to: the destination of a payout that reaches it at this provider; empty: there is none.

    Raises:
        Invalid: something in it may be the number of a card, which is kept nowhere.
    """

    kind: Kind
    fingerprint: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    bin: str | None = None
    last_four: str | None = None
    expires_on: date | None = None
    country: str | None = None
    holder: str | None = field(default=None, repr=False)
    owner: str | None = field(default=None, repr=False)
    pays_to: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        mark = self.fingerprint.rpartition(":")[2] if self.fingerprint else None
        numbers = (mark, self.number, self.bin, self.last_four, self.country)
        held = any(is_card_number(one) for one in numbers if one is not None)
        held = held or any(_may_hold(one) for one in (self.holder, self.owner) if one is not None)
        if held or may_hold_cards(self.pays_to):
            raise Invalid("The number of a card is kept nowhere.", field="instrument")
        if self.bin is not None and (len(self.bin) not in (6, 8) or not self.bin.isdigit()):
            raise Invalid("A BIN has 6 or 8 digits.", field="instrument.bin")
        if self.last_four is not None and not 0 < len(self.last_four) <= 4:
            raise Invalid("Of a number no more than the last four are kept.", field="instrument.last_four")

    @property
    def identity(self) -> str | None:
        """By what the same one is recognised at any player, before it is hashed; None: only by what it looks like."""
        told = self.fingerprint
        if self.number:
            told = one_number(self.number) if self.kind is Kind.BANK else plain_number(self.number)
        return f"{self.kind}:{told}" if told else None


def instrument_told(**facts: Any) -> Instrument | None:
    """The instrument of these facts; None when they cannot be kept."""
    try:
        return Instrument(**facts)
    except Invalid:
        return None
