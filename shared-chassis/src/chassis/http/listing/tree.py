"""A filter as a syntax tree, and the tree as JSON: the body of `POST /{list}/query`, what saved views and audit keep.

{"and": [{"f": "status", "op": "eq", "v": "active"}, {"or": [{"f": "vip", "op": "is", "v": true}, {"not": {...}}]}]}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from chassis.http.listing import errors
from chassis.http.listing.errors import refused

DEEPEST: Final = 5
MOST_CONDITIONS: Final = 50
LONGEST_IN_LIST: Final = 1000

ALL_OF: Final = ("cs", "cd", "ov")
"""Operators whose value is an array."""

_IS: Final[dict[Any, str]] = {None: "null", True: "true", False: "false"}
_IS_BACK: Final[dict[str, Any]] = {word: value for value, word in _IS.items()}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition.

    Attributes:
        op: as written, empty where none is; whether there is such an operator is found out with the field.
        value: text, or texts for in-lists and arrays; after checking, values of the field's type.
        every: `any` or `all` for an operator that is tried with each of several values.
        bare: a value stood in JSON as a number, as true or as false, which no text does.
    """

    field: str
    op: str
    value: Any
    every: Literal["any", "all"] | None = None
    bare: bool = False

    @property
    def weight(self) -> int:
        """How many conditions it counts as: every pattern of `(any)` is one."""
        return max(1, len(self.value)) if self.every else 1


@dataclass(frozen=True, slots=True)
class Group:
    kind: Literal["and", "or"]
    members: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    member: "Leaf | Group"


Node: TypeAlias = Leaf | Group | Not


def negated(node: Node) -> Node:
    """Its opposite. Two negations are none, in three-valued logic too."""
    return node.member if isinstance(node, Not) else Not(node)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """Every condition in it."""
    match node:
        case Leaf():
            yield node
        case Not(inner):
            yield from leaves(inner)
        case Group(members=members):
            for member in members:
                yield from leaves(member)


def conjuncts(node: Node | None) -> tuple[Node, ...]:
    """What must all be true for the whole to be: the members of an outer `and`."""
    match node:
        case None:
            return ()
        case Group("and", members):
            return tuple(inner for member in members for inner in conjuncts(member))
        case _:
            return (node,)


def both(first: Node | None, second: Node | None) -> Node | None:
    """The two ANDed."""
    if first is None or second is None:
        return first if second is None else second
    return Group("and", (first, second))


def to_json(node: Node) -> dict[str, Any]:
    """The tree as plain data."""
    match node:
        case Not(member):
            return {"not": to_json(member)}
        case Group(kind, members):
            return {kind: [to_json(member) for member in members]}
        case Leaf(name, op, value, every):
            shown = list(value) if isinstance(value, tuple) else value
            if op == "is" and isinstance(value, str):
                shown = _IS_BACK.get(value.lower(), value)
            return {"f": name, "op": f"{op}({every})" if every else op, "v": shown}


def from_json(document: Any) -> Node:
    """The tree of a body. RequestProblem (400) when it is none, as `{}`: whoever wants no filter sends none."""
    if document == {}:
        raise refused(errors.WRONG_TREE, "body", "A filter without a condition would take every row; leave it out.")
    return _Trees().node(document, 1)


class _Trees:
    """Counts while it reads, so that no body makes more work than the caps allow."""

    def __init__(self) -> None:
        self._left = MOST_CONDITIONS

    def node(self, document: Any, depth: int) -> Node:
        if not isinstance(document, dict):
            raise _wrong()
        if document.keys() == {"f", "op", "v"}:
            return self._leaf(document)
        if len(document) != 1:
            raise _wrong()
        ((key, inner),) = document.items()
        if key == "not":
            return self._negation(inner, depth)
        if key not in ("and", "or") or not isinstance(inner, list) or not inner:
            raise _wrong()
        if depth > DEEPEST:
            raise too_deep("body")
        return Group(key, tuple(self.node(member, depth + 1) for member in inner))

    def _negation(self, inner: Any, depth: int) -> Node:
        turns = 1
        while isinstance(inner, dict) and inner.keys() == {"not"}:
            inner, turns = inner["not"], turns + 1
        node = self.node(inner, depth)
        return negated(node) if turns % 2 else node

    def _leaf(self, document: dict[str, Any]) -> Leaf:
        name, op = document["f"], document["op"]
        if not isinstance(name, str) or not isinstance(op, str):
            raise _wrong()
        every: Literal["any", "all"] | None = None
        for word in ("any", "all"):
            if op.endswith(f"({word})"):
                op, every = op.removesuffix(f"({word})"), word
        given = document["v"]
        bare = any(isinstance(one, int) for one in (given if isinstance(given, list) else [given]))
        leaf = Leaf(name, op, _value(name, op, given, every), every, bare and op != "is")
        self._left -= leaf.weight
        if self._left < 0:
            raise too_many(name)
        return leaf


def _value(name: str, op: str, value: Any, every: str | None) -> Any:
    listed = every is not None or op in ("in", *ALL_OF)
    if listed != isinstance(value, list):
        raise refused(errors.WRONG_VALUE, name, f"{op} takes {'a list' if listed else 'one value'}.")
    if op == "is" and (value is None or isinstance(value, bool)):
        return _IS[value]
    if listed:
        if len(value) > LONGEST_IN_LIST:
            raise refused(errors.WRONG_VALUE, name, f"{op} takes at most {LONGEST_IN_LIST} members.")
        return tuple(_text(name, one) for one in value)
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return str(value)
    hint = "For empty fields write is with null." if value is None else "Write it as text."
    raise refused(errors.WRONG_VALUE, name, "A value is a text, a whole number of 64 bits, true or false.", hint)


def too_deep(parameter: str) -> Exception:
    """Groups within groups, beyond the cap."""
    return refused(errors.TOO_DEEP, parameter, f"Groups are nested at most {DEEPEST} deep.")


def too_many(parameter: str) -> Exception:
    """Conditions, beyond the cap."""
    return refused(errors.TOO_MANY_CONDITIONS, parameter, f"At most {MOST_CONDITIONS} conditions are allowed.")


def _wrong() -> Exception:
    form = 'A tree is {"f","op","v"}, {"and":[..]}, {"or":[..]} with at least one member, or {"not":..}.'
    return refused(errors.WRONG_TREE, "body", form)
