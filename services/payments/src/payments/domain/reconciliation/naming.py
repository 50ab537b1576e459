"""Which settlement batches the text of a bank's line names."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

SHORTEST_NAME: Final = 6
"""A name of fewer letters and digits stands in texts by chance."""

_BEGIN: Final = 3
"""Letters and digits by which most runs are seen to begin no name."""
_RUN: Final = re.compile(r"[^\W_]+")


class Named(NamedTuple):
    """What a text names: `whole` as it is written, `broken` where its letters and digits are parted in other places."""

    whole: frozenset[UUID]
    broken: frozenset[UUID]


class _Place(NamedTuple):
    """From which run of letters and digits to which a name stands."""

    first: int
    last: int
    letters: int
    ids: frozenset[UUID]


class Naming:
    """Finds names in texts.

    Banks keep letters and digits and their order, hardly anything else: capitals, hyphens and slashes go, and a line
    that is full breaks a name anywhere. So a name is compared by its runs of letters and digits, and stands in a text
    only where runs begin and end: never inside of a longer number.
    """

    def __init__(self, names: Iterable[tuple[UUID, str]]) -> None:
        self._known: dict[str, dict[tuple[str, ...], set[UUID]]] = {}
        for id_, name in names:
            runs = runs_of(name)
            letters = "".join(runs)
            if len(letters) >= SHORTEST_NAME:
                self._known.setdefault(letters, {}).setdefault(runs, set()).add(id_)
        self._longest = max(map(len, self._known), default=0)
        self._begin = {letters[:_BEGIN] for letters in self._known}

    def of(self, said: str) -> Named:
        """What a text names. Of names that share a place the longest stands there."""
        whole: list[_Place] = []
        broken: list[_Place] = []
        runs = runs_of(said)
        for first, run in enumerate(runs):
            if len(run) >= _BEGIN and run[:_BEGIN] not in self._begin:
                continue
            letters = ""
            for last in range(first, len(runs)):
                letters += runs[last]
                if len(letters) > self._longest:
                    break
                for name, ids in self._known.get(letters, {}).items():
                    found = whole if name == runs[first : last + 1] else broken
                    found.append(_Place(first, last, len(letters), frozenset(ids)))
        return Named(_longest(whole), _longest(broken))


def mark_of(name: str) -> str | None:
    """How a name ends, as texts have it in their marks wherever the name stands (`bank_marks` in the database): in
    Latin letters and digits alone. None: it has too few of these.
    """
    letters = "".join(one for one in name if one.isascii() and one.isalnum()).upper()
    return letters[-SHORTEST_NAME:] if len(letters) >= SHORTEST_NAME else None


def runs_of(text: str) -> tuple[str, ...]:
    """Its runs of letters and digits, in capitals."""
    return tuple(_RUN.findall(text.upper()))


def _longest(places: Iterable[_Place]) -> frozenset[UUID]:
    found: set[UUID] = set()
    taken: dict[int, tuple[int, int]] = {}
    for one in sorted(places, key=lambda one: -one.letters):
        span = (one.first, one.last)
        if all(taken.get(run, span) == span for run in range(one.first, one.last + 1)):
            taken.update(dict.fromkeys(range(one.first, one.last + 1), span))
            found |= one.ids
    return frozenset(found)
