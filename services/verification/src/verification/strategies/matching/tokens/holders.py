"""Whether a name that a bank or a provider tells is that of a person whose given and family name are known."""

import unicodedata
from collections.abc import Sequence
from itertools import product

from contracts.verification.names import NameLikeness
from verification.strategies.matching.tokens.likeness import INITIAL, recut, word_likeness
from verification.strategies.matching.tokens.names import HONORIFICS, PARTICLES, words

_MOST_WORDS = 12
_SHORTEST_BEGINNING = 3
"""Alex is the beginning of Alexander, Al of too many."""

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""How German and Nordic banks write what they cannot; dropping the marks is the other way."""

_ONE_LETTER = str.maketrans("jyw", "iiv")
"""What different transliterations of one name differ in most: Yuliya is Julia."""

_ANOTHER_SCRIPT = 0.80
"""Two words of different scripts are the same from this likeness on: no two transliterations agree."""

_READ_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"})
"""Scripts that are written in Latin letters much the same by everybody. Others leave out vowels or have many ways."""

_TOGETHER = frozenset({"&", "/", "+", "and", "und", "et", "or", "oder", "ou"})
"""Between the names of people who own something together; `y` and `e` stand within names, too."""

_SAYING_NOTHING = PARTICLES | HONORIFICS

_ORDER = (NameLikeness.UNKNOWN, NameLikeness.MISMATCH, NameLikeness.PARTIAL, NameLikeness.MATCH)


def holder_likeness(first_name: str, last_name: str, told: str) -> NameLikeness:
    """How the told name goes with the player's. The kindest of the ways in which letters with marks may be written.

    >>> print(holder_likeness("Jörg", "Müller", "MR MUELLER, JOERG"), holder_likeness("Ana", "García", "A GARCIA"))
    match partial
    >>> print(holder_likeness("Ana", "García", "Luis García"), holder_likeness("Ana", "García", "-"))
    mismatch unknown
    """
    scripts = _scripts(first_name + last_name), _scripts(told)
    found = [
        _compare([_words(first, spelt), _words(last, spelt)], list(_words(name, other)), told, *scripts)
        for (first, last, spelt), (name, other) in product(
            [(first_name, last_name, spelt) for spelt in (False, True)], [(told, spelt) for spelt in (False, True)]
        )
    ]
    return max(found, key=_ORDER.index)


def _compare(
    parts: Sequence[Sequence[str]], said: list[str], told: str, ours: frozenset[str], theirs: frozenset[str]
) -> NameLikeness:
    parts = [list(part) for part in parts if part]
    if not parts or not said:
        return NameLikeness.UNKNOWN
    if _in_one_piece(parts, said):
        return NameLikeness.MATCH
    said = list(recut(said, [word for part in parts for word in part]))
    parts = [_telling(recut(part, said)) for part in parts]
    same = 1.0 if ours & theirs else _ANOTHER_SCRIPT
    pairs, rest = _paired([(number, word) for number, part in enumerate(parts) for word in part], said)
    best = [max((alike for at, alike in pairs if at == number), default=0.0) for number in range(len(parts))]
    if min(best) >= same:
        return NameLikeness.PARTIAL if _TOGETHER & set(told.casefold().split()) else NameLikeness.MATCH
    if min(best) > 0 or (max(best) > 0 and not rest):
        return NameLikeness.PARTIAL
    return NameLikeness.MISMATCH if (ours | theirs) <= _READ_ALIKE else NameLikeness.UNKNOWN


def _in_one_piece(parts: Sequence[Sequence[str]], said: Sequence[str]) -> bool:
    """Whether it is the same when nothing is between the words: in Chinese nothing is, and van der Berg varies."""
    whole = "".join(said)
    pieces = ["".join(part) for part in parts]
    return whole in ("".join(pieces), "".join(reversed(pieces)))


def _telling(part: Sequence[str]) -> list[str]:
    """Without particles, unless it is all particles: some are called Ben, or Le."""
    return [word for word in part if word not in PARTICLES] or list(part)


def _paired(ours: Sequence[tuple[int, str]], said: Sequence[str]) -> tuple[list[tuple[int, float]], list[str]]:
    """How alike the words that go together are, each word once, the most alike first, and which part of the name each
    is of; then what else was told that says something."""
    candidates = sorted(
        (
            (alike, -abs(i - j), i, j)
            for (i, (_, one)), (j, other) in product(enumerate(ours), enumerate(said))
            if (alike := _alike(one, other)) > 0
        ),
        reverse=True,
    )
    taken_ours: set[int] = set()
    taken_said: set[int] = set()
    pairs: list[tuple[int, float]] = []
    for alike, _, i, j in candidates:
        if i not in taken_ours and j not in taken_said:
            taken_ours.add(i)
            taken_said.add(j)
            pairs.append((ours[i][0], alike))
    return pairs, [word for j, word in enumerate(said) if j not in taken_said and word not in _SAYING_NOTHING]


def _alike(one: str, other: str) -> float:
    if {one, other} & PARTICLES:
        return float(one == other)
    shorter, longer = sorted((one, other), key=len)
    if one != other and len(shorter) >= _SHORTEST_BEGINNING and longer.startswith(shorter):
        return max(INITIAL, word_likeness(one, other))
    return word_likeness(one, other)


def _words(name: str, spelt_out: bool) -> tuple[str, ...]:
    text = unicodedata.normalize("NFC", name).casefold()
    found = words(text.translate(_SPELT_OUT) if spelt_out else text)[:_MOST_WORDS]
    return tuple(word if word in PARTICLES else word.translate(_ONE_LETTER) for word in found if not word.isdecimal())


def _scripts(name: str) -> frozenset[str]:
    """What it is written in, by the first word of its letters' names."""
    return frozenset(unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha())
