"""Numbers as people write them: those of cards, which are kept nowhere, and those of accounts, which are no cards."""

import re
import unicodedata
from itertools import accumulate
from typing import Final

from chassis.domain.errors import Blame, Invalid

UNWANTED: Final = "card_number_unwanted"
"""The code beside the field that may hold the number of a card."""
UNWANTED_SENTENCE: Final = "This may be the number of a card, which is kept nowhere."

_CARD_DIGITS: Final = range(13, 20)
"""How many digits a card number has (ISO/IEC 7812)."""
_ISSUERS: Final = (
    ("2200", "2205", range(16, 20)),  # Mir, Borica
    ("2221", "2720", range(16, 17)),  # Mastercard
    ("300", "305", range(14, 20)),  # Diners Club, as the next and 36, 38 and 39
    ("309", "309", range(14, 20)),
    ("34", "34", range(15, 16)),  # American Express
    ("3528", "3589", range(16, 20)),  # JCB
    ("36", "36", range(14, 20)),
    ("37", "37", range(15, 16)),  # American Express
    ("38", "39", range(14, 20)),
    ("4", "4", _CARD_DIGITS),  # Visa
    ("50", "50", _CARD_DIGITS),  # Maestro, Dankort, RuPay, Verve
    ("51", "55", range(16, 17)),  # Mastercard
    ("56", "58", _CARD_DIGITS),  # Maestro, UzCard
    ("6", "6", _CARD_DIGITS),  # Discover, UnionPay, Maestro, RuPay
    ("81", "82", range(16, 20)),  # UnionPay, RuPay
    ("8600", "8600", range(16, 17)),  # UzCard
    ("9051", "9051", range(16, 17)),  # ArCa
    ("9112", "9112", range(16, 17)),  # Belkart
    ("9704", "9704", range(16, 20)),  # NAPAS
    ("9792", "9792", range(16, 17)),  # Troy
    ("9860", "9860", range(16, 17)),  # Humo
)
"""With what the numbers of people's cards begin, from and to, and how many digits those have: as networks publish it,
generous where they differ.
"""
_NO_ISSUER: Final = ("0", "1", "7")
"""With what no number of a person's card begins: 1 is of airlines, 0 and 7 of others than issuers."""
_GROUPING: Final = "-."
"""What people write between the groups of a number, besides blanks."""
_IN_TEXT: Final = re.compile(r"\+?[0-9]+(?:(?: {1,3}| ?[-.] ?)[0-9]+)*", re.ASCII)
"""A row of digits in groups, as it may stand within text. Words end it, and so does what stands between amounts."""
_PHONE_DIGITS: Final = 15
"""At most, behind a plus (ITU-T E.164)."""
_MOST_GROUPS: Final = _CARD_DIGITS.stop
_SHORT: Final = 2
"""So many digits are no group of a card's number, unless it is all written so."""
_UUID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.ASCII | re.IGNORECASE)
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_IBAN_IN_TEXT: Final = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}", re.ASCII | re.IGNORECASE)
_SOMETHING: Final = "#"
"""Stands where an id or an account was: it ends a row of digits and is no letter."""


def plain_number(text: str) -> str:
    """A number however it is written: its letters large, and nothing between its groups, seen or unseen.

    >>> plain_number("es91 2100-0418 45\u200b02"), plain_number("\uff11\uff12 3")
    ('ES91210004184502', '123')
    """
    told = unicodedata.normalize("NFKC", text)
    return "".join(one for one in told if one.isprintable() and not one.isspace() and one not in _GROUPING).upper()


def is_real_iban(text: str) -> bool:
    """Whether its check digits are right (ISO 13616, ISO 7064 MOD 97-10).

    >>> is_real_iban("DE89370400440532013000"), is_real_iban("DE88370400440532013000"), is_real_iban("DE89")
    (True, False, False)
    """
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1


def is_card_number(text: str) -> bool:
    """Whether it may be the number of a card: 13 to 19 digits with the check digit of Luhn, however they are grouped.

    >>> is_card_number("4111 1111 1111 1111"), is_card_number("4111111111111112"), is_card_number("411111")
    (True, False, False)
    >>> is_card_number("\u0664\u0661\u0661\u0661 1111 1111 1111")
    True
    """
    digits = "".join(str(unicodedata.digit(one, one)) for one in plain_number(text))
    return len(digits) in _CARD_DIGITS and digits.isascii() and digits.isdigit() and adds_up(digits)


