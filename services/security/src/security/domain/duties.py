"""Duties that two people share, so that nobody can do harm alone: which permissions are never held together."""

from collections.abc import Sequence
from dataclasses import dataclass

from security.domain.grants import Catalogue, Line, held_at, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two permissions that nobody holds both of at one casino."""

    first: str
    second: str
    why: str


def _pairs(first: str, why: str, *seconds: str) -> list[Pair]:
    return [Pair(first=first, second=one, why=why) for one in seconds]


PAIRS: tuple[Pair, ...] = (
    *_pairs(
        "payments.withdrawal.approve",
        "Whoever lets money out does not make people, roles or passwords that let it out as well.",
        "security.role.assign",
        "security.role.define",
        "security.staff.reset",
    ),
    *_pairs(
        "payments.withdrawal.approve",
        "Whoever lets money out does not set the rules for it.",
        "payments.policy.set",
        "payments.provider.configure",
    ),
    *_pairs(
        "payments.withdrawal.approve",
        "Whoever finds that somebody is who he says he is does not pay him.",
        "verification.document.decide",
        "verification.hit.decide",
    ),
    *_pairs(
        "security.role.assign",
        "Whoever gives access does not decide about money or partners.",
        "payments.policy.set",
        "payments.provider.configure",
        "games.supplier.configure",
    ),
    *_pairs(
        "backoffice.player.erase",
        "Whoever can make a person's traces vanish does not decide what the person was.",
        "verification.hit.decide",
    ),
)
"""What is kept apart."""


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
        here = held_at(held, casino, catalogue)
        meeting = [pair for pair in PAIRS if pair.first in here and pair.second in here and pair not in everywhere]
        found.extend(Conflict(pair=pair, casino=casino) for pair in meeting)
        if casino == "*":
            everywhere.update(meeting)
    return found
