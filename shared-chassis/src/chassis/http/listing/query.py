"""Reading a list's query string: `status=eq.pending&created_at=gte.2026-01-01&order=created_at.desc&limit=50`.

A part of the full grammar (PostgREST's, narrowed), and nothing outside of it, so that what works today keeps working.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chassis.http.listing import errors
from chassis.http.listing.errors import choice, refused
from chassis.http.listing.fields import Field

DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 500
MOST_CONDITIONS: Final = 50
LONGEST_IN_LIST: Final = 1000
WORDS: Final = ("order", "limit", "after")

_IS: Final[dict[str, bool | None]] = {"null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter. For `in` the value is a list; for `is` it is None, True, False or the text `not_null`."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Term:
    """One part of an order."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query string, understood. `written` is what a cursor is bound to."""

    conditions: tuple[Condition, ...]
    order: tuple[Term, ...]
    limit: int
    after: str | None
    written: tuple[tuple[str, str], ...]


def read_query(parameters: Iterable[tuple[str, str]], fields: Mapping[str, Field], default_order: str) -> ListQuery:
    """The query; RequestProblem (400, LST1xx) naming what would be allowed when it is none."""
    given = list(parameters)
    words = _words(given)
    filters = [(name, text) for name, text in given if name not in WORDS]
    if len(filters) > MOST_CONDITIONS:
        raise refused(errors.TOO_MANY_CONDITIONS, filters[-1][0], f"At most {MOST_CONDITIONS} conditions are allowed.")
    conditions = tuple(_condition(name, text, fields) for name, text in filters)
    order = read_order(words.get("order", default_order), fields)
    _check_currencies(conditions, order, fields)
    written = (*sorted(filters), ("order", ",".join(f"{one.field}.{one.descending}" for one in order)))
    return ListQuery(conditions, order, _limit(words.get("limit")), words.get("after"), written)


def read_order(text: str, fields: Mapping[str, Field]) -> tuple[Term, ...]:
    """`a.desc,b` as terms; RequestProblem when a part is not a sortable field with a direction."""
    sortable = [name for name, field in fields.items() if field.sortable]
    terms: dict[str, Term] = {}
    for part in text.split(","):
        name, _, direction = part.strip().partition(".")
        if name not in sortable:
            raise refused(errors.WRONG_ORDER, "order", f"Order by {choice(sortable)}.")
        if direction not in ("", "asc", "desc"):
            raise refused(errors.WRONG_ORDER, "order", f"Write {name}.asc or {name}.desc.")
        terms.setdefault(name, Term(name, direction == "desc"))
    return tuple(terms.values())


def _words(given: list[tuple[str, str]]) -> dict[str, str]:
    words: dict[str, str] = {}
    for name, text in given:
        if name in WORDS:
            if name in words:
                raise refused(errors.REPEATED_PARAMETER, name, f"Give {name} once.")
            words[name] = text
    return words


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise refused(errors.WRONG_LIMIT, "limit", f"limit is a number from 1 to {MOST_ROWS}.")
    return min(int(text), MOST_ROWS)


def _condition(name: str, text: str, fields: Mapping[str, Field]) -> Condition:
    filterable = [known for known, field in fields.items() if field.operators]
    if name not in filterable:
        raise refused(errors.UNKNOWN_FIELD, name, f"Filter by {choice(filterable)}; beside these: {choice(WORDS)}.")
    field = fields[name]
    operator, dot, value = text.partition(".")
    if not dot or operator not in field.operators:
        raise refused(errors.WRONG_OPERATOR, name, f"Write {name}=operator.value with {choice(field.operators)}.")
    try:
        return Condition(name, operator, _READERS.get(operator, _plain)(value, field))
    except ValueError as error:
        raise refused(errors.WRONG_VALUE, name, f"{name}={operator}. takes {error}.") from None


def _plain(text: str, field: Field) -> Any:
    if text == "null":
        raise ValueError("a value; for empty fields write is.null")
    return field.parse(text)


def _is(text: str, field: Field) -> bool | str | None:
    allowed = ["null", "not_null", *(("true", "false") if field.kind == "boolean" else ())]
    word = text.lower()
    if word not in allowed:
        raise ValueError(choice(allowed))
    return _IS.get(word, word)


def _in(text: str, field: Field) -> list[Any]:
    if not (text.startswith("(") and text.endswith(")")):
        raise ValueError("a list as (a,b)")
    members = _members(text[1:-1])
    if len(members) > LONGEST_IN_LIST:
        raise ValueError(f"at most {LONGEST_IN_LIST} members")
    return [field.parse(member) for member in members]


def _members(inner: str) -> list[str]:
    """Members of an in-list. Quotes are syntax here: `"a,b"` is one member, with `\\"` and `\\\\` inside."""
    members: list[str] = []
    at = 0
    while at < len(inner):
        if inner[at] == '"':
            member, at = _quoted(inner, at + 1)
        else:
            end = inner.find(",", at)
            end = len(inner) if end < 0 else end
            member, at = inner[at:end].strip(), end
            if '"' in member or not member:
                raise ValueError('members without quotes inside, or a member as "a\\"b"')
        members.append(member)
        if at < len(inner):
            if at + 1 == len(inner):
                raise ValueError("no comma at the end")
            at += 1
    return members


def _quoted(inner: str, at: int) -> tuple[str, int]:
    member = ""
    while at < len(inner):
        character = inner[at]
        if character == "\\" and at + 1 < len(inner):
            member, at = member + inner[at + 1], at + 2
        elif character == '"':
            if at + 1 < len(inner) and inner[at + 1] != ",":
                break
            return member, at + 1
        else:
            member, at = member + character, at + 1
    raise ValueError("quotes that are closed before a comma or the end")


_READERS: Final[dict[str, Callable[[str, Field], Any]]] = {"is": _is, "in": _in}


def _check_currencies(conditions: tuple[Condition, ...], order: tuple[Term, ...], fields: Mapping[str, Field]) -> None:
    """An amount says nothing without its currency: 1000 is ten euros, or a thousand yen."""
    by_operator = {(one.field, one.operator) for one in conditions}
    for condition in conditions:
        currency = fields[condition.field].currency
        if currency and condition.operator != "is" and not {(currency, "eq"), (currency, "in")} & by_operator:
            raise refused(errors.CURRENCY_NEEDED, condition.field, f"Add {currency}=eq.EUR (or the one you mean).")
    for term in order:
        currency = fields[term.field].currency
        if currency and (currency, "eq") not in by_operator:
            raise refused(errors.CURRENCY_NEEDED, "order", f"Add {currency}=eq.EUR (or the one you mean).")
