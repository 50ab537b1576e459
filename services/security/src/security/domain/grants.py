"""What a line of a role reaches, and whether somebody who gives it holds as much.

A permission is named exactly, or by `*` for a whole trailing part (`payments.*`), or `*` alone. A pattern that allows
stands for what it matched when its version was published, never for a critical permission, and with `auto_extend`
for what is declared later, too. A pattern that denies stands for all it matches, whenever it was declared.

Casinos are ids as text, or `*` for the whole operator. Where sets of casinos are compared, it is done casino by casino:
each that is named anywhere, and `*` for any other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Final, Literal

EVERY: Final = "*"
"""Every permission, or every casino; a pattern is this alone, or ends in it."""

EVERYWHERE: Final = (EVERY,)

Effect = Literal["allow", "deny"]
Mode = Literal["none", "hash", "mask", "clear"]

USUAL_MODES: Final[Mapping[str, Mode]] = {
    "pii_basic": "mask",
    "pii_sensitive": "mask",
    "financial": "clear",
    "rg": "clear",
}
"""What is shown where a role names permissions alone: money and limits, people masked, nothing about suspicions."""

_RANK: Final[Mapping[str, int]] = {"none": 0, "hash": 1, "mask": 2, "clear": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One line of a role.

    Attributes:
        casinos: where it holds, within those of the assignment.
        modes: how much is shown of these kinds of data.
        ceilings: the largest amount in minor units by currency; empty: any amount.
        auto_extend: whether a pattern reaches what is declared after the version was published.
        permissions: what a pattern matched when the version was published.
    """

    pattern: str
    effect: Effect = "allow"
    casinos: tuple[str, ...] = EVERYWHERE
    modes: dict[str, Mode] = field(default_factory=dict)
    ceilings: dict[str, int] = field(default_factory=dict)
    auto_extend: bool = False
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What of a permission's declaration a role depends on.

    Attributes:
        risk: None until its service has declared it: nobody knows then how much harm it can do, so no pattern reaches
            it.
        amounts: whether it is asked for with an amount, so that a ceiling limits it. Nobody knows before it is
            declared.
    """

    risk: str | None
    removed: bool = False
    amounts: bool = False

    @property
    def limitable(self) -> bool:
        """Whether a ceiling may mean something."""
        return self.amounts or self.risk is None


Catalogue = Mapping[str, Declared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A grant as somebody holds it: through an assignment at these casinos, from and until then."""

    grant: Grant
    casinos: tuple[str, ...] = EVERYWHERE
    until: datetime | None = None
    since: datetime | None = None

    def at(self, casino: str) -> bool:
        """Whether it counts at a casino; `*`: at any that is not named."""
        return _among(casino, self.casinos) and _among(casino, self.grant.casinos)

    def lasts(self, until: datetime | None) -> bool:
        """Whether it is held until then at least."""
        return self.until is None or (until is not None and self.until >= until)

    def held_at(self, moment: datetime) -> bool:
        """Whether it holds then."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


def usual(pattern: str, *, auto_extend: bool = False) -> Grant:
    """The line for a permission that is named alone: everywhere, any amount, the usual sight of data."""
    return Grant(pattern=pattern, modes=dict(USUAL_MODES), auto_extend=auto_extend)


def lines(
    grants: Iterable[Grant],
    casinos: tuple[str, ...] = EVERYWHERE,
    until: datetime | None = None,
    since: datetime | None = None,
) -> list[Line]:
    """The lines of a role that is held there."""
    return [Line(grant=one, casinos=casinos, until=until, since=since) for one in grants]


def is_pattern(name: str) -> bool:
    """Whether it stands for more than one permission."""
    return name.endswith(EVERY)


def matching(pattern: str, names: Iterable[str]) -> frozenset[str]:
    """The permissions a pattern stands for.

    >>> sorted(matching("payments.*", ["payments.deposit.list", "games.game.list"]))
    ['payments.deposit.list']
    """
    return frozenset(one for one in names if covers(pattern, one))


def covers(pattern: str, wanted: str) -> bool:
    """Whether a pattern stands for all that a name or another pattern stands for.

    >>> covers("payments.*", "payments.deposit.*"), covers("payments.deposit.*", "payments.*")
    (True, False)
    """
    return pattern in (EVERY, wanted) or (pattern.endswith(".*") and wanted.startswith(pattern[:-1]))


def as_published(grants: Iterable[Grant], catalogue: Catalogue) -> tuple[Grant, ...]:
    """The lines with what their patterns stand for today."""
    here = [name for name, one in catalogue.items() if not one.removed and one.risk != "critical"]
    return tuple(
        replace(one, permissions=tuple(sorted(matching(one.pattern, here))) if _widens(one) else ()) for one in grants
    )


def reach(grant: Grant, catalogue: Catalogue) -> frozenset[str]:
    """The permissions a grant stands for now."""
    if not is_pattern(grant.pattern):
        one = catalogue.get(grant.pattern)
        return frozenset() if one is None or one.removed else frozenset((grant.pattern,))
    here = [name for name, one in catalogue.items() if not one.removed]
    if not _widens(grant):
        return matching(grant.pattern, here)
    tame = [name for name in here if catalogue[name].risk not in (None, "critical")]
    return matching(grant.pattern, tame) if grant.auto_extend else frozenset(grant.permissions).intersection(tame)


def unlimited(grant: Grant, catalogue: Catalogue) -> list[str]:
    """The permissions that a line with a ceiling allows in any amount: nothing asks for them with one. Sorted."""
    return sorted(name for name in reach(grant, catalogue) if grant.ceilings and not catalogue[name].limitable)


def held_at(held: Sequence[Line], casino: str, catalogue: Catalogue) -> frozenset[str]:
    """The permissions that are held at a casino, denials taken off."""
    here = [one for one in held if one.at(casino)]
    allowed = [reach(one.grant, catalogue) for one in here if one.grant.effect == "allow"]
    denied = [reach(one.grant, catalogue) for one in here if one.grant.effect == "deny"]
    return frozenset().union(*allowed) - frozenset().union(*denied)


def places(*held: Sequence[Line]) -> list[str]:
    """The casinos at which a comparison can come out differently: those that are named, and `*` for all others."""
    named = {casino for lot in held for one in lot for casino in (*one.casinos, *one.grant.casinos)}
    return sorted(named | {EVERY})


def beyond(given: Sequence[Line], catalogue: Catalogue, *own: Sequence[Line]) -> list[str]:
    """The permissions and patterns among what is given of which more is given than any of `own` holds: at more casinos,
    for longer, up to a larger amount, with more of the data in sight. Sorted. Each of `own` has its own denials.
    """
    found: set[str] = set()
    for casino in places(given, *own):
        for until in {one.until for one in given}:
            ours = [[one for one in lot if _counts(one, casino, until)] for lot in own]
            theirs = [one for one in given if one.at(casino) and (one.until == until or _denies(one, until))]
            found.update(name for name in _names(theirs, catalogue) if exceeds(theirs, name, catalogue, *ours))
    return sorted(found)


def exceeds(given: Sequence[Line], name: str, catalogue: Catalogue, *own: Sequence[Line]) -> bool:
    """Whether lines that hold at one place and moment give more of a permission than all of `own` together: at all, up
    to a larger amount, or with more in sight for the same amount. Each of them has its own denials.
    """
    denied = [one.grant.pattern for one in given if one.grant.effect == "deny"]
    theirs = _allowing(given, name, catalogue)
    ours = [grant for lot in own for grant in _allowing(lot, name, catalogue, besides=denied)]
    for amount in _amounts([*theirs, *ours]):
        wish, have = _sight(theirs, amount), _sight(ours, amount)
        if wish is not None and (have is None or any(have.get(kind, 0) < rank for kind, rank in wish.items())):
            return True
    return False


def undenied(before: Sequence[Line], after: Sequence[Line], catalogue: Catalogue) -> list[Line]:
    """What becomes possible to whoever held it otherwise when denials among `before` are no longer `after`."""
    kept = [(one.grant.pattern, one.grant.casinos, one.casinos) for one in after if one.grant.effect == "deny"]
    gone = [
        one
        for one in before
        if one.grant.effect == "deny" and (one.grant.pattern, one.grant.casinos, one.casinos) not in kept
    ]
    return [
        replace(one, until=None, grant=Grant(pattern=name, casinos=one.grant.casinos, auto_extend=is_pattern(name)))
        for one in gone
        for name in {one.grant.pattern, *reach(one.grant, catalogue)}
    ]


_Amount = tuple[str, float] | None
"""A currency and minor units of it, or None where nobody asks for an amount."""


def _allowing(
    held: Sequence[Line], name: str, catalogue: Catalogue, *, besides: Sequence[str] | None = None
) -> list[Grant]:
    """The lines that allow it; none when any denies all of it. With `besides`, what is denied to the other side too,
    none when any denies some of it which is not denied there.
    """

    def denies(pattern: str) -> bool:
        within = besides is not None and is_pattern(name) and covers(name, pattern)
        return covers(pattern, name) or (within and not any(covers(one, pattern) for one in besides or ()))

    if any(one.grant.effect == "deny" and denies(one.grant.pattern) for one in held):
        return []
    return [one.grant for one in held if one.grant.effect == "allow" and _reaches(one.grant, name, catalogue)]


def _amounts(grants: Sequence[Grant]) -> list[_Amount]:
    """The amounts at which lines can say different things: each ceiling, more than any, another currency, and none."""
    named = {(currency, float(most)) for one in grants for currency, most in one.ceilings.items()}
    return [None, ("", inf), *sorted(named | {(currency, inf) for currency, _ in named})]


def _sight(grants: Sequence[Grant], amount: _Amount) -> dict[str, int] | None:
    """The rank of the mode of each kind of data for as much; None where no line allows as much."""
    enough = [one for one in grants if _carries(one, amount)]
    if not enough:
        return None
    return {kind: max(_RANK[one.modes.get(kind, "none")] for one in enough) for one in enough for kind in one.modes}


def _carries(grant: Grant, amount: _Amount) -> bool:
    return amount is None or not grant.ceilings or grant.ceilings.get(amount[0], -1) >= amount[1]


def _names(given: Sequence[Line], catalogue: Catalogue) -> set[str]:
    """Every permission given, every pattern that stays open, and exact names nobody declares now but may again."""
    grants = [one.grant for one in given if one.grant.effect == "allow"]
    exact = {one.pattern for one in grants if one.auto_extend or not is_pattern(one.pattern)}
    return exact.union(*(reach(one, catalogue) for one in grants))


def _reaches(grant: Grant, name: str, catalogue: Catalogue) -> bool:
    if grant.pattern == name and (grant.auto_extend or not is_pattern(name)):
        return True
    if name in catalogue and not catalogue[name].removed:
        return name in reach(grant, catalogue)
    return grant.auto_extend and covers(grant.pattern, name)


def _counts(own: Line, casino: str, until: datetime | None) -> bool:
    return own.at(casino) and (own.grant.effect == "deny" or own.lasts(until))


def _denies(one: Line, until: datetime | None) -> bool:
    return one.grant.effect == "deny" and one.lasts(until)


def _widens(grant: Grant) -> bool:
    return grant.effect == "allow" and is_pattern(grant.pattern)


def _among(casino: str, casinos: tuple[str, ...]) -> bool:
    return EVERY in casinos or casino in casinos
