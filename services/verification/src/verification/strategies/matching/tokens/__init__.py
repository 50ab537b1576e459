"""Word by word, in whatever order: an index over the words of all listed names, then a closer look at the best."""

from verification.strategies.matching.tokens.matcher import TokenMatcher, builder

__all__ = ["TokenMatcher", "builder"]
