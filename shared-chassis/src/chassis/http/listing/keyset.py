"""Orders and places in them: what comes behind a row, so that the thousandth page costs what the first one does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, literal, or_, tuple_

from chassis.http.listing import errors
from chassis.http.listing.errors import choice, refused
from chassis.http.listing.fields import Field


@dataclass(frozen=True, slots=True)
class Term:
    """One part of an order. NULLs stand last ascending and first descending unless told otherwise."""

    name: str
    column: ColumnElement[Any]
    nullable: bool
    descending: bool = False
    nulls_first: bool = False

    @property
    def flipped(self) -> "Term":
        """The same, read from the end."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    @property
    def written(self) -> str:
        """As a client would write it in full."""
        return f"{self.name}.{'desc' if self.descending else 'asc'}.nulls{'first' if self.nulls_first else 'last'}"


def term_of(name: str, field: Field, *, descending: bool = False, nulls_first: bool | None = None) -> Term:
    """A part of an order by a field."""
    first = descending if nulls_first is None or not field.nullable else nulls_first
    return Term(name, field.sql, field.nullable, descending, first)


def read_order(text: str, sortable: dict[str, Field]) -> tuple[Term, ...]:
    """`a.desc,b.asc.nullsfirst` as terms; RequestProblem when a part is no sortable field with a direction."""
    terms: dict[str, Term] = {}
    for part in text.split(","):
        name, *words = part.strip(" ").split(".")
        if name not in sortable:
            raise refused(errors.WRONG_ORDER, "order", f"Order by {choice(sortable)}.")
        direction = words.pop(0) if words and words[0] in ("asc", "desc") else "asc"
        nulls = words.pop(0) if words and words[0] in ("nullsfirst", "nullslast") else None
        if words:
            allowed = f"{name}.asc or {name}.desc, with .nullsfirst or .nullslast behind"
            raise refused(errors.WRONG_ORDER, "order", f"Write {allowed}.")
        first = None if nulls is None else nulls == "nullsfirst"
        term = term_of(name, sortable[name], descending=direction == "desc", nulls_first=first)
        terms.setdefault(name, term)
    return tuple(terms.values())


def ordering(terms: Sequence[Term], columns: Sequence[ColumnElement[Any]] | None = None) -> list[UnaryExpression[Any]]:
    """The ORDER BY, over the terms' own columns or those that stand for them in an outer query."""
    return [
        _ordered(term, column) for term, column in zip(terms, columns or [one.column for one in terms], strict=True)
    ]


def _ordered(term: Term, column: ColumnElement[Any]) -> UnaryExpression[Any]:
    ordered = column.desc() if term.descending else column.asc()
    if not term.nullable or term.nulls_first == term.descending:
        return ordered
    return ordered.nulls_first() if term.nulls_first else ordered.nulls_last()


def behind(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """Everything behind a row with these values.

    One direction compares row values, which an index answers at any depth (0.04 ms where the general OR took 166 ms on
    three million rows). Mixed directions and empty values need the OR, with a bound on the first column beside it so
    that the index is used all the same.
    """
    simple = all(not term.nullable for term in terms)
    if simple and len({term.descending for term in terms}) == 1:
        columns = tuple_(*(term.column for term in terms))
        place = tuple_(*(_bound(term, value) for term, value in zip(terms, values, strict=True)))
        return columns < place if terms[0].descending else columns > place
    pairs = list(zip(terms, values, strict=True))
    branches = [
        and_(*(_same(term, value) for term, value in pairs[:at]), _further(*pairs[at])) for at in range(len(pairs))
    ]
    return and_(*_floor(*pairs[0]), or_(*branches))


def _bound(term: Term, value: Any) -> ColumnElement[Any]:
    return literal(value, term.column.type)


def _same(term: Term, value: Any) -> ColumnElement[bool]:
    return term.column.is_(None) if value is None else term.column == _bound(term, value)


def _further(term: Term, value: Any) -> ColumnElement[bool]:
    if value is None:
        return term.column.is_not(None) if term.nulls_first else false()
    beyond = term.column < _bound(term, value) if term.descending else term.column > _bound(term, value)
    return or_(beyond, term.column.is_(None)) if term.nullable and not term.nulls_first else beyond


def _floor(term: Term, value: Any) -> list[ColumnElement[bool]]:
    """What every row behind fulfils on the first column, in a form an index can start from."""
    if value is None or (term.nullable and not term.nulls_first):
        return []
    return [term.column <= _bound(term, value) if term.descending else term.column >= _bound(term, value)]
