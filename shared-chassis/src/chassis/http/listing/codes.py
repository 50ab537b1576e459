"""Words for why something was refused or ended, some of which are themselves of a guarded kind of data.

A list tells such a word in several fields: a neutral one for everybody, and the exact one for whoever sees that kind
of data. Which rows the neutral word stands in does not depend on who looks, so it may be filtered by everybody.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, case

from chassis.http.listing.fields import Field
from contracts.data_classes import CODE_CLASSES, NEUTRAL_CODES, NOT_ALLOWED, GuardedClass

_FIELDS: Final[dict[GuardedClass, str]] = {"rg": "restriction", "aml": "review"}


def code_fields(name: str, column: ColumnElement[Any]) -> dict[str, Field]:
    """The word under its name, `restriction` (limits and exclusions) and `review` (suspicions).

    Of suspicions no player hears.
    """
    neutral = case((column.in_(sorted(NEUTRAL_CODES)), NOT_ALLOWED), else_=column)
    return {
        name: Field(neutral),
        "restriction": Field(_of("rg", column), data_class="rg", values=_words("rg")),
        "review": Field(_of("aml", column), data_class="aml", values=_words("aml")),
    }


def told_codes(name: str, code: str | None) -> dict[str, str | None]:
    """The same of one thing.

    >>> told_codes("code", "self_excluded")
    {'code': 'not_allowed', 'restriction': 'self_excluded', 'review': None}
    """
    exact = {field: code if CODE_CLASSES.get(code or "") == kind else None for kind, field in _FIELDS.items()}
    return {name: NOT_ALLOWED if code in NEUTRAL_CODES else code, **exact}


def _of(kind: GuardedClass, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((column.in_(_words(kind)), column))


def _words(kind: GuardedClass) -> list[str]:
    return sorted(code for code, one in CODE_CLASSES.items() if one == kind)
