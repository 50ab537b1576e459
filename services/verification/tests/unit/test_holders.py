"""Whether a name that a bank tells is the player's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.verification.names import NameLikeness
from verification.strategies.matching.tokens.holders import holder_likeness

MATCH = [
    ("Ana", "García", "ANA GARCIA"),
    ("Ana", "García", "García, Ana"),
    ("Ana", "García", "Mrs. Ana García"),
    ("Ana", "García", "Ana María García López"),
    ("Ana María", "García López", "Ana García"),
    ("Ana María", "García", "ANAMARIA GARCIA"),
    ("Ana", "García", "García-López Ana"),
    ("Ana", "García", "Ana García Imports Ltd"),
    ("Ana", "de la Cruz", "CRUZ ANA"),
    ("Jean-Pierre", "Dupont", "DUPONT JEAN PIERRE"),
    ("Jean-Pierre", "Dupont", "Jeanpierre Dupont"),
    ("Mary", "O'Neil", "MARY O NEIL"),
    ("Jan", "van der Berg", "Vanderberg Jan"),
    ("Zafir", "al-Khayali", "ALKHAYALI ZAFIR"),
    ("Jörg", "Müller", "MUELLER JOERG"),
    ("Joerg", "Mueller", "Jörg Müller"),
    ("Søren", "Ørsted", "SOREN ORSTED"),
    ("Łukasz", "Weiß", "LUKASZ WEISS"),
    ("İbrahim", "Yılmaz", "IBRAHIM YILMAZ"),
    ("Юлия", "Щербакова", "Julia Shcherbakova"),
    ("Yuliya", "Shcherbakova", "Щербакова Юлия"),
    ("Александр", "Иванов", "Aleksander Ivanov"),
    ("Ivan", "Ivanov", "Иванов Иван Петрович"),
    ("Γιώργος", "Παπαδόπουλος", "GIORGOS PAPADOPOULOS"),
    ("Xiaoming", "Wang", "王小明"),
    ("Ben", "Le", "LE BEN"),
    ("Martin", "Martin", "MARTIN MARTIN"),
    ("", "Madonna", "Madonna"),
]
PARTIAL = [
    ("Ana", "García", "A GARCIA"),
    ("Ana", "García", "Ms A. M. García"),
    ("Ana", "García", "A*** G***"),
    ("Ana", "García", "MR GARCIA"),
    ("Ana", "García", "Ana"),
    ("Ana", "García", "Anna Garcia"),
    ("Ana", "García", "Ana Gracia"),
    ("Alex", "Smith", "Alexander Smith"),
    ("Ana", "García", "Luis & Ana García"),
    ("Ana", "García", "Ana García and Luis Pérez"),
    ("Martin", "Martin", "MARTIN"),
]
MISMATCH = [
    ("Ana", "García", "Luis García"),
    ("Ana", "García", "Ana Smith"),
    ("Ana", "García", "Erika Mustermann"),
    ("Ana", "García", "J SMITH"),
    ("Ana", "García", "García Imports Ltd"),
    ("Ivan", "Ivanov", "Анна Иванова"),
    ("Ben", "Smith", "Tom Smith"),
]
UNKNOWN = [
    ("Ana", "García", ""),
    ("Ana", "García", "***"),
    ("Ana", "García", "12345"),
    ("", "", "Ana García"),
    ("Minsu", "Kim", "김민수"),
    ("Mohammed", "Ali", "محمد علي"),
]
ROWS = [
    (likeness, *row)
    for likeness, rows in zip(NameLikeness, (MATCH, PARTIAL, MISMATCH, UNKNOWN), strict=True)
    for row in rows
]


@pytest.mark.parametrize(("likeness", "first", "last", "told"), ROWS)
def test_a_told_name_is_the_players_as_far_as_it_says_so(
    likeness: NameLikeness, first: str, last: str, told: str
) -> None:
    assert holder_likeness(first, last, told) is likeness


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöüéñçßøłżж", min_size=2, max_size=12)


@given(WORDS, WORDS)
def test_everybody_is_called_what_he_is_called_however_it_is_written(first: str, last: str) -> None:
    for told in (f"{first} {last}", f"{last.upper()}, {first.upper()}", f"{last.title()}  {first}"):
        assert holder_likeness(first, last, told) is NameLikeness.MATCH


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=300))
def test_any_text_has_an_answer(first: str, last: str, told: str) -> None:
    assert holder_likeness(first, last, told) in NameLikeness
