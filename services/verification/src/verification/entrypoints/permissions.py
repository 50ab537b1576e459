"""What staff may be allowed to do here, as an administrator meets it."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.verification.permissions import VerificationPermission as P

_FRESH_S = 300

PERMISSIONS = (
    PermissionSpec(
        P.CASE_LIST,
        "See how far players are known",
        data_classes=("internal", "aml"),
        impersonation=True,
        api_client=True,
    ),
    PermissionSpec(
        P.CASE_VIEW,
        "See a player's whole case",
        data_classes=("internal", "aml"),
        description="Levels, documents and decisions. That there is a suspicion shows only where aml is shown.",
    ),
    PermissionSpec(
        P.DOCUMENT_LIST, "See which documents there are", data_classes=("internal", "pii_sensitive"), impersonation=True
    ),
    PermissionSpec(
        P.DOCUMENT_VIEW,
        "Open documents",
        "high",
        ("pii_sensitive",),
        description="The picture itself; it is kept who looked.",
    ),
    PermissionSpec(P.DOCUMENT_UPLOAD, "Bring documents for a player", data_classes=("pii_sensitive",)),
    PermissionSpec(
        P.DOCUMENT_DECIDE,
        "Accept and reject documents",
        "high",
        ("pii_sensitive",),
        description="Whether somebody is who he says he is; it opens withdrawals.",
    ),
    PermissionSpec(P.HIT_LIST, "See screening hits", data_classes=("aml",)),
    PermissionSpec(
        P.HIT_DECIDE,
        "Open and decide screening hits",
        "critical",
        ("aml", "pii_basic"),
        description="Whether a player is the one a sanctions list names. The player must not learn of it.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.LIST_VIEW, "See which sanctions lists are in force", "low"),
    PermissionSpec(P.CASE_EXPORT, "Take cases away as a file", "high", ("internal", "aml")),
    PermissionSpec(P.HIT_EXPORT, "Take screening hits away as a file", "high", ("aml",)),
    PermissionSpec(
        P.DOCUMENT_EXPORT, "Take the list of documents away as a file", "high", ("internal", "pii_sensitive")
    ),
    PermissionSpec(
        P.APPROVAL_EXPORT, "Take what waits for a second person, or waited, away as a file", "high", ("internal",)
    ),
    PermissionSpec(P.LIST_EXPORT, "Take which screening lists are in force away as a file", "normal", ("internal",)),
    *parked_permissions("verification"),
    PermissionSpec(P.VIEW_SHARE, "Share saved views of lists with a role or a casino"),
    PermissionSpec(P.APPROVAL_LIST, "See what waits for a second person", "normal"),
    PermissionSpec(
        P.BULK_RUN,
        "Do to many rows at once what one may do to each",
        "high",
        description="It gives nothing by itself: each row takes the permission for it, at its casino, when it is done.",
    ),
    PermissionSpec(P.BULK_APPROVE, "Approve what is done to many rows at once", "critical", step_up_s=_FRESH_S),
)
