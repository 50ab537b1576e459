"""Conditions as data: a tree of JSON that is checked once, when it is written, and then evaluated over values.

A node is a literal (a whole number, a text, a truth), a feature (`{"feature": "failures", "of": "ip", "in": "1h"}`) or
an operator with its arguments (`{"gte": [..., 10]}`). There are no floating-point numbers: a share of something is a
`ratio` of two numbers, kept exact. What is not known makes everything unknown that needs it, and an unknown condition
does not hold: nobody is refused for what we do not know of him.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from payments.domain.fraud.errors import RuleInvalid
from payments.domain.fraud.features import FEATURES, WINDOWS, Type, Value, Values, look_up, value_name

DEEPEST = 12
"""Levels of a tree, the leaves included."""

LARGEST = 200
"""Nodes of a tree."""

LONGEST = 1000
"""Members of a list of values."""

_GREATEST = 2**63 - 1
_TEXT = 200


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the rule."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Asked:
    """A feature, by the name of its value."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Members:
    """A list of values that another may be one of."""

    values: frozenset[Value]
    type: Type


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator and what it is applied to."""

    name: str
    arguments: tuple["Node", ...]
    type: Type


Node = Literal | Asked | Members | Operation


@dataclass(frozen=True, slots=True)
class Operator:
    """What an operator takes and gives.

    Attributes:
        takes: a type for each argument; `same`: that of the first one, `list`: literals of the type of the first one.
        many: any number of arguments, from one on, all of the first type.
        lenient: it is asked even though an argument is unknown.
    """

    takes: tuple[str, ...]
    gives: Type
    work: Callable[..., Value]
    meaning: str
    many: bool = False
    lenient: bool = False


def _every(*truths: bool | None) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _any(*truths: bool | None) -> bool | None:
    if True in truths:
        return True
    return None if None in truths else False


def _ratio(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def _count_between(numbers: tuple[int, ...], low: int, high: int) -> int:
    return sum(1 for one in numbers if low <= one < high)


def _sum_between(numbers: tuple[int, ...], low: int, high: int) -> int:
    return sum(one for one in numbers if low <= one < high)


def _count_multiples(numbers: tuple[int, ...], of: int | Fraction) -> int | None:
    return sum(1 for one in numbers if one and one % of == 0) if of else None


def _added(*numbers: int | Fraction) -> int | Fraction:
    return sum(numbers)


def _product(*numbers: int | Fraction) -> int | Fraction:
    product: int | Fraction = 1
    for one in numbers:
        product *= one
    return product


OPERATORS: dict[str, Operator] = {
    "and": Operator(("truth",), "truth", _every, "all of them hold", many=True, lenient=True),
    "or": Operator(("truth",), "truth", _any, "at least one holds", many=True, lenient=True),
    "not": Operator(("truth",), "truth", lambda truth: not truth, "it does not hold"),
    "known": Operator(("any",), "truth", lambda value: value is not None, "there is a value", lenient=True),
    "eq": Operator(("any", "same"), "truth", lambda a, b: a == b, "equal"),
    "gt": Operator(("number", "number"), "truth", lambda a, b: a > b, "greater"),
    "gte": Operator(("number", "number"), "truth", lambda a, b: a >= b, "greater or equal"),
    "lt": Operator(("number", "number"), "truth", lambda a, b: a < b, "less"),
    "lte": Operator(("number", "number"), "truth", lambda a, b: a <= b, "less or equal"),
    "in": Operator(("any", "list"), "truth", lambda value, members: value in members, "one of the list"),
    "add": Operator(("number",), "number", _added, "the sum", many=True),
    "mul": Operator(("number",), "number", _product, "the product", many=True),
    "sub": Operator(("number", "number"), "number", lambda a, b: a - b, "the difference"),
    "ratio": Operator(("number", "number"), "number", _ratio, "the first by the second; unknown when that is 0"),
    "count_between": Operator(
        ("numbers", "number", "number"), "number", _count_between, "how many lie from the second up to the third"
    ),
    "count_multiples": Operator(
        ("numbers", "number"), "number", _count_multiples, "how many are whole multiples of the second, 0 left out"
    ),
    "sum_between": Operator(
        ("numbers", "number", "number"), "number", _sum_between, "the sum of those from the second up to the third"
    ),
}
"""All of them, by name."""


def parse(tree: Any, *, where: str = "when") -> Node:
    """The condition that the tree says.

    Raises:
        RuleInvalid: it says none, or is too large; its field names the place.
    """
    node = _Parser().node(tree, where, 1)
    if node.type != "truth" or isinstance(node, Members):
        raise RuleInvalid("A condition holds or does not; this gives something else.", field=where)
    return node


class _Parser:
    """Counts nodes while it reads."""

    def __init__(self) -> None:
        self._nodes = 0

    def node(self, tree: Any, where: str, depth: int) -> Node:
        self._nodes += 1
        if depth > DEEPEST or self._nodes > LARGEST:
            raise RuleInvalid(f"At most {DEEPEST} levels and {LARGEST} nodes.", field=where)
        if isinstance(tree, bool):
            return Literal(tree, "truth")
        if isinstance(tree, int):
            return Literal(_number(tree, where), "number")
        if isinstance(tree, str):
            return Literal(_text(tree, where), "text")
        if not isinstance(tree, dict):
            raise RuleInvalid("A whole number, a text, true, false, a feature or an operator.", field=where)
        if "feature" in tree:
            return _feature(tree, where)
        if len(tree) != 1:
            raise RuleInvalid("One operator with the list of its arguments.", field=where)
        ((name, arguments),) = tree.items()
        return self._operation(name, arguments, where, depth)

    def _operation(self, name: Any, arguments: Any, where: str, depth: int) -> Operation:
        operator = OPERATORS.get(name) if isinstance(name, str) else None
        if operator is None:
            raise RuleInvalid(f"One of {', '.join(OPERATORS)}.", field=where)
        where = f"{where}.{name}"
        given = arguments if isinstance(arguments, list) else [arguments]
        wanted = operator.takes * len(given) if operator.many else operator.takes
        if not given or len(given) != len(wanted):
            takes = "one argument or more" if operator.many else f"{len(operator.takes)} argument(s)"
            raise RuleInvalid(f"`{name}` takes {takes}: {len(given)} given.", field=where)
        nodes: list[Node] = []
        for index, (one, type_) in enumerate(zip(given, wanted, strict=True)):
            place = f"{where}[{index}]"
            node = self._members(one, place) if type_ == "list" else self.node(one, place, depth + 1)
            if type_ not in ("any", "list", "same") and node.type != type_:
                raise RuleInvalid(f"A {type_}, not a {node.type}.", field=place)
            if type_ in ("same", "list") and node.type != nodes[0].type:
                raise RuleInvalid(f"A {nodes[0].type}, as before it.", field=place)
            nodes.append(node)
        return Operation(name, tuple(nodes), operator.gives)

    def _members(self, tree: Any, where: str) -> Members:
        if not isinstance(tree, list) or not 1 <= len(tree) <= LONGEST:
            raise RuleInvalid(f"A list of 1 to {LONGEST} values.", field=where)
        literals = [_literal(one, where) for one in tree]
        if len({one.type for one in literals}) != 1:
            raise RuleInvalid("Values of one kind.", field=where)
        return Members(frozenset(one.value for one in literals), literals[0].type)


def evaluate(node: Node, values: Values) -> Value:
    """What the tree gives over these values; None: it cannot be known."""
    match node:
        case Literal():
            return node.value
        case Asked():
            return look_up(values, node.name)
        case Members():
            return cast("Value", node.values)
        case Operation():
            operator = OPERATORS[node.name]
            given = [evaluate(one, values) for one in node.arguments]
            return None if None in given and not operator.lenient else operator.work(*given)


def asked_for(node: Node) -> frozenset[str]:
    """The names of all values that the tree asks for."""
    match node:
        case Asked():
            return frozenset((node.name,))
        case Operation():
            return frozenset().union(*(asked_for(one) for one in node.arguments))
        case _:
            return frozenset()


def compared_with(node: Node, name: str) -> frozenset[Value]:
    """What stands in the tree for the value of this name to be equal to, or one of."""
    if not isinstance(node, Operation):
        return frozenset()
    found = frozenset[Value]().union(*(compared_with(one, name) for one in node.arguments))
    if not any(isinstance(one, Asked) and one.name == name for one in node.arguments):
        return found
    members = (one.values for one in node.arguments if isinstance(one, Members))
    return found.union(*members, (one.value for one in node.arguments if isinstance(one, Literal)))


def _literal(value: Any, where: str) -> Literal:
    if isinstance(value, str):
        return Literal(_text(value, where), "text")
    if isinstance(value, int) and not isinstance(value, bool):
        return Literal(_number(value, where), "number")
    raise RuleInvalid("Whole numbers or texts.", field=where)


def _number(value: int, where: str) -> int:
    if abs(value) > _GREATEST:
        raise RuleInvalid("The number is too large.", field=where)
    return value


def _text(value: str, where: str) -> str:
    if len(value) > _TEXT:
        raise RuleInvalid(f"At most {_TEXT} characters.", field=where)
    return value


def _feature(tree: dict[str, Any], where: str) -> Asked:
    name, of, window = tree.get("feature"), tree.get("of"), tree.get("in")
    spec = FEATURES.get(name) if isinstance(name, str) else None
    if spec is None or not isinstance(name, str):
        raise RuleInvalid("There is no such feature.", field=f"{where}.feature")
    if set(tree) - {"feature", "of", "in"}:
        raise RuleInvalid("A feature has `feature`, `of` and `in`.", field=where)
    _must_be_one_of(of, spec.of, f"{where}.of")
    _must_be_one_of(window, tuple(WINDOWS) if spec.windowed else (), f"{where}.in")
    return Asked(value_name(name, of, window), spec.type)


def _must_be_one_of(value: Any, allowed: Sequence[str], where: str) -> None:
    if value not in allowed if allowed else value is not None:
        raise RuleInvalid(f"One of {', '.join(allowed)}." if allowed else "Not for this feature.", field=where)
