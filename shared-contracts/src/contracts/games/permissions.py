"""The permissions games asks for."""

from enum import StrEnum


class GamesPermission(StrEnum):
    """`games.resource.action`."""

    SUPPLIER_CONFIGURE = "games.supplier.configure"
    SUPPLIER_LIST = "games.supplier.list"
    CATALOGUE_SYNC = "games.catalogue.sync"
    GAME_LIST = "games.game.list"
    GAME_ENABLE = "games.game.enable"
    SESSION_LIST = "games.session.list"
    ROUND_LIST = "games.round.list"
