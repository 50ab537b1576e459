"""Every way of matching names; the setting SCREENING_MATCHER chooses one."""

from collections.abc import Callable

from verification.application.ports import MatcherBuilder
from verification.strategies.matching import tokens

MATCHERS: dict[str, Callable[[int], MatcherBuilder]] = {"tokens": tokens.builder}
"""Name -> (threshold in permille) -> builder."""
