"""The bank account behind a payment: as Trustly's `account` notification tells it, and as a payout names it.

https://eu.developers.trustly.com/doc/reference/account-notification
"""

import re
from collections.abc import Mapping
from typing import Any

from chassis.domain import Invalid
from chassis.domain.numbers import is_real_iban, plain_number
from payments.domain.instrument.words import Instrument, Kind, instrument_told, is_iban, local_number
from payments.strategies.providers.reading import country, end_of, name, section, word

_HOUSES = {
    "AUSTRIA": "AT", "BELGIUM": "BE", "BULGARIA": "BG", "CROATIA": "HR", "CYPRUS": "CY", "CZECH_REPUBLIC": "CZ",
    "DENMARK": "DK", "ESTONIA": "EE", "FINLAND": "FI", "FRANCE": "FR", "GERMANY": "DE", "GREECE": "GR",
    "HUNGARY": "HU", "IRELAND": "IE", "ITALY": "IT", "LATVIA": "LV", "LITHUANIA": "LT", "LUXEMBOURG": "LU",
    "MALTA": "MT", "NETHERLANDS": "NL", "NORWAY": "NO", "POLAND": "PL", "PORTUGAL": "PT", "ROMANIA": "RO",
    "SLOVAKIA": "SK", "SLOVENIA": "SI", "SPAIN": "ES", "SWEDEN": "SE", "UNITED_KINGDOM": "GB",
}  # fmt: skip
"""Trustly's clearing houses are countries, written out."""

_BY_NUMBER = frozenset({"DENMARK", "NORWAY", "SWEDEN", "UNITED_KINGDOM"})
"""Where accounts are named by the country's own numbers; everywhere else by IBAN, with no number of a bank.

https://eu.developers.trustly.com/doc/reference/registeraccount
"""

_SORT_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_BRITISH = re.compile(r"[0-9]{8}", re.ASCII)


def told(data: Mapping[str, Any]) -> Instrument | None:
    """Of an `account` notification; it can be paid to by the id that Trustly gave it."""
    account_id, more = word(data.get("accountid")), section(data.get("attributes"))
    if account_id is None:
        return None
    return instrument_told(
        kind=Kind.BANK,
        fingerprint=f"trustly:{account_id}",
        last_four=end_of(more.get("lastdigits")),
        country=_country(more.get("clearinghouse")),
        holder=name(more.get("name")),
        pays_to={"account_id": account_id},
    )


def paid_to(destination: Mapping[str, str]) -> Instrument | None:
    """Of a payout's destination. An account that Trustly knows by an id says nothing else of itself."""
    if "account_id" in destination:
        account_id = destination["account_id"]
        return instrument_told(kind=Kind.BANK, fingerprint=f"trustly:{account_id}", pays_to=dict(destination))
    house, number = destination["clearing_house"], destination["account_number"]
    return instrument_told(
        kind=Kind.BANK,
        number=number if is_iban(number) else local_number(house, destination.get("bank_number", ""), number),
        last_four=end_of(number),
        country=_country(house),
        holder=name(f"{destination['first_name']} {destination['last_name']}"),
        pays_to=dict(destination),
    )


def check_account(destination: Mapping[str, str]) -> None:
    """Raise Invalid where such an account cannot be: one account has one name, or it would be another one to whoever
    looks for it on the block list.
    """
    house, number = destination["clearing_house"], plain_number(destination["account_number"])
    bank = plain_number(destination.get("bank_number", ""))
    if house not in _HOUSES:
        raise Invalid("Not a clearing house: a country in English, SPAIN.", field="destination.clearing_house")
    if is_iban(number) and not (is_real_iban(number) and number.startswith(_HOUSES[house])):
        raise Invalid("Not an IBAN of this clearing house.", field="destination.account_number")
    if not is_iban(number) and house not in _BY_NUMBER:
        raise Invalid("Accounts of this clearing house are named by IBAN.", field="destination.account_number")
    if house == "UNITED_KINGDOM" and not is_iban(number):
        if not _SORT_CODE.fullmatch(bank):
            raise Invalid("A sort code of 6 digits.", field="destination.bank_number")
        if not _BRITISH.fullmatch(number):
            raise Invalid("A number of 8 digits.", field="destination.account_number")


def countries(*, by_number: bool) -> frozenset[str]:
    """Where accounts are named by the country's own numbers, or else by IBAN."""
    return frozenset(code for house, code in _HOUSES.items() if (house in _BY_NUMBER) is by_number)


def house_of(country: str, *, by_number: bool) -> str | None:
    """The clearing house of a country; None: there is none, or its accounts are named the other way."""
    house = next((name for name, code in _HOUSES.items() if code == country), None)
    return house if house is not None and (house in _BY_NUMBER) is by_number else None


def _country(house: object) -> str | None:
    return country(_HOUSES.get((word(house) or "").upper()))
