"""What another version of a role would mean: who loses and gets what, compared with what they did lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from security.domain.grants import EVERY, Catalogue, Line, held_at, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How often somebody was answered. `casino` is an id, or `*` where none was named."""

    permission: str
    casino: str
    allowed: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A permission that somebody loses or gets, at these casinos (`*`: at all that are not named), and how often they
    used it there, or were refused it. What was used without naming a casino may have been used there, so it counts.
    """

    staff_id: UUID
    permission: str
    casinos: tuple[str, ...]
    used: int


def shifts(
    staff_id: UUID, before: Sequence[Line], after: Sequence[Line], used: Sequence[Used], catalogue: Catalogue
) -> tuple[list[Shift], list[Shift]]:
    """What somebody would lose, and what they would get."""
    where = sorted({*places(before, after), *(one.casino for one in used)})
    had = {casino: held_at(before, casino, catalogue) for casino in where}
    has = {casino: held_at(after, casino, catalogue) for casino in where}
    named = set(places(before, after))
    return _moved(staff_id, had, has, named, used, allowed=True), _moved(staff_id, has, had, named, used, allowed=False)


def _moved(
    staff_id: UUID,
    more: Mapping[str, frozenset[str]],
    less: Mapping[str, frozenset[str]],
    named: set[str],
    used: Sequence[Used],
    *,
    allowed: bool,
) -> list[Shift]:
    found = []
    for name in sorted({name for casino in named for name in more[casino] - less[casino]}):
        at = [casino for casino in sorted(named) if name in more[casino] and name not in less[casino]]
        count = sum(
            one.count
            for one in used
            if one.permission == name
            and one.allowed is allowed
            and (one.casino == EVERY or name in more[one.casino] - less[one.casino])
        )
        found.append(Shift(staff_id=staff_id, permission=name, casinos=tuple(at), used=count))
    return found
