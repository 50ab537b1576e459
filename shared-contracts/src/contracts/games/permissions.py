"""The permissions games asks for."""

from enum import StrEnum


class GamesPermission(StrEnum):
    """`games.resource.action`."""

    SUPPLIER_CONFIGURE = "games.supplier.configure"
    """Set up a game supplier for a casino, its keys included."""
    SUPPLIER_LIST = "games.supplier.list"
    """See the game suppliers of a casino; keys stay hidden."""
    CATALOGUE_SYNC = "games.catalogue.sync"
    """Fetch a supplier's list of games anew."""
    GAME_LIST = "games.game.list"
    """See the games of a casino."""
    GAME_ENABLE = "games.game.enable"
    """Put a game on or off, and close it to countries."""
    SESSION_LIST = "games.session.list"
    """See the game sessions."""
    ROUND_LIST = "games.round.list"
    """See the rounds and their bets and wins."""
    LIST_HEAVY = "games.list.heavy"
    """Ask lists for what costs much: filters and orders that no index serves."""
    ROUND_EXPORT = "games.round.export"
    """Take rounds away as a file."""
    PARKED_LIST = "games.parked.list"
    """See which messages were set aside, and why."""
    PARKED_VIEW = "games.parked.view"
    """See what is in a message that was set aside, as far as its contract promises it."""
    PARKED_REPLAY = "games.parked.replay"
    """Have a message that was set aside handled again."""
    PARKED_DISCARD = "games.parked.discard"
    """Give a message up that was set aside."""
