"""Filters in a query string: PostgREST's read grammar, narrowed. Text to tree and back; fields and types come later.

    param  = col "=" cond | ["not."]("or"|"and") "=" group
    cond   = ["not."] op ["(any)"|"(all)"] "." value        group = "(" member 1*("," member) ")"
    member = col "." cond | ["not."]("or"|"and")["."] group
    value  = token | quoted | "(" v,v ")" | "{" v,v "}"

Quotes are syntax only inside groups, in-lists and arrays; a scalar of its own is raw. `col[n]` and `col[n][m]` are the
column (so clients write two filters on one field), `and.(` is `and(`. An empty member is refused: a client that drops
a condition silently would otherwise widen the filter.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, Literal, cast

from chassis.http.listing import errors
from chassis.http.listing.errors import refused
from chassis.http.listing.tree import (
    ALL_OF,
    DEEPEST,
    LONGEST_IN_LIST,
    MOST_CONDITIONS,
    Group,
    Leaf,
    Node,
    Not,
    negated,
    too_deep,
    too_many,
)

_GROUP_KEY: Final = re.compile(r"(not\.)?(and|or)\Z")
_GROUP: Final = re.compile(r"(not\.)?(and|or)\.?(?=\()")
_COLUMN: Final = re.compile(r"([^\W\d]\w{0,62})((?:\[[0-9]{1,3}\]){0,2})", re.ASCII)
_COND: Final = re.compile(r"(not\.)?([a-z]{1,20})(?:\((any|all)\))?\.")
_BLANKS: Final = re.compile(r"[ \t]*")
_IN_GROUP: Final = re.compile(r"[^,)]*")
_IN_ARRAY: Final = re.compile(r"[^,}]*")
_IN_QUOTES: Final = re.compile(r'[^"\\]*')
_NEGATIONS: Final = re.compile(r"(?:not\.)+")
_PLAIN: Final = re.compile(r"[\w.:*%@/+$-]+", re.ASCII)


def read_filters(parameters: Iterable[tuple[str, str]]) -> Node | None:
    """The filters of a query string, ANDed; None when there are none. RequestProblem (400) when they are none."""
    budget = Budget()
    nodes = tuple(_parameter(name, text, budget) for name, text in parameters)
    return None if not nodes else nodes[0] if len(nodes) == 1 else Group("and", nodes)


def write_filters(node: Node | None) -> list[tuple[str, str]]:
    """The tree as parameters, such that reading them gives the tree again."""
    match node:
        case None:
            return []
        case Group("and", members) if len(members) > 1:
            return [_written(member) for member in members]
        case _:
            return [_written(node)]


class Budget:
    """What one query may still cost. `steps` counts what the reader looked at: it grows with the text and no faster."""

    def __init__(self) -> None:
        self.conditions = MOST_CONDITIONS
        self.steps = 0

    def take(self, leaf: Leaf) -> Leaf:
        """Count a condition."""
        self.conditions -= leaf.weight
        if self.conditions < 0:
            raise too_many(leaf.field)
        return leaf


def _parameter(name: str, text: str, budget: Budget) -> Node:
    group = _GROUP_KEY.match(name)
    if group is not None:
        reader = _Reader(name, text, budget)
        node: Node = reader.group(cast("Literal['and', 'or']", group[2]), 1)
        reader.end()
        return negated(node) if group[1] else node
    if (inner := _COLUMN.fullmatch(name.removeprefix("not."))) is not None and name != inner[0]:
        raise _misplaced_not(f"{inner[1]}=", inner[1], text)
    column = _COLUMN.fullmatch(name)
    if column is None:
        raise refused(errors.UNKNOWN_FIELD, name, "This is no field of the list. Its fields are told by /meta.")
    reader = _Reader(name, text, budget)
    node = reader.condition(column[1], alone=True)
    reader.end()
    return node


class _Reader:
    """Reads one parameter from left to right; it never goes back, so its work grows with the length alone."""

    def __init__(self, parameter: str, text: str, budget: Budget) -> None:
        self._parameter = parameter
        self._text = text
        self._at = 0
        self._budget = budget

    def group(self, kind: Literal["and", "or"], depth: int) -> Group:
        """`(member,member)`."""
        if depth > DEEPEST:
            raise too_deep(self._parameter)
        self._take("(")
        members: list[Node] = []
        while True:
            self._match(_BLANKS)
            members.append(self._member(depth))
            self._match(_BLANKS)
            if not self._found(","):
                self._take(")")
                return Group(kind, tuple(members))

    def condition(self, column: str, *, alone: bool) -> Node:
        """What follows the column. `alone`: the parameter's whole text, where a scalar is raw."""
        head = self._match(_COND)
        if head is None and alone:  # Whether there is such a field is told before what it is asked with.
            rest, self._at = self._text[self._at :], len(self._text)
            return self._budget.take(Leaf(column, "", rest))
        if head is None:
            raise refused(errors.WRONG_OPERATOR, self._parameter, f"Write operator.value for {column}: eq.{'{value}'}.")
        op, every = head[2], cast("Literal['any', 'all'] | None", head[3])
        if op == "not" and head[1]:
            raise _two_negations(column, self._text[head.start() :], alone=alone)
        value: Any
        if every is not None or op in ALL_OF:
            value = self._list("{", "}", _IN_ARRAY)
        elif op == "in":
            value = self._list("(", ")", _IN_GROUP)
        elif alone:
            value, self._at = self._text[self._at :], len(self._text)
        else:
            value = self._scalar()
        leaf = self._budget.take(Leaf(column, op, value, every))
        return negated(leaf) if head[1] else leaf

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._text):
            raise self._wrong(f"the end, not {self._text[self._at : self._at + 10]!r}")

    def _member(self, depth: int) -> Node:
        group = self._match(_GROUP)
        if group is not None:
            node = self.group(cast("Literal['and', 'or']", group[2]), depth + 1)
            return negated(node) if group[1] else node
        column = self._match(_COLUMN)
        if column is None or not self._found("."):
            raise self._wrong("a condition as field.operator.value (no member may be empty)")
        if column[0] == "not" and (inner := self._match(_COLUMN)) is not None:
            raise _misplaced_not(f"{inner[1]}.", inner[1], self._read(_IN_GROUP).removeprefix("."))
        return self.condition(column[1], alone=False)

    def _list(self, opening: str, closing: str, token: re.Pattern[str]) -> tuple[str, ...]:
        self._take(opening)
        if self._found(closing):
            return ()
        members: list[str] = []
        while True:
            if self._text.startswith('"', self._at):
                members.append(self._quoted(f",{closing}"))
            else:
                member = self._read(token)
                if not member:
                    raise self._wrong('a member (the empty text is "")')
                members.append(member)
            if len(members) > LONGEST_IN_LIST:
                raise refused(errors.WRONG_VALUE, self._parameter, f"A list has at most {LONGEST_IN_LIST} members.")
            if not self._found(","):
                self._take(closing)
                return tuple(members)

    def _scalar(self) -> str:
        if self._text.startswith('"', self._at):
            return self._quoted(",) \t")
        return self._read(_IN_GROUP).rstrip(" \t")

    def _quoted(self, behind: str) -> str:
        self._at += 1
        parts: list[str] = []
        while True:
            parts.append(self._read(_IN_QUOTES))
            character = self._text[self._at : self._at + 1]
            if character == '"':
                self._at += 1
                if self._at < len(self._text) and self._text[self._at] not in behind:
                    raise self._wrong('a comma or the end behind quotes (inside them write \\" and \\\\)')
                return "".join(parts)
            if not character or self._at + 1 == len(self._text):
                raise self._wrong("quotes that are closed")
            parts.append(self._text[self._at + 1])
            self._at += 2
            self._budget.steps += 1

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        self._budget.steps += 1 + (len(found[0]) if found else 0)
        if found is not None:
            self._at = found.end()
        return found

    def _read(self, pattern: re.Pattern[str]) -> str:
        found = self._match(pattern)
        return found[0] if found else ""

    def _found(self, character: str) -> bool:
        self._budget.steps += 1
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _take(self, character: str) -> None:
        if not self._found(character):
            raise self._wrong(repr(character))

    def _wrong(self, expected: str) -> Exception:
        message = f"Character {self._at + 1} of {self._parameter[:60]}: expected {expected}."
        return refused(errors.WRONG_SYNTAX, self._parameter, message)