def adds_up(digits: str) -> bool:
    """Whether the last one is the check digit of the others (ISO/IEC 7812-1, annex B: Luhn)."""
    doubled = "".join(str(int(one) * 2) for one in digits[-2::-2])
    return sum(map(int, doubled + digits[-1::-2])) % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether the number of a person's card may stand somewhere in it, with words before or after it, or other numbers.

    Of digits in groups every row of whole groups counts that `is_card_number`, is written alike all through and begins
    as the cards of its length do. An IBAN is none, nor a UUID, nor a telephone number behind its plus, nor digits in
    the middle of letters: these are tokens and addresses, which have such by chance. What is longer is none either: an
    acquirer's reference has 23 digits.

    >>> [holds_card_number(one) for one in ("card 4242 4242 4242 4242", "my4242424242424242", "12 4242424242424242, 9")]
    [True, True, True]
    >>> [holds_card_number(one) for one in ("+49 1512 3456781", "ab4242424242424242cd", "DE89 3704 0044 0532 0130 00")]
    [False, False, False]
    """
    told = "".join(_as_written(one) for one in unicodedata.normalize("NFKC", text))
    told = _IBAN_IN_TEXT.sub(_without_iban, _UUID.sub(_SOMETHING, told))
    return any(_is_card(told, row) for row in _IN_TEXT.finditer(told))


def refuse_card_number(text: str, *, field: str) -> None:
    """Of what people write freely: what may hold the number of a card is kept nowhere.

    Raises:
        Invalid: it may; the code beside the field is `UNWANTED`.
    """
    if holds_card_number(text):
        raise card_number_unwanted(field)


def card_number_unwanted(field: str) -> Invalid:
    """The refusal of a field that may hold the number of a card."""
    return Invalid(UNWANTED_SENTENCE, blames=[Blame(field, UNWANTED, UNWANTED_SENTENCE)])


def _as_written(one: str) -> str:
    """Blanks and dashes of all kinds are one, digits of every script are ours, and what nobody sees is not there."""
    if one.isspace():
        return " "
    if unicodedata.category(one) == "Pd":
        return "-"
    return str(unicodedata.digit(one, one)) if one.isprintable() else ""


def _without_iban(found: re.Match[str]) -> str:
    """What stands behind an IBAN, without it; everything, where there is none: letters may follow it after a blank."""
    told = found.group()
    ends = [len(told)] + [at for at in range(len(told) - 1, 0, -1) if not told[at].isalnum()]
    for end in ends:
        if is_real_iban(plain_number(told[:end])):
            return _SOMETHING + told[end:]
    return told


def _is_card(told: str, row: re.Match[str]) -> bool:
    groups = re.findall("[0-9]+", row.group())
    between = [one.strip() for one in re.findall("[^0-9+]+", row.group())]
    before, after = told[: row.start()][-1:], told[row.end() :][:1]
    phone = row.group().startswith("+") and sum(map(len, groups)) <= _PHONE_DIGITS
    if phone or (before.isalpha() and after.isalpha()):
        return False
    parts = [slice(at, at + _MOST_GROUPS) for at, one in enumerate(groups) if not one.startswith(_NO_ISSUER)]
    return any(_begins_card(groups[some], between[some]) for some in parts)


def _begins_card(groups: list[str], between: list[str]) -> bool:
    """Whether so many of these groups, from the first one on, are the number of a card."""
    for last, digits in enumerate(accumulate(groups)):
        if len(digits) >= _CARD_DIGITS.stop or len({*between[:last]}) > 1:
            return False
        if len(digits) in _CARD_DIGITS and _grouped_as_cards(groups[: last + 1]) and _is_a_persons(digits):
            return True
    return False


def _grouped_as_cards(groups: list[str]) -> bool:
    """Days, months and small amounts are no groups of it, unless a number is written in pairs, or digit by digit."""
    lengths = {len(one) for one in groups[:-1]}
    return len(lengths) <= 1 or min(lengths) > _SHORT


def _is_a_persons(digits: str) -> bool:
    issued = (first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _ISSUERS)
    return any(issued) and adds_up(digits)
