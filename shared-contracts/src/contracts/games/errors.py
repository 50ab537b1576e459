"""The codes with which games refuses by its own rules: suppliers, games and sessions."""

from enum import StrEnum


class GamesError(StrEnum):
    """Stable; see `contracts.errors`."""

    SESSION_ALREADY_OPENED = "session_already_opened"
    """The id is taken."""
    SESSION_CLOSED = "session_closed"
    """It takes no more bets and cannot be launched again."""
