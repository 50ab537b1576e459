"""A tree against the fields of a list: every name, operator and value is checked and read as its type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement

from chassis.http.listing import errors
from chassis.http.listing.errors import choice, refused
from chassis.http.listing.fields import QUANTIFIED, Field
from chassis.http.listing.tree import ALL_OF, Group, Leaf, Node, Not, conjuncts, negated
from chassis.http.listing.values import Moment, parse
from chassis.store.context import CasinoScope

_IS: Final[dict[str, bool | None]] = {"null": None, "true": True, "false": False}

CASINOS: Final = ("$casinos",)
"""The one member of `in.($casinos)`; the list's scope stands for it."""


@dataclass(frozen=True, slots=True)
class Casinos:
    """The value of `in.($casinos)` in a checked tree."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A value of a field that is looked up by its blind index, already made unreadable."""

    index: str


@dataclass(frozen=True, slots=True)
class Checker:
    """What is allowed to this caller.

    Attributes:
        fields: those they know, by name.
        filterable: of these, what may be asked of each; a field that is missing here cannot be filtered.
        blind: fields of which `eq` alone may be asked, through their blind index.
        index_of: makes a blind index; None where the service has none.
        like_minimum: how many literal characters a pattern needs.
    """

    fields: Mapping[str, Field]
    filterable: Mapping[str, tuple[str, ...]]
    moment: Moment
    blind: frozenset[str] = frozenset()
    index_of: Callable[[str], str] | None = None
    like_minimum: int = 0
    words: tuple[str, ...] = field(default=())

    def check(self, node: Node | None, *, from_body: bool = False) -> Node | None:
        """The tree with values of their types; RequestProblem (400) naming what would be allowed."""
        return None if node is None else self._node(node, frozenset(), from_body)

    def _node(self, node: Node, held: frozenset[str], from_body: bool) -> Node:
        match node:
            case Not(member):
                if isinstance(member, Leaf) and member.op == "in" and not member.value:
                    raise refused(errors.WRONG_VALUE, member.field, "not.in.() would match every row.")
                return negated(self._node(member, held, from_body))
            case Group(kind, members):
                within = held | self._currencies(members) if kind == "and" else held
                return Group(kind, tuple(self._node(member, within, from_body) for member in members))
            case Leaf():
                own = self._currencies((node,))
                return self._leaf(node, held | own, from_body)

    def _currencies(self, members: tuple[Node, ...]) -> frozenset[str]:
        """The fields that are narrowed to values by these conditions: amounts may be compared beside them."""
        return frozenset(
            one.field for one in members if isinstance(one, Leaf) and one.op in ("eq", "in") and one.every is None
        )

    def _leaf(self, leaf: Leaf, held: frozenset[str], from_body: bool) -> Leaf:
        name = leaf.field
        if leaf.bare and name in self.fields and self.fields[name].type in ("text", "texts"):
            raise refused(errors.WRONG_VALUE, name, f"{name} holds texts: put each value in quotes.")
        if name in self.blind and name not in self.filterable:
            return self._blind(leaf, from_body)
        if name not in self.filterable:
            beside = f"; beside these: {choice(self.words)}" if self.words else ""
            raise refused(errors.UNKNOWN_FIELD, name, f"Filter by {choice(self.filterable)}{beside}.")
        known = self.fields[name]
        operators = self.filterable[name]
        if leaf.op not in operators or (leaf.every and leaf.op not in QUANTIFIED):
            many = " (any) and (all) go with " + choice(QUANTIFIED) + "." if leaf.every else ""
            raise refused(errors.WRONG_OPERATOR, name, f"Write {name}=operator.value with {choice(operators)}.{many}")
        if known.currency and leaf.op != "is" and known.currency not in held:
            raise refused(errors.CURRENCY_NEEDED, name, f"Add {known.currency}=eq.EUR (or the one you mean).")
        return replace(leaf, value=self._value(leaf, known))

    def _blind(self, leaf: Leaf, from_body: bool) -> Leaf:
        if leaf.op != "eq" or leaf.every or self.index_of is None:
            raise refused(errors.WRONG_OPERATOR, leaf.field, f"{leaf.field} can be asked for by eq alone, in full.")
        if not from_body:
            message = f"Ask for {leaf.field} by POST to the list's /query: what stands in an address is logged."
            raise refused(errors.BODY_ONLY, leaf.field, message)
        known = self.fields[leaf.field]
        if not leaf.value or "\0" in leaf.value:
            raise refused(errors.WRONG_VALUE, leaf.field, f"{leaf.field}=eq. takes a value.")
        return replace(leaf, value=Blind(self.index_of(known.normal(leaf.value))))

    def _value(self, leaf: Leaf, known: Field) -> Any:
        if known.refers == "casino" and leaf.op == "in" and leaf.value == CASINOS:
            return Casinos()
        try:
            if leaf.op == "is":
                return _is(leaf.value, known)
            if leaf.every or leaf.op == "in" or leaf.op in ALL_OF:
                return tuple(self._single(leaf, known, text) for text in _some(leaf))
            return self._single(leaf, known, _no_null(leaf.value))
        except ValueError as error:
            raise refused(errors.WRONG_VALUE, leaf.field, f"{leaf.field}={leaf.op}. takes {error}.") from None

    def _single(self, leaf: Leaf, known: Field, text: str) -> Any:
        value = parse(known, text, self.moment)
        if leaf.op not in ("like", "ilike"):
            return value
        pattern, literals = like_pattern(text)
        if literals < self.like_minimum:
            message = f"A pattern for {leaf.field} needs at least {self.like_minimum} characters that are no wildcards."
            raise refused(errors.PATTERN_TOO_SHORT, leaf.field, message)
        return pattern


