"""What staff write in their own words: why they do something, and how outsiders call what it is about."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.domain.numbers import UNWANTED, UNWANTED_SENTENCE, holds_card_number


def _without(text: str) -> str:
    if holds_card_number(text):
        raise PydanticCustomError(UNWANTED, UNWANTED_SENTENCE)
    return text


NO_CARD_NUMBER = AfterValidator(_without)
"""Of every text that people write freely and that is kept: PCI DSS 3 wants no card's number in it."""

Reason = Annotated[
    str,
    StringConstraints(min_length=3, max_length=500, strip_whitespace=True),
    NO_CARD_NUMBER,
    Field(
        description="Why, for the audit trail. It is kept there in clear as long as the law asks for the trail, also "
        "after an erasure: no personal data and nothing about anybody's health belong in it; write a note for that. "
        "What may hold a card's number is refused (`card_number_unwanted`)"
    ),
]
"""Required of staff where the audit trail must tell why. Players do not write any: see ADR 17."""

Reference = Annotated[str, StringConstraints(min_length=1, max_length=255), NO_CARD_NUMBER]
"""How an outsider calls what it is about: a round, a letter, a provider's payment."""
