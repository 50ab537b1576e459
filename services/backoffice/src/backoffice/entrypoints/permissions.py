"""The permissions backoffice's routes ask for."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.backoffice.permissions import BackofficePermission as P

_FRESH_S = 300
_REVEALING_S = 900
"""Who answers players all day reveals often: a quarter of an hour, not a proof for each of them."""

PERMISSIONS = (
    PermissionSpec(
        P.CASINO_OPEN,
        "Open casinos",
        "critical",
        description="A new brand under a licence; from then on players can register there.",
        step_up_s=_FRESH_S,
        four_eyes=True,
        scopable="operator",
    ),
    PermissionSpec(
        P.CASINO_APPROVE, "Approve the opening of casinos", "critical", step_up_s=_FRESH_S, scopable="operator"
    ),
    PermissionSpec(P.CASINO_LIST, "See the casinos and their rules", "low", impersonation=True, api_client=True),
    PermissionSpec(
        P.PROFILE_ADOPT,
        "Adopt new rules for a casino",
        "critical",
        description="What a licence demands of a casino: ages, limits, documents. It holds for every player there.",
        step_up_s=_FRESH_S,
        four_eyes=True,
    ),
    PermissionSpec(P.PROFILE_APPROVE, "Approve new rules for a casino", "critical", step_up_s=_FRESH_S),
    PermissionSpec(
        P.PLAYER_LIST, "List players", "low", ("internal", "pii_basic", "rg"), impersonation=True, api_client=True
    ),
    PermissionSpec(
        P.PLAYER_SEARCH_IDENTITY,
        "Find players by their exact e-mail, phone or name",
        "high",
        ("pii_basic",),
        description="Each search is kept.",
    ),
    PermissionSpec(
        P.PLAYER_VIEW,
        "See a player's page, personal data masked",
        "normal",
        ("internal", "pii_basic"),
        impersonation=True,
        api_client=True,
    ),
    PermissionSpec(
        P.PLAYER_REVEAL,
        "See a player's personal data in clear, for a reason",
        "high",
        ("pii_basic", "pii_sensitive"),
        description="One player at a time; the reason and the look are kept.",
        step_up_s=_REVEALING_S,
    ),
    PermissionSpec(P.PLAYER_CHANGE, "Change a player's name, phone and address, for a reason", "high", ("pii_basic",)),
    PermissionSpec(
        P.PLAYER_BLOCK,
        "Block and unblock players",
        "high",
        description="A blocked player is out at once, and may take money out but not put any in.",
    ),
    PermissionSpec(
        P.PLAYER_VIEW_REASON,
        "Read why colleagues did something about a player",
        "normal",
        description="Colleagues write freely there, suspicions included.",
    ),
    PermissionSpec(P.PLAYER_TAG, "Tag players", "low"),
    PermissionSpec(P.PLAYER_NOTE, "Write and read notes about players", "normal", ("pii_basic",)),
    PermissionSpec(
        P.PLAYER_ERASE,
        "Erase a player's personal data for good",
        "critical",
        ("pii_basic", "pii_sensitive"),
        description="The key of the player's data is destroyed. Nothing brings it back.",
        step_up_s=_FRESH_S,
        four_eyes=True,
    ),
    PermissionSpec(P.ERASURE_APPROVE, "Approve the erasure of a player's data", "critical", step_up_s=_FRESH_S),
    PermissionSpec(P.LIMIT_SET, "Set a player's deposit limits", "normal", ("rg",), amounts=True),
    PermissionSpec(P.EXCLUSION_START, "Exclude a player at his wish", "high", ("rg",)),
    PermissionSpec(
        P.TIMELINE_VIEW, "Read what happened to a player", "normal", ("internal", "financial", "rg"), impersonation=True
    ),
    PermissionSpec(P.LIST_HEAVY, "Ask lists for what costs much", "high"),
    PermissionSpec(P.APPROVAL_LIST, "See what waits for a second person", "normal"),
    PermissionSpec(P.PLAYER_EXPORT, "Take players away as a file", "high", ("internal", "pii_basic", "rg")),
    PermissionSpec(
        P.TIMELINE_EXPORT, "Take what happened to a player away as a file", "high", ("internal", "financial", "rg")
    ),
    PermissionSpec(P.CASINO_EXPORT, "Take casinos and their rules away as a file", "normal", ("internal",)),
    PermissionSpec(
        P.APPROVAL_EXPORT, "Take what waits for a second person, or waited, away as a file", "high", ("internal",)
    ),
    PermissionSpec(P.NOTE_EXPORT, "Take the notes about a player away as a file", "high", ("internal",)),
    *parked_permissions("backoffice"),
    PermissionSpec(P.VIEW_SHARE, "Share saved views of lists with a role or a casino"),
    PermissionSpec(
        P.BULK_RUN,
        "Do to many rows at once what one may do to each",
        "high",
        description="It gives nothing by itself: each row takes the permission for it, at its casino, when it is done.",
    ),
    PermissionSpec(P.BULK_APPROVE, "Approve what is done to many rows at once", "critical", step_up_s=_FRESH_S),
)
