"""What every service keeps to."""

import ast
import re
from collections.abc import Iterator

from contracts.errors import CommonError, GatewayError
from tools.contracts.enumerations import ERRORS
from tools.rules.rule import Found, rule
from tools.rules.source import Source, last_name, under

_REFUSALS = ("chassis.domain.", "chassis.http.", "chassis.auth.", "chassis.store.")
_STORED_NAME = re.compile(r"[a-z]+\.[a-z0-9]+(_[a-z0-9]+)*")
_COMMANDS = {("entrypoints", "commands.py")}
_BROAD = {"Exception", "BaseException"}


@rule(
    "settings-read-the-environment",
    incident="A flag read deep in an adapter was set on one of four pods; nobody could tell which behaviour ran where."
    " Settings are one class per service, printed at the start and refused when wrong.",
    applies=lambda source: source.package is not None and not _may_read_the_environment(source),
)
def _environment(source: Source) -> Iterator[Found]:
    for node in source.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and source.full_name(node) in {"os.environ", "os.getenv"}:
            assert isinstance(node, ast.expr)
            yield node, f"{source.full_name(node)} is read outside settings"


@rule(
    "print-only-in-commands",
    incident="A print left in a consumer put a player's name into the container's log, unredacted and without a trace"
    " id. Services log through chassis.telemetry; only a command answers its caller by print.",
    applies=lambda source: source.package is not None and not _answers_a_command(source),
)
def _prints(source: Source) -> Iterator[Found]:
    for call in source.calls():
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield call, "print() in a service"


@rule(
    "no-swallowed-exceptions",
    incident="A consumer caught Exception, did nothing and moved on: three thousand deposits never reached the"
    " reports, and no log line said so. Catch what is expected; let the rest be retried, parked and seen.",
    applies=lambda source: source.package is not None,
)
def _swallowed(source: Source) -> Iterator[Found]:
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and _does_nothing(node.body):
            yield node, "whatever went wrong is forgotten here"
        if isinstance(node, ast.Call) and _suppresses_all(source, node):
            yield node, "whatever goes wrong is forgotten here"


def _suppresses_all(source: Source, call: ast.Call) -> bool:
    return source.full_name(call.func) == "contextlib.suppress" and any(_is_broad(given) for given in call.args)


def _may_read_the_environment(source: Source) -> bool:
    return source.inside[0] in {"settings", "settings.py", "testing"}


def _answers_a_command(source: Source) -> bool:
    return source.inside in {("cli.py",), ("__main__.py",)} or source.inside[:2] in _COMMANDS


def _is_broad(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Tuple(elts=elements):
            return any(_is_broad(element) for element in elements)
        case _:
            return last_name(caught) in _BROAD


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(one, ast.Pass | ast.Continue | ast.Break)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


@rule(
    "events-have-a-stored-name",
    incident="Events were stored under their class name; renaming the class made a year of history unreadable. Every"
    " domain event has a literal type (`payments.withdrawal_requested`) and version next to the class.",
    applies=lambda source: source.in_domain and source.inside[-1] == "events.py",
)
def _unnamed_events(source: Source) -> Iterator[Found]:
    helpers = {last_name(part) for cls in source.classes() for base in cls.bases for part in (base, *under(base))}
    helpers |= {
        last_name(part)
        for node in source.nodes
        if isinstance(node, ast.AnnAssign)
        for part in (node.annotation, *under(node.annotation))
    }
    for cls in source.classes():
        marks = [one for one in cls.decorator_list if last_name(one) == "event"]
        is_dataclass = any(last_name(one) == "dataclass" for one in cls.decorator_list)
        if not marks and is_dataclass and cls.name not in helpers:
            yield cls, f'{cls.name} has no @event("{source.service}.what_happened", 1)'
        for mark in marks:
            yield from _badly_named(source, cls, mark)


def _badly_named(source: Source, cls: ast.ClassDef, mark: ast.expr) -> Iterator[Found]:
    match mark:
        case ast.Call(args=[ast.Constant(value=str(name)), ast.Constant(value=int())]):
            if not _STORED_NAME.fullmatch(name) or not name.startswith(f"{source.service}."):
                yield cls, f"{name} is not `{source.service}.snake_case`"
        case _:
            yield cls, f"the stored name and version of {cls.name} are not literals"


@rule(
    "error-codes-are-promised",
    incident="A client branched on `insufficient_funds`; a refactoring called it `not_enough_money`, and a casino's"
    " website showed a blank page. Every code is a member of contracts.<service>.errors or contracts.errors.",
    applies=lambda source: source.package is not None and source.package != "contracts",
)
def _unpromised_codes(source: Source) -> Iterator[Found]:
    promised: set[str] = {*CommonError, *GatewayError, *(ERRORS[source.service] if source.service else ())}
    refusals = _refusals(source)
    for cls in source.classes():
        if cls.name not in refusals:
            continue
        for statement in cls.body:
            code = _code(statement)
            if code is not None and code not in promised:
                where = f"contracts/{source.service}/errors.py" if source.service else "contracts/errors.py"
                yield statement, f"`{code}` is not promised in {where}"


def _refusals(source: Source) -> set[str]:
    """The classes of the file that are domain errors, by what they inherit."""
    found: set[str] = set()
    for cls in source.classes():
        for base in cls.bases:
            name = source.full_name(base)
            if name.startswith(_REFUSALS) or ".errors." in name or name in found:
                found.add(cls.name)
    return found


def _code(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
            return code
        case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
            return code
        case _:
            return None
