"""One transaction, one publisher, one way to write SQL."""

import ast
import re
from collections.abc import Iterator

from tools.rules.rule import Found, rule
from tools.rules.source import Source, last_name

_CONNECTIONS = re.compile(r"(^|_)(conn|connection|database|db|engine|raw|session|transaction|tx|uow)$")
_PUBLISHERS = re.compile(r"(^|_)(bus|producer)$")
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
_RUNNERS = {
    "exec_driver_sql",
    "execute",
    "executemany",
    "fetch",
    "fetchrow",
    "fetchval",
    "prepare",
    "scalar",
    "scalars",
}


def _ships(source: Source) -> bool:
    return source.package is not None


def _in_chassis(source: Source, *folders: str) -> bool:
    return source.package == "chassis" and source.inside[0] in folders


@rule(
    "one-transaction",
    incident="An endpoint committed the withdrawal, then failed to write the outbox row: the money was on hold and no"
    " other service ever heard of it. Only the unit of work begins and commits.",
    applies=lambda source: _ships(source) and not _in_chassis(source, "db", "store"),
)
def _commits(source: Source) -> Iterator[Found]:
    for call in source.calls():
        match call.func:
            case ast.Attribute(value=owner, attr="commit" | "begin" as verb) if _CONNECTIONS.search(last_name(owner)):
                yield call, f"{verb}() belongs to the unit of work (chassis.store)"


@rule(
    "only-the-relay-publishes",
    incident="A job was queued after the commit; the process died in between and the job was lost (and once it was"
    " queued before a commit that then failed). Facts go through the outbox, in the transaction that made them.",
    applies=lambda source: _ships(source) and not _in_chassis(source, "messaging", "testing"),
)
def _publishes(source: Source) -> Iterator[Found]:
    for statement, name in source.imported:
        if name.split(".")[0] == "aiokafka":
            yield statement, "aiokafka is known to chassis.messaging alone"
    for call in source.calls():
        match call.func:
            case ast.Attribute(value=owner, attr="publish" | "send" | "send_and_wait") if _PUBLISHERS.search(
                last_name(owner)
            ):
                yield call, f"{last_name(owner)}.{last_name(call.func)}() goes past the outbox: use uow.publish"


@rule(
    "sql-is-a-literal",
    incident="A sort key from a query string was formatted into ORDER BY and read the whole table of another casino."
    " Values are parameters; only constants of the module (UPPER_CASE) and names made safe by quoted() may be formatted"
    " into a statement.",
    applies=_ships,
)
def _composed_sql(source: Source) -> Iterator[Found]:
    for call in source.calls():
        if not call.args:
            continue
        is_text = source.full_name(call.func) in {"sqlalchemy.text", "sqlalchemy.sql.text"}
        runs = isinstance(call.func, ast.Attribute) and call.func.attr in _RUNNERS
        if (is_text or runs) and _is_composed(call.args[0]):
            yield call, "the statement is put together from variables"


_BEFORE = {"backoffice": 0, "games": 11, "payments": 81, "security": 25, "verification": 0}
"""The last revision of each service that was written before the rule; none is edited any more."""

_INDEX = re.compile(
    r"(?:CREATE (?:UNIQUE )?INDEX(?! CONCURRENTLY) .*?\bON(?: ONLY)?|DROP INDEX(?! CONCURRENTLY)) +(\S+)", re.DOTALL
)
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)")


def _is_new_migration(source: Source) -> bool:
    if source.parts[0] != "services" or source.parts[2:4] != ("migrations", "versions"):
        return False
    number = source.parts[-1].partition("_")[0]
    return number.isdecimal() and int(number) > _BEFORE.get(source.parts[1], 0)


@rule(
    "indexes-are-built-beside-others",
    incident="A release built five indexes on a table into which every payment writes. While they were being built,"
    " longer with each row of the casino's past, no deposit was taken. The docs promised that nothing stops.",
    applies=_is_new_migration,
)
def _locking_indexes(source: Source) -> Iterator[Found]:
    texts = [node for node in source.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    made = {table for node in texts for table in _TABLE.findall(str(node.value))}
    for node in texts:
        if any(table not in made for table in _INDEX.findall(str(node.value))):
            yield node, "the table is in use: build and drop its indexes by chassis.db.migrations.change_indexes"


def _is_composed(node: ast.expr) -> bool:
    """Whether a string is made from anything but literals and the module's constants."""
    match node:
        case ast.JoinedStr(values=values):
            inserted = [value.value for value in values if isinstance(value, ast.FormattedValue)]
            return not all(_is_constant(value) for value in inserted)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            parts = (left, right)
            literal = any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in parts)
            return (literal and not all(_is_text(part) or _is_constant(part) for part in parts)) or any(
                _is_composed(part) for part in parts
            )
        case ast.BinOp(op=ast.Mod(), left=left):
            return _is_text(left)
        case ast.Call(func=ast.Attribute(value=owner, attr="format")):
            return _is_text(owner)
        case _:
            return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return last_name(node.func) == "quoted"
    return bool(_CONSTANT.fullmatch(last_name(node)))
