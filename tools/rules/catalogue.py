"""Importing this module makes every rule known; `violations` applies them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.rules import money, purity, services, testing, transactions
from tools.rules.rule import RULES, Rule
from tools.rules.source import Source

__all__ = ["RULES", "Violation", "violations"]

_MODULES = (money, purity, services, testing, transactions)


@dataclass(frozen=True, order=True)
class Violation:
    """A rule broken at a line."""

    path: str
    line: int
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


def violations(source: Source, rules: Iterable[Rule] = tuple(RULES.values())) -> list[Violation]:
    """Where `source` breaks the rules and no comment allows it, and where a comment allows what nobody does."""
    chosen = list(rules)
    found = [one for rule in chosen if rule.applies(source) for one in _broken(source, rule)]
    return sorted({*found, *_idle(source, {rule.name for rule in chosen})})


def _broken(source: Source, rule: Rule) -> Iterator[Violation]:
    for node, what in rule.check(source):
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        allowed = [one for one in source.allowances if one.rule == rule.name and one.line in lines]
        for one in allowed:
            one.used = True
        if not allowed:
            yield Violation(source.path, node.lineno, rule.name, what)


def _idle(source: Source, names: set[str]) -> Iterator[Violation]:
    for one in source.allowances:
        if one.rule not in RULES:
            yield Violation(source.path, one.line, "allow", f"there is no rule {one.rule}")
        elif one.rule in names and not one.used:
            yield Violation(source.path, one.line, "allow", f"nothing here breaks {one.rule}: remove the comment")
