"""The permissions backoffice asks for."""

from enum import StrEnum


class BackofficePermission(StrEnum):
    """`backoffice.resource.action`."""

    CASINO_OPEN = "backoffice.casino.open"
    CASINO_LIST = "backoffice.casino.list"
    PROFILE_ADOPT = "backoffice.profile.adopt"
    PLAYER_LIST = "backoffice.player.list"
    PLAYER_VIEW = "backoffice.player.view"
    PLAYER_REVEAL = "backoffice.player.reveal"
    PLAYER_BLOCK = "backoffice.player.block"
    PLAYER_TAG = "backoffice.player.tag"
    PLAYER_NOTE = "backoffice.player.note"
    PLAYER_ERASE = "backoffice.player.erase"
    LIMIT_SET = "backoffice.limit.set"
    EXCLUSION_START = "backoffice.exclusion.start"
    TIMELINE_VIEW = "backoffice.timeline.view"
