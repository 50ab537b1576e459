"""Every permission the routes of games ask for."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.games.permissions import GamesPermission as P

_FRESH_S = 300

PERMISSIONS = (
    PermissionSpec(
        P.SUPPLIER_CONFIGURE,
        "Configure a casino's accounts with game suppliers",
        "critical",
        description="Keys with which a supplier takes money from players' balances.",
        step_up_s=_FRESH_S,
        four_eyes=True,
    ),
    PermissionSpec(
        P.SUPPLIER_APPROVE, "Approve changes of accounts with game suppliers", "critical", step_up_s=_FRESH_S
    ),
    PermissionSpec(P.APPROVAL_LIST, "See what waits for a second person", "normal"),
    PermissionSpec(P.SUPPLIER_LIST, "See a casino's accounts with game suppliers", "low"),
    PermissionSpec(P.CATALOGUE_SYNC, "Have a supplier's catalogue fetched"),
    PermissionSpec(P.GAME_LIST, "See a casino's games", "low", impersonation=True, api_client=True),
    PermissionSpec(
        P.GAME_ENABLE,
        "Switch games on and off at a casino",
        "high",
        description="Which games players find, and in which countries they are closed.",
    ),
    PermissionSpec(
        P.SESSION_LIST,
        "See players' game sessions",
        data_classes=("internal", "rg", "aml"),
        impersonation=True,
        api_client=True,
    ),
    PermissionSpec(
        P.ROUND_LIST, "See players' rounds", data_classes=("financial",), impersonation=True, api_client=True
    ),
    PermissionSpec(P.LIST_HEAVY, "Ask lists for what costs much", "high"),
    PermissionSpec(P.ROUND_EXPORT, "Take rounds away as a file", "high", ("financial",)),
    PermissionSpec(P.SESSION_EXPORT, "Take game sessions away as a file", "high", ("internal", "rg", "aml")),
    PermissionSpec(P.GAME_EXPORT, "Take a casino's games away as a file", "normal", ("internal",)),
    PermissionSpec(
        P.APPROVAL_EXPORT, "Take what waits for a second person, or waited, away as a file", "high", ("internal",)
    ),
    PermissionSpec(P.SUPPLIER_EXPORT, "Take the accounts with suppliers away as a file", "high", ("internal",)),
    *parked_permissions("games"),
    PermissionSpec(P.VIEW_SHARE, "Share saved views of lists with a role or a casino"),
)
