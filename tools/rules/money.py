"""No float near money."""

import ast
import re
from collections.abc import Iterator

from tools.rules.rule import Found, rule
from tools.rules.source import Source, last_name, under

_MONEY = re.compile(r"(^|_)(amount|balance|fee|minor|rate)s?(_|$)")
_NO_MONEY = re.compile(r"(^|_)(rate_limit|sample_rate|sampling_rate|frame_rate)(_|$)")


def _is_money(name: str) -> bool:
    return bool(_MONEY.search(name.lower())) and not _NO_MONEY.search(name.lower())


@rule(
    "no-float-money",
    incident="0.1 + 0.2 is not 0.3: a float amount lost a cent in every thirtieth bet and the ledger no longer summed"
    " to zero. Amounts are integers in the minor unit; rates are integers of a stated fraction, or Decimal.",
    applies=lambda source: source.service is not None or source.package == "contracts",
)
def _floats(source: Source) -> Iterator[Found]:
    for node in source.nodes:
        yield from _declared(node)
        yield from _given(node)
        yield from _computed(node)


def _declared(node: ast.AST) -> Iterator[Found]:
    match node:
        case ast.arg(arg=name, annotation=ast.expr() as annotation) if _is_money(name) and _says_float(annotation):
            yield node, f"{name} is declared a float"
        case ast.AnnAssign(annotation=annotation) if _is_money(last_name(node.target)) and _says_float(annotation):
            yield node, f"{last_name(node.target)} is declared a float"
        case ast.FunctionDef(returns=ast.expr() as result) | ast.AsyncFunctionDef(returns=ast.expr() as result):
            if _is_money(node.name) and _says_float(result):
                yield node, f"{node.name} returns a float"


def _given(node: ast.AST) -> Iterator[Found]:
    match node:
        case ast.Assign(targets=targets, value=value) if _is_float(value):
            for name in filter(_is_money, map(last_name, targets)):
                yield node, f"{name} is set to a float"
        case ast.AnnAssign(value=ast.expr() as value) if _is_money(last_name(node.target)) and _is_float(value):
            yield node, f"{last_name(node.target)} is set to a float"
        case ast.keyword(arg=str(name), value=value) if _is_money(name) and _is_float(value):
            yield value, f"{name} is given a float"


def _computed(node: ast.AST) -> Iterator[Found]:
    match node:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
            if _mixes(left, right) or _mixes(right, left):
                yield node, "money meets a float"
        case ast.Call(func=ast.Name(id="float"), args=[given, *_]) if _speaks_of_money(given):
            yield node, "money is made a float"


def _says_float(annotation: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "float" for node in (annotation, *under(annotation)))


def _is_float(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=float()):
            return True
        case ast.Call(func=ast.Name(id="float")):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_float(operand)
        case _:
            return False


def _mixes(one: ast.expr, other: ast.expr) -> bool:
    return _is_float(one) and _is_money(last_name(other))


def _speaks_of_money(node: ast.expr) -> bool:
    return any(
        _is_money(last_name(part)) for part in (node, *under(node)) if isinstance(part, ast.Name | ast.Attribute)
    )
