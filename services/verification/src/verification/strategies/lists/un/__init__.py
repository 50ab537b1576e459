"""The United Nations Security Council's consolidated list, as XML."""

from verification.strategies.lists.un.consolidated import parse

__all__ = ["parse"]
