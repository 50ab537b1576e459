"""Every permission the routes of games ask for."""

from chassis.auth import PermissionSpec
from contracts.games.permissions import GamesPermission as P

PERMISSIONS = (
    PermissionSpec(P.SUPPLIER_CONFIGURE, "Configure a casino's accounts with game suppliers", "critical"),
    PermissionSpec(P.SUPPLIER_LIST, "See a casino's accounts with game suppliers"),
    PermissionSpec(P.CATALOGUE_SYNC, "Have a supplier's catalogue fetched"),
    PermissionSpec(P.GAME_LIST, "See a casino's games", "low"),
    PermissionSpec(P.GAME_ENABLE, "Switch games on and off at a casino", "high"),
    PermissionSpec(P.SESSION_LIST, "See players' game sessions", impersonation=True),
    PermissionSpec(P.ROUND_LIST, "See players' rounds", data_classes=("financial",), impersonation=True),
)
