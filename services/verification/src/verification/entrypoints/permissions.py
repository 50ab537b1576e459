"""What staff may be allowed to do here, as an administrator meets it."""

from chassis.auth import PermissionSpec
from contracts.verification.permissions import VerificationPermission as P

PERMISSIONS = (
    PermissionSpec(P.CASE_LIST, "See how far players are known", data_classes=("internal",)),
    PermissionSpec(P.CASE_VIEW, "See a player's whole case", data_classes=("internal", "aml")),
    PermissionSpec(P.DOCUMENT_LIST, "See which documents there are", data_classes=("internal",)),
    PermissionSpec(P.DOCUMENT_VIEW, "Open documents", "high", ("pii_sensitive",)),
    PermissionSpec(P.DOCUMENT_UPLOAD, "Bring documents for a player", data_classes=("pii_sensitive",)),
    PermissionSpec(P.DOCUMENT_DECIDE, "Accept and reject documents", "high", ("pii_sensitive",)),
    PermissionSpec(P.HIT_LIST, "See screening hits", data_classes=("aml",)),
    PermissionSpec(P.HIT_DECIDE, "Open and decide screening hits", "critical", ("aml", "pii_basic")),
    PermissionSpec(P.LIST_VIEW, "See which sanctions lists are in force"),
)
