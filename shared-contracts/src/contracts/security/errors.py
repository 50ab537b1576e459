"""The codes with which security refuses by its own rules: who may come in and what he may do."""

from enum import StrEnum


class SecurityError(StrEnum):
    """Stable; see `contracts.errors`."""
