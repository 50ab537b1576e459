"""What a rule is, and how one is declared."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.rules.source import Source

Found = tuple[ast.stmt | ast.expr | ast.excepthandler | ast.arg, str]
"""Where a rule is broken, and what is wrong there."""

Check = Callable[[Source], Iterable[Found]]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: how a comment refers to it.
        incident: what happened, or happens elsewhere, without it.
        applies: the files it speaks of.
        check: where it is broken.
    """

    name: str
    incident: str
    applies: Callable[[Source], bool]
    check: Check


RULES: dict[str, Rule] = {}
"""Every rule by its name. Filled as the modules of rules are imported; see `tools.rules.catalogue`."""


def rule(name: str, *, incident: str, applies: Callable[[Source], bool]) -> Callable[[Check], Check]:
    """Declare a rule from the function that finds where it is broken."""

    def declare(check: Check) -> Check:
        assert name not in RULES, f"two rules are called {name}"
        RULES[name] = Rule(name, incident, applies, check)
        return check

    return declare
