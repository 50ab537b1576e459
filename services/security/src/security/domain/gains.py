"""What a change of roles or assignments lets somebody do that is critical, and that he could not do before."""

from collections.abc import Sequence
from datetime import datetime

from security.domain.grants import Catalogue, Line, exceeds, places
from security.domain.second import critical_in


def gained(before: Sequence[Line], after: Sequence[Line], catalogue: Catalogue, now: datetime) -> list[str]:
    """The critical permissions of which somebody holds more afterwards, at any moment from now on and at any casino: at
    all, up to a larger amount, or with more in sight. Sorted.

    All he holds is compared, and at every moment to come: what another role denies him is no gain, and the end of a
    denial is none where it was to come anyway.
    """
    found: set[str] = set()
    for moment in _moments([*before, *after], now):
        had = [one for one in before if one.held_at(moment)]
        has = [one for one in after if one.held_at(moment)]
        names = set(critical_in(has, catalogue)) - found
        for casino in places(had, has) if names else ():
            then, here = [one for one in had if one.at(casino)], [one for one in has if one.at(casino)]
            found |= {name for name in names if exceeds(here, name, catalogue, then)}
    return sorted(found)


def _moments(held: Sequence[Line], now: datetime) -> list[datetime]:
    """Now, and whenever anything begins or ends."""
    told = {at for one in held for at in (one.since, one.until) if at is not None and at > now}
    return [now, *sorted(told)]
