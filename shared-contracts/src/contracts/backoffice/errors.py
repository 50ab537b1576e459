"""The codes with which backoffice refuses by its own rules: casinos, players and what a player may do."""

from enum import StrEnum


class BackofficeError(StrEnum):
    """Stable; see `contracts.errors`."""
