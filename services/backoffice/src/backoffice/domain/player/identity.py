"""When two registrations are of one person."""

import unicodedata
from datetime import date

_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not take apart into a plain one and a mark."""

_APOSTROPHES = frozenset("'`\u00b4\u02b9\u02bb\u02bc\u2018\u2019\u2032")


def identity(first_name: str, last_name: str, born: date) -> str:
    """Name and date of birth, without what the same person writes now so, now otherwise.

    Accents, case, punctuation, the number of blanks and the order of the words make no difference.

    >>> identity("Zoë-Ann", "O'Neil", date(1990, 5, 17)) == identity("ONEIL", "ann  zoe", date(1990, 5, 17))
    True
    """
    return f"{name_words(first_name, last_name)} {born.isoformat()}"


def name_words(*names: str) -> str:
    """A name as it is searched for: its words without what `identity` makes nothing of, in one order. Empty where there
    is no letter and no digit.

    >>> name_words("Zoë-Ann", "O'Neil"), name_words("ONEIL zoe  ann")
    ('ann oneil zoe', 'ann oneil zoe')
    """
    return " ".join(sorted(plain(" ".join(names)).split()))


def plain(text: str) -> str:
    """Letters and digits in lower case, parted by blanks; an apostrophe parts nothing."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
    kept = (one for one in apart if one not in _APOSTROPHES and not unicodedata.category(one).startswith("M"))
    return "".join(one if one.isalnum() else " " for one in kept)
