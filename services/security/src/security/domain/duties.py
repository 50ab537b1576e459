"""Duties that two people share, so that nobody can do harm alone: which permissions are never held together.

A duty is a class of permissions, told by their names, so that one that is declared tomorrow falls into it by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from security.domain.grants import Catalogue, Line, covers, held_at, places

_LOOKING = frozenset({"list", "view", "export", "heavy", "share", "request"})
"""First words of actions that change nothing but the view of who has them, or only ask for something."""

_NOTHING_ALONE = frozenset({"run"})
"""Of actions that give nothing by themselves: each row of a bulk job takes the permission for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What belongs together, because it does the same kind of harm in the wrong hands.

    Attributes:
        patterns: permissions that change something and match one of these are of it,
        but: unless they match one of these,
        harmless: or their action begins with one of these words.
    """

    patterns: tuple[str, ...]
    but: tuple[str, ...] = ()
    harmless: frozenset[str] = frozenset()

    def has(self, permission: str) -> bool:
        """Whether a permission is of it."""
        word = permission.rpartition(".")[2].partition("_")[0]
        if word in _LOOKING | _NOTHING_ALONE | self.harmless:
            return False
        return _any(self.patterns, permission) and not _any(self.but, permission)

    def of(self, permissions: Iterable[str]) -> list[str]:
        """Those of it, sorted."""
        return sorted(one for one in permissions if self.has(one))


_WHOSE = ("payments.instrument.verify", "payments.instrument.claim", "payments.instrument.approve")
_WORK = ("payments.parked.*", "payments.fraud_case.*")
_RULES = (
    "payments.policy.*",
    "payments.provider.*",
    "payments.routing.*",
    "payments.fraud_rule.*",
    "payments.fraud_entry.*",
)

MONEY = Duty(patterns=("payments.*", "games.supplier.*"))
"""Any write about money, and about the partners it is earned with."""

MONEY_OUT = Duty(
    patterns=("payments.*",),
    but=(*_RULES, *_WORK, *_WHOSE),
    harmless=frozenset({"reject", "disable"}),
)
"""What lets money go, one by one or by the hundred. A rejected withdrawal goes back to its player, and to a
disabled card or account nothing is paid.
"""

MONEY_RULES = Duty(patterns=_RULES, harmless=frozenset({"stop"}))
"""By which rules and through whom money goes: whoever sets them, and the second person for it. Through a provider that
is stopped no money goes.
"""

ACCESS = Duty(
    patterns=("security.role.*", "security.staff.*", "security.client.*", "security.conflict.*"),
    harmless=frozenset({"draft", "disable", "create", "enable"}),
)
"""What makes or lets in whoever may do something. A colleague who is new or back may do what others gave him."""

FINDING = Duty(patterns=("verification.*", *_WHOSE), but=("verification.parked.*",), harmless=frozenset({"upload"}))
"""Who somebody is, whether he is on a list, and whose a card or an account is."""

BY_HAND = Duty(
    patterns=(
        "payments.adjustment.create",
        "payments.debt.write_off",
        "payments.refund.create",
        "payments.outcome.resolve",
        "payments.bonus.create",
        "payments.dispute.accept",
        "payments.reconciliation.resolve",
    )
)
"""What says that money shall be moved by hand, for a reason that no machine checks."""

AGREED_TO = Duty(
    patterns=(
        "payments.adjustment.approve",
        "payments.debt.approve",
        "payments.refund.approve",
        "payments.outcome.approve",
        "payments.bonus.approve",
        "payments.dispute.approve",
        "payments.reconciliation.approve",
    )
)
"""What agrees to that."""

VANISHING = Duty(patterns=("backoffice.player.erase", "backoffice.erasure.approve"))
"""What makes the traces of a person vanish, and the second person for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Two duties of which nobody has something of both at one casino."""

    first: Duty
    second: Duty
    why: str


APART: tuple[Apart, ...] = (
    Apart(
        first=MONEY,
        second=ACCESS,
        why="Whoever decides about money or partners does not make people, roles or passwords that do so as well.",
    ),
    Apart(first=MONEY_OUT, second=MONEY_RULES, why="Whoever lets money out does not set the rules for it."),
    Apart(
        first=BY_HAND,
        second=AGREED_TO,
        why="Whoever proposes to move money by hand does not approve what others propose, or two would take turns.",
    ),
    Apart(
        first=MONEY_OUT,
        second=FINDING,
        why="Whoever finds that somebody is who he says he is does not pay him.",
    ),
    Apart(
        first=VANISHING,
        second=FINDING,
        why="Whoever can make a person's traces vanish does not decide what the person was.",
    ),
)
"""What is kept apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two permissions that nobody holds both of at one casino."""

    first: str
    second: str
    why: str


def pairs(permissions: Iterable[str]) -> list[Pair]:
    """What is kept apart among these permissions, each pair once.

    >>> [(one.first, one.second) for one in pairs(["payments.bulk.approve", "payments.policy.set", "games.game.list"])]
    [('payments.bulk.approve', 'payments.policy.set')]
    """
    return list(_pairs(frozenset(permissions)))


@lru_cache(maxsize=256)
def _pairs(permissions: frozenset[str]) -> tuple[Pair, ...]:
    found = {
        (first, second): Pair(first=first, second=second, why=one.why)
        for one in APART
        for first in one.first.of(permissions)
        for second in one.second.of(permissions)
    }
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A pair that one person holds, and where: a casino id, or `*` for the whole operator."""

    pair: Pair
    casino: str


def conflicts(held: Sequence[Line], catalogue: Catalogue) -> list[Conflict]:
    """The pairs that somebody with these lines holds, each with the casinos at which they meet.

    What is held for the whole operator is told once, as `*`.
    """
    found: list[Conflict] = []
    everywhere: set[Pair] = set()
    for casino in places(held):
        meeting = [one for one in pairs(held_at(held, casino, catalogue)) if one not in everywhere]
        found.extend(Conflict(pair=one, casino=casino) for one in meeting)
        if casino == "*":
            everywhere.update(meeting)
    return found


def _any(patterns: Iterable[str], permission: str) -> bool:
    return any(covers(pattern, permission) for pattern in patterns)
