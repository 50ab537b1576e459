"""The permissions backoffice asks for."""

from enum import StrEnum


class BackofficePermission(StrEnum):
    """`backoffice.resource.action`."""

    CASINO_OPEN = "backoffice.casino.open"
    """Open a casino."""
    CASINO_LIST = "backoffice.casino.list"
    """See the casinos and their profiles."""
    PROFILE_ADOPT = "backoffice.profile.adopt"
    """Put a new version of a casino's jurisdiction profile in force."""
    PLAYER_LIST = "backoffice.player.list"
    """Search the players; personal data stays masked."""
    PLAYER_VIEW = "backoffice.player.view"
    """See one player's page; personal data stays masked."""
    PLAYER_REVEAL = "backoffice.player.reveal"
    """See a player's personal data, with a reason that is logged."""
    PLAYER_BLOCK = "backoffice.player.block"
    """Stop a player's account, or let it go on."""
    PLAYER_TAG = "backoffice.player.tag"
    """Put a tag on a player, or take it off."""
    PLAYER_NOTE = "backoffice.player.note"
    """Write a note about a player."""
    PLAYER_ERASE = "backoffice.player.erase"
    """Erase a player's personal data for good."""
    LIMIT_SET = "backoffice.limit.set"
    """Set a player's deposit limit for him."""
    EXCLUSION_START = "backoffice.exclusion.start"
    """Exclude a player at his request."""
    TIMELINE_VIEW = "backoffice.timeline.view"
    """See everything that happened to a player, in order."""
