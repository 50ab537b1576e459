"""What a list knows about one of its fields: its type, what may be asked of it, and who sees it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, SmallInteger, Text, Uuid
from sqlalchemy import String as SqlString
from sqlalchemy.types import BigInteger

from chassis.auth.permissions import DataClass

Kind = Literal["text", "integer", "uuid", "timestamp", "date", "boolean", "opaque"]

_COMPARED: Final = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "is")
_NAMED: Final = ("eq", "neq", "in", "is")
OPERATORS: Final[dict[Kind, tuple[str, ...]]] = {
    "text": _NAMED,
    "integer": _COMPARED,
    "uuid": _NAMED,
    "timestamp": _COMPARED,
    "date": _COMPARED,
    "boolean": ("eq", "neq", "is"),
    "opaque": (),
}
"""What can be asked of each type. Lists of names offer no `<`: its meaning depends on a collation nobody sees."""

_INTEGER: Final = re.compile(r"^-?[0-9]{1,19}$")
_DATE_ONLY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a list.

    Attributes:
        column: of the table.
        ops: the operators offered; those of its type unless given. Empty: it is shown and cannot be filtered.
        sortable: whether `order` may name it. The column must not be null.
        data_class: the kind of data, for the catalogue.
        permission: callers without it do not know the field exists.
        mask: what others see of it; such a field can be neither filtered nor sorted, or it could be guessed letter
            by letter.
        clear_with: the permission that shows it unmasked, judged row by row for the row's casino.
        currency: the field that holds the currency of this amount; conditions and orders on amounts need it.
    """

    column: Column[Any]
    ops: tuple[str, ...] | None = None
    sortable: bool = False
    data_class: DataClass = "internal"
    permission: str | None = None
    mask: Callable[[Any], Any] | None = None
    clear_with: str | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        if self.mask is not None and (self.sortable or self.ops):
            raise ValueError(f"{self.column.name}: a masked field can be neither filtered nor sorted")
        if self.sortable and self.column.nullable:
            raise ValueError(f"{self.column.name}: a sortable column is declared nullable=False")
        if self.ops is not None and not set(self.ops) <= set(OPERATORS[self.kind]):
            raise ValueError(f"{self.column.name}: {self.kind} fields have {', '.join(OPERATORS[self.kind])}")

    @property
    def kind(self) -> Kind:
        """Its type, from the column's."""
        return _kind(self.column)

    @property
    def operators(self) -> tuple[str, ...]:
        """What may be asked of it."""
        if self.mask is not None:
            return ()
        return OPERATORS[self.kind] if self.ops is None else self.ops

    def parse(self, text: str) -> Any:
        """A value of this field's type; ValueError with what is expected when the text is none."""
        match self.kind:
            case "integer":
                return _parse_integer(text, self.column)
            case "uuid":
                return _parse_uuid(text)
            case "timestamp":
                return _parse_timestamp(text)
            case "date":
                return _parse_date(text)
            case "boolean":
                return _parse_boolean(text)
            case _:
                return text


def _kind(column: Column[Any]) -> Kind:
    kinds: list[tuple[type[Any], Kind]] = [
        (Uuid, "uuid"),
        (Boolean, "boolean"),
        (Integer, "integer"),
        (DateTime, "timestamp"),
        (Date, "date"),
        (SqlString, "text"),
        (Text, "text"),
    ]
    return next((kind for cls, kind in kinds if isinstance(column.type, cls)), "opaque")


def _parse_integer(text: str, column: Column[Any]) -> int:
    bits = 64 if isinstance(column.type, BigInteger) else 16 if isinstance(column.type, SmallInteger) else 32
    if not _INTEGER.match(text) or not -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1):
        raise ValueError(f"a whole number of at most {bits} bits")
    return int(text)


def _parse_uuid(text: str) -> UUID:
    try:
        if len(text) == 36:
            return UUID(text)
    except ValueError:
        pass
    raise ValueError("a UUID")


def _parse_timestamp(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("a time as 2026-01-31T12:00:00Z") from None


def _parse_date(text: str) -> date:
    try:
        if _DATE_ONLY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("a date as 2026-01-31")


def _parse_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"
