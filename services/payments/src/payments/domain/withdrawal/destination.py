"""Where a player wants his money, said the same way whoever pays it; each provider's strategy translates it.

A closed set. What is written is checked as far as it is the same for everybody; the rest is for the provider to know.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.domain import Invalid
from chassis.domain.countries import COUNTRIES
from chassis.domain.numbers import is_real_iban, plain_number

KIND: Final = "kind"
"""The field that says which kind it is. No provider has a field of its own of this name."""


class DestinationKind(StrEnum):
    """What is paid to."""

    IBAN = "iban"
    """A bank account by its international number."""
    BANK_ACCOUNT = "bank_account"
    """A bank account by the number it has in its country."""
    WALLET = "wallet"
    """An account at a provider of electronic money."""
    CRYPTO_ADDRESS = "crypto_address"
    """An address on the currency's own chain."""
    INSTRUMENT = "instrument"
    """Something payments knows already: one of the player's instruments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Iban:
    """Of the player's account, in capitals and without blanks."""

    iban: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)

    @property
    def country(self) -> str:
        """Where the account is."""
        return self.iban[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """`bank_number`: of the bank or branch, where the country has one beside the account's: a sort code, say."""

    country: str
    account_number: str = field(repr=False)
    bank_number: str | None = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """`service`: whose it is, as in `skrill`. `owner`: by what that knows the player, an e-mail address or a name."""

    service: str
    owner: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CryptoAddress:
    """On the chain of the currency that is paid."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDestination:
    """An instrument of the player's own. Only whoever told of it, and how it is reached, can pay there."""

    instrument_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a payer takes in one currency: every destination of the kind that this does not rule out.

    Attributes:
        one_of: what a field may say, where not anything; `country` of an IBAN is its first two letters.
        needs: fields that must be told though the kind can do without.
    """

    kind: DestinationKind
    one_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()


Named = Iban | BankAccount | Wallet | CryptoAddress
"""What a strategy translates."""
Destination = Named | KnownDestination

FIELDS: Final[Mapping[DestinationKind, tuple[str, ...]]] = {
    DestinationKind.IBAN: ("iban", "first_name", "last_name"),
    DestinationKind.BANK_ACCOUNT: ("country", "account_number", "bank_number", "first_name", "last_name"),
    DestinationKind.WALLET: ("service", "owner"),
    DestinationKind.CRYPTO_ADDRESS: ("address",),
    DestinationKind.INSTRUMENT: ("instrument_id",),
}
"""What each kind is told by."""

OPTIONAL: Final = frozenset({"bank_number"})
_SHAPES: Final = {
    "account_number": re.compile(r"[A-Z0-9]{4,34}", re.ASCII),
    "bank_number": re.compile(r"[0-9]{3,8}", re.ASCII),
    "service": re.compile(r"[a-z][a-z0-9_]{1,30}", re.ASCII),
    "address": re.compile(r"[0-9A-Za-z]{14,90}", re.ASCII),
}


def read_destination(told: Mapping[str, str]) -> Destination | None:
    """What a request says; None: it says no kind, so it is written as one provider needs it.

    Raises:
        Invalid: no such kind, a field is missing, too much or makes no sense; names it.
    """
    if KIND not in told:
        return None
    known = {kind.value: kind for kind in DestinationKind}
    kind = known.get(told[KIND])
    if kind is None:
        raise Invalid(f"One of {', '.join(known)}.", field=_at(KIND))
    names = FIELDS[kind]
    for name in told:
        if name not in (KIND, *names):
            raise Invalid(f"Not a field of {kind}.", field=_at(name))
    found = {name: told[name].strip() for name in names if name in told}
    for name in names:
        if not found.get(name) and name not in OPTIONAL:
            raise Invalid(f"Needed for {kind}.", field=_at(name))
    for name in ("iban", "account_number", "bank_number"):
        if name in found:
            found[name] = plain_number(found[name])
    return _read(kind, found)


def _read(kind: DestinationKind, found: Mapping[str, str]) -> Destination:
    for name, value in found.items():
        if (name in _SHAPES and not _SHAPES[name].fullmatch(value)) or not value.isprintable():
            raise Invalid("Not written as it should be.", field=_at(name))
    match kind:
        case DestinationKind.IBAN:
            if not is_real_iban(found["iban"]):
                raise Invalid("This is no IBAN: its check digits differ.", field=_at("iban"))
            return Iban(iban=found["iban"], first_name=found["first_name"], last_name=found["last_name"])
        case DestinationKind.BANK_ACCOUNT:
            if found["country"] not in COUNTRIES:
                raise Invalid("ISO 3166-1 has no country with this code.", field=_at("country"))
            return BankAccount(
                country=found["country"],
                account_number=found["account_number"],
                bank_number=found.get("bank_number"),
                first_name=found["first_name"],
                last_name=found["last_name"],
            )
        case DestinationKind.WALLET:
            return Wallet(service=found["service"], owner=found["owner"])
        case DestinationKind.CRYPTO_ADDRESS:
            return CryptoAddress(address=found["address"])
        case DestinationKind.INSTRUMENT:
            return KnownDestination(instrument_id=_id(found["instrument_id"]))


def full_name(to: Iban | BankAccount) -> str:
    """Of the holder, for protocols that want it in one piece."""
    return f"{to.first_name} {to.last_name}"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Not an id.", field=_at("instrument_id")) from None


def _at(name: str) -> str:
    return f"destination.{name}"
