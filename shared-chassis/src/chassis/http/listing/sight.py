"""What one caller sees of a list: which fields exist for them, and what they may ask of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false

from chassis.auth.caller import Caller
from chassis.auth.permissions import DataClass
from chassis.http.listing.fields import Field
from chassis.http.listing.masking import clear_everywhere, known_to


@dataclass(frozen=True, slots=True)
class Sight:
    """Fields by name.

    Attributes:
        known: those that exist for the caller, in the list's order.
        filterable: what may be asked of each.
        sortable: those `order` may name.
        blind: those asked for by `eq` through a blind index.
    """

    known: Mapping[str, Field]
    filterable: Mapping[str, tuple[str, ...]]
    sortable: Mapping[str, Field]
    blind: frozenset[str]


def sight_of(caller: Caller, fields: Mapping[str, Field]) -> Sight:
    """A field that is not clear in every row the caller sees is neither filtered nor sorted: it could be guessed."""
    known = {name: field for name, field in fields.items() if not field.hidden and known_to(caller, field)}
    clear = {name: field for name, field in known.items() if clear_everywhere(caller, field)}
    return Sight(
        known=known,
        filterable={name: field.operators for name, field in clear.items() if field.operators},
        sortable={name: field for name, field in clear.items() if field.sortable},
        blind=frozenset(name for name, field in known.items() if _by_index(caller, field)),
    )


def where_shown(caller: Caller, kind: DataClass, casino: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Conditions that leave out the rows of casinos where the caller is not to know of this kind of data at all: for
    lists of things whose mere being there tells.

    Args:
        casino: the column with the casino.
    """
    scope = caller.scope()
    if scope.ids is None:
        return [false()] if caller.mode(kind) == "none" else []
    blind = sorted((one for one in scope.ids if caller.mode(kind, one) == "none"), key=str)
    return [casino.not_in(blind)] if blind else []


def _by_index(caller: Caller, field: Field) -> bool:
    if field.blind is None or caller.is_player:
        return False
    permission = field.blind_permission
    return permission is None or (caller.could(permission) and caller.scope() <= caller.reach(permission))
