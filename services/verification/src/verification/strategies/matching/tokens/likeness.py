"""How alike two words and two names are, as numbers between 0 and 1."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from verification.strategies.matching.tokens.names import PARTICLES, skeleton

SAME_SOUND = 0.92
"""Two words with the same skeleton are at least this alike."""

SAME_WORD = 0.80
SHORTEST_JOINED = 5
"""Two neighbours that are written this much like a word of the other name are that word, cut in two."""

INITIAL = 0.80
"""A letter, and a word that begins with it."""

FAINTEST = 0.70
"""Two words less alike than this have nothing to do with each other."""

EXTRA_ASKED = 0.8
"""What a word of the person's name weighs that no listed word goes with; a listed one weighs less, as lists add
patronymics that nobody writes into a form."""

EXTRA_LISTED = 0.25

Pair = tuple[str, str, float]


@lru_cache(maxsize=524_288)
def word_likeness(one: str, other: str) -> float:
    """1 for the same word, 0 for words that are not alike at all."""
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return INITIAL if one[0] == other[0] else 0.0
    alike = OSA.normalized_similarity(one, other)
    bones = skeleton(one)
    if len(bones) >= 2 and len(one) >= 3 and len(other) >= 3 and bones == skeleton(other):
        alike = max(alike, SAME_SOUND)
    return alike if alike >= FAINTEST else 0.0


def name_likeness(
    asked: Sequence[str], listed: Sequence[str], weights: Mapping[str, float]
) -> tuple[float, tuple[Pair, ...]]:
    """How alike two names are whatever the order of their words, and which word went with which.

    `weights` says how telling a word is; one that is not in it tells most.
    """
    if sorted(asked) == sorted(listed):
        return 1.0, tuple((word, word, 1.0) for word in asked)
    listed = recut(listed, asked)
    pairs, asked_rest, listed_rest = _aligned(recut(asked, listed), listed)
    if not pairs:
        return 0.0, ()
    paired = [(weight_of(a, weights) + weight_of(b, weights)) / 2 for a, b, _ in pairs]
    reached = sum(alike * weight for (_, _, alike), weight in zip(pairs, paired, strict=True))
    whole = sum(paired)
    whole += EXTRA_ASKED * sum(weight_of(word, weights) for word in asked_rest)
    whole += EXTRA_LISTED * sum(weight_of(word, weights) for word in listed_rest)
    return reached / whole, tuple(pairs)


def weight_of(word: str, weights: Mapping[str, float]) -> float:
    """How telling a word is: a rare one more than a common one, a particle hardly."""
    weight = weights.get(word, 1.0)
    return weight * 0.3 if word in PARTICLES else weight


def _aligned(asked: Sequence[str], listed: Sequence[str]) -> tuple[list[Pair], list[str], list[str]]:
    """The pairs most alike first, each word once; then the words that found nobody."""
    candidates = sorted(
        (
            (alike, -abs(i - j), i, j)
            for i, one in enumerate(asked)
            for j, other in enumerate(listed)
            if (alike := word_likeness(one, other)) > 0
        ),
        reverse=True,
    )
    taken_asked: set[int] = set()
    taken_listed: set[int] = set()
    pairs: list[Pair] = []
    for alike, _, i, j in candidates:
        if i not in taken_asked and j not in taken_listed:
            taken_asked.add(i)
            taken_listed.add(j)
            pairs.append((asked[i], listed[j], alike))
    asked_rest = [word for i, word in enumerate(asked) if i not in taken_asked]
    listed_rest = [word for j, word in enumerate(listed) if j not in taken_listed]
    return pairs, asked_rest, listed_rest


def recut(name: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    """The name with neighbours joined that are one word in the other: Abdul Rahman, where Abdulrahman is written."""
    cut = list(name)
    for word in other:
        if len(word) < SHORTEST_JOINED or word in cut:
            continue
        for place, (one, following) in enumerate(neighbours(cut)):
            if abs(len(one) + len(following) - len(word)) > 1:
                continue
            if OSA.normalized_similarity(word, one + following) >= SAME_WORD:
                cut = [*(rest for at, rest in enumerate(cut) if at not in (place, (place + 1) % len(cut))), word]
                break
    return cut


def neighbours(name: Sequence[str]) -> list[tuple[str, str]]:
    """Words beside each other, the last and the first too: lists write the family name before the others."""
    return list(zip(name, [*name[1:], name[0]], strict=True)) if len(name) > 1 else []
