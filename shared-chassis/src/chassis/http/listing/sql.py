"""Conditions, orders and cursors as SQL. Columns come from the declaration, values are always bound parameters."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, and_, false, literal, or_, tuple_

from chassis.http.listing.fields import Field
from chassis.http.listing.query import Condition, Term

_COMPARISONS: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def condition(field: Field, one: Condition) -> ColumnElement[bool]:
    """One filter. As in SQL, rows without a value match neither `eq` nor `neq`."""
    column: ColumnElement[Any] = field.column
    if one.operator == "in":
        return column.in_(one.value) if one.value else false()
    if one.operator == "is":
        return column.is_not(None) if one.value == "not_null" else column.is_(one.value)
    return _COMPARISONS[one.operator](column, one.value)


def ordering(terms: Sequence[tuple[Field, Term]]) -> list[UnaryExpression[Any]]:
    """The ORDER BY."""
    return [field.column.desc() if term.descending else field.column.asc() for field, term in terms]


def after(terms: Sequence[tuple[Field, Term]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Everything behind a row with these values.

    One direction compares row values, which an index answers at any depth (0.04 ms where the general OR took 166 ms on
    three million rows). Mixed directions need the OR, with the bound on the first column beside it so that the index
    is used all the same.
    """
    if len({term.descending for _, term in terms}) == 1:
        columns = tuple_(*(field.column for field, _ in terms))
        bound = tuple_(*(literal(value, field.column.type) for (field, _), value in zip(terms, values, strict=True)))
        return columns < bound if terms[0][1].descending else columns > bound
    placed = [
        (field.column, literal(value, field.column.type), term.descending)
        for (field, term), value in zip(terms, values, strict=True)
    ]
    branches = [
        and_(*(one == known for one, known, _ in placed[:place]), column < value if descending else column > value)
        for place, (column, value, descending) in enumerate(placed)
    ]
    first, value, descending = placed[0]
    return and_(first <= value if descending else first >= value, or_(*branches))
