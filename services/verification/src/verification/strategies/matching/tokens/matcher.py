"""The index: which listed names hold a word like this one."""

import heapq
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from verification.application.listed import ListedEntity, ListedName
from verification.application.ports import Match, MatcherBuilder
from verification.strategies.matching.tokens.births import QUALIFIER, compare
from verification.strategies.matching.tokens.likeness import (
    FAINTEST,
    name_likeness,
    neighbours,
    weight_of,
    word_likeness,
)
from verification.strategies.matching.tokens.names import keys, words

CANDIDATES = 80
"""Names that get the closer look, besides every one that is equal."""

MOST_WORDS = 12
"""Nobody's name has more; what comes after is not looked at."""

WEAK_FACTOR = 0.8
"""A weak alias is worth this much, and counts only where the date of birth agrees."""

_PEOPLE = frozenset({"individual", "unknown"})


class TokenMatcher:
    """An index over listed people. Made once, never changed: a new list means a new one.

    Args:
        listed: (source, entity); what is certainly no person is passed over, players are people.
        threshold_permille: what scores less is not reported.
    """

    algorithm = "tokens-1"

    def __init__(self, listed: Iterable[tuple[str, ListedEntity]], *, threshold_permille: int) -> None:
        self._threshold = threshold_permille
        self._entities: list[tuple[str, ListedEntity]] = []
        self._names: list[tuple[int, ListedName, tuple[str, ...]]] = []
        self._vocabulary: dict[str, int] = {}
        self._postings: list[array[int]] = []
        self._words: list[str] = []
        self._by_key: dict[str, array[int]] = {}
        self._equal: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for source, entity in listed:
            if entity.entity_type in _PEOPLE:
                self._add(source, entity)
        self._weights = self._weigh()

    def __len__(self) -> int:
        """How many names are in it."""
        return len(self._names)

    def match(self, name: str, born: date | None) -> list[Match]:
        """Entities at or above the threshold, the best first; one per entity."""
        asked = words(name)[:MOST_WORDS]
        best: dict[int, Match] = {}
        for index in self._candidates(asked):
            owner, listed_name, listed_words = self._names[index]
            found = self._judge(asked, born, owner, listed_name, listed_words)
            known = best.get(owner)
            if found is not None and (known is None or found.score_permille > known.score_permille):
                best[owner] = found
        return sorted(best.values(), key=lambda match: (-match.score_permille, match.source, match.entity.entity_id))

    def _judge(
        self, asked: Sequence[str], born: date | None, owner: int, listed_name: ListedName, listed: tuple[str, ...]
    ) -> Match | None:
        source, entity = self._entities[owner]
        verdict = compare(born, entity.births)
        if listed_name.weak and verdict != "agrees":
            return None
        alike, pairs = name_likeness(asked, listed, self._weights)
        reached = min(1.0, alike * (WEAK_FACTOR if listed_name.weak else 1.0) + QUALIFIER[verdict])
        score = round(reached * 1000)
        if alike < FAINTEST or score < self._threshold:
            return None
        return Match(
            source=source,
            entity=entity,
            matched=listed_name,
            score_permille=score,
            name_permille=round(alike * 1000),
            birth=verdict,
            pairs=tuple((a, b, round(likeness * 1000)) for a, b, likeness in pairs),
        )

    def _candidates(self, asked: Sequence[str]) -> Iterable[int]:
        """Names worth a closer look: all equal ones, and those with the most telling words in common."""
        equal = self._equal.get(tuple(sorted(asked)), [])
        reached: dict[int, float] = {}
        for word in dict.fromkeys([*asked, *_joined(asked)]):
            if len(word) > 1 or word in self._vocabulary:
                self._reach(word, reached)
        best = heapq.nlargest(CANDIDATES, reached, key=lambda index: (reached[index], -index))
        return dict.fromkeys([*equal, *best])

    def _reach(self, word: str, reached: dict[int, float]) -> None:
        """Credit every name that holds a word like this one, once, by its likest word."""
        credit: dict[int, float] = {}
        for token in {token for key in keys(word) for token in self._by_key.get(key, ())}:
            other = self._words[token]
            alike = word_likeness(word, other)
            if alike == 0:
                continue
            worth = alike * weight_of(other, self._weights)
            for index in self._postings[token]:
                if credit.get(index, 0.0) < worth:
                    credit[index] = worth
        for index, worth in credit.items():
            reached[index] = reached.get(index, 0.0) + worth

    def _add(self, source: str, entity: ListedEntity) -> None:
        self._entities.append((source, entity))
        owner = len(self._entities) - 1
        seen: dict[tuple[str, ...], bool] = {}
        for name in sorted(entity.names, key=lambda name: name.weak):
            listed = words(name.text)[:MOST_WORDS]
            ordered = tuple(sorted(listed))
            if not listed or ordered in seen:
                continue
            seen[ordered] = True
            self._names.append((owner, name, listed))
            index = len(self._names) - 1
            self._equal[ordered].append(index)
            for word in dict.fromkeys([*listed, *_joined(listed)]):
                self._postings[self._token(word)].append(index)

    def _token(self, word: str) -> int:
        token = self._vocabulary.get(word)
        if token is None:
            token = self._vocabulary[word] = len(self._words)
            self._words.append(word)
            self._postings.append(array("I"))
            for key in keys(word):
                self._by_key.setdefault(key, array("I")).append(token)
        return token

    def _weigh(self) -> dict[str, float]:
        """Inverse document frequency between 0.2 and 1: a word in every third name tells little."""
        total = math.log1p(len(self._names)) or 1.0
        return {
            word: max(0.2, min(1.0, math.log1p(len(self._names) / len(self._postings[token])) / total))
            for word, token in self._vocabulary.items()
        }


def _joined(listed: Sequence[str]) -> list[str]:
    """Neighbours written as one word, for those who do."""
    return [one + other for one, other in neighbours(listed)]


def builder(threshold_permille: int) -> MatcherBuilder:
    """A builder of token matchers that report from this threshold on."""
    return lambda listed: TokenMatcher(listed, threshold_permille=threshold_permille)
