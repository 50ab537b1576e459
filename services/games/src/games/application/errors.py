"""Why games refuses, beyond what a session itself refuses."""

from chassis.domain import DomainError, NotFound


class SupplierUnknown(NotFound):
    """This build speaks no such supplier's protocol, or the casino has no account with it."""


class CasinoUnknown(NotFound):
    """There is no such casino."""


class GameUnknown(NotFound):
    """The casino's catalogue has no such game."""


class GameCodeAmbiguous(DomainError):
    """Several suppliers use this code."""

    code = "game_code_ambiguous"


class GameNotOffered(DomainError):
    """The supplier no longer offers the game, so it cannot be switched on."""

    code = "game_not_offered"


class GameNotAvailable(DomainError):
    """The game cannot be played here, or not from this player's country or device."""

    code = "game_not_available"


class PlayerNotKnownYet(DomainError):
    """Games has not heard of this player: the news of a registration is still on its way."""

    code = "player_not_known_yet"


class PlayerBlocked(DomainError):
    """Staff stopped the account."""

    code = "player_blocked"


class PlayerSelfExcluded(DomainError):
    """The player excluded themselves."""

    code = "player_self_excluded"


class LaunchRefusedBySupplier(DomainError):
    """The supplier said no."""

    code = "launch_refused"


class LaunchOutcomeUnknown(DomainError):
    """The supplier did not say whether it launched the game. The same request may be sent again."""

    code = "launch_outcome_unknown"
    status = 503