def _misplaced_not(before: str, column: str, condition: str) -> Exception:
    rewritten = f"{before}not.{condition[:60]}"
    message = f"not. stands before the operator of {column}: write {rewritten}"
    return refused(errors.WRONG_SYNTAX, column, message, rewritten)


def _two_negations(column: str, condition: str, *, alone: bool) -> Exception:
    written = _NEGATIONS.match(condition)
    assert written is not None
    rest = condition[written.end() :]
    rest = rest if alone else re.split("[,)]", rest, maxsplit=1)[0]
    turns = written.end() // len("not.")
    rewritten = f"{column}{'=' if alone else '.'}{'not.' if turns % 2 else ''}{rest[:60]}"
    message = f"not. stands once before the operator of {column}: write {rewritten}"
    return refused(errors.WRONG_SYNTAX, column, message, rewritten)


def _written(node: Node) -> tuple[str, str]:
    match node:
        case Leaf(name):
            return name, _condition(node, alone=True)
        case Not(Leaf(name) as leaf):
            return name, "not." + _condition(leaf, alone=True)
        case Not(Group(kind) as group):
            return f"not.{kind}", _group(group)
        case Group(kind):
            return kind, _group(node)
        case _:
            raise TypeError(f"no tree: {node!r}")


def _group(group: Group) -> str:
    return f"({','.join(_nested(member) for member in group.members)})"


def _nested(node: Node) -> str:
    match node:
        case Not(Leaf(name) as leaf):
            return f"{name}.not.{_condition(leaf, alone=False)}"
        case Not(member):
            return f"not.{_nested(member)}"
        case Group(kind):
            return f"{kind}{_group(node)}"
        case Leaf(name):
            return f"{name}.{_condition(node, alone=False)}"


def _condition(leaf: Leaf, *, alone: bool) -> str:
    op = f"{leaf.op}({leaf.every})" if leaf.every else leaf.op
    if leaf.every or leaf.op in ALL_OF:
        return f"{op}.{{{','.join(map(_quote, leaf.value))}}}"
    if leaf.op == "in":
        return f"in.({','.join(map(_quote, leaf.value))})"
    return f"{op}.{leaf.value if alone else _quote(leaf.value)}"


def _quote(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
