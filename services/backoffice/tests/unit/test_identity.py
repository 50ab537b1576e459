"""When two names with one date of birth are one person's."""

from datetime import date

import pytest

from backoffice.domain.player.identity import identity

BORN = date(1990, 5, 17)
ZOE = ("Zo\u00eb", "M\u00fcller-O'Neil")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Zoe", "Muller-O'Neil"),
        ("Zoe\u0308", "Mu\u0308ller-O\u2019Neil"),
        ("ZO\u00cb", "M\u00dcLLER ONEIL"),
        ("  zoe ", "oneil    muller"),
        ("Muller O'Neil", "Zoe"),
        ("\uff3a\uff4f\uff45", "Muller.O'Neil,"),
    ],
    ids=["accents", "marks of their own", "case", "blanks", "order", "wide letters and stops"],
)
def test_another_spelling_is_the_same_person(first: str, last: str) -> None:
    assert identity(first, last, BORN) == identity(*ZOE, BORN)


@pytest.mark.parametrize(
    ("one", "other"),
    [("S\u00f8ren", "Soren"), ("\u0141ukasz", "Lukasz"), ("Stra\u00df", "STRASS"), ("\u0130lk\u0131n", "Ilkin")],
)
def test_letters_without_a_mark_to_take_off_are_folded_too(one: str, other: str) -> None:
    assert identity(one, "Example", BORN) == identity(other, "Example", BORN)


def test_another_name_or_birthday_is_another_person() -> None:
    assert identity("Ann", "Example", BORN) != identity("Anna", "Example", BORN)
    assert identity("Ann", "Example", BORN) != identity("Ann", "Example", date(1990, 5, 18))
