"""Every text that is sent to payments and kept: no card's number is in it."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, StringConstraints

from chassis.http import NO_CARD_NUMBER, StrictModel
from payments.entrypoints import http

ELSEWHERE = {
    "details",  # of deposits; looked at where its provider is known: application/deposits.py
    "destination",  # of withdrawals, likewise: application/payout_course.py; of a list against fraud a fingerprint
    "content",  # a file; of a statement its text is looked at: application/dispute_evidence.py
    "rules",  # their texts are looked at: application/fraud/ruling.py
    "typologies",  # names of a form of their own: domain/fraud/rules.py
    "value",  # on a list against fraud: kept as a fingerprint
    "key",  # made by ourselves: that fingerprint
    "settings",  # of names and forms that each provider's strategy says
    "secrets",  # likewise
    "provider",  # one of those we know, or it is refused
    "accounts",  # numbers of the casino's own bank accounts
}
"""Fields of any form that are no words of staff, and why they may be so."""


def models() -> Iterator[type[BaseModel]]:
    """What is sent to us."""
    for module in pkgutil.walk_packages(http.__path__, f"{http.__name__}."):
        importlib.import_module(module.name)
    found, waiting = set(), [StrictModel]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith(http.__name__) and one not in found:
            found.add(one)
            yield one


def is_free(annotation: Any, metadata: list[Any]) -> bool:
    """Whether it is a text of any form, or holds one, in which a card's number may stand."""
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
    if annotation is str:
        closed = any(isinstance(one, StringConstraints) and one.pattern for one in metadata)
        return not closed and NO_CARD_NUMBER not in metadata
    return any(is_free(one, []) for one in get_args(annotation) if one is not type(None))


def test_no_text_that_is_kept_may_hold_a_cards_number() -> None:
    free = {
        f"{model.__name__}.{name}"
        for model in models()
        for name, told in model.model_fields.items()
        if name not in ELSEWHERE and is_free(told.annotation, told.metadata)
    }
    assert free == set()
