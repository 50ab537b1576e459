"""A Python file as the rules see it: its place, its syntax tree, and what its names stand for."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

_ALLOW = re.compile(r"#\s*allow (?P<rule>[a-z-]+):\s*(?P<reason>\S.*)")


@dataclass
class Allowance:
    """A comment that lets one line break one rule."""

    rule: str
    line: int
    used: bool = False


@dataclass
class Source:
    """One Python file.

    Attributes:
        path: from the root of the repository, with slashes.
        text: what the file holds.
    """

    path: str
    text: str
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file name of the path."""
        return PurePosixPath(self.path).parts

    @cached_property
    def is_test(self) -> bool:
        """Whether it is part of a test suite (simulators and journeys included)."""
        return "tests" in self.parts or self.parts[0] == "tests-e2e"

    @cached_property
    def service(self) -> str | None:
        """The service whose source it is; None for tests, migrations and everything else."""
        in_source = len(self.parts) > 3 and self.parts[0] == "services" and self.parts[2] == "src"
        return self.parts[1] if in_source else None

    @cached_property
    def package(self) -> str | None:
        """The shipped package it belongs to (`contracts`, `chassis`, `gateway`, a service); None for anything else."""
        if self.service is not None:
            return self.service
        ships = len(self.parts) > 2 and self.parts[1] == "src" and self.parts[0] != "deploy"
        return self.parts[2] if ships else None

    @cached_property
    def inside(self) -> tuple[str, ...]:
        """The path inside the package: `("domain", "withdrawal", "events.py")`."""
        return self.parts[4:] if self.service is not None else self.parts[3:]

    @cached_property
    def in_domain(self) -> bool:
        """Whether it is part of a service's domain."""
        return self.service is not None and self.inside[0] == "domain"

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree, parents before children."""
        return list(ast.walk(self.tree))

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class in the file."""
        return (node for node in self.nodes if isinstance(node, ast.ClassDef))

    @cached_property
    def imported(self) -> list[tuple[ast.stmt, str]]:
        """Every import with the full name it brings in."""
        found: list[tuple[ast.stmt, str]] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found.extend((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.extend((node, f"{node.module}.{alias.name}") for alias in node.names)
        return found

    @cached_property
    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    names[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        return names

    def full_name(self, node: ast.AST) -> str:
        """What `node` stands for, by the file's imports: `now` after `from time import time as now` is `time.time`."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                base = self.full_name(value)
                return f"{base}.{attr}" if base else ""
            case _:
                return ""

    @cached_property
    def allowances(self) -> list[Allowance]:
        """The comments that let a line break a rule. One that stands alone speaks of the next line."""
        found = []
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            said = _ALLOW.search(token.string) if token.type == tokenize.COMMENT else None
            if said is not None:
                alone = token.line.lstrip().startswith("#")
                found.append(Allowance(said["rule"], token.start[0] + (1 if alone else 0)))
        return found


def last_name(node: ast.AST) -> str:
    """The last word of a name: `bus` of `self._app.bus`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=attr):
            return attr
        case ast.Call(func=function):
            return last_name(function)
        case _:
            return ""


def under(node: ast.AST) -> Iterable[ast.AST]:
    """Everything below `node`, itself not included."""
    return (found for found in ast.walk(node) if found is not node)