def like_pattern(text: str) -> tuple[str, int]:
    r"""The pattern as SQL takes it, and how many of its characters are literal.

    >>> like_pattern(r"a*b\*%")
    ('a%b\\*%', 3)
    """
    parts: list[str] = []
    literals, at = 0, 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            if at + 1 == len(text):
                raise ValueError("a pattern whose last backslash stands before a character")
            parts.append(text[at : at + 2])
            literals, at = literals + 1, at + 2
            continue
        parts.append("%" if character == "*" else character)
        literals += character not in "*%_"
        at += 1
    return "".join(parts), literals


def _some(leaf: Leaf) -> tuple[str, ...]:
    if leaf.every and not leaf.value:
        raise ValueError("at least one value in {}")
    values: tuple[str, ...] = leaf.value
    return values


def _no_null(text: Any) -> str:
    if text == "null":
        raise ValueError("a value; for empty fields write is.null")
    return str(text)


def _is(text: Any, known: Field) -> bool | str | None:
    allowed = ["null", "not_null", *(("true", "false") if known.type == "boolean" else ())]
    word = text.lower() if isinstance(text, str) else ""
    if word not in allowed:
        raise ValueError(choice(allowed))
    return _IS.get(word, word)


def fixed_currencies(node: Node | None) -> frozenset[str]:
    """The fields that have one single value in every row."""
    return frozenset(one.field for one in conjuncts(node) if isinstance(one, Leaf) and one.op == "eq" and not one.every)


def narrows(node: Node | None, indexed: frozenset[str], time_field: str | None) -> bool:
    """Whether a huge list is narrowed enough: by a range of time, or by equality on an indexed field."""
    for one in conjuncts(node):
        if not isinstance(one, Leaf):
            continue
        if one.field == time_field and one.op in ("gt", "gte", "eq") and one.every is None:
            return True
        if one.field in indexed and one.op in ("eq", "in") and not isinstance(one.value, Casinos):
            return True
    return False


def read_scope(
    scope: CasinoScope, node: Node | None, fields: Mapping[str, Field], column: ColumnElement[Any] | None
) -> CasinoScope:
    """The casinos to read: those in scope, and of these the ones a filter names, each by its stretch of the index."""
    for one in conjuncts(node):
        if not isinstance(one, Leaf) or one.every or one.op not in ("eq", "in") or isinstance(one.value, Casinos):
            continue
        if column is not None and fields[one.field].column is column:
            scope &= CasinoScope.of(*(one.value if one.op == "in" else [one.value]))
    return scope


def casino_ids(ids: frozenset[UUID] | None) -> list[UUID]:
    """In an order that does not change between two requests."""
    return sorted(ids or ())
