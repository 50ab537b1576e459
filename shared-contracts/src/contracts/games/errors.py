"""The codes with which games refuses by its own rules: suppliers, games and sessions."""

from enum import StrEnum


class GamesError(StrEnum):
    """Stable; see `contracts.errors`."""

    SESSION_ALREADY_OPENED = "session_already_opened"
    """The id is taken."""
    SESSION_CLOSED = "session_closed"
    """It takes no more bets and cannot be launched again."""
    GAME_CODE_AMBIGUOUS = "game_code_ambiguous"
    """Several suppliers use this code."""
    GAME_NOT_AVAILABLE = "game_not_available"
    """The game cannot be played here, or not from this player's country or device."""
    GAME_NOT_OFFERED = "game_not_offered"
    """The supplier no longer offers the game, so it cannot be switched on."""
    LAUNCH_OUTCOME_UNKNOWN = "launch_outcome_unknown"
    """The supplier did not say whether it launched the game. The same request may be sent again."""
    LAUNCH_REFUSED = "launch_refused"
    """The supplier said no."""
    PLAYER_BLOCKED = "player_blocked"
    """Staff stopped the account."""
    PLAYER_NOT_KNOWN_YET = "player_not_known_yet"
    """Games has not heard of this player: the news of a registration is still on its way."""
    PLAYER_SELF_EXCLUDED = "player_self_excluded"
    """The player excluded themselves."""
