"""The permissions backoffice's routes ask for."""

from chassis.auth import PermissionSpec
from contracts.backoffice.permissions import BackofficePermission as P

PERMISSIONS = (
    PermissionSpec(P.CASINO_OPEN, "Open casinos", "critical"),
    PermissionSpec(P.CASINO_LIST, "See the casinos and their rules", "low"),
    PermissionSpec(P.PROFILE_ADOPT, "Adopt new rules for a casino", "critical"),
    PermissionSpec(P.PLAYER_LIST, "List players", "low", ("internal",)),
    PermissionSpec(
        P.PLAYER_SEARCH_IDENTITY, "Find players by their exact e-mail, phone or name", "high", ("pii_basic",)
    ),
    PermissionSpec(P.PLAYER_VIEW, "See a player's page, personal data masked", "normal", ("internal",)),
    PermissionSpec(P.PLAYER_REVEAL, "See a player's personal data in clear, for a reason", "high", ("pii_basic",)),
    PermissionSpec(P.PLAYER_CHANGE, "Change a player's name, phone and address, for a reason", "high", ("pii_basic",)),
    PermissionSpec(P.PLAYER_BLOCK, "Block and unblock players", "high"),
    PermissionSpec(P.PLAYER_TAG, "Tag players", "low"),
    PermissionSpec(P.PLAYER_NOTE, "Write and read notes about players", "normal", ("pii_basic",)),
    PermissionSpec(P.PLAYER_ERASE, "Erase a player's personal data for good", "critical"),
    PermissionSpec(P.LIMIT_SET, "Set a player's deposit limits", "normal", ("rg",)),
    PermissionSpec(P.EXCLUSION_START, "Exclude a player at his wish", "high", ("rg",)),
    PermissionSpec(P.TIMELINE_VIEW, "Read what happened to a player", "normal", ("internal", "financial", "rg")),
)
