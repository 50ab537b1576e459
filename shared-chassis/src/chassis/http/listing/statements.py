"""The statements of a page. One casino, or all: a scan of one index. A few: one short scan for each (LATERAL)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Table, Uuid, column, func, literal, select, true

from chassis.http.listing.keyset import Term, ordering
from chassis.http.listing.sql import in_scope
from chassis.store.context import CasinoScope

MOST_LATERAL: Final = 20
"""Above so many casinos one scan of the whole order is expected to be cheaper than one for each casino."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for, as expressions.

    Attributes:
        columns: what is fetched, by label.
        conditions: everything but the casinos in scope and the place of the page.
        scope: the casinos; of no meaning without a `casino_column`.
    """

    table: Table
    columns: Mapping[str, ColumnElement[Any]]
    conditions: tuple[ColumnElement[bool], ...]
    terms: tuple[Term, ...]
    scope: CasinoScope
    casino_column: ColumnElement[Any] | None
    place: ColumnElement[bool] | None = None
    backwards: bool = False
    extra: tuple[ColumnElement[bool], ...] = field(default=())

    @property
    def read_terms(self) -> tuple[Term, ...]:
        """The order in which rows are read: from the end for the page before."""
        return tuple(term.flipped for term in self.terms) if self.backwards else self.terms


def page_of(selection: Selection, limit: int, offset: int) -> Select[Any]:
    """`limit` rows in order; the caller asks for one more than it shows, to know whether there are more."""
    casinos = sorted(selection.scope.ids or ()) if selection.casino_column is not None else []
    if 2 <= len(casinos) <= MOST_LATERAL:
        return _lateral(selection, casinos, limit, offset)
    scoped = _scoped(selection)
    return _rows(selection).where(*scoped).limit(limit).offset(offset or None)


def _lateral(selection: Selection, casinos: list[UUID], limit: int, offset: int) -> Select[Any]:
    """Each casino's first rows, found through its own stretch of the index, then put in order together.

    With `casino IN (..)` an index that begins with the casino gives no order: all rows of all casinos would be sorted
    (72 ms where this takes 0.1 ms on three million rows).
    """
    assert selection.casino_column is not None
    wanted = func.unnest(literal(casinos, ARRAY(Uuid))).table_valued(column("casino", Uuid)).render_derived("wanted")
    each = _rows(selection).where(selection.casino_column == wanted.c.casino).limit(limit + offset).lateral("each")
    shown = [each.c[label] for label in selection.columns]
    order = [each.c[f"o_{at}"] for at in range(len(selection.terms))]
    return (
        select(*shown, *order)
        .select_from(wanted.join(each, true()))
        .order_by(*ordering(selection.read_terms, order))
        .limit(limit)
        .offset(offset or None)
    )


def _rows(selection: Selection) -> Select[Any]:
    shown = [expression.label(label) for label, expression in selection.columns.items()]
    order = [term.column.label(f"o_{at}") for at, term in enumerate(selection.terms)]
    place = () if selection.place is None else (selection.place,)
    found = select(*shown, *order).where(*selection.conditions, *place)
    return found.order_by(*ordering(selection.read_terms))


def all_of(selection: Selection) -> Select[Any]:
    """Every row that is asked for, wherever the page stands: what is counted."""
    scoped = _scoped(selection)
    return select(literal(1).label("one")).select_from(selection.table).where(*selection.conditions, *scoped)


def _scoped(selection: Selection) -> Sequence[ColumnElement[bool]]:
    if selection.casino_column is None or selection.scope.unlimited:
        return ()
    return (in_scope(selection.casino_column, selection.scope),)
