"""The permissions security's routes ask for."""

from chassis.auth import PermissionSpec
from chassis.parked import parked_permissions
from contracts.security.permissions import SecurityPermission as P

_FRESH_S = 300
"""Whoever changes what people may do has just proved who he is."""

PERMISSIONS = (
    PermissionSpec(P.STAFF_LIST, "See the staff and their roles", "low"),
    PermissionSpec(P.STAFF_CREATE, "Add members of staff", "high", step_up_s=_FRESH_S),
    PermissionSpec(
        P.STAFF_DISABLE,
        "Disable members of staff",
        "high",
        description="Every session ends within seconds. No fresh proof is asked for: it may be urgent.",
    ),
    PermissionSpec(P.STAFF_ENABLE, "Let disabled members of staff come back", "high", step_up_s=_FRESH_S),
    PermissionSpec(
        P.STAFF_RESET,
        "Give members of staff a new one-time password",
        "critical",
        description="It takes somebody who may do all that the colleague may.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(
        P.STAFF_RESET_FACTORS, "Take away lost second factors of members of staff", "critical", step_up_s=_FRESH_S
    ),
    PermissionSpec(P.SESSION_LIST, "See where members of staff are logged in", "normal"),
    PermissionSpec(P.SESSION_END, "End sessions of members of staff", "high"),
    PermissionSpec(
        P.IMPERSONATION_START,
        "Look at things as a player sees them",
        "high",
        ("pii_basic", "pii_sensitive", "financial", "rg"),
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.ROLE_LIST, "See the roles and what they allow", "low"),
    PermissionSpec(
        P.ROLE_DRAFT,
        "Draft versions of roles and try them",
        "normal",
        description="A draft is held against what people did lately. Nothing of it holds before it is published.",
        scopable="operator",
    ),
    PermissionSpec(
        P.ROLE_DEFINE,
        "Define roles and change what they allow",
        "critical",
        description="A role is one thing for all casinos; nobody puts more into one than he holds. In one that people "
        "hold, what is critical and new takes a second person.",
        step_up_s=_FRESH_S,
        scopable="operator",
    ),
    PermissionSpec(
        P.ROLE_ASSIGN,
        "Give and take roles",
        "critical",
        description="Never one's own, and never more than one holds at those casinos. A role with a critical "
        "permission takes a second person, and so does taking one away that denies such a permission to who has it.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.ROLE_APPROVE, "Be the second person where access is critical", "critical", step_up_s=_FRESH_S),
    PermissionSpec(P.ACCESS_REVIEW_LIST, "See who may do what, and whether it was used", "normal", ("internal",)),
    PermissionSpec(
        P.ACCESS_REVIEW_CONDUCT,
        "Review colleagues' access",
        "critical",
        description="Neither one's own, nor what one gave or approved. What is no longer needed is taken away at once.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.ACCESS_REVIEW_EXPORT, "Take the report of access away as a file", "high", ("internal",)),
    PermissionSpec(P.ALARM_LIST, "See alarms about colleagues", "normal", ("internal",)),
    PermissionSpec(P.ALARM_ACKNOWLEDGE, "Acknowledge alarms about colleagues", "critical", step_up_s=_FRESH_S),
    PermissionSpec(
        P.ELEVATION_REQUEST,
        "Ask for a role for some hours",
        "low",
        description="It gives nothing: somebody who may give the role approves it or not.",
    ),
    PermissionSpec(P.ELEVATION_LIST, "See who asked for more access", "normal", ("internal",)),
    PermissionSpec(
        P.BREAK_GLASS_OPEN,
        "Open emergency access for an hour",
        "critical",
        description="Security is woken up, everything done meanwhile is marked, and somebody else reviews it.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.BREAK_GLASS_LIST, "See who opened emergency access, and the reviews", "normal", ("internal",)),
    PermissionSpec(
        P.BREAK_GLASS_END,
        "End a colleague's emergency access",
        "high",
        description="His sessions end with it. No fresh proof is asked for: it may be urgent.",
    ),
    PermissionSpec(P.BREAK_GLASS_REVIEW, "Review a colleague's emergency", "critical", step_up_s=_FRESH_S),
    PermissionSpec(P.ASSIGNMENT_LIST, "See who holds which role", "normal", ("internal",)),
    PermissionSpec(P.CONFLICT_LIST, "See where duties met that are kept apart", "normal", ("internal",)),
    PermissionSpec(
        P.CONFLICT_OVERRIDE,
        "Let duties meet in one person, for a reason",
        "critical",
        description="Two permissions that are kept apart come to one person; the reason is kept and shown.",
        step_up_s=_FRESH_S,
    ),
    PermissionSpec(P.ACCESS_EXPLAIN, "See why somebody may do something, and who may", "normal", ("internal",)),
    PermissionSpec(P.CLIENT_LIST, "See partners' programs, their keys and roles", "low"),
    PermissionSpec(
        P.CLIENT_MANAGE, "Register partners' programs, their keys and terms", "critical", step_up_s=_FRESH_S
    ),
    PermissionSpec(P.CLIENT_DISABLE, "Shut partners' programs out", "high"),
    PermissionSpec(P.PERMISSION_LIST, "See the catalogue of permissions", "low"),
    PermissionSpec(P.AUDIT_LIST, "Read the audit log", "high", ("internal",)),
    PermissionSpec(P.LIST_HEAVY, "Ask lists for what costs much", "high"),
    PermissionSpec(P.STAFF_EXPORT, "Take the staff away as a file", "high", ("internal",)),
    PermissionSpec(P.AUDIT_EXPORT, "Take the audit log away as a file", "high", ("internal",)),
    PermissionSpec(P.ASSIGNMENT_EXPORT, "Take who holds which role away as a file", "high", ("internal",)),
    PermissionSpec(P.ROLE_EXPORT, "Take roles and what they allow away as a file", "high", ("internal",)),
    PermissionSpec(P.ELEVATION_EXPORT, "Take who asked for more access away as a file", "high", ("internal",)),
    PermissionSpec(P.BREAK_GLASS_EXPORT, "Take emergencies and their reviews away as a file", "high", ("internal",)),
    PermissionSpec(
        P.APPROVAL_EXPORT, "Take what waits for a second person, or waited, away as a file", "high", ("internal",)
    ),
    PermissionSpec(P.ALARM_EXPORT, "Take the alarms about colleagues away as a file", "high", ("internal",)),
    PermissionSpec(P.CLIENT_EXPORT, "Take partners' programs away as a file", "high", ("internal",)),
    PermissionSpec(P.SESSION_EXPORT, "Take where colleagues are logged in away as a file", "high", ("internal",)),
    *parked_permissions("security"),
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
