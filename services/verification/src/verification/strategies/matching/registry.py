"""Every way of matching names; the setting SCREENING_MATCHER chooses one of those that find a name among many."""

from collections.abc import Callable

from verification.application.ports import HolderMatcher, MatcherBuilder
from verification.strategies.matching import tokens
from verification.strategies.matching.tokens.holders import holder_likeness

MATCHERS: dict[str, Callable[[int], MatcherBuilder]] = {"tokens": tokens.builder}
"""Name -> (threshold in permille) -> builder."""

HOLDERS: HolderMatcher = holder_likeness
