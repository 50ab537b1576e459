"""What verification and payments agree on for the question whether a name is a player's: only a class is answered."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

LONGEST_NAME = 300


class NameLikeness(StrEnum):
    """How a name that somebody told goes with what the player is called."""

    MATCH = "match"
    """Given and family name are the player's, whatever else was told."""
    PARTIAL = "partial"
    """Nothing of it speaks against him, and less than both is his for certain: an initial, a misspelling, one half."""
    MISMATCH = "mismatch"
    """It is somebody else's."""
    UNKNOWN = "unknown"
    """It cannot be told: no name was told, or in letters that are written in too many ways."""


class NameToCompare(BaseModel):
    """The body of POST `comparison_path(player_id)`."""

    model_config = ConfigDict(extra="forbid")

    casino_id: UUID = Field(description="The player's")
    name: str = Field(max_length=LONGEST_NAME, repr=False, description="As it was told, in one piece")


class NameCompared(BaseModel):
    """The answer. What the player is called is not in it."""

    likeness: NameLikeness


def comparison_path(player_id: UUID | str) -> str:
    """Where verification is asked. Names are in bodies alone: addresses are logged.

    >>> comparison_path("{player_id}")
    '/internal/v1/players/{player_id}/name-comparisons'
    """
    return f"/internal/v1/players/{player_id}/name-comparisons"
