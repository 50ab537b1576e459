"""Lists of events: which of them a caller may know of, and what of their contents."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from chassis.auth.caller import Caller
from chassis.auth.permissions import DataClass
from contracts.data_classes import CODE_CLASSES, NEUTRAL_CODES, NOT_ALLOWED, WORDS

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
    """What an event says, as far as the caller may know.

    Without amounts of money (`..._minor`) for whoever does not see money in clear. Words that tell of a limit, an
    exclusion or a suspicion are `not_allowed` for whoever does not see that, and so are then harmless blocks.
    """
    blind = caller.mode("financial", casino) != "clear"
    hidden = {code for code, kind in CODE_CLASSES.items() if caller.mode(kind, casino) != "clear"}
    neutral = hidden | (NEUTRAL_CODES - set(CODE_CLASSES)) if hidden else hidden
    return _told(document, blind, neutral) if blind or neutral else document


def told(entry: Mapping[str, Any], caller: Caller, *documents: str, of_colleagues: str | None = None) -> dict[str, Any]:
    """An entry of a list of events with its documents as far as the caller may know what they say.

    Words of colleagues that are for holders of another permission are left out, and so is then the `reason`.

    Args:
        entry: with `type`, `reason` and the `casino_id` it is about.
        documents: the names of those. One that names a `reason_permission` says itself what reads the reason.
        of_colleagues: the permission for every other reason that is not a player's own (`actor_kind`); without it,
            these are for everybody.
    """
    casino = entry.get("casino_id")
    field, permission = WORDS.get(entry["type"], (None, None))
    if permission is None:
        said = (one.get("reason_permission") for name in documents if isinstance(one := entry[name], dict))
        permission = next(filter(None, said), None if entry.get("actor_kind") == "player" else of_colleagues)
    shown = {name: contents(entry[name], caller, casino) for name in documents}
    there = entry.get("reason") is not None or field is not None
    if not there or read_by(caller, permission, [casino]):
        return {**entry, **shown}
    spoken = {name: one and {key: one[key] for key in one if key != field} for name, one in shown.items()}
    return {**entry, **spoken, "reason": None}


def read_by(caller: Caller, permission: str | None, casinos: Sequence[UUID | None]) -> bool:
    """Whether words about things of these casinos are the caller's to read, who then does. What is about no single
    casino (None) takes somebody who holds the permission for the whole operator; without a permission, nothing does.
    """
    if permission is None or caller.kind == "service":
        return True
    return all(
        caller.scope(permission).unlimited if one is None else caller.may(permission, one) for one in casinos or [None]
    )


def sees_restrictions(caller: Caller, casino: UUID | None) -> bool:
    """Whether they may know that a player is kept from playing or paying in, for whatever reason: the player himself,
    and whoever sees exclusions and suspicions."""
    himself = caller.is_player and caller.acting_for is None
    return himself or all(caller.mode(kind, casino) == "clear" for kind in ("rg", "aml"))


def _told(document: Any, blind: bool, neutral: Collection[str]) -> Any:
    if isinstance(document, dict):
        kept = {name: one for name, one in document.items() if not (blind and name.endswith("_minor"))}
        return {name: _told(one, blind, neutral) for name, one in kept.items()}
    if isinstance(document, list):
        return [_told(one, blind, neutral) for one in document]
    return NOT_ALLOWED if isinstance(document, str) and document in neutral else document
