"""What a list knows about one of its fields: its type, what may be asked of it, and who sees how much of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Boolean, Column, ColumnElement, Date, DateTime, Integer, Text, Uuid
from sqlalchemy import String as SqlString
from sqlalchemy.types import BigInteger, SmallInteger

from chassis.auth.permissions import DataClass

Kind = Literal["text", "integer", "uuid", "timestamp", "date", "boolean", "texts", "opaque"]

_NAMED: Final = ("eq", "neq", "in", "is", "isdistinct")
_PATTERNS: Final = ("like", "ilike")
_COMPARED: Final = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "isdistinct")
OPERATORS: Final[dict[Kind, tuple[str, ...]]] = {
    "text": (*_NAMED, *_PATTERNS),
    "integer": _COMPARED,
    "uuid": _NAMED,
    "timestamp": _COMPARED,
    "date": _COMPARED,
    "boolean": ("eq", "neq", "is", "isdistinct"),
    "texts": ("cs", "cd", "ov", "is"),
    "opaque": (),
}
"""What is offered of each type unless a field says otherwise. Names offer no `<`: it would depend on a collation."""

EXTRA: Final[dict[Kind, tuple[str, ...]]] = {"text": ("gt", "gte", "lt", "lte", "wfts"), "opaque": ("is",)}
"""What a field may offer beyond that: comparison of codes whose column has the collation C, and words of long texts."""

QUANTIFIED: Final = ("eq", "gt", "gte", "lt", "lte", "like", "ilike")
"""Operators that take `(any)` and `(all)`."""

_KINDS: Final[tuple[tuple[type[Any], Kind], ...]] = (
    (Uuid, "uuid"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (DateTime, "timestamp"),
    (Date, "date"),
    (SqlString, "text"),
    (Text, "text"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list.

    Attributes:
        column: of the table, or any expression over it; None for what `finish` adds to the rows.
        ops: the operators offered; those of its type unless given. Empty: it is shown and cannot be filtered.
        sortable: whether `order` may name it.
        data_class: the kind of data; the caller's mode for it decides how much is shown.
        permission: callers without it do not know the field exists.
        mask: what is shown of it in the mode `mask`; without one nothing is.
        clear_with: a permission that shows it unmasked, judged row by row for the row's casino.
        currency: the field that holds the currency of this amount; conditions and orders on amounts need it.
        kind: of its values, where the column does not say: `texts` for a JSON array of texts.
        values: the words it may hold, where the code knows them all: a `StrEnum`, or `get_args` of a `Literal`. Any
            other word is refused, and no part of one is looked for.
        label: its name for people, made from its own name unless given.
        index_hint: the index that serves filters on it, for the documentation; a field with one counts as indexed.
        refers: `staff`: `$me` may stand for a value; `casino`: `in.($casinos)` may, as in what decides who sees a row.
        blind: the keyed index of its clear values: `eq` is answered by it even where the field is not shown in clear,
            for holders of `blind_permission`, and from bodies alone, because an address is logged.
        normal: brings a text into the form the blind index is made of.
        never_before: another column whose value is never later than this one's, as the table itself guarantees: what
            is asked to lie before a moment is then looked for before it there too, where there is an index.
        hidden: fetched for `finish`, never shown, filtered or told.
        staff_only: what is written about players and not for them: neither they nor who looks as they do know of it.
    """

    column: ColumnElement[Any] | None
    ops: tuple[str, ...] | None = None
    sortable: bool = False
    data_class: DataClass = "internal"
    permission: str | None = None
    mask: Callable[[Any], Any] | None = None
    clear_with: str | None = None
    currency: str | None = None
    kind: Kind | None = None
    values: Iterable[str] = ()
    label: str | None = None
    index_hint: str | None = None
    refers: Literal["staff", "casino"] | None = None
    blind: ColumnElement[Any] | None = None
    blind_permission: str | None = None
    normal: Callable[[str], str] = str
    never_before: Column[Any] | None = None
    hidden: bool = False
    staff_only: bool = False

    def __post_init__(self) -> None:
        if self.kind is None:
            object.__setattr__(self, "kind", "text" if self.column is None else _kind(self.column))
        if self.column is None and (self.sortable or (self.ops and self.blind is None)):
            raise ValueError("a field without a column can be neither filtered nor sorted")
        if self.never_before is not None and (self.nullable or self.never_before.nullable):
            raise ValueError(f"{self.column}: what may be without a value is before and after nothing")
        object.__setattr__(self, "values", tuple(map(str, self.values)))
        if self.values and self.type not in ("text", "texts"):
            raise ValueError(f"{self.column}: {self.kind} fields have no words")
        allowed = {*OPERATORS[self.type], *EXTRA.get(self.type, ())} if not self.values else set(self._usual)
        if self.ops is not None and not set(self.ops) <= allowed:
            raise ValueError(f"{self.column}: {self.kind} fields have {', '.join(sorted(allowed))}")
        if self.ops and {"gt", "lt"} & set(self.ops) and self.type == "text" and self.collation != "C":
            raise ValueError(f"{self.column}: texts are compared in the collation C alone")

    @property
    def type(self) -> Kind:
        """The kind, which is always known after construction."""
        assert self.kind is not None
        return self.kind

    @property
    def operators(self) -> tuple[str, ...]:
        """What may be asked of it by those who see it in clear."""
        if self.hidden or self.column is None:
            return ()
        return self._usual if self.ops is None else self.ops

    @property
    def _usual(self) -> tuple[str, ...]:
        """What is offered unless the field says otherwise: whole words alone where these are all known."""
        return _NAMED if self.values and self.type == "text" else OPERATORS[self.type]

    @property
    def words(self) -> tuple[str, ...]:
        """The closed set of its values; none where any text may stand."""
        return tuple(self.values)

    @property
    def nullable(self) -> bool:
        """Whether it may be without a value."""
        return bool(getattr(self.column, "nullable", True))

    @property
    def collation(self) -> str | None:
        """Of texts: as the column declares it."""
        kind = getattr(self.column, "type", None)
        return getattr(kind, "collation", None) or "database" if self.type == "text" else None

    @property
    def bits(self) -> int:
        """Of whole numbers."""
        kind = getattr(self.column, "type", None)
        return 16 if isinstance(kind, SmallInteger) else 32 if type(kind) is Integer else 64

    @property
    def sql(self) -> ColumnElement[Any]:
        """The expression; TypeError when it has none."""
        if self.column is None:
            raise TypeError("a field that is added to the rows has no expression")
        return self.column


def label_of(name: str, field: Field) -> str:
    """Its name for people.

    >>> label_of("created_at", Field(None))
    'Created at'
    """
    return field.label or name.removesuffix("_minor").replace("_", " ").capitalize()


def _kind(column: ColumnElement[Any]) -> Kind:
    if isinstance(column.type, BigInteger):
        return "integer"
    return next((kind for cls, kind in _KINDS if isinstance(column.type, cls)), "opaque")
