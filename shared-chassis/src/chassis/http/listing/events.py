"""Lists of events: which of them a caller may know of, and what of their contents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from chassis.auth.caller import Caller
from chassis.auth.permissions import DataClass

_SUSPICIONS = "verification.hit."
"""How permissions to look at suspicions begin."""


def told_to(
    caller: Caller,
    types: ColumnElement[Any],
    classes: Mapping[str, DataClass],
    casino: UUID | None = None,
    looked: ColumnElement[Any] | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions that leave out the events that are themselves of a kind of data the caller does not see in clear.

    That a suspicion was looked into is as telling as the suspicion, so such rows are not there, and are not counted.

    Args:
        types: the column with the type of the event.
        classes: the kind of data by type; types that are not in it are for everybody.
        casino: of the rows, when they are of one; without it, what is clear in every casino of the caller's is there.
        looked: the permission with which somebody looked at something, where the rows tell of that.
    """
    hidden = sorted(name for name, kind in classes.items() if caller.mode(kind, casino) != "clear")
    conditions: list[ColumnElement[bool]] = [types.not_in(hidden)] if hidden else []
    if looked is not None and caller.mode("aml", casino) != "clear":
        conditions.append(or_(looked.is_(None), ~looked.startswith(_SUSPICIONS, autoescape=True)))
    return conditions


def contents(document: Any, caller: Caller, casino: UUID | None) -> Any:
    """What an event says, without amounts of money (`..._minor`) for whoever does not see money in clear."""
    return document if caller.mode("financial", casino) == "clear" else _without_amounts(document)


def _without_amounts(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _without_amounts(one) for name, one in document.items() if not name.endswith("_minor")}
    return [_without_amounts(one) for one in document] if isinstance(document, list) else document
