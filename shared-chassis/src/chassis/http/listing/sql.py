"""Trees as SQL. Columns come from the declaration alone, values are always bound parameters, logic has three values."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.http.listing.check import Blind, Casinos
from chassis.http.listing.fields import Field
from chassis.http.listing.tree import Group, Leaf, Node, Not
from chassis.store.context import CasinoScope

_COMPARISONS: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "like": lambda column, value: column.like(value),
    "ilike": lambda column, value: column.ilike(value),
    "isdistinct": lambda column, value: column.is_distinct_from(value),
    "wfts": lambda column, value: func.to_tsvector(literal_column("'simple'"), column).op("@@")(
        func.websearch_to_tsquery(literal_column("'simple'"), value)
    ),
}


_BEFORE: Final = {"eq": "lte", "lt": "lt", "lte": "lte"}
"""What a condition on a value says of another that is never later."""


def predicate(node: Node, fields: Mapping[str, Field], scope: CasinoScope) -> ColumnElement[bool]:
    """The checked tree as a condition. As in SQL, rows without a value match neither `eq` nor `not.eq`."""
    match node:
        case Not(member):
            return not_(predicate(member, fields, scope).self_group())
        case Group("and", members):
            return and_(*(predicate(member, fields, scope) for member in members)).self_group()
        case Group(members=members):
            return or_(*(predicate(member, fields, scope) for member in members)).self_group()
        case Leaf():
            return _leaf(node, fields[node.field], scope)


def _leaf(leaf: Leaf, field: Field, scope: CasinoScope) -> ColumnElement[bool]:
    if isinstance(leaf.value, Blind):
        assert field.blind is not None
        return field.blind == leaf.value.index
    column = field.sql
    if isinstance(leaf.value, Casinos):
        return in_scope(column, scope) & column.is_not(None)
    if leaf.op == "is":
        return column.is_not(None) if leaf.value == "not_null" else column.is_(leaf.value)
    if leaf.op == "in":
        return _one_of(column, leaf.value)
    if field.type == "texts":
        return _texts(column, leaf)
    if leaf.every:
        every = [_COMPARISONS[leaf.op](column, value) for value in leaf.value]
        return (or_(*every) if leaf.every == "any" else and_(*every)).self_group()
    met = _COMPARISONS[leaf.op](column, leaf.value)
    if field.never_before is not None and leaf.op in _BEFORE:
        met = and_(met, _COMPARISONS[_BEFORE[leaf.op]](field.never_before, leaf.value)).self_group()
    return met


def _one_of(column: ColumnElement[Any], values: tuple[Any, ...]) -> ColumnElement[bool]:
    """One parameter however many values. A single one is an equality: an index that goes on behind it gives order."""
    if len(values) == 1:
        return column == literal(values[0], column.type)
    return column == any_(literal(list(values), ARRAY(column.type))) if values else false()


def _texts(column: ColumnElement[Any], leaf: Leaf) -> ColumnElement[bool]:
    given = list(leaf.value)
    found: Any = column
    met: ColumnElement[bool]
    if isinstance(column.type, ARRAY):
        met = found.op({"cs": "@>", "cd": "<@", "ov": "&&"}[leaf.op], is_comparison=True)(literal(given, column.type))
    elif leaf.op == "ov":
        met = found.has_any(literal(given, ARRAY(Text)))
    else:
        met = {"cs": found.contains, "cd": found.contained_by}[leaf.op](literal(given, JSONB))
    return met


def in_scope(column: ColumnElement[Any], scope: CasinoScope) -> ColumnElement[bool]:
    """The rows of the casinos in scope; rows of no casino are for those who see all of them, or all but some."""
    if scope.unlimited:
        return true()
    if scope.ids is None:
        others = column != _all(sorted(scope.but))
        return or_(column.is_(None), others)
    return _one_of(column, tuple(sorted(scope.ids)))


def _all(values: list[Any]) -> Any:
    return func.all(literal(values, ARRAY(Uuid)))


def search(text: str, fields: list[Field]) -> ColumnElement[bool]:
    """Any of these fields holds the text somewhere; wildcards in it are letters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = [
        field.sql == text if field.type == "text" and field.index_hint else field.sql.ilike(f"%{escaped}%")
        for field in fields
        if field.type == "text"
    ]
    return or_(*found) if found else false()
