"""Patterns of roles become names before a policy is published, so that whoever decides compares names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from chassis.auth.permissions import Risk
from chassis.auth.policy.model import Effect

_PATTERN: Final = re.compile(r"^(\*|[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*)))$")


class Declared(Protocol):
    """What of a declared permission matters to patterns; `PermissionSpec` and the contract's form of it both fit."""

    @property
    def id(self) -> str:
        """`service.resource.action`."""
        ...

    @property
    def risk(self) -> Risk:
        """How much harm it can do."""
        ...

    @property
    def since(self) -> str:
        """The day it was first declared; empty when nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class Expanded:
    """What patterns mean in one catalogue.

    Attributes:
        permissions: everything they reach.
        exact: those named in full.
        unknown: names nobody declares; a role with one is refused, and one whose service withdrew it is warned about.
    """

    permissions: frozenset[str]
    exact: frozenset[str]
    unknown: frozenset[str]


def is_pattern(text: str) -> bool:
    """Whether it is a permission in full, one whose trailing part is `*`, or `*` alone.

    >>> [is_pattern(text) for text in ("payments.withdrawal.approve", "payments.withdrawal.*", "payments.*", "*")]
    [True, True, True, True]
    >>> [is_pattern(text) for text in ("payments", "*.approve", "payments.*.approve", "payments.with*", "")]
    [False, False, False, False, False]
    """
    return _PATTERN.fullmatch(text) is not None


def matches(pattern: str, permission: str) -> bool:
    """Whether a pattern names a permission. What is no pattern names nothing.

    >>> matches("payments.*", "payments.withdrawal.approve"), matches("payments.*", "paymentsx.withdrawal.approve")
    (True, False)
    """
    if not is_pattern(pattern):
        return False
    if pattern == "*":
        return True
    return permission.startswith(pattern[:-1]) if pattern.endswith(".*") else permission == pattern


def expand(
    patterns: Iterable[str],
    catalogue: Mapping[str, Declared],
    *,
    effect: Effect = "allow",
    reviewed_on: date | None = None,
    auto_extend: bool = False,
) -> Expanded:
    """The permissions that patterns reach.

    A wildcard that allows never reaches critical permissions, nor those declared after the role's last review unless
    the role extends by itself. One that denies reaches everything it matches: what is new is denied as well.

    Args:
        catalogue: every declared permission by its name.
        reviewed_on: the day the role was last looked at; None: never, so its wildcards reach only what extends.
    """
    wanted = set(patterns)
    wildcards = [one for one in wanted if one.endswith("*")]
    names = wanted.difference(wildcards)
    reached = {
        permission
        for permission, declared in catalogue.items()
        if effect == "deny" or _within_reach(declared, reviewed_on, auto_extend=auto_extend)
        if any(matches(pattern, permission) for pattern in wildcards)
    }
    exact = frozenset(names & catalogue.keys())
    return Expanded(frozenset(reached) | exact, exact, frozenset(names - catalogue.keys()))


def _within_reach(declared: Declared, reviewed_on: date | None, *, auto_extend: bool) -> bool:
    if declared.risk == "critical":
        return False
    if auto_extend:
        return True
    return reviewed_on is not None and "" < declared.since <= reviewed_on.isoformat()
